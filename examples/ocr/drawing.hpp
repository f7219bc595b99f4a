#ifndef WHERRY_EXAMPLE_OCR_DRAWING_HPP
#define WHERRY_EXAMPLE_OCR_DRAWING_HPP

#include "picture.hpp"
#include "picture_file.hpp"
#include "reader.hpp"

#include <wherry/base/result.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace ocr {

/// A line two pixels wide.
inline void draw_line(picture& to, point from, point end, const std::uint8_t (&colour)[3]) {
    const auto steps = std::max(1.0, std::ceil(2 * distance(from, end)));
    for (double s = 0; s <= steps; ++s) {
        const int x = static_cast<int>(from.x + (end.x - from.x) * s / steps), y = static_cast<int>(from.y + (end.y - from.y) * s / steps);
        for (int dy = 0; dy < 2; ++dy)
            for (int dx = 0; dx < 2; ++dx)
                if (x + dx >= 0 && y + dy >= 0 && x + dx < to.width && y + dy < to.height) std::copy_n(colour, 3, to.at(x + dx, y + dy));
    }
}
inline void draw_box(picture& to, const box& corners, const std::uint8_t (&colour)[3]) {
    for (std::size_t i = 0; i < 4; ++i) draw_line(to, corners[i], corners[(i + 1) % 4], colour);
}

/// Writes a PNG of a picture with boxes around its lines, and their text beside it where a font is given.
/// Errors: those of font::load and write_picture.
inline wherry::result<void> draw(const picture& from, std::span<const line> lines, const std::string& font_file, const std::string& out) {
    constexpr std::uint8_t ink[3] = {20, 20, 20}, mark[3] = {208, 32, 48};
    picture to(font_file.empty() ? from.width : 2 * from.width, from.height, 255);
    for (int y = 0; y < from.height; ++y) std::copy_n(from.at(0, y), 3 * std::size_t(from.width), to.at(0, y));
    for (const auto& line : lines) draw_box(to, line.corners, mark);
    if (!font_file.empty()) {
        const auto letters = font::load(font_file);
        if (!letters) return letters.failure();
        for (const auto& line : lines) {
            const auto& c = line.corners;
            const point left_top{from.width + c[0].x, std::min(c[0].y, c[1].y)};
            letters->write(to, line.text, left_top, distance(c[0], c[3]), distance(c[0], c[1]), ink);
        }
    }
    return write_picture(out, to);
}

}  // namespace ocr

#endif
