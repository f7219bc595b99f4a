#ifndef WHERRY_EXEC_OP_CHANNELS_HPP
#define WHERRY_EXEC_OP_CHANNELS_HPP

#include <wherry/base/result.hpp>
#include <wherry/base/sequence.hpp>
#include <wherry/exec/run.hpp>
#include <wherry/version.hpp>

#include <cstddef>
#include <span>
#include <string_view>

namespace wherry::inline WHERRY_ABI::op {

/// Channels are the last dim; the other formats that are named (NCHW, NCDHW, AnyLayout) have them second.
constexpr bool channels_last(std::string_view format) noexcept { return format == "NHWC" || format == "NDHWC"; }

/// out [images, cols, rows] = x [images, rows, cols]
template <class T>
void exchange(std::size_t images, std::size_t rows, std::size_t cols, const T* x, T* out) {
    for (std::size_t i = 0; i < images; ++i, x += rows * cols, out += rows * cols)
        for (std::size_t r = 0; r < rows; ++r)
            for (std::size_t c = 0; c < cols; ++c) out[c * rows + r] = x[r * cols + c];
}

/// Calls kernel(x, out) on images whose channels come first. Where they come last, the kernel gets copies: such models are rare, since
/// the reference itself copies them on a CPU. Element counts are those of the whole spans.
template <class T, class Kernel>
result<void> on_channels_first(const run_context& c, bool channels_are_last, std::size_t images, std::size_t in_channels,
                               std::size_t out_channels, std::span<const T> x, std::span<T> out, const Kernel& kernel) {
    if (!channels_are_last || x.empty() || out.empty()) return kernel(x, out), result<void>();
    sequence<T> from, to;
    if (auto made = c.make_room(from, x.size()); !made) return made;
    if (auto made = c.make_room(to, out.size()); !made) return made;
    exchange(images, x.size() / images / in_channels, in_channels, x.data(), from.data());
    kernel(std::span<const T>(from.data(), from.size()), std::span<T>(to.data(), to.size()));
    exchange(images, out_channels, out.size() / images / out_channels, to.data(), out.data());
    return {};
}

}  // namespace wherry::inline WHERRY_ABI::op

#endif
