#ifndef WHERRY_KERNEL_POOLING_HPP
#define WHERRY_KERNEL_POOLING_HPP

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <limits>
#include <span>
#include <type_traits>

#include <wherry/kernel/detail/lanes.hpp>
#include <wherry/kernel/view.hpp>
#include <wherry/kernel/window.hpp>
#include <wherry/version.hpp>

namespace wherry::inline WHERRY_ABI::kernel {

/// How images are pooled.
struct pooling_shape {
    enum class kind : bool { max, average };
    enum class divisor : unsigned char {
        inside,  ///< how many elements of the window lie in the image
        window,  ///< all of them
        padded,  ///< those in the image and as much padding on either side as in front
    };
    std::size_t planes = 0;  ///< images times channels
    kernel::window window;   ///< dilation is not used
    kind of = kind::max;
    divisor by = divisor::inside;
    bool adaptive = false;  ///< the image is cut into as many parts as there are places; stride, size, padding are not used

    /// The elements of one dim that a place covers, and how many elements of it an average counts.
    struct range {
        std::size_t begin, end, counted;
    };
    [[nodiscard]] constexpr range at(std::size_t axis, std::size_t place) const noexcept {
        const std::size_t in = window.in[axis], out = window.out[axis], before = window.before[axis];
        if (adaptive) {
            const std::size_t begin = place * in / out, end = ((place + 1) * in + out - 1) / out;
            return {begin, end, end - begin};
        }
        const std::size_t first = place * window.stride[axis], past = first + window.size[axis];  // both counted from the padding
        const std::size_t end = past < before ? 0 : std::min(past - before, in), begin = std::min(first < before ? 0 : first - before, end);
        const std::size_t counted = by == divisor::inside   ? end - begin
                                    : by == divisor::window ? window.size[axis]
                                                            : std::min(past, in + 2 * before) - std::min(first, in + 2 * before);
        return {begin, end, counted};
    }
};

namespace detail {
/// The rows of one place, or of a row of places, become one row; then each place is a piece of it.
template <class T, class Lanes>
struct pooler {
    static constexpr std::size_t most = 1024;
    const pooling_shape& s;

    [[gnu::always_inline]] static T larger(T x, T y) noexcept { return x > y ? x : y; }

    /// The elements [z][y][begin, end) of a plane, row by row, whole rows at once where nothing lies between them.
    template <class Each>
    [[gnu::always_inline]] void each_run(const T* plane, const pooling_shape::range& z, const pooling_shape::range& y, std::size_t begin,
                                         std::size_t end, const Each& each) const {
        const std::size_t width = s.window.in[2], height = s.window.in[1];
        const bool whole = begin == 0 && end == width;
        for (std::size_t iz = z.begin; iz < z.end; ++iz) {
            const T* const from = plane + iz * height * width;
            if (whole) each(from + y.begin * width, (y.end - y.begin) * width);
            else
                for (std::size_t iy = y.begin; iy < y.end; ++iy) each(from + iy * width + begin, end - begin);
        }
    }

    [[nodiscard]] T single(const T* plane, const pooling_shape::range& z, const pooling_shape::range& y,
                           const pooling_shape::range& x) const noexcept {
        T total = s.of == pooling_shape::kind::max ? std::numeric_limits<T>::lowest() : T{};
        each_run(plane, z, y, x.begin, x.end, [&](const T* from, std::size_t n) {
            if (s.of == pooling_shape::kind::average) total += Lanes::sum(typename Lanes::same{}, n, from);
            else
                for (std::size_t i = 0; i < n; ++i) total = larger(total, from[i]);
        });
        return s.of == pooling_shape::kind::max ? total : total / static_cast<T>(z.counted * y.counted * x.counted);
    }

    void row_of_places(const T* plane, const pooling_shape::range& z, const pooling_shape::range& y, T* out) const noexcept {
        alignas(64) T row[most];
        const bool max = s.of == pooling_shape::kind::max;
        for (std::size_t ox = 0; ox < s.window.out[2];) {
            const std::size_t begin = s.at(2, ox).begin;
            std::size_t past = ox, end = begin;
            for (; past < s.window.out[2]; ++past) {
                const std::size_t next = std::max(end, s.at(2, past).end);
                if (next - begin > most) break;
                end = next;
            }
            if (past <= ox + 1) {  // one wide window, or one place
                out[ox] = single(plane, z, y, s.at(2, ox));
                ++ox;
                continue;
            }
            std::fill(row, row + (end - begin), max ? std::numeric_limits<T>::lowest() : T{});
            const std::size_t n = end - begin;
            for (std::size_t iz = z.begin; iz < z.end; ++iz)
                for (std::size_t iy = y.begin; iy < y.end; ++iy) {
                    const T* const from = plane + (iz * s.window.in[1] + iy) * s.window.in[2] + begin;
                    if (max) Lanes::map(typename Lanes::max{}, n, row, static_cast<const T*>(row), from);
                    else Lanes::map(typename Lanes::add{}, n, row, static_cast<const T*>(row), from);
                }
            for (; ox < past; ++ox) {
                const auto x = s.at(2, ox);
                T total = max ? std::numeric_limits<T>::lowest() : T{};
                if (max)
                    for (std::size_t i = x.begin; i < x.end; ++i) total = larger(total, row[i - begin]);
                else
                    for (std::size_t i = x.begin; i < x.end; ++i) total += row[i - begin];
                out[ox] = max ? total : total / static_cast<T>(z.counted * y.counted * x.counted);
            }
        }
    }

    void operator()(const T* x, T* out) const noexcept {
        for (std::size_t p = 0; p < s.planes; ++p, x += window::count(s.window.in))
            for (std::size_t oz = 0; oz < s.window.out[0]; ++oz)
                for (std::size_t oy = 0; oy < s.window.out[1]; ++oy, out += s.window.out[2])
                    row_of_places(x, s.at(0, oz), s.at(1, oy), out);
    }
};
}  // namespace detail

/// The largest element, or the mean, of what the window covers of each plane. A window wholly in the padding gives the lowest number, or 0/0.
/// Shapes: x [planes, in], out [planes, out]. Does not allocate; 8 KB of stack at most.
/// Source: paddle operators `pool2d`, `pool3d`.
template <std::floating_point T>
void pooling(const pooling_shape& s, input<T> x, std::span<T> out) noexcept {
    if (out.empty()) return;
    detail::on_lanes_for<T>([&](auto isa) { detail::pooler<T, decltype(isa)>{s}(x.data(), out.data()); });
}

}  // namespace wherry::inline WHERRY_ABI::kernel

#endif
