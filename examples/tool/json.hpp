#ifndef WHERRY_TOOL_JSON_HPP
#define WHERRY_TOOL_JSON_HPP

#include <wherry/base/utf8.hpp>

#include <charconv>
#include <cmath>
#include <concepts>
#include <string>
#include <string_view>
#include <utility>

namespace tool {

/// Writes one JSON document, value by value; commas are its own business.
///
/// Text that is not UTF-8 is written with U+FFFD for each bad byte, so that the document is valid whatever is in a
/// name. Numbers that JSON lacks are the strings "nan", "inf" and "-inf".
class json_writer {
  public:
    /// `{ ... }` and `[ ... ]`: the content is written by calls within `fill`.
    template <std::invocable Fill>
    json_writer& object(Fill fill) {
        return nested('{', fill, '}');
    }
    template <std::invocable Fill>
    json_writer& array(Fill fill) {
        return nested('[', fill, ']');
    }
    /// An array of the values of a range.
    template <class Range>
    json_writer& list(const Range& values) {
        return array([&] {
            for (const auto& one : values) value(one);
        });
    }

    json_writer& key(std::string_view name) {
        value(name);
        made_ += ':';
        first_ = true;
        return *this;
    }
    template <class T>
    json_writer& field(std::string_view name, const T& held) {
        return key(name).value(held);
    }

    json_writer& null() { return raw("null"); }
    json_writer& value(bool held) { return raw(held ? "true" : "false"); }
    json_writer& value(const char* held) { return value(std::string_view(held)); }
    json_writer& value(const std::string& held) { return value(std::string_view(held)); }
    json_writer& value(std::string_view held) {
        raw("\"");
        for (; !held.empty(); held.remove_prefix(std::max<std::size_t>(wherry::utf8_bytes(held), 1))) made_ += escaped(held);
        made_ += '"';
        return *this;
    }
    template <class T>
    requires std::integral<T> || std::floating_point<T> json_writer& value(T held) {
        if constexpr (std::floating_point<T>)
            if (!std::isfinite(held)) return value(std::isnan(held) ? "nan" : held < 0 ? "-inf" : "inf");
        char digits[32];
        const auto end = std::to_chars(std::begin(digits), std::end(digits), held).ptr;
        return raw(std::string_view(std::begin(digits), static_cast<std::size_t>(end - std::begin(digits))));
    }

    [[nodiscard]] std::string take() { return std::exchange(made_, {}); }

  private:
    template <class Fill>
    json_writer& nested(char open, Fill& fill, char close) {
        raw(std::string_view(&open, 1));
        first_ = true;
        fill();
        made_ += close;
        first_ = false;
        return *this;
    }
    json_writer& raw(std::string_view text) {
        if (!std::exchange(first_, false)) made_ += ',';
        made_ += text;
        return *this;
    }
    /// The character at the front as it is written between quotes.
    static std::string escaped(std::string_view at) {
        constexpr std::string_view hex = "0123456789abcdef";
        const auto length = wherry::utf8_bytes(at);
        if (length == 0) return "\\ufffd";
        const auto character = at.substr(0, length);
        if (character == "\"" || character == "\\") return "\\" + std::string(character);
        if (!wherry::is_control_character(character)) return std::string(character);
        const auto code = static_cast<unsigned char>(character.back());  // C1 is U+0080 to U+009F: its last byte
        return {'\\', 'u', '0', '0', hex[code >> 4U], hex[code & 15U]};
    }

    std::string made_;
    bool first_ = true;
};

}  // namespace tool

#endif
