#include <doctest/doctest.h>
#include <support/scratch.hpp>
#include <wherry/archive/archive.hpp>
#include <wherry/policy/disk.hpp>
#include <wherry/policy/mapped.hpp>

#include <cstdint>
#include <string_view>
#include <vector>

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace wherry;

namespace {
constexpr std::int64_t elements = 8'000'000;  // two tensors of 32 MB
constexpr int allowed_mb = 4;                 // beside the tensors themselves

/// Megabytes by which `work` raises the most memory that a process of its own has had.
template <class Work>
int raised_mb(Work work) {
    const auto child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) {
        const auto peak = [] {
            ::rusage usage{};
            ::getrusage(RUSAGE_SELF, &usage);
            return usage.ru_maxrss / 1024;  // kilobytes on Linux
        };
        const auto before = peak();
        const bool good = work();
        ::_exit(good ? static_cast<int>(peak() - before) : 255);
    }
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    REQUIRE(WIFEXITED(status));
    REQUIRE(WEXITSTATUS(status) != 255);
    return WEXITSTATUS(status);
}
}  // namespace

#if defined(__SANITIZE_ADDRESS__)
constexpr bool measurable = false;
#elif defined(__has_feature)
constexpr bool measurable = !__has_feature(address_sanitizer);
#else
constexpr bool measurable = true;
#endif

TEST_CASE("a load needs the memory of its tensors, and a save none; a mapping lends the file's" * doctest::skip(!measurable)) {
    const support::scratch place("peak");
    const auto path = place / "model";
    const std::vector<std::string_view> names{"a", "b"};
    using aligned = archive<annotate<align<64>>>;
    {
        const Tensor a(DType::FP32, {elements});
        const Tensor b(DType::FP32, {elements});
        const std::vector<tensor_ref> refs{a.ref("a"), b.ref("b")};
        REQUIRE(aligned::save(std::span<const tensor_ref>(refs), disk(path)));
        const auto saved = raised_mb([&] { return aligned::save(std::span<const tensor_ref>(refs), disk(place / "again")).has_value(); });
        CHECK(saved <= 64 + allowed_mb);  // the pages of a and b are touched for the first time
    }
    const auto loaded = raised_mb([&] {
        Scope scope;
        return aligned::load(std::span<const std::string_view>(names), scope, disk(path)).has_value();
    });
    CHECK(loaded >= 48);  // it was measured: pages that earlier tests freed may serve again, a few megabytes of them
    CHECK(loaded <= 64 + allowed_mb);
    const auto mapped_in = raised_mb([&] {
        Scope scope;
        return aligned::load(std::span<const std::string_view>(names), scope, mapped(path)).has_value();
    });
    CHECK(mapped_in <= allowed_mb);
}
