// Digits that were held out, seen by the model as it was saved and with a byte a weight.
#include "digits_model.hpp"
#include "small_model.hpp"

#include <wherry/embed.hpp>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>

template <class Net>
static bool right(const float (&pixels)[64], long label) {
    float scores[10];
    Net::run(pixels, scores);
    long best = 0;
    for (long i = 1; i < 10; ++i) best = scores[i] > scores[best] ? i : best;
    return best == label;
}

int main(int, char** argv) {
    using exact = wherry::embed::network<digits>;
    using quantized = wherry::embed::network<small, wherry::embed::quantize<std::int8_t>>;
    static_assert(4 * quantized::parameter_bytes < exact::parameter_bytes + 4 * 1024, "one byte per weight; scales and biases stay float");
    std::ifstream file(argv[1]);
    std::string line;
    int seen = 0, with_floats = 0, with_bytes = 0;
    for (int i = 0; std::getline(file, line); ++i) {
        if (i * 7919 % 1797 >= 297) continue;
        float pixels[64];
        char* at = line.data();
        for (auto& pixel : pixels) pixel = std::strtof(at, &at) / 16, ++at;
        const long label = std::strtol(at, nullptr, 10);
        ++seen;
        with_floats += right<exact>(pixels, label);
        with_bytes += right<quantized>(pixels, label);
    }
    std::printf("%d digits: %d right with floats, %d with bytes\n", seen, with_floats, with_bytes);
    const int lost = with_floats - with_bytes;
    return seen == 297 && with_floats > 280 && 1000 * lost <= 5 * seen ? 0 : 1;  // half a point
}
