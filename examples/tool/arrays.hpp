#ifndef WHERRY_TOOL_ARRAYS_HPP
#define WHERRY_TOOL_ARRAYS_HPP

#include "files.hpp"
#include "inputs.hpp"

#include <wherry/format/npy.hpp>
#include <wherry/policy/file_name.hpp>

#include <algorithm>
#include <array>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// Arrays that a user hands in and takes home.
namespace tool {

using wherry::Shape;
using wherry::Tensor;

struct named_array {
    std::string name;
    Tensor array;
    std::string file{};  ///< where it came from
};

namespace detail {
inline result<named_array> read_feed(const std::string& argument) {
    const auto equals = argument.find('=');
    if (equals == 0 || equals == std::string::npos)
        return error{
            .code = errc::bad_argument, .message = "--feed wants a name and a file", .expected = "NAME=FILE.npy", .found = argument};
    const auto file = argument.substr(equals + 1);
    const auto bytes = file == "-" ? read_standard_input() : read_file(file);
    if (!bytes) return bytes.error();
    auto array = wherry::npy::parse(*bytes);
    if (!array) return array.failure().in_file(file);
    return named_array{argument.substr(0, equals), *std::move(array), file};
}
}  // namespace detail

/// Arrays from arguments NAME=FILE.npy. Errors: bad_argument, duplicate_name, those of files and of `npy::parse`.
inline result<std::vector<named_array>> read_feeds(std::span<const std::string> arguments) {
    std::vector<named_array> arrays;
    for (const auto& argument : arguments) {
        auto fed = detail::read_feed(argument);
        if (!fed) return std::move(fed).error();
        if (std::any_of(arrays.begin(), arrays.end(), [&](const auto& held) { return held.name == fed->name; }))
            return error{.code = errc::duplicate_name, .message = "a variable is fed twice", .variable = fed->name};
        arrays.push_back(*std::move(fed));
    }
    return arrays;
}

/// Arrays as an Executor takes them: borrowed.
inline std::vector<wherry::tensor_ref> refs_of(std::span<const named_array> arrays) {
    std::vector<wherry::tensor_ref> refs;
    for (const auto& held : arrays) refs.push_back(held.array.ref(held.name));
    return refs;
}

/// The file of an array: NAME.npy, with %2F where the name has a slash.
inline std::string npy_name(std::string_view name) {
    std::string made;
    for (const char c : name) made += c == '/' ? std::string("%2F") : std::string(1, c);
    return made + ".npy";
}

/// Checks, before anything is computed, that results of these names can be files of one folder.
/// Errors: duplicate_name, bad_name.
inline result<void> check_results(std::span<const std::string> names) {
    std::vector<std::string> files;
    for (const auto& name : names) {
        if (std::count(names.begin(), names.end(), name) > 1)
            return error{.code = errc::duplicate_name, .message = "a variable is fetched twice", .variable = name};
        files.push_back(npy_name(name));
    }
    const std::vector<std::string_view> views(files.begin(), files.end());
    return wherry::check_file_names(views);
}

/// Writes arrays into a folder, which is made; each file is replaced whole. Errors: bad_name, cannot_open, cannot_write.
inline result<void> write_results(const std::string& folder, std::span<const named_array> arrays) {
    std::vector<std::string> files;
    std::vector<std::string> headers;
    for (const auto& held : arrays) {
        files.push_back(npy_name(held.name));
        headers.push_back(wherry::npy::header_bytes(held.array.dtype(), held.array.dims()));
    }
    std::vector<wherry::record_size> records;
    for (std::size_t i = 0; i < arrays.size(); ++i) records.push_back({files[i], headers[i].size() + arrays[i].array.bytes().size()});
    wherry::disk sink{folder};
    if (auto started = sink.start(records, wherry::atomic::steps); !started) return started;
    for (std::size_t i = 0; i < arrays.size(); ++i) {
        const std::array<wherry::piece, 2> pieces{wherry::as_bytes(headers[i]), arrays[i].array.bytes()};
        if (auto written = sink.write_at(i, 0, pieces); !written) return written;
        if (auto done = sink.commit(i); !done) return done;
    }
    return sink.finish();
}

}  // namespace tool

#endif
