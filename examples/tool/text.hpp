#ifndef WHERRY_TOOL_TEXT_HPP
#define WHERRY_TOOL_TEXT_HPP

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tool {

/// Columns a terminal needs for a text, wide characters not counted.
constexpr std::size_t width_of(std::string_view text) noexcept {
    return static_cast<std::size_t>(
        std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xc0U) != 0x80U; }));
}

/// Columns of the terminal that standard output is, or of the variable COLUMNS; 0 for anything else, which takes lines of any length.
std::size_t output_width();

/// The text with its lines cut to so many columns; 0: as they are.
std::string fitted(std::string_view text, std::size_t width);

/// "0.25", "1e-07": enough to judge by.
std::string short_number(double value);

enum class align : bool { left, right };

/// Lines of aligned columns, indented by two spaces; a column whose cells are all empty is left out.
class table {
  public:
    struct column {
        std::string title;
        align to = align::left;
    };
    explicit table(std::vector<column> columns) : columns_(std::move(columns)) { widths_.resize(columns_.size()); }
    /// As many cells as there are columns.
    void add(std::vector<std::string> cells) {
        for (std::size_t i = 0; i < cells.size(); ++i) widths_[i] = std::max(widths_[i], width_of(cells[i]));
        rows_.push_back(std::move(cells));
    }
    [[nodiscard]] std::string to_string() const {
        std::vector<std::string> titles;
        for (const auto& held : columns_) titles.push_back(held.title);
        if (rows_.empty()) return {};
        std::string made = line_of(titles);
        for (const auto& row : rows_) made += line_of(row);
        return made;
    }

  private:
    [[nodiscard]] std::string line_of(const std::vector<std::string>& cells) const {
        std::string line;
        for (std::size_t i = 0; i < cells.size(); ++i) {
            if (widths_[i] == 0) continue;
            const std::string gap(std::max(widths_[i], width_of(columns_[i].title)) - width_of(cells[i]), ' ');
            line += "  ";
            line += columns_[i].to == align::right ? gap + cells[i] : cells[i] + gap;
        }
        line.erase(line.find_last_not_of(' ') + 1);
        return line + "\n";
    }

    std::vector<column> columns_;
    std::vector<std::size_t> widths_;  ///< of the widest cell
    std::vector<std::vector<std::string>> rows_;
};

}  // namespace tool

#endif
