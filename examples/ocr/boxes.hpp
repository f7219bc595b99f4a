#ifndef WHERRY_EXAMPLE_OCR_BOXES_HPP
#define WHERRY_EXAMPLE_OCR_BOXES_HPP

#include "picture.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <numbers>
#include <optional>
#include <span>
#include <utility>
#include <vector>

/// From the map of a text detector (PaddleOCR's DB: how likely each pixel is text, the lines shrunk) to boxes around the lines.
namespace ocr {

/// What is a line of text. Source: PaddleOCR's DBPostProcess; the numbers are those of RapidOCR.
struct box_options {
    float pixel_threshold = 0.3f;  ///< from here on a pixel is text
    double box_threshold = 0.5;    ///< mean of the pixels of a line
    double unclip_ratio = 1.6;     ///< how far lines are grown back: area times this by length of the outline
    std::size_t most_regions = 1000;
};

namespace detail {
inline double cross(point o, point a, point b) { return (a.x - o.x) * (b.y - o.y) - (a.y - o.y) * (b.x - o.x); }

/// The smallest convex polygon around points.
inline std::vector<point> hull(std::vector<point> points) {
    std::sort(points.begin(), points.end(), [](point a, point b) { return std::pair(a.x, a.y) < std::pair(b.x, b.y); });
    points.erase(std::unique(points.begin(), points.end()), points.end());
    if (points.size() < 3) return points;
    std::vector<point> made;
    const auto half = [&](auto first, auto last) {
        const auto start = made.size();
        for (; first != last; ++first) {
            while (made.size() >= start + 2 && cross(made[made.size() - 2], made.back(), *first) <= 0) made.pop_back();
            made.push_back(*first);
        }
        made.pop_back();
    };
    half(points.begin(), points.end());
    half(points.rbegin(), points.rend());
    return made;
}

/// Corners in reading order, from any order.
inline box in_order(box b) {
    const auto higher = [](point a, point c) { return a.y < c.y; };
    for (std::size_t i = 1; i < 4; ++i)  // few, and equal ones keep their order
        for (std::size_t j = i; j > 0 && b[j].x < b[j - 1].x; --j) std::swap(b[j], b[j - 1]);
    if (higher(b[1], b[0])) std::swap(b[0], b[1]);
    if (higher(b[3], b[2])) std::swap(b[2], b[3]);
    return {b[0], b[2], b[3], b[1]};
}

struct rectangle {
    box corners;
    double short_side = 0;
};
/// The smallest rectangle around points, by calipers that turn around their hull: one of its sides lies along a side of that. In float and step
/// by step as OpenCV's `minAreaRect`, since corners are cut to whole pixels later, and a corner at 41.99999 is another one than at 42.
inline rectangle least_rectangle(std::vector<point> points) {
    auto around = hull(std::move(points));
    rectangle best;
    if (around.empty()) return best;
    if (around.size() < 3) return {in_order({around[0], around[0], around.back(), around.back()}), 0};
    const auto less = [](point a, point b) { return std::pair(a.x, a.y) < std::pair(b.x, b.y); };
    std::rotate(around.begin(), std::max_element(around.begin(), around.end(), less), around.end());
    struct vec {
        float x, y;
    };
    const std::size_t n = around.size();
    std::vector<vec> at(n), side(n);
    std::vector<float> by_length(n);
    std::size_t lowest = 0, rightmost = 0, highest = 0, leftmost = 0;
    for (std::size_t i = 0; i < n; ++i) {
        at[i] = {float(around[i].x), float(around[i].y)};
        const auto next = around[(i + 1) % n];
        const double dx = next.x - around[i].x, dy = next.y - around[i].y;
        side[i] = {float(dx), float(dy)};
        by_length[i] = float(1 / std::sqrt(dx * dx + dy * dy));
        if (at[i].x < at[leftmost].x) leftmost = i;
        if (at[i].x > at[rightmost].x) rightmost = i;
        if (at[i].y > at[highest].y) highest = i;
        if (at[i].y < at[lowest].y) lowest = i;
    }
    std::size_t touched[4] = {lowest, rightmost, highest, leftmost};
    float least = std::numeric_limits<float>::max();
    vec base{1, 0}, along{}, across{}, corner{};
    for (std::size_t k = 0; k < n; ++k) {
        const auto turned = [](vec v, std::size_t quarters) {
            return quarters == 0 ? v : quarters == 1 ? vec{v.y, -v.x} : quarters == 2 ? vec{-v.x, -v.y} : vec{-v.y, v.x};
        };
        std::size_t first = 0;  // the side that the calipers meet next
        for (std::size_t i = 1; i < 4; ++i) {
            const vec a = turned(side[touched[i]], i), b = turned(side[touched[first]], first);
            if (-a.y * b.x + a.x * b.y > 0) first = i;
        }
        const auto edge = touched[first];
        base = turned({side[edge].x * by_length[edge], side[edge].y * by_length[edge]}, first);
        touched[first] = (edge + 1) % n;
        const auto between = [&](std::size_t from, std::size_t to) {
            return vec{at[touched[to]].x - at[touched[from]].x, at[touched[to]].y - at[touched[from]].y};
        };
        const vec wide = between(3, 1), high = between(0, 2);
        const float width = wide.x * base.x + wide.y * base.y, height = -high.x * base.y + high.y * base.x;
        if (width * height > least) continue;
        least = width * height;
        const vec left = at[touched[3]], low = at[touched[0]];
        const float c1 = base.x * left.x + left.y * base.y, c2 = -base.y * low.x + low.y * base.x;
        const float by = 1 / (base.x * base.x + base.y * base.y);
        corner = {(c1 * base.x - c2 * base.y) * by, (base.x * c2 + base.y * c1) * by};
        along = {base.x * width, base.y * width}, across = {-base.y * height, base.x * height};
    }
    const vec center{corner.x + (along.x + across.x) * 0.5F, corner.y + (along.y + across.y) * 0.5F};
    const auto length = [](vec v) { return float(std::hypot(double(v.x), double(v.y))); };
    const float width = length(along), height = length(across);
    constexpr double half_turn = std::numbers::pi;
    const float degrees = float(float(std::atan2(double(along.y), double(along.x))) * 180 / half_turn);
    const float b = float(std::cos(degrees * half_turn / 180)) * 0.5F, a = float(std::sin(degrees * half_turn / 180)) * 0.5F;
    const vec p{center.x - a * height - b * width, center.y + b * height - a * width};
    const vec q{center.x + a * height - b * width, center.y - b * height - a * width};
    const auto whole = [](float x, float y) { return point{double(x), double(y)}; };
    return {in_order({whole(p.x, p.y), whole(q.x, q.y), whole(2 * center.x - p.x, 2 * center.y - p.y),
                      whole(2 * center.x - q.x, 2 * center.y - q.y)}),
            double(std::min(width, height))};
}

/// The map of a detector.
struct likely {
    std::span<const float> values;
    int width = 0, height = 0;
    [[nodiscard]] float at(int x, int y) const { return values[std::size_t(y) * std::size_t(width) + std::size_t(x)]; }
};

/// The mean over the pixels of a box, its outline drawn from pixel to pixel.
inline double mean_in(const likely& map, const box& b) {
    const auto [left, right] = std::minmax({b[0].x, b[1].x, b[2].x, b[3].x});
    const auto [upper, lower] = std::minmax({b[0].y, b[1].y, b[2].y, b[3].y});
    const auto within = [](double v, int end) { return std::clamp(static_cast<int>(v), 0, end - 1); };
    const int x0 = within(std::floor(left), map.width), y0 = within(std::floor(upper), map.height);
    const int x1 = within(std::ceil(right), map.width), y1 = within(std::ceil(lower), map.height);
    std::vector<std::pair<int, int>> rows(std::size_t(y1 - y0 + 1), {map.width, -1});
    for (std::size_t i = 0; i < 4; ++i) {
        const auto whole = [&](point p) { return std::pair(static_cast<int>(p.x - x0), static_cast<int>(p.y - y0)); };
        const auto [ax, ay] = whole(b[i]);
        const auto [bx, by] = whole(b[(i + 1) % 4]);
        const int steps = std::max({std::abs(bx - ax), std::abs(by - ay), 1});
        for (int s = 0; s <= steps; ++s) {
            const auto at = [&](int from, int to) { return static_cast<int>(std::lround(from + double(to - from) * s / steps)); };
            const int x = at(ax, bx), y = at(ay, by);
            if (y < 0 || y > y1 - y0) continue;
            auto& row = rows[std::size_t(y)];
            row = {std::min(row.first, std::max(x, 0)), std::max(row.second, std::min(x, x1 - x0))};
        }
    }
    double sum = 0;
    std::size_t count = 0;
    for (int y = 0; y <= y1 - y0; ++y)
        for (int x = rows[std::size_t(y)].first; x <= rows[std::size_t(y)].second; ++x, ++count) sum += double(map.at(x0 + x, y0 + y));
    return count == 0 ? 0 : sum / double(count);
}

/// A polygon grown by a distance, its corners rounded: points around it on whole pixels, as Clipper's offset has them.
inline std::vector<point> grown(box b, double by) {
    for (auto& p : b) p = {std::trunc(p.x), std::trunc(p.y)};
    std::vector<point> corners;
    for (const auto p : b)
        if (corners.empty() || p != corners.back()) corners.push_back(p);
    if (corners.size() > 1 && corners.front() == corners.back()) corners.pop_back();
    double area = 0;
    for (std::size_t i = 0; i < corners.size(); ++i) area += cross({}, corners[i], corners[(i + 1) % corners.size()]);
    if (area < 0) std::reverse(corners.begin(), corners.end());
    const double step =
        std::min(std::numbers::pi / std::acos(1 - std::min(0.25, by * 0.25) / by), by * std::numbers::pi);  // of a full turn
    std::vector<point> made;
    const auto n = corners.size();
    const auto normal = [&](std::size_t i) {
        const auto from = corners[i], to = corners[(i + 1) % n];
        return point{(to.y - from.y) / distance(from, to), (from.x - to.x) / distance(from, to)};
    };
    for (std::size_t i = 0; i < n && n > 1; ++i) {
        const auto before = normal((i + n - 1) % n), after = normal(i);
        const auto push = [&](point by_normal) {
            made.push_back({std::round(corners[i].x + by_normal.x * by), std::round(corners[i].y + by_normal.y * by)});
        };
        const double angle = std::atan2(before.x * after.y - before.y * after.x, before.x * after.x + before.y * after.y);
        const auto steps = std::max(1L, std::lround(step / (2 * std::numbers::pi) * std::abs(angle)));
        for (long s = 0; s < steps; ++s) {
            const double turn = 2 * std::numbers::pi / step * double(s);
            push({before.x * std::cos(turn) - before.y * std::sin(turn), before.x * std::sin(turn) + before.y * std::cos(turn)});
        }
        push(after);
    }
    return made;
}

/// The outlines of what is text and of the holes in it, each as points whose hull is that of the outline.
class regions {
  public:
    regions(const likely& map, float threshold)
        : width_(map.width + 2), height_(map.height + 2), of_(std::size_t(width_) * std::size_t(height_)) {
        const auto text = [&](int x, int y) { return x >= 0 && y >= 0 && map.at(x, y) > threshold; };
        for (int y = 0; y < map.height; ++y)  // and grown by a pixel to the right and down
            for (int x = 0; x < map.width; ++x)
                if (text(x, y) || text(x - 1, y) || text(x, y - 1) || text(x - 1, y - 1)) of_[at(x + 1, y + 1)] = unknown;
    }

    [[nodiscard]] std::vector<std::vector<point>> outlines(std::size_t most) {
        std::vector<std::vector<point>> found;
        fill(0, outside, nullptr);
        for (std::size_t i = 0; i < of_.size() && found.size() < most; ++i) {
            if (of_[i] != unknown && of_[i] != paper) continue;
            found.emplace_back();
            fill(i, of_[i] == unknown ? ink : hole, &found.back());
        }
        return found;
    }

  private:
    enum kind : std::uint8_t { paper, unknown, ink, hole, outside };

    [[nodiscard]] std::size_t at(int x, int y) const { return std::size_t(y) * std::size_t(width_) + std::size_t(x); }

    /// Marks what hangs together with a place. Ink meets at corners, paper at sides only. Of ink the points are its own, of a hole the ink around it.
    void fill(std::size_t first, kind as, std::vector<point>* points) {
        const auto was = of_[first];
        const auto inked = [](kind k) { return k == unknown || k == ink; };
        std::vector<std::size_t> open{first};
        of_[first] = as;
        while (!open.empty()) {
            const auto place = open.back();
            open.pop_back();
            const int x = int(place % std::size_t(width_)), y = int(place / std::size_t(width_));
            bool edge = false;
            for (int dy = -1; dy <= 1; ++dy) {
                for (int dx = -1; dx <= 1; ++dx) {
                    if ((dx == 0 && dy == 0) || (as != ink && dx != 0 && dy != 0)) continue;
                    if (x + dx < 0 || y + dy < 0 || x + dx >= width_ || y + dy >= height_) continue;
                    auto& next = of_[at(x + dx, y + dy)];
                    if (next == was) {
                        next = as;
                        open.push_back(at(x + dx, y + dy));
                    } else if (as == ink && !inked(next)) {
                        edge = true;
                    } else if (as == hole && inked(next)) {
                        points->push_back({double(x + dx - 1), double(y + dy - 1)});
                    }
                }
            }
            if (edge) points->push_back({double(x - 1), double(y - 1)});
        }
    }

    int width_, height_;
    std::vector<kind> of_;
};
}  // namespace detail

/// The boxes of a map, in pixels of a picture of another size. In reading order: from above, those at one height from the left.
inline std::vector<box> text_boxes(std::span<const float> values, int map_width, int map_height, int width, int height,
                                   const box_options& options = {}) {
    const detail::likely map{values, map_width, map_height};
    std::vector<box> found;
    for (auto& outline : detail::regions(map, options.pixel_threshold).outlines(options.most_regions)) {
        const auto text = detail::least_rectangle(std::move(outline));
        if (text.short_side < 3 || detail::mean_in(map, text.corners) < options.box_threshold) continue;
        const auto& c = text.corners;
        const double area = std::abs(detail::cross(c[0], c[1], c[2]) + detail::cross(c[0], c[2], c[3])) / 2;
        const double length = distance(c[0], c[1]) + distance(c[1], c[2]) + distance(c[2], c[3]) + distance(c[3], c[0]);
        auto whole = detail::least_rectangle(detail::grown(c, area * options.unclip_ratio / length));
        if (whole.short_side < 5) continue;
        for (auto& p : whole.corners) {
            const auto scaled = [](double v, int from, int to) { return std::clamp(std::nearbyint(v / from * to), 0.0, double(to)); };
            p = {std::min(scaled(p.x, map_width, width), width - 1.0), std::min(scaled(p.y, map_height, height), height - 1.0)};
        }
        const auto ordered = detail::in_order(whole.corners);
        if (distance(ordered[0], ordered[1]) < 4 || distance(ordered[0], ordered[3]) < 4) continue;
        found.push_back(ordered);
    }
    std::stable_sort(found.begin(), found.end(),
                     [](const box& a, const box& b) { return std::pair(a[0].y, a[0].x) < std::pair(b[0].y, b[0].x); });
    for (std::size_t i = 1; i < found.size(); ++i)
        for (std::size_t j = i; j > 0 && std::abs(found[j][0].y - found[j - 1][0].y) < 10 && found[j][0].x < found[j - 1][0].x; --j)
            std::swap(found[j], found[j - 1]);
    return found;
}

}  // namespace ocr

#endif
