// The reference's own example, line for line, and the first screen of README.md: build, run once, save all persistables.
#include <wherry/fluid.hpp>

#include <cstdint>
#include <cstdio>
#include <string>
#include <vector>

namespace fluid = wherry::fluid;

int main() {
    auto image = fluid::data("img", {-1, 28, 28});
    auto label = fluid::data("label", {-1, 1}, fluid::int64);
    auto predict = fluid::layers::fc(image, {.size = 10, .act = "softmax"});
    auto loss = fluid::layers::cross_entropy(predict, label);
    auto avg = fluid::layers::mean(loss);
    fluid::optimizer::Adam(1e-3F).minimize(avg);

    fluid::Executor exe(fluid::CPUPlace{});
    exe.run(fluid::default_startup_program());

    const std::vector<float> pixels(4 * 28 * 28, 0.5F);
    auto x = fluid::Tensor::of<float>({4, 28, 28}, pixels);
    auto y = fluid::Tensor::of<std::int64_t>({4, 1}, {0, 1, 2, 3});
    auto [value] = exe.run(fluid::feed{{"img", x}, {"label", y}}, fluid::fetch(avg));
    std::printf("loss %.4f\n", static_cast<double>(value.elements<float>()[0]));

    fluid::io::save_persistables(exe, "./my_paddle_model", {.filename = "persistables"});  // one file
    fluid::io::save_persistables(exe, "./my_paddle_model/each");                           // one file per variable
    std::string bytes = fluid::io::save_persistables(exe, fluid::io::memory);
    std::printf("saved %zu bytes to ./my_paddle_model/persistables\n", bytes.size());
}
