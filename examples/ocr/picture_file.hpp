#ifndef WHERRY_EXAMPLE_OCR_PICTURE_FILE_HPP
#define WHERRY_EXAMPLE_OCR_PICTURE_FILE_HPP

#include "picture.hpp"

#include <wherry/base/result.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace ocr {

/// A PNG or JPEG; what shines through is laid on white. Errors: cannot_open, with what stb_image says; too_large above 100 million pixels.
wherry::result<picture> read_picture(const std::string& file);
/// As PNG. Errors: cannot_write.
wherry::result<void> write_picture(const std::string& file, const picture& what);

/// A TrueType or OpenType font, the first one of a collection.
class font {
  public:
    /// Errors: cannot_open.
    static wherry::result<font> load(const std::string& file);
    /// Writes UTF-8 into a picture in a colour: so many pixels high, or less where it would be wider than `width`.
    void write(picture& to, std::string_view text, point left_top, double height, double width, const std::uint8_t (&colour)[3]) const;

  private:
    std::vector<unsigned char> bytes_;
};

}  // namespace ocr

#endif
