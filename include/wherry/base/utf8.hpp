#ifndef WHERRY_BASE_UTF8_HPP
#define WHERRY_BASE_UTF8_HPP

#include <wherry/version.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace wherry::inline WHERRY_ABI {

/// Bytes of the UTF-8 character at the front; 0 when there is none. Strict: no overlong forms, no surrogates, nothing
/// above U+10FFFF.
constexpr std::size_t utf8_bytes(std::string_view at) noexcept {
    const auto byte = [at](std::size_t i) { return i < at.size() ? static_cast<unsigned>(static_cast<unsigned char>(at[i])) : 0U; };
    const auto lead = byte(0);
    const auto pair = lead << 8U | byte(1);
    const std::size_t length = lead < 0x80U ? 1 : lead < 0xc2U ? 0 : lead < 0xe0U ? 2 : lead < 0xf0U ? 3 : lead < 0xf5U ? 4 : 0;
    for (std::size_t i = 1; i < length; ++i)
        if ((byte(i) & 0xc0U) != 0x80U) return 0;
    const bool overlong = (lead == 0xe0U && pair < 0xe0a0U) || (lead == 0xf0U && pair < 0xf090U);
    const bool beyond = (lead == 0xedU && pair >= 0xeda0U) || (lead == 0xf4U && pair >= 0xf490U);
    return at.empty() || overlong || beyond ? 0 : length;
}

/// Whether all of a text is UTF-8, by the rules of `utf8_bytes`.
constexpr bool is_utf8(std::string_view text) noexcept {
    while (!text.empty()) {
        const auto length = utf8_bytes(text);
        if (length == 0) return false;
        text.remove_prefix(length);
    }
    return true;
}
static_assert(is_utf8("\xC3\xA9 \xE2\x82\xAC \xF0\x9F\x9B\xB6") && !is_utf8("\xC0\x80") && !is_utf8("\xED\xA0\x80") &&
              !is_utf8("\xE2\x82"));

/// Appends the UTF-8 of a character below U+110000.
inline void append_utf8(std::string& to, std::uint32_t letter) {
    const auto put = [&to](std::uint32_t byte) { to += static_cast<char>(static_cast<unsigned char>(byte)); };
    if (letter < 0x80) return put(letter);
    if (letter < 0x800) put(0xc0 | letter >> 6);
    else if (letter < 0x10000) put(0xe0 | letter >> 12), put(0x80 | (letter >> 6 & 63));
    else put(0xf0 | letter >> 18), put(0x80 | (letter >> 12 & 63)), put(0x80 | (letter >> 6 & 63));
    put(0x80 | (letter & 63));
}

/// True for a UTF-8 character that would move a terminal's cursor or colours: C0, DEL and C1.
constexpr bool is_control_character(std::string_view character) noexcept {
    const auto lead = static_cast<unsigned char>(character.front());
    return character.size() == 1 ? lead < 0x20U || lead == 0x7fU : lead == 0xc2U && static_cast<unsigned char>(character[1]) < 0xa0U;
}

/// Bytes of a name as they may be shown: control characters, what is not UTF-8 and the characters of `also` become \xNN.
/// Without backslashes in `also` two names may look alike.
inline std::string printable(std::string_view raw, std::string_view also = "\\") {
    constexpr std::string_view hex = "0123456789abcdef";
    std::string shown;
    while (!raw.empty()) {
        const auto length = utf8_bytes(raw);
        const auto character = raw.substr(0, length > 0 ? length : 1);
        if (length > 0 && also.find(raw.front()) == std::string_view::npos && !is_control_character(character)) {
            shown += character;
        } else {
            for (const char c : character) {
                const auto u = static_cast<unsigned char>(c);
                shown += {'\\', 'x', hex[u >> 4U], hex[u & 15U]};
            }
        }
        raw.remove_prefix(character.size());
    }
    return shown;
}

}  // namespace wherry::inline WHERRY_ABI

#endif
