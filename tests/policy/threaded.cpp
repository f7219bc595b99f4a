#include <doctest/doctest.h>
#include <support/scratch.hpp>
#include <wherry/archive/archive.hpp>
#include <wherry/format/npy.hpp>
#include <wherry/policy/disk.hpp>
#include <wherry/policy/memory.hpp>
#include <wherry/policy/threaded.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <thread>
#include <utility>
#include <vector>

using namespace wherry;

namespace {
/// A file of one record in memory that is laid out when it starts, so that several threads may fill it.
struct laid_out {
    static constexpr std::string_view name = "laid_out";
    static constexpr bool many_records = false;
    std::string bytes;
    std::size_t starts = 0, fails_at = ~std::size_t{0};  ///< the part that holds this byte
    std::atomic<std::size_t> parts{0};
    result<void> start(std::span<const record_size> records, durability_steps) {
        ++starts;
        bytes.assign(static_cast<std::size_t>(records.front().size_bytes), '?');
        return {};
    }
    result<void> write_at(std::size_t, std::uint64_t offset, std::span<const piece> pieces) { return fill(offset, pieces); }
    result<void> write_part(std::size_t, std::uint64_t offset, std::span<const piece> pieces) { return ++parts, fill(offset, pieces); }
    result<void> commit(std::size_t) { return {}; }
    result<std::string> finish() { return std::exchange(bytes, {}); }

  private:
    result<void> fill(std::uint64_t offset, std::span<const piece> pieces) {
        auto at = static_cast<std::size_t>(offset);
        for (const auto& one : pieces) {
            if (fails_at >= at && fails_at - at < one.size()) return error{.code = errc::cannot_write, .offset = at};
            if (!one.empty()) std::memcpy(bytes.data() + at, one.data(), one.size());
            at += one.size();
        }
        return {};
    }
};
static_assert(SharedSink<laid_out> && !SharedSink<memory> && Sink<threaded_sink<3, laid_out&>> && Sink<threaded_sink<3, disk>>);

/// Five megabytes and a bit, in tensors of very different sizes.
std::vector<std::pair<std::string, Tensor>> megabytes() {
    std::vector<std::pair<std::string, Tensor>> made;
    for (const std::int64_t count : {1, 900'000, 0, 7, 400'000, 3}) {
        Tensor tensor(DType::FP32, {count});
        float next = static_cast<float>(made.size());
        for (auto& x : tensor.elements<float>()) x = next, next += 0.5F;
        made.emplace_back("t" + std::to_string(made.size()), std::move(tensor));
    }
    return made;
}
std::vector<tensor_ref> refs_to(const std::vector<std::pair<std::string, Tensor>>& tensors) {
    std::vector<tensor_ref> refs;
    for (const auto& [name, tensor] : tensors) refs.push_back(tensor.ref(name));
    return refs;
}
}  // namespace

TEST_CASE("several threads fill one file with the bytes of one writer") {
    const auto tensors = megabytes();
    const auto refs = refs_to(tensors);
    using checked = archive<annotate<align<64>, checksum, names>>;
    const auto whole = checked::save(refs, memory{});
    REQUIRE(whole);
    laid_out sink;
    auto saved = checked::save(refs, threaded<4>(sink));
    REQUIRE(saved);
    CHECK(*saved == *whole);
    CHECK(sink.parts == 4);
    saved = checked::save(refs, threaded<1>(sink));
    CHECK(*saved == *whole);
    CHECK(sink.parts == 5);
    saved = checked::save(std::span(refs).first(1), threaded<4>(sink));  // not worth a thread
    CHECK(*saved == *checked::save(std::span(refs).first(1), memory{}));
    CHECK(sink.parts == 5);
}

TEST_CASE("a thread that fails is the error of the save, and the sink drops what was begun") {
    const auto tensors = megabytes();
    for (const std::size_t at : {0U, 2'000'000U, 5'000'000U}) {
        laid_out sink;
        sink.fails_at = at;
        const auto saved = archive<>::save(refs_to(tensors), threaded<4>(sink));
        REQUIRE_FALSE(saved);
        CHECK(saved.error().code == errc::cannot_write);
        CHECK(sink.parts == 4);
        CHECK(sink.starts == 2);
        CHECK(sink.bytes.empty());
    }
}

TEST_CASE("threads fill the files of a disk") {
    if constexpr (SharedSink<disk>) {
        const auto tensors = megabytes();
        const auto refs = refs_to(tensors);
        const support::scratch folder("threaded");
        const auto whole = archive<>::save(refs, memory{});
        REQUIRE(archive<durable>::save(refs, threaded<3>(disk{folder / "all"})));
        CHECK(support::read_file(folder / "all") == *whole);
        REQUIRE(archive<fast>::save(refs, threaded<2>(disk{folder / "all"})));
        CHECK(support::read_file(folder / "all") == *whole);
        using each = archive<format::npy, layout::per_file>;
        REQUIRE(each::save(refs, disk{folder / "one"}));
        REQUIRE(each::save(refs, threaded<2>(disk{folder / "two"})));
        CHECK(support::read_folder(folder / "one") == support::read_folder(folder / "two"));
    }
}
