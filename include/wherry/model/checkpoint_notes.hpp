#ifndef WHERRY_MODEL_CHECKPOINT_NOTES_HPP
#define WHERRY_MODEL_CHECKPOINT_NOTES_HPP

#include <wherry/base/bytes.hpp>
#include <wherry/base/crc32c.hpp>
#include <wherry/base/number.hpp>
#include <wherry/base/result.hpp>
#include <wherry/base/sequence.hpp>
#include <wherry/policy/set_journal.hpp>
#include <wherry/version.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <utility>

/// What a checkpoint knows beside its arrays, as a text of lines:
///
///     wherry-checkpoint 1
///     step 1200
///     random_seed 7
///     seed 15726070495360670683
///     note data=epoch 3, shard 12
///     crc32c 0123abcd
///
/// `seed` and `note` come as often as there are some. Of a note, control characters, `\` and a `=` in its key are `\` and two hexadecimal
/// digits. The last line is the CRC-32C of all before it.
namespace wherry::inline WHERRY_ABI {

/// A key of the user's own, and a value.
struct checkpoint_note {
    std::string key;
    std::string value;

    friend bool operator==(const checkpoint_note&, const checkpoint_note&) = default;
};

/// What training needs to go on, beside its persistables.
struct checkpoint_notes {
    std::uint64_t step = 0;
    std::int32_t random_seed = 0;     ///< of the program, which `checkpoint_store` asks and sets
    sequence<std::uint64_t> seeds{};  ///< states of random generators of your own, which shuffle, say
    sequence<checkpoint_note> notes{};

    /// The value of a key, or null.
    [[nodiscard]] const std::string* find(std::string_view key) const noexcept {
        for (const auto& one : notes)
            if (one.key == key) return &one.value;
        return nullptr;
    }
    friend bool operator==(const checkpoint_notes&, const checkpoint_notes&) = default;
};

namespace detail {
inline constexpr std::string_view notes_head = "wherry-checkpoint ";
inline constexpr std::string_view notes_sum = "crc32c ";
inline constexpr std::size_t notes_sum_bytes = 7 + 8 + 1;
inline constexpr std::size_t most_notes = 1000;  ///< each is compared with each

inline failure too_many_notes() { return failure(errc::too_large, "a checkpoint has too many notes").expected(most_notes); }

constexpr bool is_escaped(char c, bool in_key) noexcept {
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7f || c == '\\' || (in_key && c == '=');
}
inline void append_escaped(std::string& to, std::string_view from, bool in_key) {
    for (const char c : from) {
        if (!is_escaped(c, in_key)) {
            to += c;
            continue;
        }
        const auto byte = static_cast<unsigned char>(c);
        (to += '\\') += "0123456789abcdef"[byte >> 4U];
        to += "0123456789abcdef"[byte & 15U];
    }
}
/// False where it is not as `append_escaped` writes it.
inline bool read_escaped(std::string& to, std::string_view from, bool in_key) {
    for (std::size_t at = 0; at < from.size(); ++at) {
        if (from[at] != '\\') {
            if (is_escaped(from[at], in_key)) return false;
            to += from[at];
            continue;
        }
        const auto digits = from.substr(at + 1, 2);
        if (digits.size() < 2 || digits.find_first_not_of("0123456789abcdef") != std::string_view::npos) return false;
        const auto nibble = [](char c) { return static_cast<unsigned>(c <= '9' ? c - '0' : c - 'a' + 10); };
        to += static_cast<char>(nibble(digits[0]) << 4U | nibble(digits[1]));
        if (!is_escaped(to.back(), in_key)) return false;
        at += 2;
    }
    return true;
}
/// A number as `decimal` writes it, and nothing else.
template <class T>
bool read_number(std::string_view digits, T& into) noexcept {
    const bool negative = std::numeric_limits<T>::is_signed && digits.starts_with('-');
    std::uint64_t value = 0;
    for (const char c : digits.substr(negative ? 1 : 0)) {
        if (c < '0' || c > '9' || __builtin_mul_overflow(value, std::uint64_t{10}, &value) ||
            __builtin_add_overflow(value, static_cast<std::uint64_t>(c - '0'), &value))
            return false;
    }
    if (negative) value = std::uint64_t{0} - value;
    into = static_cast<T>(value);
    return !digits.empty() && decimal(into).view() == digits;
}
}  // namespace detail

/// The text of notes. Errors: bad_name for an empty key, duplicate_name for one that comes twice, too_large for more than a thousand.
inline result<std::string> checkpoint_text(const checkpoint_notes& notes) {
    if (notes.notes.size() > detail::most_notes) return detail::too_many_notes();
    std::string text;
    const auto line = [&text](std::string_view word, std::string_view value) { text.append(word).append(value) += '\n'; };
    line(detail::notes_head, "1");
    line("step ", decimal(notes.step));
    line("random_seed ", decimal(notes.random_seed));
    for (const auto seed : notes.seeds) line("seed ", decimal(seed));
    for (std::size_t i = 0; i < notes.notes.size(); ++i) {
        const auto& one = notes.notes[i];
        if (one.key.empty()) return failure(errc::bad_name, "a note has no key").found(one.value);
        if (notes.find(one.key) != &one.value) return failure(errc::duplicate_name, "two notes have one key").of_variable(one.key);
        text += "note ";
        detail::append_escaped(text, one.key, true);
        text += '=';
        detail::append_escaped(text, one.value, false);
        text += '\n';
    }
    const auto sum = crc32c(text);
    text += detail::notes_sum;
    detail::append_hex(text, sum);
    text += '\n';
    return text;
}

/// Reads the text again. Errors: not_a_paddle_file for another kind of text, bad_version, truncated where the last line is missing,
/// bad_checksum, bad_text with the offset of a line that is not one of these, missing_required,
/// duplicate_name, too_large.
inline result<checkpoint_notes> parse_checkpoint_text(std::string_view text) {
    if (!text.starts_with(detail::notes_head)) {
        if (detail::notes_head.starts_with(text)) return failure(errc::truncated, "the notes of a checkpoint are cut short");
        return failure(errc::not_a_paddle_file, "these are not the notes of a checkpoint")
            .expected(detail::notes_head)
            .found(text.substr(0, 32));
    }
    const auto end = text.size() < detail::notes_sum_bytes ? 0 : text.size() - detail::notes_sum_bytes;
    const auto last = text.substr(end);
    if (end == 0 || text[end - 1] != '\n' || !last.starts_with(detail::notes_sum) || last.back() != '\n')
        return failure(errc::truncated, "the notes of a checkpoint are cut short").at(text.size());
    std::string sum;
    detail::append_hex(sum, crc32c(text.substr(0, end)));
    const auto found = last.substr(detail::notes_sum.size(), 8);
    if (found != sum)
        return failure(errc::bad_checksum, "the notes of a checkpoint differ from those that were written")
            .at(end)
            .expected(sum)
            .found(found);

    checkpoint_notes notes;
    bool has_step = false;
    bool has_seed = false;
    for (std::size_t at = 0; at < end;) {
        const auto line = text.substr(at, std::min(text.find('\n', at), end) - at);
        const auto wrong = [&](errc code, const char* message) { return failure(code, message).at(at).found(line.substr(0, 64)); };
        const auto is = [&](std::string_view word) { return line.starts_with(word); };
        const auto number = [&](std::string_view word, auto& into) { return detail::read_number(line.substr(word.size()), into); };
        bool good = false;
        if (at == 0) {
            if (line.substr(detail::notes_head.size()) != "1")
                return wrong(errc::bad_version, "notes of a checkpoint that a later version has written");
            good = true;
        } else if (is("step ")) {
            good = !has_step && number("step ", notes.step);
            has_step = true;
        } else if (is("random_seed ")) {
            good = !has_seed && number("random_seed ", notes.random_seed);
            has_seed = true;
        } else if (is("seed ")) {
            std::uint64_t seed = 0;
            good = number("seed ", seed);
            notes.seeds.push_back(seed);
        } else if (is("note ")) {
            const auto equals = line.find('=');
            checkpoint_note one;
            good = equals != std::string_view::npos && equals > 5 && detail::read_escaped(one.key, line.substr(5, equals - 5), true) &&
                   detail::read_escaped(one.value, line.substr(equals + 1), false);
            if (notes.notes.size() == detail::most_notes) return detail::too_many_notes();
            if (good && notes.find(one.key) != nullptr) return wrong(errc::duplicate_name, "two notes have one key");
            notes.notes.push_back(std::move(one));
        }
        if (!good) return wrong(errc::bad_text, "a line of a checkpoint's notes that cannot be read");
        at += line.size() + 1;
    }
    if (!has_step || !has_seed)
        return failure(errc::missing_required, "the notes of a checkpoint lack a line").expected(has_step ? "random_seed" : "step");
    return notes;
}

}  // namespace wherry::inline WHERRY_ABI

#endif
