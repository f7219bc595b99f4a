#ifndef WHERRY_TOOL_FILES_HPP
#define WHERRY_TOOL_FILES_HPP

#include "memory.hpp"

#include <wherry/policy/disk.hpp>
#include <wherry/program/program.hpp>
#include <wherry/record/whole_record.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

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

/// Names of the files in a folder, sorted; without hidden ones, and without folders in it.
inline std::vector<std::string> files_in(const std::string& folder) {
    std::vector<std::string> names;
    std::error_code failed;
    for (std::filesystem::directory_iterator at(folder, failed), end; !failed && at != end; at.increment(failed)) {
        std::error_code ignored;
        auto name = at->path().filename().string();
        if (at->is_regular_file(ignored) && !name.starts_with('.')) names.push_back(std::move(name));
    }
    std::sort(names.begin(), names.end());
    return names;
}

/// The one folder in a folder, hidden ones aside: archives wrap their files so. Empty where there is none, or more than one.
inline std::string only_folder_in(const std::string& folder) {
    std::string only;
    std::error_code failed;
    for (std::filesystem::directory_iterator at(folder, failed), end; !failed && at != end; at.increment(failed)) {
        std::error_code ignored;
        if (!at->is_directory(ignored) || at->path().filename().string().starts_with('.')) continue;
        if (!only.empty()) return {};
        only = at->path().string();
    }
    return only;
}

/// "a, b, c and 12 more", for a message.
inline std::string some_names(std::span<const std::string> names, std::size_t shown = 4) {
    std::string made;
    const auto count = names.size() > shown + 1 ? shown : names.size();
    for (const auto& name : names.first(count)) made += (made.empty() ? "" : ", ") + name;
    return count < names.size() ? made + " and " + std::to_string(names.size() - count) + " more" : made;
}

/// A regular file, open for reading. Errors: not_found, not_regular_file, cannot_open.
inline result<wherry::disk::reader> open_file(const std::string& path) {
    wherry::disk source{path};
    const std::string_view whole;
    if (auto expected = source.expect(std::span(&whole, 1)); !expected) return std::move(expected).error();
    return source.open(whole);
}

/// All bytes of a file. Errors: as above, too_large, cannot_read, truncated.
inline result<std::string> read_file(const std::string& path, std::uint64_t cap_bytes = chosen_limits::caps.total_bytes) {
    auto file = open_file(path);
    if (!file) return std::move(file).error();
    return wherry::read_all(*file, std::min(cap_bytes, chosen_limits::caps.total_bytes));
}

/// Programs of Paddle 3 are looked at whatever their operators are; to run one, or to write it as a 2.x program, all must be known.
enum class operators : bool { known, any };

/// A program with at least one block, of fluid and 2.x (a ProgramDesc) or of 3.x (JSON).
/// Errors: not_a_paddle_file, those of `Program::parse_from_string` and `read_pir`.
result<Program> parse_program(std::string_view bytes, operators take);

/// The file of the one program in a folder: `__model__`, or whatever it is called; where there are several, the one that has outputs
/// to fetch; where there is none, that of the one folder in it. Errors: not_found; bad_argument where several would do; those of the one
/// file that might be a program.
result<std::string> program_file_in(const std::string& folder);

/// The program in a file, or the one of a folder. Errors: those of `program_file_in`, of reading and of `parse_program`.
result<Program> load_program(const std::string& path, operators take = operators::any);

}  // namespace tool

#endif
