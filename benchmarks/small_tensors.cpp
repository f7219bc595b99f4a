// What a tensor costs where elements hardly count: `each` is the time per tensor, `x_limit` the median ratio to one pread into touched
// pages (saves: one write, or memcpy) of the same bytes, taking turns.
//
//     wherry-benchmark-small_tensors --benchmark_filter=load
//
// 1,000 tensors of 4 KiB; 1,000, 10,000 and 100,000 of 256 bytes. Files lie below $TMPDIR or /tmp.
#include <wherry/archive/archive.hpp>
#include <wherry/policy/disk.hpp>
#include <wherry/policy/mapped.hpp>
#include <wherry/policy/memory.hpp>

#include <benchmark/benchmark.h>

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
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
using plain_file = archive<layout::combined, fast>;
using aligned_file = archive<layout::combined, fast, annotate<align<64>>>;

struct tensors {
    std::vector<std::string> held_names;
    std::vector<std::string_view> names;
    std::vector<tensor_ref> refs;
    Scope scope;
    std::string bytes;
    std::filesystem::path folder;

    tensors(std::int64_t count, std::int64_t size_bytes) {
        for (std::int64_t i = 0; i < count; ++i) held_names.push_back("layer_" + std::to_string(i * 7919 % count) + ".w_0");
        for (const auto& name : held_names) {
            auto& tensor = scope.var(name) = Tensor(DType::FP32, {size_bytes / 4});
            for (auto& element : tensor.elements<float>()) element = 1;
            names.push_back(name);
            refs.push_back(tensor.ref(name));
        }
        bytes = *plain_file::save(refs, wherry::memory());
        auto path = (std::filesystem::temp_directory_path() / "wherry-benchmark-XXXXXX").string();
        folder = ::mkdtemp(path.data());
    }
    ~tensors() { std::filesystem::remove_all(folder); }
    tensors(const tensors&) = delete;
    tensors& operator=(const tensors&) = delete;

    [[nodiscard]] std::string path() const { return (folder / "all").string(); }
};

template <class Work>
double seconds(const Work& work) {
    const auto start = std::chrono::steady_clock::now();
    work();
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

struct turns {
    void (*prepare)(tensors&);
    void (*limit)(tensors&, char* touched);
    bool (*ours)(tensors&);
};

void run(benchmark::State& state, const turns& work) {
    tensors all(state.range(0), state.range(1));
    const std::unique_ptr<char[], void (*)(char*)> touched(
        static_cast<char*>(std::aligned_alloc(4096, (all.bytes.size() / 4096 + 1) * 4096)), [](char* held) { std::free(held); });
    std::memset(touched.get(), 1, all.bytes.size());
    std::vector<double> ratios;
    for (auto _ : state) {
        work.prepare(all);
        const auto least = seconds([&] { work.limit(all, touched.get()); });
        work.prepare(all);
        bool good = false;
        const auto taken = seconds([&] { good = work.ours(all); });
        if (!good) state.SkipWithError("it failed");
        state.SetIterationTime(taken);
        ratios.push_back(taken / least);
    }
    std::nth_element(ratios.begin(), ratios.begin() + static_cast<std::ptrdiff_t>(ratios.size() / 2), ratios.end());
    state.counters["x_limit"] = ratios[ratios.size() / 2];
    state.counters["each"] = benchmark::Counter(static_cast<double>(state.range(0)) * static_cast<double>(state.iterations()),
                                                benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}

void write_all(const std::string& path, std::string_view bytes) {
    const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    while (!bytes.empty()) bytes.remove_prefix(static_cast<std::size_t>(::write(file, bytes.data(), bytes.size())));
    ::close(file);
}
void read_all(tensors& all, char* to) {
    const int file = ::open(all.path().c_str(), O_RDONLY | O_CLOEXEC);
    for (std::size_t at = 0; at < all.bytes.size();)
        at += static_cast<std::size_t>(::pread(file, to + at, all.bytes.size() - at, static_cast<off_t>(at)));
    ::close(file);
}
void remove_file(tensors& all) { std::filesystem::remove(all.path()); }
template <class Archive>
void there_is(tensors& all) {
    if (!std::filesystem::exists(all.path())) (void)Archive::save(all.refs, disk(all.path()));
}

[[maybe_unused]] const bool registered = [] {
    const auto add = [](const char* name, const turns& work) {
        auto* made = benchmark::RegisterBenchmark(name, [work](benchmark::State& state) { run(state, work); });
        made->UseManualTime()->Unit(benchmark::kMicrosecond);
        made->Args({1000, 4096})->Args({1000, 256})->Args({10'000, 256})->Args({100'000, 256});
    };
    const auto write = [](tensors& all, char*) { write_all(all.path(), all.bytes); };
    const auto copy = [](tensors& all, char* to) { std::memcpy(to, all.bytes.data(), all.bytes.size()); };
    add("save", {remove_file, write, [](tensors& all) { return bool(plain_file::save(all.refs, disk(all.path()))); }});
    add("save_memory", {[](tensors&) {}, copy, [](tensors& all) { return bool(plain_file::save(all.refs, wherry::memory())); }});
    add("load",
        {there_is<plain_file>, read_all, [](tensors& all) { return bool(plain_file::load(all.names, all.scope, disk(all.path()))); }});
    add("load_fresh", {there_is<plain_file>, read_all, [](tensors& all) {
                           Scope fresh;
                           return bool(plain_file::load(all.names, fresh, disk(all.path())));
                       }});
    add("load_memory",
        {[](tensors&) {}, copy, [](tensors& all) { return bool(plain_file::load(all.names, all.scope, wherry::memory(all.bytes))); }});
    add("load_mapped", {there_is<aligned_file>, read_all,
                        [](tensors& all) { return bool(aligned_file::load(all.names, all.scope, mapped(all.path()))); }});
    return true;
}();
}  // namespace
