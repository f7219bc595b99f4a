// Tells handwritten digits apart on a microcontroller; the same file is a program for the machine that compiles it.
//
//     wherry embed tests/golden/embed/digits --params-file params --name digits --out digits_model.hpp
//     g++ -std=c++20 -O2 -I include -I examples/embedded/board/host -I . examples/embedded/digits.cpp -o digits && ./digits
//
// For a board, see README.md in this folder.
#include "digits_model.hpp"

#include <wherry/embed.hpp>

#include "board.hpp"

#include <cstdint>

using net = wherry::embed::network<digits>;
static_assert(net::input_shape<"pixels">[1] == 64 && net::arena_bytes <= 256);

struct digit {
    unsigned char pixels[64];  // 0 to 16, 8 x 8, row by row
    unsigned char label;
};
// Digits that the model was not trained on.
static const digit samples[] = {
    {{0, 0, 3,  12, 16, 16, 6, 0, 0, 0, 10, 11, 7,  16, 11, 0, 0, 0, 0, 0,  2,  14, 10, 0, 0, 5, 11, 8,  9, 16, 3, 0,
      0, 9, 16, 16, 16, 16, 9, 0, 0, 1, 4,  9,  16, 6,  0,  0, 0, 0, 0, 11, 14, 0,  0,  0, 0, 0, 4,  16, 5, 0,  0, 0},
     7},
    {{0, 0, 9, 16, 5,  0, 0, 0, 0, 6, 16, 16, 15, 0, 0, 0, 0, 7, 16, 14, 16, 2,  0, 0, 0, 3, 6, 12, 16, 0, 0, 0,
      0, 0, 0, 15, 12, 0, 0, 0, 0, 0, 7,  16, 6,  1, 3, 0, 0, 0, 9,  16, 13, 15, 8, 0, 0, 0, 7, 16, 16, 8, 1, 0},
     2},
    {{0, 0,  0,  6, 16, 4,  0,  0, 0, 0, 1,  13, 15, 1,  0, 0, 0, 1, 11, 16, 5,  0,  0, 0, 0, 8, 16, 10, 0,  10, 6, 0,
      0, 12, 16, 8, 9,  16, 12, 0, 0, 2, 15, 16, 16, 16, 7, 0, 0, 0, 0,  4,  16, 11, 0, 0, 0, 0, 0,  7,  16, 3,  0, 0},
     4},
    {{0, 0, 5, 13, 9, 1, 0, 0, 0, 0, 13, 15, 10, 15, 5, 0, 0, 3, 15, 2, 0,  11, 8, 0, 0, 4, 12, 0,  0,  8, 8, 0,
      0, 5, 8, 0,  0, 9, 8, 0, 0, 4, 11, 0,  1,  12, 7, 0, 0, 2, 14, 5, 10, 12, 0, 0, 0, 0, 6,  13, 10, 0, 0, 0},
     0},
    {{0, 0, 13, 10, 1, 0,  0, 0, 0, 5, 16, 14, 7, 0,  0, 0, 0, 4, 16, 8, 14, 0, 0,  0, 0, 2, 14, 16, 16, 6,  0,  0,
      0, 0, 1,  4,  9, 13, 1, 0, 0, 0, 0,  0,  0, 13, 6, 0, 0, 0, 5,  8, 5,  9, 14, 0, 0, 0, 13, 13, 15, 16, 13, 0},
     9},
};

static float pixels[64], scores[10];

/// The class of the highest score.
static std::uint32_t predict(const digit& one) {
    for (std::uint32_t i = 0; i < 64; ++i) pixels[i] = static_cast<float>(one.pixels[i]) / 16;
    net::run(pixels, scores);
    std::uint32_t best = 0;
    for (std::uint32_t i = 1; i < 10; ++i) best = scores[i] > scores[best] ? i : best;
    return best;
}

int main() {
    std::uint32_t right = 0;
    for (const auto& one : samples) {
        const auto guess = predict(one);
        board::write("a ");
        board::write(one.label);
        board::write(" is seen as ");
        board::write(guess);
        board::write(", ");
        board::write(static_cast<std::uint32_t>(scores[guess] * 100 + 0.5F));
        board::write(" %\n");
        right += guess == one.label ? 1 : 0;
    }
    const auto* here = board::paint_stack();
    board::ticks::start();
    const auto from = board::ticks::now();
    net::run(pixels, scores);
    const auto ticks = (board::ticks::now() - from) & 0xff'ffffU;
    const auto stack = board::stack_used(here);
    if (board::flash_bytes() > 0) {  // a board
        board::write("code ");
        board::write(board::flash_bytes() - static_cast<std::uint32_t>(digits::params.size()));
        board::write(" bytes and weights ");
        board::write(static_cast<std::uint32_t>(digits::params.size()));
        board::write(", RAM ");
        board::write(board::ram_bytes());
        board::write(" and stack ");
        board::write(stack);
        board::write(", instructions ");
        board::write(ticks * board::tick_nanoseconds_e2 / 100);
        board::write("\n");
    }
    return right >= 4 ? 0 : 1;  // of five; the model is right for 97 of 100
}
