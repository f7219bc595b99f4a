#ifndef WHERRY_TOOL_FILES_HPP
#define WHERRY_TOOL_FILES_HPP

#include <wherry/policy/disk.hpp>
#include <wherry/program/program.hpp>
#include <wherry/record/whole_record.hpp>

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

/// All bytes of a file. Errors: as above, too_large, cannot_read, truncated.
inline result<std::string> read_file(const std::string& path, std::uint64_t cap_bytes = std::numeric_limits<std::uint64_t>::max()) {
    auto file = open_file(path);
    if (!file) return std::move(file).error();
    return wherry::read_all(*file, cap_bytes);
}

/// Programs of Paddle 3 are looked at whatever their operators are; to run one, or to write it as a 2.x program, all must be known.
enum class operators : bool { known, any };

/// A program with at least one block, of fluid and 2.x (a ProgramDesc) or of 3.x (JSON).
/// Errors: not_a_paddle_file, those of `Program::parse_from_string` and `read_pir`.
result<Program> parse_program(std::string_view bytes, operators take);

/// The program in a file, or in the `__model__` of a folder.
inline result<Program> load_program(const std::string& path, operators take = operators::any) {
    const auto file = is_folder(path) ? joined(path, "__model__") : path;
    const auto bytes = read_file(file, wherry::limits{}.program_bytes);
    if (!bytes) return bytes.error();
    auto program = parse_program(*bytes, take);
    if (!program) return std::move(program).error().in_file(file);
    return program;
}

}  // namespace tool

#endif
