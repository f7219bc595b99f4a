// Trains a small network on real handwritten digits, saves what it learnt in three forms, and loads each again.
//
//     g++ -std=c++20 -O2 -I include examples/quickstart.cpp -o quickstart && ./quickstart
#include <wherry/fluid.hpp>

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

namespace fluid = wherry::fluid;

struct digits {
    fluid::Tensor pixels;  // [count, 64] float32, 0 to 1
    fluid::Tensor labels;  // [count, 1] int64
};

/// Reads lines of 64 pixels and a label, and deals them out: 1,500 to train on, 297 from all over the file held out.
std::pair<digits, digits> read_digits(const std::string& path) {
    struct rows {
        std::vector<float> pixels;
        std::vector<std::int64_t> labels;
        digits tensors() const {
            const auto count = static_cast<std::int64_t>(labels.size());
            return {fluid::Tensor::of<float>({count, 64}, pixels), fluid::Tensor::of<std::int64_t>({count, 1}, labels)};
        }
    };
    rows train;
    rows held_out;
    std::ifstream file(path);
    std::string line;
    for (std::size_t i = 0; std::getline(file, line); ++i) {
        auto& to = i * 7919 % 1797 < 297 ? held_out : train;
        char* at = line.data();
        for (int pixel = 0; pixel < 64; ++pixel, ++at) to.pixels.push_back(std::strtof(at, &at) / 16);
        to.labels.push_back(std::strtol(at, nullptr, 10));
    }
    return {train.tensors(), held_out.tensors()};
}

int main(int argc, char** argv) try {
    const std::string path = argc > 1 ? argv[1] : "examples/data/digits.csv";
    const auto digits_read = read_digits(path);
    const auto& train = digits_read.first;
    const auto& held_out = digits_read.second;
    if (held_out.labels.count() == 0) return std::fprintf(stderr, "%s: no digits there; give the path of digits.csv\n", path.c_str()), 1;

    fluid::default_startup_program().set_random_seed(1);
    auto image = fluid::data("img", {-1, 64});
    auto label = fluid::data("label", {-1, 1}, fluid::int64);
    auto hidden = fluid::layers::fc(image, {.size = 64, .act = "relu"});
    auto predict = fluid::layers::fc(hidden, {.size = 10, .act = "softmax"});
    auto accuracy = fluid::layers::accuracy(predict, label);
    auto loss = fluid::layers::mean(fluid::layers::cross_entropy(predict, label));
    auto test = fluid::default_main_program().clone(wherry::clone_for::test);
    fluid::optimizer::Adam(0.01F).minimize(loss);

    fluid::Executor exe(fluid::CPUPlace{});
    exe.run(fluid::default_startup_program());

    // 60 epochs of 15 batches: each batch borrows 100 rows of the arrays above
    const auto start = std::chrono::steady_clock::now();
    const auto rows = [](const fluid::Tensor& all, std::int64_t first, std::int64_t count) {
        const auto row_bytes = all.bytes().size() / static_cast<std::size_t>(all.dims()[0]);
        auto part = all.ref({});
        part.dims[0] = count;
        part.bytes = part.bytes.subspan(static_cast<std::size_t>(first) * row_bytes, static_cast<std::size_t>(count) * row_bytes);
        return part;
    };
    for (int epoch = 1; epoch <= 60; ++epoch) {
        float sum = 0;
        for (std::int64_t first = 0; first < 1500; first += 100) {
            auto [value] =
                exe.run({{"img", rows(train.pixels, first, 100)}, {"label", rows(train.labels, first, 100)}}, fluid::fetch(loss));
            sum += value.elements<float>()[0];
        }
        if (epoch % 10 != 0) continue;
        auto [share] = exe.run(test, {{"img", held_out.pixels}, {"label", held_out.labels}}, fluid::fetch(accuracy));
        std::printf("epoch %2d  loss %.4f  held-out accuracy %.4f\n", epoch, static_cast<double>(sum / 15),
                    static_cast<double>(share.elements<float>()[0]));
    }
    const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
    std::printf("60 epochs of 1500 digits in %.2f s\n", seconds.count());

    // one file per variable, one file, and bytes
    fluid::io::save_persistables(exe, "./my_paddle_model/digits");
    fluid::io::save_persistables(exe, "./my_paddle_model", {.filename = "digits.persistables"});
    const std::string bytes = fluid::io::save_persistables(exe, fluid::io::memory);
    std::ofstream("./my_paddle_model/digits.pdmodel", std::ios::binary) << fluid::default_main_program().serialize_to_string();

    const auto answer = [&] {
        return exe.run(test, {{"img", held_out.pixels}, {"label", held_out.labels}}, fluid::fetch(predict, accuracy));
    };
    const auto learnt = answer();
    const auto check = [&](const char* form, const auto& load) {
        fluid::Scope fresh;
        fluid::scope_guard guard(fresh);
        load();
        const bool same = answer()[0] == learnt[0];
        std::printf("loaded from %-22s %s predictions\n", form, same ? "the same" : "OTHER");
        return same;
    };
    bool all_same = check("one file per variable:", [&] { fluid::io::load_persistables(exe, "./my_paddle_model/digits"); });
    all_same &= check("one file:", [&] { fluid::io::load_persistables(exe, "./my_paddle_model", {.filename = "digits.persistables"}); });
    all_same &= check("memory:", [&] { fluid::io::load_persistables(exe, fluid::io::memory(bytes)); });
    const auto accuracy_reached = learnt[1].elements<float>()[0];
    std::printf("held-out accuracy %.4f\n", static_cast<double>(accuracy_reached));
    return all_same && accuracy_reached >= 0.95F ? 0 : 1;
} catch (const fluid::Exception& e) {
    std::fprintf(stderr, "%s\n", to_string(e.error()).c_str());
    return 1;
}
