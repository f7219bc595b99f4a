#include <wherry/tensor/tensor.hpp>

#include <support/npy.hpp>

#include <doctest/doctest.h>

#include <complex>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <limits>
#include <memory>
#include <utility>

#ifdef __unix__
#include <csignal>
#include <sys/wait.h>
#include <unistd.h>
#endif

using namespace wherry;

#ifdef __unix__
namespace {
/// Whether a call ends the program, as a caller's mistake does in every build.
template <class F>
bool ends(F call) {
    const auto child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) {
        std::signal(SIGABRT, SIG_DFL);  // doctest would report it
        (void)std::freopen("/dev/null", "w", stderr);
        call();
        ::_exit(0);
    }
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    return WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT;
}
}  // namespace

TEST_CASE("tensor: mistakes that would reach past its memory end the program, also under NDEBUG") {
    CHECK_FALSE(ends([] { (void)Tensor::of<float>({2}, {1, 2}); }));
    CHECK(ends([] { (void)Tensor::of<float>({2}, {1, 2, 3}); }));
    CHECK(ends([] { (void)Tensor::of<float>({2}, {1}); }));
    CHECK(ends([] { (void)Tensor::of<float>({2}, {1, 2}).elements<double>(); }));
    CHECK(ends([] { (void)std::as_const(*std::make_unique<Tensor>(DType::INT8, Shape{2})).elements<std::uint8_t>(); }));
    CHECK(ends([] { (void)Tensor(static_cast<DType>(99), {1}); }));
    CHECK(ends([] { (void)Tensor(DType::FP32, {-1}); }));
    CHECK(ends([] { (void)Tensor(DType::FP32, {0, std::int64_t{1} << 62}); }));
}
#endif

TEST_CASE("tensor: a new one is not initialized and holds nothing") {
    const Tensor t;
    CHECK_FALSE(t.is_initialized());
    CHECK(t.count() == 0);
    CHECK(t.bytes().empty());
    CHECK(t.lod().empty());
    CHECK(t == Tensor());
    CHECK_FALSE(t == Tensor(DType::FP32, {}));
}

TEST_CASE("tensor: holds its elements in row-major order") {
    const auto t = Tensor::of<float>({2, 3}, {0, 1, 2, 3, 4, 5});
    CHECK(t.is_initialized());
    CHECK(t.dtype() == DType::FP32);
    CHECK(t.dims() == Shape{2, 3});
    CHECK(t.count() == 6);
    CHECK(t.bytes().size() == 24);
    CHECK(t.elements<float>()[4] == 4.0F);
}

TEST_CASE("tensor: a scalar has one element, a zero dim none") {
    const Tensor scalar(DType::INT64, {});
    CHECK(scalar.count() == 1);
    CHECK(scalar.bytes().size() == 8);
    const Tensor empty(DType::FP32, {0, 7});
    CHECK(empty.is_initialized());
    CHECK(empty.count() == 0);
    CHECK(empty.bytes().empty());
    CHECK(empty.elements<float>().empty());
    CHECK(empty == Tensor(DType::FP32, {0, 7}));
    CHECK_FALSE(empty == Tensor(DType::FP32, {7, 0}));
}

TEST_CASE("tensor: elements are at 64-byte boundaries, of whatever type") {
    for (const auto& row : dtype_table)
        for (const std::int64_t n : {1, 3, 17, 1000}) {
            const Tensor t(row.dtype, {n});
            CHECK(reinterpret_cast<std::uintptr_t>(t.bytes().data()) % 64 == 0);  // NOLINT
            CHECK(t.bytes().size() == static_cast<std::size_t>(n) * row.size_bytes);
        }
}

TEST_CASE("tensor: copies are deep, moves take the memory") {
    auto a = Tensor::of<std::int32_t>({3}, {1, 2, 3});
    a.set_lod({{0, 1, 3}});
    auto b = a;
    CHECK(b == a);
    b.elements<std::int32_t>()[0] = 9;
    CHECK(a.elements<std::int32_t>()[0] == 1);
    const auto* memory = a.bytes().data();
    const auto c = std::move(a);
    CHECK(c.bytes().data() == memory);
    CHECK(c.lod() == LoD{{0, 1, 3}});
    CHECK_FALSE(a.is_initialized());  // NOLINT: on purpose
}

TEST_CASE("tensor: assignment replaces type, dims, LoD and elements, also with itself") {
    auto a = Tensor::of<float>({2, 2}, {1, 2, 3, 4});
    a.set_lod({{0, 2}});
    const auto b = Tensor::of<std::int64_t>({1}, {7});
    auto c = a;
    c = b;
    CHECK(c == b);
    CHECK(c.lod().empty());
    const auto& alias = c;
    c = alias;
    CHECK(c == b);
    c = Tensor();
    CHECK_FALSE(c.is_initialized());
    Tensor d = b;
    const Tensor none;
    d = none;
    CHECK_FALSE(d.is_initialized());
    CHECK(d == Tensor());
}

TEST_CASE("tensor: resizing drops the LoD and keeps memory that is large enough") {
    auto t = Tensor::of<float>({4}, {1, 2, 3, 4});
    t.set_lod({{0, 4}});
    const auto* memory = t.bytes().data();
    t.resize(DType::FP32, {2});
    CHECK(t.bytes().data() == memory);
    CHECK(t.lod().empty());
    CHECK(t.elements<float>()[1] == 2.0F);
    t.resize(DType::FP64, {2, 1});
    CHECK(t.bytes().data() == memory);
    CHECK(t.bytes().size() == 16);
    t.resize(DType::FP32, {1000});
    CHECK(t.count() == 1000);
    t.resize(DType::FP32, {0, std::int64_t{1} << 60});
    CHECK(t.count() == 0);
}

TEST_CASE("tensor: equality is of bytes: the same NaN equals itself, 0 and -0 differ") {
    constexpr auto nan = std::numeric_limits<float>::quiet_NaN();
    CHECK(Tensor::of<float>({1}, {nan}) == Tensor::of<float>({1}, {nan}));
    CHECK_FALSE(Tensor::of<float>({1}, {nan}) == Tensor::of<float>({1}, {-nan}));
    CHECK_FALSE(Tensor::of<float>({1}, {0.0F}) == Tensor::of<float>({1}, {-0.0F}));
    CHECK_FALSE(Tensor::of<float>({2, 1}, {1, 2}) == Tensor::of<float>({1, 2}, {1, 2}));
    CHECK_FALSE(Tensor::of<std::int32_t>({1}, {1}) == Tensor::of<std::uint32_t>({1}, {1}));
    auto with_lod = Tensor::of<float>({2}, {1, 2});
    with_lod.set_lod({{0, 2}});
    CHECK_FALSE(with_lod == Tensor::of<float>({2}, {1, 2}));
}

TEST_CASE("tensor: a reference borrows everything that is saved") {
    auto t = Tensor::of<std::complex<double>>({1, 2}, {{1, 2}, {3, 4}});
    t.set_lod({{0, 1}});
    const auto ref = t.ref("c");
    CHECK(ref.name == "c");
    CHECK(ref.dtype == DType::COMPLEX128);
    CHECK(ref.dims == t.dims());
    CHECK(ref.lod == &t.lod());
    CHECK(ref.bytes.data() == t.bytes().data());
    CHECK(ref.bytes.size() == 32);
}

TEST_CASE("tensor: arrays that NumPy wrote are loaded as they are") {
    const auto values = [](std::string_view name) {
        return support::load_npy(support::golden("paddle26/tensors/values/" + std::string(name) + ".npy"));
    };
    CHECK(values("empty") == Tensor(DType::FP32, {0, 7}));
    CHECK(values("scalar").dims() == Shape{});
    const auto special = values("special");
    bool nan = false;
    bool infinite = false;
    for (const auto x : special.elements<float>()) {
        nan = nan || x != x;
        infinite = infinite || x > std::numeric_limits<float>::max();
    }
    CHECK(nan);
    CHECK(infinite);
}

TEST_CASE("tensor: dims that nobody has memory for change nothing") {
    auto held = Tensor::of<float>({2}, {1, 2});
    const auto before = held;
    const auto most = static_cast<std::int64_t>(std::numeric_limits<std::size_t>::max() / 4);
    CHECK_FALSE(held.try_resize(DType::UINT8, {most}));
    CHECK(held == before);
    CHECK(held.try_resize(DType::FP32, {1}));
    CHECK(held.capacity_bytes() == 8);
    CHECK(held.elements<float>()[0] == 1);
}
