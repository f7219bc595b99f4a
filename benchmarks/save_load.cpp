// Saving and loading against the limit: the plain system call, or copy, that moves the same bytes. Limit and wherry take turns in one
// process; `x_limit` is the median of their ratios (1.00: nothing is left to gain), `GB/s` is wherry's own.
//
//     wherry-benchmark-save_load --benchmark_filter=resnet
//
// Workloads: mlp = 784-100-100-10 (0.36 MB), small = 1,000 x 4 KiB, resnet = the shapes of ResNet-50 (267 tensors, 102 MB).
// Files lie below $TMPDIR or /tmp: a disk and a RAM disk differ, and so does an existing file from a fresh one, which is what is saved
// here.
#include <wherry/archive/archive.hpp>
#include <wherry/policy/disk.hpp>
#include <wherry/policy/mapped.hpp>
#include <wherry/policy/memory.hpp>

#include <benchmark/benchmark.h>

#include <fcntl.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace {
using namespace wherry;
using one_file = archive<layout::combined, fast>;
using one_file_atomic = archive<layout::combined>;
using one_file_in_place = archive<layout::combined, in_place>;
using file_each = archive<layout::per_file, fast>;
using file_each_atomic = archive<layout::per_file>;
using aligned = archive<layout::combined, fast, annotate<align<64>>>;

using shapes = std::vector<Shape>;

shapes mlp() { return {{784, 100}, {100}, {100, 100}, {100}, {100, 10}, {10}}; }
shapes small() { return shapes(1000, Shape{1024}); }
/// A convolution or the last layer, and for a convolution the four vectors of its batch normalisation.
shapes resnet() {
    shapes made;
    const auto convolution = [&](std::int64_t out, std::int64_t in, std::int64_t k) {
        made.push_back({out, in, k, k});
        made.insert(made.end(), 4, Shape{out});
    };
    convolution(64, 3, 7);
    std::int64_t in = 64;
    std::int64_t width = 64;
    for (const int blocks : {3, 4, 6, 3}) {
        for (int block = 0; block < blocks; ++block) {
            convolution(width, in, 1);
            convolution(width, width, 3);
            convolution(4 * width, width, 1);
            if (block == 0) convolution(4 * width, in, 1);
            in = 4 * width;
        }
        width *= 2;
    }
    made.push_back({2048, 1000});
    made.push_back({1000});
    return made;
}

/// Tensors of these shapes, what their combined file holds, and a folder for files.
class workload {
  public:
    explicit workload(const shapes& all) {
        for (std::size_t i = 0; i < all.size(); ++i) {
            names_.push_back("var_" + std::to_string(i));
            auto& held = scope.var(names_.back()) = Tensor(DType::FP32, all[i]);
            for (auto& element : held.elements<float>()) element = static_cast<float>(i);
        }
        for (const auto& name : names_) {
            names.push_back(name);
            tensors.push_back(scope.find_var(name)->ref(name));
        }
        bytes = *one_file::save(tensors, wherry::memory());
    }
    ~workload() { std::filesystem::remove_all(folder); }
    workload(const workload&) = delete;
    workload& operator=(const workload&) = delete;

    [[nodiscard]] std::string fresh(std::string_view name) const {
        const auto path = folder / name;
        std::filesystem::remove_all(path);
        return path.string();
    }

    Scope scope;
    std::vector<std::string_view> names;
    std::vector<tensor_ref> tensors;
    std::string bytes;
    std::string header = std::string(25, '\0');  ///< as long as that of a file of one tensor
    const std::filesystem::path folder = made_folder();

  private:
    static std::filesystem::path made_folder() {
        auto path = (std::filesystem::temp_directory_path() / "wherry-benchmark-XXXXXX").string();
        return ::mkdtemp(path.data());
    }
    std::vector<std::string> names_;
};

// ---- the limits

void write_file(const std::string& path, std::string_view bytes) {
    const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    while (!bytes.empty()) bytes.remove_prefix(static_cast<std::size_t>(::write(file, bytes.data(), bytes.size())));
    ::close(file);
}
/// A header makes 4 KiB of elements two pages.
void write_pieces(const std::string& path, std::string_view header, std::string_view elements) {
    const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    std::string head(header);
    const ::iovec pieces[] = {{head.data(), head.size()}, {const_cast<char*>(elements.data()), elements.size()}};
    if (::pwritev(file, pieces, 2, 0) != static_cast<ssize_t>(header.size() + elements.size())) std::abort();
    ::close(file);
}
void read_file(const std::string& path, char* to, std::size_t size_bytes) {
    const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    for (std::size_t at = 0; at < size_bytes;)
        at += static_cast<std::size_t>(::pread(file, to + at, size_bytes - at, static_cast<off_t>(at)));
    ::close(file);
}

// ---- taking turns

template <class Work>
double seconds(const Work& work) {
    const auto start = std::chrono::steady_clock::now();
    work();
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

/// `prepare` runs before each of the two, outside the time.
template <class Prepare, class Limit, class Ours>
void take_turns(benchmark::State& state, const workload& load, const Prepare& prepare, const Limit& limit, const Ours& ours) {
    std::vector<double> ratios;
    for (auto _ : state) {
        prepare();
        const auto least = seconds(limit);
        prepare();
        const auto taken = seconds(ours);
        state.SetIterationTime(taken);
        ratios.push_back(taken / least);
    }
    if (ratios.empty()) return;
    std::nth_element(ratios.begin(), ratios.begin() + static_cast<std::ptrdiff_t>(ratios.size() / 2), ratios.end());
    state.counters["x_limit"] = ratios[ratios.size() / 2];
    state.counters["GB/s"] = benchmark::Counter(static_cast<double>(load.bytes.size()) * 1e-9 * static_cast<double>(state.iterations()),
                                                benchmark::Counter::kIsRate);
}

template <class Result>
void must(benchmark::State& state, const Result& done) {
    if (!done) state.SkipWithError(to_string(done.error()).c_str());
}

template <class Archive>
void save_one(benchmark::State& state, const workload& load) {
    std::string path;
    take_turns(
        state, load, [&] { path = load.fresh("all"); }, [&] { write_file(path, load.bytes); },
        [&] { must(state, Archive::save(load.tensors, disk(path))); });
}
template <class Archive>
void save_each(benchmark::State& state, const workload& load) {
    std::string path;
    const auto prepare = [&] {
        path = load.fresh("each");
        std::filesystem::create_directory(path);
    };
    const auto limit = [&] {
        for (const auto& tensor : load.tensors) write_pieces(path + "/" + std::string(tensor.name), load.header, as_chars(tensor.bytes));
    };
    take_turns(state, load, prepare, limit, [&] { must(state, Archive::save(load.tensors, disk(path))); });
}
void save_memory(benchmark::State& state, const workload& load) {
    const auto limit = [&] {
        const std::unique_ptr<char[]> copy(new char[load.bytes.size()]);
        std::memcpy(copy.get(), load.bytes.data(), load.bytes.size());
        benchmark::DoNotOptimize(copy.get()[load.bytes.size() / 2]);
    };
    take_turns(
        state, load, [] {}, limit,
        [&] {
            const auto made = one_file::save(load.tensors, wherry::memory());
            must(state, made);
            benchmark::DoNotOptimize(made->data());
        });
}

template <class Archive, class Source>
void load_one(benchmark::State& state, workload& load, Scope& into) {
    const auto path = load.fresh("all");
    must(state, Archive::save(load.tensors, disk(path)));
    std::vector<char> touched(load.bytes.size());
    take_turns(
        state, load, [] {}, [&] { read_file(path, touched.data(), touched.size()); },
        [&] { must(state, Archive::load(load.names, into, Source(path))); });
}
void load_copy(benchmark::State& state, workload& load) { load_one<one_file, disk>(state, load, load.scope); }
void load_in_place(benchmark::State& state, workload& load) { load_one<one_file_in_place, disk>(state, load, load.scope); }
void load_mapped(benchmark::State& state, workload& load) {
    Scope fresh;
    load_one<aligned, mapped>(state, load, fresh);
}
void load_each(benchmark::State& state, workload& load) {
    const auto path = load.fresh("each");
    must(state, file_each::save(load.tensors, disk(path)));
    std::vector<char> touched(load.bytes.size());
    const auto limit = [&] {
        for (const auto& tensor : load.tensors) read_file(path + "/" + std::string(tensor.name), touched.data(), tensor.bytes.size());
    };
    take_turns(
        state, load, [] {}, limit, [&] { must(state, file_each::load(load.names, load.scope, disk(path))); });
}
void load_memory(benchmark::State& state, workload& load) {
    std::vector<char> touched(load.bytes.size());
    take_turns(
        state, load, [] {}, [&] { std::memcpy(touched.data(), load.bytes.data(), touched.size()); },
        [&] { must(state, one_file::load(load.names, load.scope, wherry::memory(load.bytes))); });
}

[[maybe_unused]] const bool registered = [] {
    const auto add = [](const std::string& name, void (*run)(benchmark::State&, workload&), const std::shared_ptr<shapes>& all) {
        benchmark::RegisterBenchmark(name.c_str(),
                                     [run, all](benchmark::State& state) {
                                         workload load(*all);
                                         run(state, load);
                                     })
            ->UseManualTime()
            ->Unit(benchmark::kMicrosecond);
    };
    struct named {
        std::string_view name;
        shapes all;
    };
    for (auto& [name, made] : {named{"mlp", mlp()}, named{"small", small()}, named{"resnet", resnet()}}) {
        const auto all = std::make_shared<shapes>(made);
        const auto of = [prefix = std::string(name) + "/"](std::string_view what) { return prefix + std::string(what); };
        add(
            of("save_one_file"), [](auto& s, auto& w) { save_one<one_file>(s, w); }, all);
        add(
            of("save_one_file_atomic"), [](auto& s, auto& w) { save_one<one_file_atomic>(s, w); }, all);
        add(
            of("save_file_each"), [](auto& s, auto& w) { save_each<file_each>(s, w); }, all);
        add(
            of("save_file_each_atomic"), [](auto& s, auto& w) { save_each<file_each_atomic>(s, w); }, all);
        add(
            of("save_memory"), [](auto& s, auto& w) { save_memory(s, w); }, all);
        add(of("load_one_file"), load_copy, all);
        add(of("load_one_file_in_place"), load_in_place, all);
        add(of("load_mapped"), load_mapped, all);
        add(of("load_file_each"), load_each, all);
        add(of("load_memory"), load_memory, all);
    }
    return true;
}();
}  // namespace
