#ifndef WHERRY_POLICY_FILE_NAME_HPP
#define WHERRY_POLICY_FILE_NAME_HPP

#include <wherry/base/limits.hpp>
#include <wherry/base/order.hpp>
#include <wherry/base/result.hpp>
#include <wherry/base/sequence.hpp>
#include <wherry/base/utf8.hpp>
#include <wherry/policy/name_folding.hpp>
#include <wherry/version.hpp>

#include <algorithm>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace wherry::inline WHERRY_ABI {

namespace detail {
/// The journal of a set of files that is about to take its names.
inline constexpr std::string_view set_journal_name = ".wherry-set";

/// ".NAME.<host><process><start><count>.tmp", 8 hexadecimal digits each: a file or folder of a save, before it is renamed. Older saves had
/// 8 digits in all.
inline constexpr std::size_t temporary_digits = 32;
inline constexpr std::size_t component_bytes = 255 - 14;  ///< of a variable's name; a temporary name cuts it further

/// The digits of a temporary name; empty for any other name.
constexpr std::string_view digits_of_temporary(std::string_view component) noexcept {
    if (component.size() < 6 || component.front() != '.' || !component.ends_with(".tmp")) return {};
    component.remove_suffix(4);
    const auto digits = component.substr(component.rfind('.') + 1);
    const bool counted = digits.size() == temporary_digits || digits.size() == 8;
    return counted && component.size() > digits.size() + 1 && digits.find_first_not_of("0123456789abcdef") == std::string_view::npos
               ? digits
               : std::string_view();
}
constexpr bool looks_temporary(std::string_view component) noexcept { return !digits_of_temporary(component).empty(); }

constexpr std::string_view why_bad_component(std::string_view part) noexcept {
    if (part.empty()) return "a file name has an empty part";
    if (part == "." || part == "..") return "a file name has a part . or ..";
    if (part.size() > component_bytes) return "a part of a file name is too long";
    if (looks_temporary(part)) return "a file name looks like a temporary file of a save";
    if (part == set_journal_name) return "a file name is that of the journal of a save";
#ifdef _WIN32
    if (part.find_first_of(":*?\"<>|") != std::string_view::npos || part.back() == '.' || part.back() == ' ')
        return "a file name has a character that this system refuses";
    constexpr std::string_view devices[] = {"CON", "PRN", "AUX", "NUL", "COM", "LPT"};
    const auto stem = part.substr(0, part.find('.'));
    for (const auto device : devices) {
        const bool numbered = device == "COM" || device == "LPT";
        if (stem.size() != (numbered ? 4U : 3U)) continue;
        bool same = true;
        for (std::size_t i = 0; i < 3; ++i) same = same && (stem[i] == device[i] || stem[i] == device[i] + ('a' - 'A'));
        if (same) return "a file name means a device";
    }
#endif
    return {};
}

/// Why a variable's name cannot be a file beneath a folder; empty when it can.
constexpr std::string_view why_bad_file_name(std::string_view name, const limits& caps = {}) noexcept {
    if (name.empty() || name.size() > caps.name_bytes) return "a file name is empty or too long";
    if (name.front() == '/') return "a file name starts at the root";
    for (const char c : name)
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f || c == '\\') return "a file name has a control character or a backslash";
    if (!is_utf8(name)) return "a file name is not UTF-8";
    for (std::size_t from = 0; from <= name.size();) {
        const auto end = std::min(name.find('/', from), name.size());
        if (const auto why = why_bad_component(name.substr(from, end - from)); !why.empty()) return why;
        from = end + 1;
    }
    return {};
}
static_assert(why_bad_file_name("fc_0.w_0").empty() && why_bad_file_name("blk/0/w").empty() && why_bad_file_name("\xC3\xA9").empty());
static_assert(!why_bad_file_name("../x").empty() && !why_bad_file_name("/x").empty() && !why_bad_file_name("a//b").empty());
static_assert(!why_bad_file_name("a/").empty() && !why_bad_file_name(".x.0123abcd.tmp").empty() &&
              !why_bad_file_name(".x.0123456789abcdef0123456789abcdef.tmp").empty() && !why_bad_file_name("a/.wherry-set").empty() &&
              !why_bad_file_name("\xED\xA0\x80").empty());
}  // namespace detail

/// Checks that names can be files beneath a folder that is read: none leaves it, none is empty, too long, not UTF-8 or holds control
/// characters or backslashes. Errors: bad_name, with the name in `variable`.
inline result<void> check_each_file_name(std::span<const std::string_view> names, const limits& caps = {}) {
    for (const auto name : names)
        if (const auto why = detail::why_bad_file_name(name, caps); !why.empty())
            return failure(errc::bad_name, why).of_variable(name.substr(0, 256));
    return {};
}

/// Checks that names can be files of one folder that is written: as above, and no two are equal by `folded_name`, none is the folder of
/// another. Errors: bad_name, with the name in `variable`, for two names the other one in `found`.
inline result<void> check_file_names(std::span<const std::string_view> names, const limits& caps = {}) {
    if (auto checked = check_each_file_name(names, caps); !checked) return checked;
    sequence<std::string> folded;
    folded.reserve(names.size());
    for (const auto name : names) folded.push_back(folded_name(name));
    const sequence<std::string_view> seen(folded.begin(), folded.end());
    const auto order = order_of(seen);
    for (std::size_t i = 1; i < order.size(); ++i)
        if (seen[order[i]] == seen[order[i - 1]])
            return failure(errc::bad_name, "two names are one file where case and the way to write accents do not count")
                .of_variable(names[order[i - 1]])
                .found(names[order[i]]);
    const auto before = [&](std::size_t at, std::string_view name) { return seen[at] < name; };
    for (const auto held : seen)
        for (auto slash = held.find('/'); slash != std::string_view::npos; slash = held.find('/', slash + 1)) {
            const auto folder = held.substr(0, slash);
            const auto at = std::lower_bound(order.begin(), order.end(), folder, before);
            if (at != order.end() && seen[*at] == folder)
                return failure(errc::bad_name, "a name is a file and the folder of another").of_variable(names[*at]).found(held);
        }
    return {};
}

}  // namespace wherry::inline WHERRY_ABI

#endif
