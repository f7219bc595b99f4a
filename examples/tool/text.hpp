#ifndef WHERRY_TOOL_TEXT_HPP
#define WHERRY_TOOL_TEXT_HPP

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tool {

/// Bytes of the UTF-8 character at the front; 0 when none starts there.
constexpr std::size_t utf8_bytes(std::string_view at) noexcept {
    const auto byte = [at](std::size_t i) { return i < at.size() ? static_cast<unsigned>(static_cast<unsigned char>(at[i])) : 0U; };
    const auto lead = byte(0);
    const auto second = byte(1);
    const std::size_t length = lead < 0x80 ? 1 : lead < 0xc2 ? 0 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : lead < 0xf5 ? 4 : 0;
    for (std::size_t i = 1; i < length; ++i)
        if ((byte(i) & 0xc0U) != 0x80U) return 0;
    const bool overlong = (lead == 0xe0 && second < 0xa0) || (lead == 0xf0 && second < 0x90);
    const bool beyond = (lead == 0xed && second >= 0xa0) || (lead == 0xf4 && second >= 0x90);  // surrogates, above U+10FFFF
    return at.empty() || overlong || beyond ? 0 : length;
}

/// True for a character that would move a terminal's cursor or colours: C0, DEL and C1.
constexpr bool is_control(std::string_view character) noexcept {
    const auto lead = static_cast<unsigned char>(character.front());
    return character.size() == 1 ? lead < 0x20 || lead == 0x7f : lead == 0xc2 && static_cast<unsigned char>(character[1]) < 0xa0;
}

/// A name as a terminal may show it: control characters and what is not UTF-8 as \xNN.
inline std::string shown(std::string_view raw) {
    constexpr std::string_view hex = "0123456789abcdef";
    std::string made;
    while (!raw.empty()) {
        const auto length = std::max<std::size_t>(utf8_bytes(raw), 1);
        const auto character = raw.substr(0, length);
        const bool plain = utf8_bytes(raw) > 0 && !is_control(character);
        if (plain) made += character;
        for (const char c : plain ? std::string_view() : character) {
            const auto u = static_cast<unsigned char>(c);
            made += {'\\', 'x', hex[u >> 4U], hex[u & 15U]};
        }
        raw.remove_prefix(length);
    }
    return made;
}

/// Columns a terminal needs for a text, wide characters not counted.
constexpr std::size_t width_of(std::string_view text) noexcept {
    return static_cast<std::size_t>(
        std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xc0U) != 0x80U; }));
}

enum class align : bool { left, right };

/// Lines of aligned columns, indented by two spaces.
class table {
  public:
    struct column {
        std::string title;
        align to = align::left;
    };
    explicit table(std::vector<column> columns) : columns_(std::move(columns)) {
        for (const auto& held : columns_) widths_.push_back(width_of(held.title));
    }
    /// As many cells as there are columns.
    void add(std::vector<std::string> cells) {
        for (std::size_t i = 0; i < cells.size(); ++i) widths_[i] = std::max(widths_[i], width_of(cells[i]));
        rows_.push_back(std::move(cells));
    }
    [[nodiscard]] std::string to_string() const {
        std::vector<std::string> titles;
        for (const auto& held : columns_) titles.push_back(held.title);
        std::string made = line_of(titles);
        for (const auto& row : rows_) made += line_of(row);
        return made;
    }

  private:
    [[nodiscard]] std::string line_of(const std::vector<std::string>& cells) const {
        std::string line;
        for (std::size_t i = 0; i < cells.size(); ++i) {
            const std::string gap(widths_[i] - width_of(cells[i]), ' ');
            line += "  ";
            line += columns_[i].to == align::right ? gap + cells[i] : cells[i] + gap;
        }
        line.erase(line.find_last_not_of(' ') + 1);
        return line + "\n";
    }

    std::vector<column> columns_;
    std::vector<std::size_t> widths_;
    std::vector<std::vector<std::string>> rows_;
};

}  // namespace tool

#endif
