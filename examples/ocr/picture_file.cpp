#include "picture_file.hpp"

#include <wherry/base/error.hpp>

#include <algorithm>
#include <cstdint>
#include <fstream>
#include <iterator>
#include <memory>
#include <utility>

// Written for C, and for the warnings of their time.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wconversion"
#pragma GCC diagnostic ignored "-Wsign-conversion"
#pragma GCC diagnostic ignored "-Wshadow"
#pragma GCC diagnostic ignored "-Wunused-function"
#pragma GCC diagnostic ignored "-Wunused-parameter"
#pragma GCC diagnostic ignored "-Wmissing-field-initializers"
#pragma GCC diagnostic ignored "-Wsign-compare"
#pragma GCC diagnostic ignored "-Wdouble-promotion"
#define STB_IMAGE_STATIC
#define STB_IMAGE_IMPLEMENTATION
#define STBI_ONLY_PNG
#define STBI_ONLY_JPEG
#include <stb/stb_image.h>
#define STB_IMAGE_WRITE_STATIC
#define STB_IMAGE_WRITE_IMPLEMENTATION
#include <stb/stb_image_write.h>
#define STBTT_STATIC
#define STB_TRUETYPE_IMPLEMENTATION
#include <stb/stb_truetype.h>
#pragma GCC diagnostic pop

namespace ocr {

wherry::result<picture> read_picture(const std::string& file) {
    const auto refused = [&](wherry::errc code, const char* why) {
        return wherry::error{.code = code, .message = "this picture cannot be read", .file = file, .found = why};
    };
    int width = 0, height = 0, channels = 0;
    if (stbi_info(file.c_str(), &width, &height, &channels) == 0) return refused(wherry::errc::cannot_open, stbi_failure_reason());
    if (std::int64_t{width} * height > 100'000'000) return refused(wherry::errc::too_large, "more than 100 million pixels");
    const std::unique_ptr<stbi_uc, void (*)(void*)> pixels(stbi_load(file.c_str(), &width, &height, &channels, 4), stbi_image_free);
    if (pixels == nullptr) return refused(wherry::errc::cannot_open, stbi_failure_reason());
    picture made(width, height);
    const auto* from = pixels.get();
    for (std::size_t i = 0; i < made.bytes.size(); from += 4)
        for (int c = 0; c < 3; ++c, ++i) made.bytes[i] = static_cast<std::uint8_t>((from[c] * from[3] + 255 * (255 - from[3]) + 127) / 255);
    return made;
}

wherry::result<void> write_picture(const std::string& file, const picture& what) {
    if (stbi_write_png(file.c_str(), what.width, what.height, 3, what.bytes.data(), what.width * 3) != 0) return {};
    return wherry::error{.code = wherry::errc::cannot_write, .message = "a picture could not be written", .file = file};
}

wherry::result<font> font::load(const std::string& file) {
    std::ifstream from(file, std::ios::binary);
    font made;
    made.bytes_.assign(std::istreambuf_iterator<char>(from), {});
    stbtt_fontinfo info;
    const bool is_font = made.bytes_.size() > 12 && stbtt_GetNumberOfFonts(made.bytes_.data()) > 0;
    if (is_font && stbtt_InitFont(&info, made.bytes_.data(), stbtt_GetFontOffsetForIndex(made.bytes_.data(), 0)) != 0) return made;
    return wherry::error{.code = wherry::errc::cannot_open, .message = "this is not a font that can be read", .file = file};
}

namespace {
/// The next letter of UTF-8; what is none is U+FFFD.
int take_letter(std::string_view& text) {
    const auto first = static_cast<unsigned char>(text.front());
    const std::size_t more = first < 0x80 ? 0 : first >= 0xF0 ? 3 : first >= 0xE0 ? 2 : 1;
    int letter = more == 0 ? first : first & (0x3F >> more);
    if (more >= text.size()) return text = {}, 0xFFFD;
    for (std::size_t i = 1; i <= more; ++i) letter = letter << 6 | (text[i] & 0x3F);
    text.remove_prefix(more + 1);
    return letter;
}
}  // namespace

void font::write(picture& to, std::string_view text, point left_top, double height, double width, const std::uint8_t (&colour)[3]) const {
    stbtt_fontinfo info;
    if (stbtt_InitFont(&info, bytes_.data(), stbtt_GetFontOffsetForIndex(bytes_.data(), 0)) == 0) return;
    int ascent = 0, descent = 0, gap = 0, units = 0;
    stbtt_GetFontVMetrics(&info, &ascent, &descent, &gap);
    for (auto rest = text; !rest.empty();) {
        int advance = 0, bearing = 0;
        stbtt_GetCodepointHMetrics(&info, take_letter(rest), &advance, &bearing);
        units += advance;
    }
    if (units <= 0 || ascent <= descent) return;
    const auto scale = static_cast<float>(std::min(height / (ascent - descent), width / units));
    double x = left_top.x;
    const auto line = static_cast<int>(left_top.y + height / 2 + double(scale) * (ascent + descent) / 2);
    while (!text.empty()) {
        const int letter = take_letter(text);
        int w = 0, h = 0, dx = 0, dy = 0, advance = 0, bearing = 0;
        const std::unique_ptr<unsigned char, void (*)(unsigned char*)> ink(
            stbtt_GetCodepointBitmap(&info, scale, scale, letter, &w, &h, &dx, &dy),
            [](unsigned char* p) { stbtt_FreeBitmap(p, nullptr); });
        for (int j = 0; j < h && ink != nullptr; ++j) {
            for (int i = 0; i < w; ++i) {
                const int px = static_cast<int>(x) + dx + i, py = line + dy + j;
                if (px < 0 || py < 0 || px >= to.width || py >= to.height) continue;
                const int cover = ink.get()[j * w + i];
                for (int c = 0; c < 3; ++c)
                    to.at(px, py)[c] = static_cast<std::uint8_t>((colour[c] * cover + to.at(px, py)[c] * (255 - cover)) / 255);
            }
        }
        stbtt_GetCodepointHMetrics(&info, letter, &advance, &bearing);
        x += double(scale) * advance;
    }
}

}  // namespace ocr
