// The part of benchmarks/compare.py that is wherry: does what each line of the input asks for, and answers with the nanoseconds it took.
//
//     compare SHAPES          SHAPES: one array of float32 per line, dims with spaces between
//     save PATH | save_atomic PATH | save_durable PATH | save_aligned PATH | load PATH | load_existing PATH | mapped PATH
//     infer BATCH             a run of 784-100-100-10, prepared
#include <wherry/archive/archive.hpp>
#include <wherry/exec/executor.hpp>
#include <wherry/fluid.hpp>
#include <wherry/policy/disk.hpp>
#include <wherry/policy/mapped.hpp>

#include <array>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <memory>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

namespace {
using namespace wherry;

struct network {
    fluid::Program program, startup;
    Scope scope;
    Tensor x;
    std::vector<float> y;
    std::unique_ptr<prepared_run> ready;

    explicit network(std::int64_t batch) : x(DType::FP32, {batch, 784}), y(static_cast<std::size_t>(batch * 10)) {
        const fluid::program_guard guard(program, startup);
        const fluid::unique_name::guard names;
        auto made = fluid::layers::fc(fluid::data("x", {-1, 784}), {.size = 100, .act = "relu"});
        made = fluid::layers::fc(made, {.size = 100, .act = "relu"});
        made = fluid::layers::fc(made, {.size = 10, .act = "softmax"});
        fluid::Executor().run(startup, {}, {.scope = &scope});
        for (auto& element : x.elements<float>()) element = 0.5F;
        auto prepared = Executor().prepare(program, scope, std::array{x.ref("x")}, std::array{fetch_into::of<float>(made.name(), y)});
        if (prepared) ready = std::make_unique<prepared_run>(*std::move(prepared));
    }
};

struct arrays {
    std::vector<std::string> held;
    std::vector<std::string_view> names;
    std::vector<tensor_ref> refs;
    Scope scope;

    explicit arrays(const char* path) {
        std::ifstream lines(path);
        std::vector<Shape> shapes;
        for (std::string line; std::getline(lines, line);) {
            std::istringstream numbers(line);
            Shape dims;
            for (std::int64_t dim = 0; numbers >> dim;) dims.push_back(dim);
            shapes.push_back(dims);
            held.push_back("var_" + std::to_string(held.size()));
        }
        for (std::size_t i = 0; i < held.size(); ++i) {
            auto& tensor = scope.var(held[i]) = Tensor(DType::FP32, shapes[i]);
            for (auto& element : tensor.elements<float>()) element = static_cast<float>(i);
            names.push_back(held[i]);
            refs.push_back(tensor.ref(held[i]));
        }
    }
    bool run(const std::string& what, const std::string& path) {
        using aligned = archive<fast, annotate<align<64>>>;
        if (what == "save") return bool(archive<fast>::save(refs, disk(path)));
        if (what == "save_atomic") return bool(archive<atomic>::save(refs, disk(path)));
        if (what == "save_durable") return bool(archive<durable>::save(refs, disk(path)));
        if (what == "save_aligned") return bool(aligned::save(refs, disk(path)));
        if (what == "load_existing") return bool(archive<>::load(names, scope, disk(path)));
        Scope fresh;
        if (what == "mapped") return bool(aligned::load(names, fresh, mapped(path)));
        return what == "load" && archive<>::load(names, fresh, disk(path));
    }
};
}  // namespace

int main(int argc, char** argv) {
    if (argc != 2) return std::fprintf(stderr, "compare SHAPES\n"), 2;
    arrays all(argv[1]);
    std::unique_ptr<network> net;
    std::int64_t net_batch = 0;
    for (std::string what, value; std::cin >> what >> value;) {
        if (what == "infer" && net_batch != std::stoll(value)) net = std::make_unique<network>(net_batch = std::stoll(value));
        const auto start = std::chrono::steady_clock::now();
        const bool good = what == "infer" ? net->ready != nullptr && bool(net->ready->run()) : all.run(what, value);
        const auto taken = std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::steady_clock::now() - start).count();
        std::cout << (good ? static_cast<long long>(taken) : -1LL) << std::endl;
    }
}
