#ifndef WHERRY_KERNEL_CONVOLUTION_HPP
#define WHERRY_KERNEL_CONVOLUTION_HPP

#include <cstddef>
#include <span>
#include <type_traits>
#include <utility>

#include <wherry/kernel/gemm.hpp>
#include <wherry/kernel/instruction_set.hpp>
#include <wherry/kernel/view.hpp>
#include <wherry/kernel/window.hpp>
#include <wherry/version.hpp>

namespace wherry::inline WHERRY_ABI::kernel {

/// What is done to each part of a result as soon as it is there, while it is in the cache: `finish(how, part, filters, count, stride, first)`
/// gets `count` numbers of each of so many filters, which lie `stride` apart; `first` is the number of the first one.
template <class T>
struct convolution_end {
    void (*finish)(const void* how, T* part, std::size_t filters, std::size_t count, std::size_t stride, std::size_t first) noexcept;
    const void* how;
};

}  // namespace wherry::inline WHERRY_ABI::kernel

namespace wherry::inline WHERRY_ABI::kernel::detail::plain {
#include <wherry/kernel/detail/convolution.inc>
}  // namespace wherry::inline WHERRY_ABI::kernel::detail::plain

#if defined(__x86_64__)
#include <wherry/kernel/detail/avx2_begin.inc>
namespace wherry::inline WHERRY_ABI::kernel::detail::avx2 {
#include <wherry/kernel/detail/convolution.inc>
}  // namespace wherry::inline WHERRY_ABI::kernel::detail::avx2
#include <wherry/kernel/detail/target_end.inc>

#include <wherry/kernel/detail/avx512_begin.inc>
namespace wherry::inline WHERRY_ABI::kernel::detail::avx512 {
#include <wherry/kernel/detail/convolution.inc>
}  // namespace wherry::inline WHERRY_ABI::kernel::detail::avx512
#include <wherry/kernel/detail/target_end.inc>
#endif

namespace wherry::inline WHERRY_ABI::kernel {

/// A convolution: images of `channels`, `filters` of `channels / groups` each. Both are multiples of `groups`.
struct convolution_shape {
    std::size_t images = 0, channels = 0, filters = 0, groups = 1;
    kernel::window window;
};

namespace detail {
template <class T, class Convolver>
void convolve(Convolver, const convolution_shape& s, const T* x, const T* filter, T* out, const convolution_end<T>* end) noexcept {
    const std::size_t channels = s.channels / s.groups, filters = s.filters / s.groups;
    const std::size_t image = channels * window::count(s.window.in), place = filters * window::count(s.window.out);
    if constexpr (std::is_same_v<T, float>) {
        const typename Convolver::ring ring(s.window);
        if (channels == 1 && s.groups > 1 && ring.fits()) {
            const bool whole = Convolver::whole_plane::fits(s.window);
            for (std::size_t i = 0; i < s.images; ++i, x += s.groups * image, out += s.groups * place)
                if (whole) Convolver::depthwise_whole(s.window, s.groups, filters, x, filter, out, end);
                else Convolver::depthwise(s.window, ring, s.groups, filters, x, filter, out, end);
            return;
        }
    }
    const std::size_t weights = filters * channels * window::count(s.window.size);
    for (std::size_t i = 0; i < s.images; ++i)
        for (std::size_t g = 0; g < s.groups; ++g, x += image, out += place)
            Convolver::template multiply<T>(s.window, channels, filters, x, filter + g * weights, out, end, g * filters);
}
}  // namespace detail

/// Convolution (cross-correlation, as everywhere): each filter at each place of the window, over images padded with zeros,
/// by instructions of `most` at most.
/// Shapes: x [images, channels, in], filter [filters, channels / groups, window], out [images, filters, out]; any of them may have no
/// elements. out must not overlap x or filter. Does not allocate; up to 50 KB of stack.
/// Costs 2 images filters (channels / groups) |window| |out| flops and reads the weights once for every 48 (AVX-512), 24 or 8 places.
/// With an `end` the result is finished part by part. Source: paddle operators `conv2d`, `depthwise_conv2d`, `conv3d`.
template <class T>
    requires std::is_floating_point_v<T>
void convolution(const convolution_shape& s, input<T> x, input<T> filter, std::span<T> out,
                 [[maybe_unused]] instruction_set most = instruction_set::avx512, const convolution_end<T>* end = nullptr) noexcept {
    if (out.empty()) return;
    if (s.channels == 0) {
        for (auto& value : out) value = T{};
        const std::size_t plane = window::count(s.window.out);
        for (std::size_t i = 0; end != nullptr && i < s.images; ++i)
            end->finish(end->how, out.data() + i * s.filters * plane, s.filters, plane, plane, 0);
        return;
    }
#if defined(__x86_64__)
    if constexpr (std::is_same_v<T, float>) {
        if (most >= instruction_set::avx512 && has_instructions<instruction_set::avx512>())
            return detail::convolve<T>(detail::avx512::convolver{}, s, x.data(), filter.data(), out.data(), end);
        if (most >= instruction_set::avx2 && has_instructions<instruction_set::avx2>())
            return detail::convolve<T>(detail::avx2::convolver{}, s, x.data(), filter.data(), out.data(), end);
    }
#endif
    detail::convolve<T>(detail::plain::convolver{}, s, x.data(), filter.data(), out.data(), end);
}

}  // namespace wherry::inline WHERRY_ABI::kernel

#endif
