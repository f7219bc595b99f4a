#ifndef WHERRY_KERNEL_WINDOW_HPP
#define WHERRY_KERNEL_WINDOW_HPP

#include <wherry/version.hpp>

#include <array>
#include <cstddef>

namespace wherry::inline WHERRY_ABI::kernel {

/// How a window walks over images: depth, height, width. Images of two dims have depth 1, of one dim height 1, too.
struct window {
    using extents = std::array<std::size_t, 3>;
    extents in{1, 1, 1};        ///< of an image
    extents out{1, 1, 1};       ///< how many places the window takes
    extents size{1, 1, 1};      ///< of the window
    extents stride{1, 1, 1};    ///< from one place to the next
    extents dilation{1, 1, 1};  ///< from one element of the window to the next
    extents before{0, 0, 0};    ///< padding in front of the image

    static constexpr std::size_t count(const extents& e) noexcept { return e[0] * e[1] * e[2]; }
};

}  // namespace wherry::inline WHERRY_ABI::kernel

#endif
