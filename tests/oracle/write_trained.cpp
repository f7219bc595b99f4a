// Trains tests/golden/embed/finetune as a type and writes its parameters: write_trained X.npy LABEL.npy OUT
#include <finetune_model.hpp>

#include <wherry/embed/trainer.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <fstream>
#include <span>

using namespace wherry::embed;
using last_layers = trainer<finetune, sgd, batch<6>, outputs<"mean_0.tmp_0">>;

template <class Array>
static void read_npy(const char* path, Array& into) {
    std::ifstream file(path, std::ios::binary);
    file.seekg(128);  // NumPy's header of a small array
    file.read(reinterpret_cast<char*>(into.data()), static_cast<std::streamsize>(sizeof into));
    if (!file) std::perror(path);
}

int main(int, char** argv) {
    std::array<float, 72> x{};
    std::array<std::int64_t, 6> label{};
    read_npy(argv[1], x);
    read_npy(argv[2], label);
    static std::array<float, last_layers::trained_count> memory;
    last_layers net(memory);
    std::array<float, 1> loss{};
    for (int step = 0; step < 12; ++step) net.step(std::span(x), std::span(label), std::span(loss));
    std::ofstream out(argv[3], std::ios::binary);
    net.save([&](std::span<const std::byte> piece) {
        return static_cast<bool>(out.write(reinterpret_cast<const char*>(piece.data()), static_cast<std::streamsize>(piece.size())));
    });
    return out.flush() ? 0 : 1;
}
