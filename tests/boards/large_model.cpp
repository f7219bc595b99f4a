// Writes a model of one layer with 5 MB of weights: large_model FOLDER
#include "../support/embed_program.hpp"

#include <fstream>
#include <string>

int main(int, char** argv) {
    constexpr std::int64_t rows = 655'360;
    const std::string folder = argv[1];
    const auto program = support::program({.x = {-1, rows}, .weight = {rows, 2}});
    std::ofstream(folder + "/__model__", std::ios::binary) << program.view();

    support::bytes params;  // the bias, and the header of the weight
    support::append_tensor(params, {2});
    const auto desc = support::tensor_desc(5, {rows, 2});
    params.little(0, 4);
    params.little(0, 8);
    params.little(0, 4);
    params.little(desc.size, 4);
    params.append(desc.view());
    std::ofstream out(folder + "/params", std::ios::binary);
    out << params.view();
    std::string weights(std::size_t{8} * rows, '\0');
    std::uint32_t seed = 1;
    for (std::size_t i = 0; i < weights.size(); ++i)  // numbers around 1: any byte but a plain sign and exponent
        weights[i] = static_cast<char>(i % 4 == 3 ? 0x3F : (seed = seed * 1664525U + 1013904223U) >> 24U);
    out << weights;
    return out.flush() ? 0 : 1;
}
