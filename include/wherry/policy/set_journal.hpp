#ifndef WHERRY_POLICY_SET_JOURNAL_HPP
#define WHERRY_POLICY_SET_JOURNAL_HPP

#include <wherry/base/number.hpp>
#include <wherry/base/sequence.hpp>
#include <wherry/policy/file_name.hpp>
#include <wherry/version.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

/// The journal `.wherry-set` of a folder: files that take their names together. Once it is there under its name, the set is saved;
/// whoever finds it renames what is not renamed yet, and removes it. A line that says how, for each file three strings that end in
/// NUL (temporary name, name, size), and 8 digits of a sum of all that: a journal that the power cut short does not count.
namespace wherry::inline WHERRY_ABI {

/// One file of a set, by paths relative to the folder.
struct set_entry {
    std::string temporary;
    std::string name;
    std::uint64_t size_bytes = 0;
};
/// The files of a set.
struct set_journal {
    sequence<set_entry> entries;
    bool synced = false;  ///< the set was saved `durable`: renames reach the device before the journal goes
    std::uint32_t id = 0;
};

namespace detail {
inline constexpr std::string_view journal_heads[] = {"wherry-set 1 atomic\n", "wherry-set 1 durable\n"};

/// "a/b" is "a/" and "b", "b" is "" and "b".
constexpr std::pair<std::string_view, std::string_view> split_inside(std::string_view path) noexcept {
    const auto slash = path.rfind('/');
    const auto from = slash == std::string_view::npos ? 0 : slash + 1;
    return {path.substr(0, from), path.substr(from)};
}
/// Whether a path stays in its folder. A journal is input as any other file is.
constexpr bool stays_inside(std::string_view path) noexcept {
    for (std::size_t from = 0; from <= path.size();) {
        const auto end = path.find('/', from) < path.size() ? path.find('/', from) : path.size();
        const auto part = path.substr(from, end - from);
        if (part.empty() || part == "." || part == ".." || part.size() > 255) return false;
        from = end + 1;
    }
    return true;
}

/// FNV-1a. What is guarded are renames of files that were there, and a table of CRC-32C would be 8 KB in every program.
constexpr std::uint32_t short_sum(std::string_view bytes) noexcept {
    std::uint32_t sum = 2166136261U;
    for (const char c : bytes) sum = (sum ^ static_cast<unsigned char>(c)) * 16777619U;
    return sum;
}
inline void append_hex(std::string& to, std::uint32_t value) {
    for (unsigned digit = 8; digit-- > 0;) to += "0123456789abcdef"[(value >> (4 * digit)) & 15U];
}
/// Of 8 digits that are known to be hexadecimal.
constexpr std::uint32_t hex_value(std::string_view digits) noexcept {
    std::uint32_t value = 0;
    for (const char c : digits.substr(0, 8)) value = (value << 4U) | static_cast<std::uint32_t>(c <= '9' ? c - '0' : c - 'a' + 10);
    return value;
}

}  // namespace detail

/// The bytes of a journal; its `id` is made of them.
inline std::string journal_text(const set_journal& journal) {
    std::string text(detail::journal_heads[journal.synced ? 1 : 0]);
    for (const auto& entry : journal.entries) {
        text.append(entry.temporary) += '\0';
        text.append(entry.name) += '\0';
        text.append(decimal(entry.size_bytes).view()) += '\0';
    }
    detail::append_hex(text, detail::short_sum(text));
    return text;
}

/// None for a text that is not a whole journal, or one that leads out of its folder.
inline std::optional<set_journal> parse_journal(std::string_view text) {
    if (text.size() < 8) return std::nullopt;
    const auto sum = text.substr(text.size() - 8);
    text.remove_suffix(8);
    set_journal journal;
    journal.id = detail::short_sum(text);
    std::string expected;
    detail::append_hex(expected, journal.id);
    journal.synced = text.starts_with(detail::journal_heads[1]);
    if (sum != expected || (!journal.synced && !text.starts_with(detail::journal_heads[0]))) return std::nullopt;
    text.remove_prefix(detail::journal_heads[journal.synced ? 1 : 0].size());
    const auto next = [&text] {
        const auto end = text.find('\0') < text.size() ? text.find('\0') : text.size();
        const auto word = text.substr(0, end);
        text.remove_prefix(end < text.size() ? end + 1 : end);
        return word;
    };
    while (!text.empty()) {
        set_entry entry{std::string(next()), std::string(next()), 0};
        const auto size = next();
        for (const char c : size) entry.size_bytes = 10 * entry.size_bytes + static_cast<std::uint64_t>(c - '0');
        const auto [folder, file] = detail::split_inside(entry.temporary);
        if (!detail::looks_temporary(file) || folder != detail::split_inside(entry.name).first || !detail::stays_inside(entry.name) ||
            !detail::stays_inside(entry.temporary) || decimal(entry.size_bytes).view() != size)
            return std::nullopt;
        journal.entries.push_back(std::move(entry));
    }
    return journal;
}

}  // namespace wherry::inline WHERRY_ABI

#endif
