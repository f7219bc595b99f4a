/// classify: the five best classes of a picture. See README.md.
#include "../ocr/network.hpp"
#include "../ocr/picture_file.hpp"
#include "pixels.hpp"

#include <wherry/base/error.hpp>
#include <wherry/base/result.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdio>
#include <fstream>
#include <numeric>
#include <string>
#include <vector>

namespace {

/// As the network was trained: the shorter side 256 pixels long, then the 224 x 224 in the middle.
wherry::result<void> classify(ocr::network& network, const std::vector<std::string>& names, const std::string& file) {
    const auto picture = ocr::read_picture(file);
    if (!picture) return picture.failure();
    const double by = 256.0 / std::min(picture->width, picture->height);
    const auto small =
        ocr::resized(*picture, static_cast<int>(std::lround(picture->width * by)), static_cast<int>(std::lround(picture->height * by)));
    const auto made = network.run(ocr::normalised(small, (small.width - 224) / 2, (small.height - 224) / 2, 224, 224));
    if (!made) return made.failure();
    const auto confidence = made->elements<float>();
    if (confidence.size() != names.size())
        return wherry::error{.code = wherry::errc::shape_mismatch, .message = "labels.txt has another number of classes than the network"};
    std::vector<std::size_t> order(names.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    const auto best = std::min<std::size_t>(5, order.size());
    std::partial_sort(order.begin(), order.begin() + std::ptrdiff_t(best), order.end(),
                      [&](std::size_t a, std::size_t b) { return confidence[a] > confidence[b]; });
    for (std::size_t i = 0; i < best; ++i) std::printf("%.4f %s\n", double(confidence[order[i]]), names[order[i]].c_str());
    return {};
}

}  // namespace

int main(int argc, char** argv) {
    const auto fail = [](const wherry::error& why) { return std::fprintf(stderr, "classify: %s\n", to_string(why).c_str()), 1; };
    if (argc < 3) return std::fputs("Usage: classify FOLDER PICTURE...\nFOLDER: PPLCNetV2 of the package paddlelabel-ml\n", stderr), 2;
    const std::string folder = argv[1];
    ocr::network network;
    if (const auto loaded = network.load(folder + "/ckpt"); !loaded) return fail(loaded.error());
    std::vector<std::string> names;
    std::ifstream labels(folder + "/labels.txt");  // "281 tabby, tabby cat"
    for (std::string line; std::getline(labels, line);) names.push_back(line.substr(line.find(' ') + 1));
    for (int i = 2; i < argc; ++i)
        if (const auto done = classify(network, names, argv[i]); !done) return fail(done.error());
}
