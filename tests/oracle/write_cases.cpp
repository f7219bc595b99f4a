// Builds and trains a few networks and writes everything that the real Paddle needs to do the same: programs, first
// values, feeds, losses, and the persistables in all three forms and as checkpoints. write_cases OUT_DIR
#include <wherry/fluid.hpp>
#include <wherry/model/checkpoint.hpp>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <functional>
#include <string>
#include <vector>

namespace fluid = wherry::fluid;
namespace fs = std::filesystem;

namespace {

constexpr int steps = 6;

void write(const fs::path& path, std::string_view bytes) {
    fs::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary).write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
}

/// A .npy file of version 1.
void write_npy(const fs::path& path, const fluid::Tensor& array) {
    const std::string descr = array.dtype() == fluid::int64 ? "<i8" : "<f4";
    std::string header = "{'descr': '" + descr + "', 'fortran_order': False, 'shape': " + wherry::to_tuple(array.dims().dims()) + ", }";
    header.append(63 - (10 + header.size()) % 64, ' ').push_back('\n');
    std::string file = "\x93NUMPY";
    file += {'\x01', '\x00', static_cast<char>(header.size() % 256), static_cast<char>(header.size() / 256)};
    file += header;
    file += wherry::as_chars(array.bytes());
    write(path, file);
}

/// Numbers that look random and are the same everywhere.
fluid::Tensor numbers(const wherry::Shape& dims, unsigned seed) {
    fluid::Tensor made(fluid::float32, dims);
    for (auto& value : made.elements<float>())
        value = static_cast<float>(static_cast<int>((seed = seed * 1664525U + 1013904223U) >> 16U) - 32768) / 16384.0F;
    return made;
}
fluid::Tensor ids(std::int64_t count, std::int64_t high, unsigned seed) {
    fluid::Tensor made(fluid::int64, {count, 1});
    for (auto& value : made.elements<std::int64_t>())
        value = static_cast<std::int64_t>((seed = seed * 1664525U + 1013904223U) >> 16U) % high;
    return made;
}

struct array {
    std::string name;
    fluid::Tensor tensor;
};

void write_case(const fs::path& dir, const std::function<fluid::Variable()>& make, const std::vector<array>& arrays) {
    fluid::Program main;
    fluid::Program startup;
    startup.set_random_seed(3);
    fluid::Scope scope;
    fluid::program_guard programs(main, startup);
    fluid::scope_guard scopes(scope);
    fluid::unique_name::guard names;
    const auto loss = make();
    fluid::Executor exe;
    exe.run(startup);
    write(dir / "main.pdmodel", main.serialize_to_string());
    write(dir / "startup.pdmodel", startup.serialize_to_string());
    write(dir / "loss.txt", loss.name());
    fluid::io::save_persistables(exe, dir / "start");
    fluid::feed fed;
    for (const auto& [name, tensor] : arrays) {
        fed.add({name, tensor});
        write_npy(dir / "feed" / (name + ".npy"), tensor);
    }
    std::vector<float> losses;
    for (int step = 0; step < steps; ++step) losses.push_back(exe.run(main, fed, fluid::fetch(loss))[0].elements<float>()[0]);
    write_npy(dir / "losses.npy", fluid::Tensor::of<float>({steps, 1}, losses));
    fluid::io::save_persistables(exe, dir / "persistables");
    fluid::io::save_persistables(exe, dir, {.filename = "persistables.bin"});
    write(dir / "memory.bin", fluid::io::save_persistables(exe, fluid::io::memory));
    wherry::checkpoint_store<> checkpoints(dir / "run");
    wherry::checkpoint_store<wherry::archive<wherry::layout::per_file, wherry::annotate<wherry::checksum>>> each(dir / "run-each");
    fluid::unwrap(checkpoints.save(main, scope, {.step = steps}));
    fluid::unwrap(each.save(main, scope, {.step = steps}));
    for (const auto& var : fluid::io::get_program_persistable_vars(main))
        write_npy(dir / "values" / (var.name() + ".npy"), *scope.find_var(var.name()));
}

fluid::Variable classifier(const std::string& act) {
    auto x = fluid::data("x", {-1, 6});
    auto label = fluid::data("label", {-1, 1}, fluid::int64);
    auto hidden = fluid::layers::fc(x, {.size = 8, .act = fluid::layers::act_name::of(act)});
    auto predict = fluid::layers::fc(hidden, {.size = 3, .act = "softmax"});
    fluid::layers::accuracy(predict, label);
    return fluid::layers::mean(fluid::layers::cross_entropy(predict, label));
}

}  // namespace

int main(int argc, char** argv) try {
    if (argc != 2) return std::fprintf(stderr, "write_cases OUT_DIR\n"), 1;
    const fs::path out = argv[1];
    const std::vector<array> rows = {{"x", numbers({7, 6}, 1)}, {"label", ids(7, 3, 2)}};
    namespace optimizer = fluid::optimizer;
    write_case(
        out / "sgd",
        [] {
            auto loss = classifier("relu");
            optimizer::SGD(0.1F).minimize(loss);
            return loss;
        },
        rows);
    write_case(
        out / "momentum",
        [] {
            auto loss = classifier("tanh");
            optimizer::Momentum(0.05F, 0.9F, true).minimize(loss);
            return loss;
        },
        rows);
    write_case(
        out / "adam",
        [] {
            auto loss = classifier("sigmoid");
            optimizer::Adam(0.01F).minimize(loss);
            return loss;
        },
        rows);
    write_case(
        out / "clipped",
        [] {
            auto loss = classifier("relu");
            optimizer::SGD(0.1F, {.regularization = fluid::L2Decay{0.01F}, .grad_clip = fluid::clip::GradientClipByGlobalNorm{0.2F}})
                .minimize(loss);
            return loss;
        },
        rows);
    write_case(out / "words",
               [] {
                   auto a = fluid::data("a", {-1, 1}, fluid::int64);
                   auto b = fluid::data("b", {-1, 1}, fluid::int64);
                   auto y = fluid::data("y", {-1, 1});
                   auto joined = fluid::layers::concat(
                       {fluid::layers::embedding(a, {.size = {9, 4}}), fluid::layers::embedding(b, {.size = {5, 4}})}, 1);
                   auto predict = fluid::layers::fc(joined, {.size = 1});
                   auto loss = fluid::layers::mean(fluid::layers::square_error_cost(predict, y));
                   optimizer::SGD(0.05F).minimize(loss);
                   return loss;
               },
               {{"a", ids(6, 9, 3)}, {"b", ids(6, 5, 4)}, {"y", numbers({6, 1}, 5)}});
    return 0;
} catch (const fluid::Exception& e) {
    std::fprintf(stderr, "%s\n", to_string(e.error()).c_str());
    return 1;
}
