// Trains on handwritten digits with a checkpoint every 50 steps, is killed in between, and goes on where the last checkpoint stands.
// In the end all persistables are, bit for bit, those of a training that nobody killed.
//
//     g++ -std=c++20 -O2 -I include examples/resume.cpp -o resume && ./resume examples/data/digits.csv
#include <wherry/fluid.hpp>
#include <wherry/model/checkpoint.hpp>

#include <algorithm>
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

namespace fluid = wherry::fluid;

constexpr std::uint64_t all_steps = 300;
constexpr std::int64_t batch_size = 50;

struct digits {
    std::vector<float> pixels;         // 64 a digit, 0 to 1
    std::vector<std::int64_t> labels;  // one a digit
};

digits read_digits(const std::string& path) {
    digits read;
    std::ifstream file(path);
    for (std::string line; std::getline(file, line);) {
        char* at = line.data();
        for (int pixel = 0; pixel < 64; ++pixel, ++at) read.pixels.push_back(std::strtof(at, &at) / 16);
        read.labels.push_back(std::strtol(at, nullptr, 10));
    }
    return read;
}

/// A batch of digits that a random generator chooses: its state is one of the things that a checkpoint has to hold.
struct chooser {
    std::uint64_t state = 1;

    std::size_t operator()(std::size_t count) {
        state = state * 6364136223846793005U + 1442695040888963407U;
        return static_cast<std::size_t>(state >> 33U) % count;
    }
};

/// Trains until the last step, or until it kills itself.
void train(const digits& data, const std::string& folder, std::uint64_t killed_at) {
    fluid::default_startup_program().set_random_seed(1);
    auto image = fluid::data("img", {-1, 64});
    auto label = fluid::data("label", {-1, 1}, fluid::int64);
    auto hidden = fluid::layers::fc(image, {.size = 32, .act = "relu"});
    auto predict = fluid::layers::fc(hidden, {.size = 10, .act = "softmax"});
    auto loss = fluid::layers::mean(fluid::layers::cross_entropy(predict, label));
    fluid::optimizer::Adam(0.01F).minimize(loss);
    fluid::Executor exe(fluid::CPUPlace{});
    exe.run(fluid::default_startup_program());

    wherry::checkpoint_store<> store(folder);
    chooser next;
    std::uint64_t step = 0;
    const auto last = fluid::unwrap(store.resume(fluid::default_main_program(), fluid::global_scope()));
    if (last) {
        step = last->notes.step;
        next.state = last->notes.seeds.front();
        std::printf("goes on from step %u, as %s says\n", static_cast<unsigned>(step), last->folder.c_str());
    }
    while (step < all_steps) {
        fluid::Tensor pixels(fluid::float32, {batch_size, 64});
        fluid::Tensor labels(fluid::int64, {batch_size, 1});
        for (std::size_t i = 0; i < batch_size; ++i) {
            const auto digit = next(data.labels.size());
            std::copy_n(data.pixels.begin() + static_cast<std::ptrdiff_t>(64 * digit), 64,
                        pixels.elements<float>().begin() + static_cast<std::ptrdiff_t>(64 * i));
            labels.elements<std::int64_t>()[i] = data.labels[digit];
        }
        auto [value] = exe.run({{"img", pixels}, {"label", labels}}, fluid::fetch(loss));
        ++step;
        if (step % 50 == 0) {
            fluid::unwrap(store.save(fluid::default_main_program(), fluid::global_scope(), {.step = step, .seeds = {next.state}}));
            std::printf("step %3u  loss %.4f\n", static_cast<unsigned>(step), static_cast<double>(value.elements<float>()[0]));
            std::fflush(stdout);
        }
        if (step == killed_at) std::raise(SIGKILL);
    }
    fluid::io::save_persistables(exe, folder, {.filename = "trained"});
}

std::string read_file(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

int main(int argc, char** argv) try {
    const std::string path = argc > 1 ? argv[1] : "examples/data/digits.csv";
    if (argc > 2) {  // a training: resume DIGITS FOLDER KILLED_AT
        train(read_digits(path), argv[2], argc > 3 ? std::strtoull(argv[3], nullptr, 10) : 0);
        return 0;
    }
    if (read_digits(path).labels.empty())
        return std::fprintf(stderr, "%s: no digits there; give the path of digits.csv\n", path.c_str()), 1;

    std::filesystem::remove_all("resume_example");
    const auto trained = [&](const std::string& folder, const char* killed_at) {
        const auto line = std::string("\"") + argv[0] + "\" \"" + path + "\" " + folder + " " + killed_at;
        return std::system(line.c_str()) == 0;
    };
    const bool whole = trained("resume_example/whole", "0");
    const bool killed = !trained("resume_example/killed", "130") && !trained("resume_example/killed", "270");
    std::printf("killed at step 130, and again at 270\n");
    const bool resumed = trained("resume_example/killed", "0");
    const auto expected = read_file("resume_example/whole/trained");
    const bool same = !expected.empty() && read_file("resume_example/killed/trained") == expected;
    std::printf("all persistables are %s\n", same ? "the same, bit for bit" : "OTHERS");
    return whole && killed && resumed && same ? 0 : 1;
} catch (const fluid::Exception& e) {
    std::fprintf(stderr, "%s\n", to_string(e.error()).c_str());
    return 1;
}
