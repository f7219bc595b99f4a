#include "inputs.hpp"
#include "files.hpp"
#include "states.hpp"
#include "tar.hpp"

#include <wherry/base/allocate.hpp>
#include <wherry/policy/memory.hpp>
#include <wherry/wire/sniff.hpp>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <random>

namespace tool {

namespace {
namespace fs = std::filesystem;

/// The folder that holds files, of those that hold one folder and nothing else.
std::string innermost(std::string folder) {
    while (files_in(folder).empty()) {
        auto only = only_folder_in(folder);
        if (only.empty()) break;
        folder = std::move(only);
    }
    return folder;
}

template <class R>
tar_source source_of(R& reader) {
    return {reader.size_bytes(),
            [](void* from, std::uint64_t offset, std::span<std::byte> into) { return static_cast<R*>(from)->read_at(offset, into); },
            &reader};
}

bool is_tar(std::string_view head) { return wherry::wire::detail::looks_like_tar(head); }

result<void> write_file(const std::string& path, std::string_view bytes) {
    std::ofstream file(path, std::ios::binary);
    file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    if (!file.flush()) return error{.code = errc::cannot_write, .message = "a temporary file cannot be written", .file = path};
    return {};
}
}  // namespace

temporary_folder::~temporary_folder() {
    std::error_code ignored;
    if (!path_.empty()) fs::remove_all(path_, ignored);
}

result<std::string> temporary_folder::path() {
    if (!path_.empty()) return path_;
    std::error_code failed;
    const auto parent = fs::temp_directory_path(failed);
    std::random_device random;
    for (int attempt = 0; attempt < 16 && !failed; ++attempt) {
        auto made = (parent / ("wherry-" + std::to_string(random()))).string();
        if (!fs::create_directory(made, failed) || failed) continue;  // somebody else's
        fs::permissions(made, fs::perms::owner_all, failed);
        return path_ = std::move(made);
    }
    return error{
        .code = errc::cannot_write, .message = "a temporary folder cannot be made", .file = parent.string(), .found = failed.message()};
}

result<std::string> read_standard_input() {
    std::string bytes;
    std::vector<char> piece(std::size_t{1} << 16U);
    while (const auto count = std::fread(piece.data(), 1, piece.size(), stdin)) {
        if (count > chosen_limits::caps.total_bytes - bytes.size())
            return wherry::failure(errc::too_large, "standard input is larger than limits::total_bytes");
        if (bytes.capacity() - bytes.size() < count && !wherry::try_reserve(bytes, std::max(2 * bytes.size(), count)))
            return wherry::out_of_memory(2 * bytes.size());
        bytes.append(piece.data(), count);
    }
    if (std::ferror(stdin) != 0) return error{.code = errc::cannot_read, .message = "standard input cannot be read"};
    return bytes;
}

result<std::string> inputs::unpacked_archive(const std::string& path) {
    auto file = open_file(path);
    if (!file) return path;  // the command says why
    const auto head = wherry::read_head(*file, wherry::wire::kind_bytes);
    if (!head) return path;
    const bool compressed = path.ends_with(".tar.gz") || path.ends_with(".tgz");
    if (!is_tar(*head) && !compressed) return path;
    std::string inside;
    if (compressed && !is_tar(*head)) {
        const auto packed = wherry::read_all(*file, chosen_limits::caps.total_bytes);
        if (!packed) return packed.error();
        auto bytes = unpacked(*packed);
        if (!bytes) return bytes.failure().in_file(path);
        inside = *std::move(bytes);
        if (!is_tar(inside)) return path;
    }
    const auto base = folder_.path();
    if (!base) return base.error();
    const auto folder = joined(*base, std::to_string(names_.size()));
    std::error_code failed;
    fs::create_directory(folder, failed);
    wherry::memory_reader memory(inside);
    auto done = unpack_tar(inside.empty() ? source_of(*file) : source_of(memory), folder);
    if (!done) return done.failure().in_file(path);
    return innermost(folder);
}

result<void> inputs::open(std::string& path) {
    const auto given = path;
    if (path == "-") {
        if (std::any_of(names_.begin(), names_.end(), [](const auto& held) { return held.second == "-"; }))
            return error{.code = errc::bad_argument, .message = "standard input is given twice"};
        const auto base = folder_.path();
        if (!base) return base.error();
        const auto bytes = read_standard_input();
        if (!bytes) return bytes.error();
        path = joined(*base, "stdin");  // the name that inspect shows
        if (auto written = write_file(path, *bytes); !written) return written;
        names_.emplace_back(path, given);
    }
    auto unpacked_to = is_folder(path) ? result<std::string>(path) : unpacked_archive(path);
    if (!unpacked_to) return std::move(unpacked_to).error();
    if (*unpacked_to != path) names_.emplace_back(*unpacked_to, given);
    path = *std::move(unpacked_to);
    return {};
}

result<void> inputs::open(std::span<std::string* const> paths) {
    for (auto* path : paths)
        if (auto opened = open(*path); !opened) return opened;
    return {};
}

std::string inputs::in_users_words(std::string text) const {
    for (const auto& [path, given] : names_)
        for (auto at = text.find(path); at != std::string::npos; at = text.find(path, at + given.size()))
            text.replace(at, path.size(), given);
    return text;
}

}  // namespace tool
