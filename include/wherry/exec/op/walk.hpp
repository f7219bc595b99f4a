#ifndef WHERRY_EXEC_OP_WALK_HPP
#define WHERRY_EXEC_OP_WALK_HPP

#include <wherry/base/number.hpp>
#include <wherry/base/result.hpp>
#include <wherry/base/sequence.hpp>
#include <wherry/base/shape.hpp>
#include <wherry/base/text.hpp>
#include <wherry/exec/op_failure.hpp>
#include <wherry/kernel/window.hpp>
#include <wherry/version.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

/// How a window walks over an image, from the attributes that convolutions and poolings have in common.
namespace wherry::inline WHERRY_ABI::op {

/// The dims of an image between its batch and its channels.
inline Shape spatial_dims(const Shape& dims, bool channels_are_last) {
    Shape found;
    for (std::size_t i = channels_are_last ? 1 : 2; i + (channels_are_last ? 1 : 0) < dims.rank(); ++i) found.push_back(dims[i]);
    return found;
}
/// Dims of images from their parts.
inline Shape image_dims(std::int64_t images, std::int64_t channels, const Shape& spatial, bool channels_are_last) {
    Shape made{images};
    if (!channels_are_last) made.push_back(channels);
    for (const auto dim : spatial) made.push_back(dim);
    if (channels_are_last) made.push_back(channels);
    return made;
}

/// The attributes of one dim.
struct walk_along {
    std::int64_t in = 0, size = 1, stride = 1, dilation = 1, before = 0, after = 0;
};

/// A window on its way over an image.
struct walk {
    kernel::window window;  ///< extents that are not known yet are 0
    sequence<walk_along> along;
    Shape out;  ///< places of the window; -1 where the image is not known yet

    /// Sets the places and the window's extents. `axis` counts the dims of the image.
    void place(std::size_t axis, std::int64_t count) {
        const auto& a = along[axis];
        const auto at = axis + 3 - along.size();
        const auto known = [](std::int64_t n) { return n < 0 ? std::size_t{0} : static_cast<std::size_t>(n); };
        out[axis] = count;
        window.in[at] = known(a.in);
        window.out[at] = known(count);
        window.size[at] = known(a.size);
        window.stride[at] = known(a.stride);
        window.dilation[at] = known(a.dilation);
        window.before[at] = known(a.before);
    }
};

/// How a window walks over an image, as convolutions and pools say it.
struct walk_attributes {
    std::span<const std::int32_t> strides, paddings, dilations{};  ///< no dilations: all 1
    std::string_view padding_algorithm{};
};

/// An attribute with a number for each dim of the image. Errors: bad_attribute.
[[gnu::cold]] inline result<void> check_each(const op_failure& c, std::string_view name, std::span<const std::int32_t> numbers,
                                             std::size_t rank, std::int32_t least) {
    if (numbers.size() != rank)
        return c.fail(errc::bad_attribute, {"attribute '", name, "' should have a number for each spatial dim of the input"}, decimal(rank),
                      decimal(numbers.size()));
    for (const auto number : numbers)
        if (number < least || number >= 1 << 20)
            return c.fail(errc::bad_attribute, {"attribute '", name, "' is out of range"}, text{"from ", decimal(least), " to 1048575"},
                          decimal(number));
    return {};
}

/// Strides, dilations and paddings of each dim: SAME and VALID are turned into numbers, dims that are not known yet count as 0.
/// Errors: bad_attribute for numbers that are too few, too many, or out of range; overflow for dims past 2^40 or windows past 2^31.
[[gnu::cold]] inline result<walk> make_walk(const op_failure& c, const Shape& image, const Shape& size, const walk_attributes& a) {
    const auto rank = image.rank();
    if (rank == 0 || rank > 3 || size.rank() != rank)
        return c.fail(errc::shape_mismatch, "an input of as many spatial dims as the window is needed", to_string(size), to_string(image));
    if (auto checked = check_each(c, "strides", a.strides, rank, 1); !checked) return checked.failure();
    if (!a.dilations.empty())
        if (auto checked = check_each(c, "dilations", a.dilations, rank, 1); !checked) return checked.failure();
    const bool each_side = a.paddings.size() == 2 * rank;
    if (auto checked = check_each(c, "paddings", a.paddings, each_side ? 2 * rank : rank, 0); !checked) return checked.failure();
    walk made;
    made.out = image;
    for (std::size_t i = 0; i < rank; ++i) {
        walk_along at{.in = image[i],
                      .size = size[i],
                      .stride = a.strides[i],
                      .dilation = a.dilations.empty() ? 1 : a.dilations[i],
                      .before = a.paddings[each_side ? 2 * i : i],
                      .after = a.paddings[each_side ? 2 * i + 1 : i]};
        if (at.in > std::int64_t{1} << 40 || at.size >= std::int64_t{1} << 31)
            return c.fail(errc::overflow, "the dims of an image or a window are too large", {},
                          text{to_string(image), " ", to_string(size)});
        if (a.padding_algorithm == "VALID") at.before = at.after = 0;
        if (a.padding_algorithm == "SAME") {
            at.dilation = 1;
            const auto padding = ((at.in + at.stride - 1) / at.stride - 1) * at.stride + at.size - at.in;
            at.before = padding > 0 ? padding / 2 : 0;
            at.after = padding > 0 ? padding - at.before : 0;
        }
        made.along.push_back(at);
    }
    return made;
}

}  // namespace wherry::inline WHERRY_ABI::op

#endif
