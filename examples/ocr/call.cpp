// The text of a picture as a library call: call FOLDER PICTURE
#include "picture_file.hpp"
#include "reader.hpp"

#include <wherry/base/error.hpp>

#include <cstdio>

int main(int argc, char** argv) {
    const auto fail = [](const wherry::error& why) { return std::printf("%s\n", to_string(why).c_str()), 1; };
    if (argc != 3) return std::printf("call FOLDER PICTURE\n"), 2;

    auto reader = ocr::reader::load(argv[1]);  // once: it keeps the plan of each size that it has met
    if (!reader) return fail(reader.error());

    const auto picture = ocr::read_picture(argv[2]);
    if (!picture) return fail(picture.error());

    const auto lines = reader->read(*picture);
    if (!lines) return fail(lines.error());

    for (const auto& line : *lines)
        std::printf("%s at %.0f, %.0f (%.2f)\n", line.text.c_str(), line.corners[0].x, line.corners[0].y, line.confidence);
}
