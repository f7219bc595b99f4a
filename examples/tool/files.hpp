#ifndef WHERRY_TOOL_FILES_HPP
#define WHERRY_TOOL_FILES_HPP

#include <wherry/policy/disk.hpp>
#include <wherry/program/program.hpp>

#include <cstdint>
#include <filesystem>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

namespace tool {

using wherry::errc;
using wherry::error;
using wherry::Program;
using wherry::result;

inline bool is_folder(const std::string& path) {
    std::error_code ignored;
    return std::filesystem::is_directory(path, ignored);
}
inline bool exists(const std::string& path) {
    std::error_code ignored;
    return std::filesystem::exists(path, ignored);
}
/// A name beneath a folder.
inline std::string joined(const std::string& folder, const std::string& name) { return (std::filesystem::path(folder) / name).string(); }

/// A regular file, open for reading. Errors: not_found, not_regular_file, cannot_open.
inline result<wherry::disk::reader> open_file(const std::string& path) {
    wherry::disk source{path};
    const std::string_view whole;
    if (auto expected = source.expect(std::span(&whole, 1)); !expected) return std::move(expected).error();
    return source.open(whole);
}

/// All bytes of an open file. Errors: too_large, cannot_read, truncated.
inline result<std::string> read_all(wherry::disk::reader& file, std::uint64_t cap_bytes = std::numeric_limits<std::uint64_t>::max()) {
    const auto size = wherry::checked_size(file.size_bytes());
    if (!size || file.size_bytes() > cap_bytes)
        return error{.code = errc::too_large,
                     .message = "a file is larger than the limit",
                     .file = file.path(),
                     .expected = wherry::decimal(cap_bytes),
                     .found = wherry::decimal(file.size_bytes())};
    std::string bytes(*size, '\0');
    if (auto read = file.read_at(0, std::as_writable_bytes(std::span(bytes))); !read) return std::move(read).error();
    return bytes;
}
/// All bytes of a file.
inline result<std::string> read_file(const std::string& path, std::uint64_t cap_bytes = std::numeric_limits<std::uint64_t>::max()) {
    auto file = open_file(path);
    if (!file) return std::move(file).error();
    return read_all(*file, cap_bytes);
}

/// True for bytes that can be tensors and cannot be a program: a stream starts with version 0 in four bytes, and no
/// protobuf message starts with a zero byte.
inline bool starts_like_tensor(std::string_view bytes) noexcept { return bytes.starts_with(std::string_view("\0\0\0\0", 4)); }

/// True for bytes that can be a JSON document: a program of Paddle 3.
inline bool starts_like_json(std::string_view bytes) noexcept {
    const auto first = bytes.find_first_not_of(" \t\r\n");
    return first != std::string_view::npos && bytes[first] == '{';
}

/// A program with at least one block, of fluid and 2.x (a ProgramDesc) or of 3.x (JSON).
/// Errors: not_a_paddle_file, those of `Program::parse_from_string` and `read_pir`.
result<Program> parse_program(std::string_view bytes);

/// The program in a file, or in the `__model__` of a folder.
inline result<Program> load_program(const std::string& path) {
    const auto file = is_folder(path) ? joined(path, "__model__") : path;
    const auto bytes = read_file(file, wherry::limits{}.program_bytes);
    if (!bytes) return bytes.error();
    auto program = parse_program(*bytes);
    if (!program) return std::move(program).error().in_file(file);
    return program;
}

}  // namespace tool

#endif
