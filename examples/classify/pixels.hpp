#ifndef WHERRY_EXAMPLE_CLASSIFY_PIXELS_HPP
#define WHERRY_EXAMPLE_CLASSIFY_PIXELS_HPP

#include "../ocr/picture.hpp"

#include <wherry/base/dtype.hpp>
#include <wherry/tensor/tensor.hpp>

#include <cstddef>
#include <cstdint>

namespace ocr {

/// The part of a picture from a pixel on, [1, 3, height, width]: a plane each of red, green and blue, less ImageNet's mean over its deviation.
/// \pre the part lies within the picture
inline wherry::Tensor normalised(const picture& from, int left, int top, int width, int height) {
    constexpr float mean[] = {0.485f, 0.456f, 0.406f}, deviation[] = {0.229f, 0.224f, 0.225f};
    wherry::Tensor made(wherry::DType::FP32, {1, 3, std::int64_t{height}, std::int64_t{width}});
    auto* to = made.elements<float>().data();
    for (std::size_t c = 0; c < 3; ++c)
        for (int y = 0; y < height; ++y)
            for (int x = 0; x < width; ++x) *to++ = (float(from.at(left + x, top + y)[c]) / 255 - mean[c]) / deviation[c];
    return made;
}

}  // namespace ocr

#endif
