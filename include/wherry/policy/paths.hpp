#ifndef WHERRY_POLICY_PATHS_HPP
#define WHERRY_POLICY_PATHS_HPP

#include <wherry/base/result.hpp>
#include <wherry/base/sequence.hpp>
#include <wherry/policy/file_name.hpp>
#include <wherry/version.hpp>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <system_error>

/// Paths are UTF-8 all over wherry. A `std::filesystem::path` made of narrow characters would read them by Windows' code page.
namespace wherry::inline WHERRY_ABI::paths {

/// A path of UTF-8, as the system takes it.
inline std::filesystem::path of_utf8(std::string_view path) { return std::u8string(path.begin(), path.end()); }
/// The same of a name in a folder; the folder itself for an empty name.
inline std::filesystem::path of_utf8(std::string_view folder, std::string_view name) {
    return name.empty() ? of_utf8(folder) : of_utf8(folder.empty() ? "." : folder) / of_utf8(name);
}
/// A path in UTF-8.
inline std::string to_utf8(const std::filesystem::path& path) {
    const auto text = path.u8string();
    return {text.begin(), text.end()};
}

/// Whether something is there. False for what cannot be asked.
inline bool exists(std::string_view path) {
    std::error_code ignored;
    return std::filesystem::exists(of_utf8(path), ignored);
}
/// Whether it is a folder, or a link to one.
inline bool is_folder(std::string_view path) {
    std::error_code ignored;
    return std::filesystem::is_directory(of_utf8(path), ignored);
}
/// Whether it is a regular file, or a link to one.
inline bool is_file(std::string_view path) {
    std::error_code ignored;
    return std::filesystem::is_regular_file(of_utf8(path), ignored);
}
/// Bytes of a file; 0 where that cannot be asked.
inline std::uint64_t size_bytes(std::string_view path) {
    std::error_code failed;
    const auto size = std::filesystem::file_size(of_utf8(path), failed);
    return failed ? 0 : size;
}

/// Everything beneath a folder except folders, by its relative name with '/', sorted; without what killed saves left over.
/// Errors: cannot_open.
inline result<sequence<std::string>> files_beneath(std::string_view folder) {
    sequence<std::string> names;
    std::error_code failed;
    const auto root = of_utf8(folder);
    for (std::filesystem::recursive_directory_iterator at(root, failed), end; !failed && at != end; at.increment(failed)) {
        std::error_code ignored;
        const auto last = to_utf8(at->path().filename());
        const bool of_save = detail::looks_temporary(last) || last == detail::set_journal_name;
        if (at->is_directory(ignored) && of_save) at.disable_recursion_pending();
        if (at->is_directory(ignored) || of_save) continue;
        const auto name = at->path().lexically_relative(root).generic_u8string();
        names.emplace_back(name.begin(), name.end());
    }
    if (failed) return failure(errc::cannot_open, "the system refused to list the folder").in_file(folder).found(failed.message());
    std::sort(names.begin(), names.end());
    return names;
}

}  // namespace wherry::inline WHERRY_ABI::paths

#endif
