// The last layers of a model learn on a bare board: every loss against Paddle's, then the saved stream against the parameters that Paddle ended
// with. Compiled with MODEL_HEADER and CASE_HEADER.
#include CASE_HEADER
#include MODEL_HEADER
#include <wherry/embed/trainer.hpp>

#include "board.hpp"

using wherry::embed::outputs;
using net_type = wherry::embed::trainer<model, wherry::embed::sgd, wherry::embed::batch<6>, outputs<"mean_0.tmp_0">>;
static float memory[net_type::trained_count];

/// The largest difference so far; a NaN stays.
struct distance {
    float worst = 0;
    void add(float a, float b) noexcept {
        const float difference = a < b ? b - a : a - b;
        if (!(difference <= worst)) worst = difference;
    }
    [[nodiscard]] std::uint32_t in_e9() const noexcept { return worst < 1 ? static_cast<std::uint32_t>(worst * 1e9F) : 1000000000U; }
};

/// Compares a stream, piece by piece, with the one that Paddle saved: headers byte by byte, elements as numbers.
struct comparing_sink {
    std::size_t at = 0;
    distance elements;
    bool same_headers = true;
    bool operator()(std::span<const std::byte> piece) noexcept {
        const auto* expected = test_case::end + at;
        at += piece.size();
        const bool trained = piece.data() >= reinterpret_cast<const std::byte*>(memory) &&
                             piece.data() < reinterpret_cast<const std::byte*>(memory + net_type::trained_count);
        if (!trained) {
            same_headers = same_headers && __builtin_memcmp(piece.data(), expected, piece.size()) == 0;
            return true;
        }
        for (std::size_t i = 0; i < piece.size(); i += sizeof(float)) {
            float learnt, wanted;
            __builtin_memcpy(&learnt, piece.data() + i, sizeof learnt);
            __builtin_memcpy(&wanted, expected + i, sizeof wanted);
            elements.add(learnt, wanted);
        }
        return true;
    }
};

int main() {
    const auto& x = *reinterpret_cast<const float(*)[72]>(test_case::x);
    const auto& label = *reinterpret_cast<const std::int64_t(*)[6]>(test_case::label);
    const auto& losses = *reinterpret_cast<const float(*)[test_case::steps]>(test_case::loss);
    net_type net(memory);
    distance of_losses;
    for (const float wanted : losses) {
        float loss[1];
        net.step(x, label, loss);
        of_losses.add(loss[0], wanted);
    }
    comparing_sink sink;
    const bool saved = net.save(sink) && sink.same_headers && sink.at == sizeof test_case::end;
    board::write("loss_error_e9 ");
    board::write(of_losses.in_e9());
    board::write("\nparameter_error_e9 ");
    board::write(sink.elements.in_e9());
    board::write("\nsaved ");
    board::write(saved ? sizeof test_case::end : 0U);
    board::write("\n");
    return saved ? 0 : 1;
}
