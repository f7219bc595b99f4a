#ifndef WHERRY_EXAMPLE_OCR_PICTURE_HPP
#define WHERRY_EXAMPLE_OCR_PICTURE_HPP

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace ocr {

struct point {
    double x = 0, y = 0;
    friend bool operator==(const point&, const point&) = default;
};
inline double distance(point a, point b) { return std::hypot(a.x - b.x, a.y - b.y); }

/// The corners of a line of text: top left, top right, bottom right, bottom left, as one reads.
using box = std::array<point, 4>;

/// Red, green and blue of each pixel, row by row.
struct picture {
    int width = 0, height = 0;
    std::vector<std::uint8_t> bytes;

    picture() = default;
    picture(int w, int h, std::uint8_t shade = 0) : width(w), height(h), bytes(std::size_t(w) * std::size_t(h) * 3, shade) {}

    [[nodiscard]] const std::uint8_t* at(int x, int y) const {
        return bytes.data() + (std::size_t(y) * std::size_t(width) + std::size_t(x)) * 3;
    }
    [[nodiscard]] std::uint8_t* at(int x, int y) { return bytes.data() + (std::size_t(y) * std::size_t(width) + std::size_t(x)) * 3; }
};

/// Another size, bilinear. In whole numbers of 1/2048 as OpenCV's `resize` counts, since recognisers were trained on its pixels.
inline picture resized(const picture& from, int width, int height) {
    struct place {
        int first, second, second_weight;
    };
    const auto places = [](int in, int out) {
        std::vector<place> found;
        for (int i = 0; i < out; ++i) {
            auto at = static_cast<float>((i + 0.5) * in / out - 0.5);
            const auto first = std::floor(at);
            at -= first;
            const int low = static_cast<int>(first);
            found.push_back({std::clamp(low, 0, in - 1), std::clamp(low + 1, 0, in - 1), static_cast<int>(std::nearbyint(at * 2048))});
        }
        return found;
    };
    const auto columns = places(from.width, width), rows = places(from.height, height);
    picture to(width, height);
    for (int y = 0; y < height; ++y) {
        const auto& row = rows[std::size_t(y)];
        for (int x = 0; x < width; ++x) {
            const auto& column = columns[std::size_t(x)];
            for (int c = 0; c < 3; ++c) {
                const auto along = [&](int line) {
                    return from.at(column.first, line)[c] * (2048 - column.second_weight) +
                           from.at(column.second, line)[c] * column.second_weight;
                };
                const int above = (2048 - row.second_weight) * (along(row.first) >> 4) >> 16,
                          below = row.second_weight * (along(row.second) >> 4) >> 16;
                to.at(x, y)[c] = static_cast<std::uint8_t>((above + below + 2) >> 2);
            }
        }
    }
    return to;
}

/// Turned by 180 degrees.
inline picture upside_down(picture from) {
    for (std::size_t i = 0, j = from.bytes.size(); i + 3 < j; i += 3) {
        j -= 3;
        std::swap_ranges(from.bytes.begin() + std::ptrdiff_t(i), from.bytes.begin() + std::ptrdiff_t(i) + 3,
                         from.bytes.begin() + std::ptrdiff_t(j));
    }
    return from;
}
/// Turned by 90 degrees against the clock.
inline picture turned_left(const picture& from) {
    picture to(from.height, from.width);
    for (int y = 0; y < to.height; ++y)
        for (int x = 0; x < to.width; ++x) std::copy_n(from.at(from.width - 1 - y, x), 3, to.at(x, y));
    return to;
}

/// With black rows above and below.
inline picture with_margins(const picture& from, int rows) {
    picture to(from.width, from.height + 2 * rows);
    std::copy(from.bytes.begin(), from.bytes.end(), to.bytes.begin() + std::ptrdiff_t(rows) * from.width * 3);
    return to;
}

namespace detail {
/// Numbers h of the projection x' = (h0 x + h1 y + h2) / (h6 x + h7 y + 1), y' with h3 to h5, that takes each corner of `from` to one of `to`.
inline std::array<double, 9> projection(const box& from, const box& to) {
    double m[8][9] = {};
    for (std::size_t i = 0; i < 4; ++i) {
        const auto [x, y] = from[i];
        const double row_x[9] = {x, y, 1, 0, 0, 0, -x * to[i].x, -y * to[i].x, to[i].x};
        const double row_y[9] = {0, 0, 0, x, y, 1, -x * to[i].y, -y * to[i].y, to[i].y};
        std::copy_n(row_x, 9, m[i]);
        std::copy_n(row_y, 9, m[i + 4]);
    }
    for (std::size_t k = 0; k < 8; ++k) {  // Gauss and Jordan, the largest element first
        std::size_t pivot = k;
        for (std::size_t i = k + 1; i < 8; ++i)
            if (std::abs(m[i][k]) > std::abs(m[pivot][k])) pivot = i;
        std::swap(m[k], m[pivot]);
        if (m[k][k] == 0) return {};
        for (std::size_t i = 0; i < 8; ++i) {
            if (i == k) continue;
            const double by = m[i][k] / m[k][k];
            for (std::size_t j = k; j < 9; ++j) m[i][j] -= by * m[k][j];
        }
    }
    std::array<double, 9> h{};
    for (std::size_t k = 0; k < 8; ++k) h[k] = m[k][8] / m[k][k];
    h[8] = 1;
    return h;
}

/// Weights of the four pixels around a place that lies so far between the middle two.
inline std::array<double, 4> cubic(double at) {
    constexpr double a = -0.75;
    const auto near = [](double d) { return ((a + 2) * d - (a + 3)) * d * d + 1; };
    const double far = ((a * (at + 1) - 5 * a) * (at + 1) + 8 * a) * (at + 1) - 4 * a;
    return {far, near(at), near(1 - at), 1 - far - near(at) - near(1 - at)};
}
}  // namespace detail

/// What lies in a box, as if one looked at it from above; a line that is much higher than wide is turned to the left.
/// Bicubic between places that are 1/32 of a pixel apart, as OpenCV's `warpPerspective`.
inline picture cropped(const picture& from, const box& corners) {
    const auto width = static_cast<int>(std::max(distance(corners[0], corners[1]), distance(corners[2], corners[3])));
    const auto height = static_cast<int>(std::max(distance(corners[0], corners[3]), distance(corners[1], corners[2])));
    const double w = width, h = height;
    const auto m = detail::projection({{{0, 0}, {w, 0}, {w, h}, {0, h}}}, corners);
    picture to(width, height);
    for (int y = 0; y < height; ++y) {
        for (int x = 0; x < width; ++x) {
            const double scale = 32 / (m[6] * x + m[7] * y + m[8]);
            const double limit = 32.0 * 65536;
            const auto fine_x = static_cast<int>(std::nearbyint(std::clamp((m[0] * x + m[1] * y + m[2]) * scale, -limit, limit)));
            const auto fine_y = static_cast<int>(std::nearbyint(std::clamp((m[3] * x + m[4] * y + m[5]) * scale, -limit, limit)));
            const auto across = detail::cubic((fine_x & 31) / 32.0), down = detail::cubic((fine_y & 31) / 32.0);
            double sum[3] = {};
            for (int j = 0; j < 4; ++j) {
                for (int i = 0; i < 4; ++i) {
                    const auto* pixel = from.at(std::clamp((fine_x >> 5) + i - 1, 0, from.width - 1),
                                                std::clamp((fine_y >> 5) + j - 1, 0, from.height - 1));
                    const double weight = down[std::size_t(j)] * across[std::size_t(i)];
                    for (int c = 0; c < 3; ++c) sum[c] += weight * pixel[c];
                }
            }
            for (int c = 0; c < 3; ++c) to.at(x, y)[c] = static_cast<std::uint8_t>(std::clamp(std::nearbyint(sum[c]), 0.0, 255.0));
        }
    }
    return height >= 1.5 * width ? turned_left(to) : to;
}

}  // namespace ocr

#endif
