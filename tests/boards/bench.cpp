// One network on a bare board: how many instructions and bytes of stack an inference takes, and how far it is from what Paddle computed.
// Compiled with MODEL_HEADER and CASE_HEADER; with EMPTY, without the network: what remains is the harness.
#include CASE_HEADER
#ifndef EMPTY
#include MODEL_HEADER
#include <wherry/embed.hpp>
#endif
#ifndef POLICIES
#define POLICIES
#endif

#include "board.hpp"

static float scores[test_case::outputs];

static const float* input(std::uint32_t i) { return reinterpret_cast<const float*>(test_case::x_bytes) + i * test_case::inputs; }
static const float* answer(std::uint32_t i) { return reinterpret_cast<const float*>(test_case::y_bytes) + i * test_case::outputs; }

[[gnu::noinline]] static void infer(const float* x) {
#ifdef EMPTY
    for (auto& score : scores) score = x[0];
#else
    using net = wherry::embed::network<model POLICIES>;
    net::run(*reinterpret_cast<const float(*)[test_case::inputs]>(x), scores);
#endif
}

int main() {
    float worst = 0;
    std::uint32_t stack = 0;
    for (std::uint32_t i = 0; i < test_case::count; ++i) {
        const auto* here = board::paint_stack();
        infer(input(i));
        const auto used = board::stack_used(here);
        stack = used > stack ? used : stack;
        for (std::uint32_t j = 0; j < test_case::outputs; ++j) {
            const float difference = scores[j] - answer(i)[j];
            const float distance = difference < 0 ? -difference : difference;
            if (!(distance <= worst)) worst = distance;  // a NaN stays
        }
    }
    board::ticks::start();
    const auto from = board::ticks::now();
    for (std::uint32_t i = 0; i < test_case::count; ++i) infer(input(i));
    const auto to = board::ticks::now();
    board::write("instructions ");
    board::write(static_cast<std::uint32_t>(static_cast<std::uint64_t>((to - from) & 0xff'ffffU) * board::tick_nanoseconds_e2 / 100 /
                                            test_case::count));
    board::write("\nstack ");
    board::write(stack);
    board::write("\nerror_e9 ");
    board::write(worst < 1 ? static_cast<std::uint32_t>(worst * 1e9F) : 1000000000U);
    board::write("\n");
    return 0;
}
