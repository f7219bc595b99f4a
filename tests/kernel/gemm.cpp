#include <wherry/kernel/gemm.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>
#include <cstring>
#include <vector>

namespace kernel = wherry::kernel;
using kernel::transpose;
using kernel::update;

namespace {

constexpr bool multiplies_at_compile_time() {
    int a[6] = {1, 2, 3, 4, 5, 6}, b[6] = {1, 0, 2, 1, 0, 3}, c[4] = {1, 1, 1, 1};
    kernel::gemm(kernel::matrix<int, 2, 3>(a), kernel::matrix<int, 3, 2>(b), kernel::matrix<int, 2, 2>(c), transpose::no, transpose::no,
                 update::accumulate, 2);
    return c[0] == 11 && c[1] == 23 && c[2] == 29 && c[3] == 47;
}
static_assert(multiplies_at_compile_time());

/// Small whole numbers: every sum is exact in every type, so results are compared for equality.
template <class T>
std::vector<T> whole_numbers(std::size_t count, unsigned seed) {
    std::vector<T> v(count);
    for (T& x : v) {
        seed = seed * 1664525u + 1013904223u;
        x = static_cast<T>(static_cast<int>(seed >> 28) - 7);
    }
    return v;
}

/// One product against the plain double loop; rows of all three are `gap` elements longer than needed, and what lies there must survive.
template <class T, class Multiply>
void check(std::size_t m, std::size_t k, std::size_t n, transpose ta, transpose tb, update how, T alpha, std::size_t gap,
           Multiply multiply) {
    const bool at = ta == transpose::yes, bt = tb == transpose::yes;
    const std::size_t ar = at ? k : m, ac = at ? m : k, br = bt ? n : k, bc = bt ? k : n;
    const auto a = whole_numbers<T>(ar * (ac + gap), 1), b = whole_numbers<T>(br * (bc + gap), 2);
    auto c = whole_numbers<T>(m * (n + gap), 3);
    auto expected = c;
    for (std::size_t i = 0; i < m; ++i)
        for (std::size_t j = 0; j < n; ++j) {
            T total{};
            for (std::size_t p = 0; p < k; ++p)
                total = static_cast<T>(total + (at ? a[p * (ac + gap) + i] : a[i * (ac + gap) + p]) *
                                                   (bt ? b[j * (bc + gap) + p] : b[p * (bc + gap) + j]));
            T& e = expected[i * (n + gap) + j];
            e = static_cast<T>(alpha * total + (how == update::accumulate ? e : T{}));
        }
    multiply(kernel::matrix<const T>(a.data(), ar, ac, ac + gap), kernel::matrix<const T>(b.data(), br, bc, bc + gap),
             kernel::matrix<T>(c.data(), m, n, n + gap), ta, tb, how, alpha);
    const bool same = c == expected;
    CHECK_MESSAGE(same, "m ", m, " k ", k, " n ", n, " ta ", at, " tb ", bt, " gap ", gap);
}

template <class T, class Multiply>
void check_shapes(const std::vector<std::size_t>& ms, const std::vector<std::size_t>& ks, const std::vector<std::size_t>& ns,
                  Multiply multiply) {
    std::size_t turn = 0;
    for (const std::size_t m : ms)
        for (const std::size_t k : ks)
            for (const std::size_t n : ns)
                for (int form = 0; form < 4; ++form, ++turn)
                    check<T>(m, k, n, transpose(form & 1), transpose(form >> 1 & 1), turn % 3 == 0 ? update::accumulate : update::overwrite,
                             static_cast<T>(turn % 5 == 0 ? 2 : 1), turn % 7 == 0 ? 3 : 0, multiply);
}

const auto built_in = [](auto a, auto b, auto c, transpose ta, transpose tb, update how, auto alpha) {
    kernel::gemm(a, b, c, ta, tb, how, alpha);
};

/// By no wider instructions than these, which a given machine may or may not choose by itself.
template <kernel::instruction_set Most>
const auto at_most = [](auto a, auto b, auto c, transpose ta, transpose tb, update how, auto alpha) {
    kernel::portable::multiply<decltype(alpha)>(a, b, c, ta, tb, how, alpha, Most);
};

const std::vector<std::size_t> few{0, 1, 2, 3, 4, 5, 7, 8, 9, 16, 17};
const std::vector<std::size_t> depths{0, 1, 2, 5, 8, 13, 33, 129};
const std::vector<std::size_t> widths{0, 1, 2, 3, 4, 7, 8, 9, 10, 15, 16, 17, 31, 33, 47, 48, 49, 64, 65, 100, 129, 145};

/// Somebody else's matrix product: a user plugs in Eigen or CBLAS the same way.
struct counting_backend {
    using kind = wherry::kinds::gemm;
    static constexpr std::string_view name = "counting";
    static inline int calls = 0;
    template <class T>
    static void multiply(kernel::matrix<const T> a, kernel::matrix<const T> b, kernel::matrix<T> c, transpose ta, transpose tb, update how,
                         T alpha) noexcept {
        ++calls;
        kernel::portable::multiply<T>(a, b, c, ta, tb, how, alpha);
    }
};
static_assert(kernel::GemmBackend<counting_backend>);
struct no_backend {};
static_assert(!kernel::GemmBackend<no_backend>);

}  // namespace

TEST_CASE("a product of any shape, transposed or not, is the sum of products") {
    check_shapes<float>(few, depths, widths, built_in);
    check_shapes<double>({1, 4, 9}, {1, 9, 40}, widths, built_in);
    check_shapes<std::int32_t>({1, 3, 6}, {1, 9, 40}, {1, 3, 9, 33}, built_in);
    check_shapes<std::int64_t>({1, 3, 6}, {1, 9, 40}, {1, 3, 9, 33}, built_in);
}

TEST_CASE("large products are cut into blocks that fit together") {
    check_shapes<float>({1, 6, 67}, {255, 256, 257, 600, 784}, {1, 10, 100, 193}, built_in);
}

TEST_CASE("many rows are multiplied a part at a time, and a large matrix is fetched ahead") {
    check_shapes<float>({384, 530, 777}, {70}, {33}, built_in);
    check_shapes<float>({64}, {530}, {520}, built_in);
    check_shapes<float>({64}, {530}, {520}, at_most<kernel::instruction_set::avx2>);
}

TEST_CASE("a vector times a matrix that no cache holds is walked in blocks of rows") {
    check_shapes<float>({1}, {300, 1100}, {1024, 901}, built_in);
    check_shapes<float>({1024, 901}, {300, 1100}, {1}, built_in);
}

TEST_CASE("every instruction set gives the same product") {
    check_shapes<float>(few, depths, widths, at_most<kernel::instruction_set::baseline>);
    check_shapes<float>({1, 6, 67}, {255, 300}, {1, 10, 100}, at_most<kernel::instruction_set::baseline>);
    check_shapes<float>(few, depths, widths, at_most<kernel::instruction_set::avx2>);
    check_shapes<float>({1, 6, 67}, {255, 600}, {1, 10, 100}, at_most<kernel::instruction_set::avx2>);
}

TEST_CASE("weights may lie at any address, as they do in a mapped file") {
    const auto a = whole_numbers<float>(9 * 20, 1), b = whole_numbers<float>(20 * 50, 2);
    for (const std::size_t m : {std::size_t{1}, std::size_t{9}}) {
        for (std::size_t shift = 1; shift < 4; ++shift) {
            std::vector<char> file((a.size() + b.size()) * sizeof(float) + 8);
            char* a_bytes = file.data() + shift;
            char* b_bytes = a_bytes + a.size() * sizeof(float);
            std::memcpy(a_bytes, a.data(), a.size() * sizeof(float));
            std::memcpy(b_bytes, b.data(), b.size() * sizeof(float));
            std::vector<float> expected(m * 50), c(m * 50);
            kernel::gemm<kernel::portable>(kernel::matrix(a.data(), m, 20), kernel::matrix(b.data(), 20, 50),
                                           kernel::matrix(expected.data(), m, 50));
            kernel::gemm(kernel::matrix(reinterpret_cast<const float*>(a_bytes), m, 20),
                         kernel::matrix(reinterpret_cast<const float*>(b_bytes), 20, 50), kernel::matrix(c.data(), m, 50));
            CHECK(c == expected);
        }
    }
}

TEST_CASE("with nothing to sum over C becomes zero, or stays when added to") {
    std::vector<float> c{1, 2, 3, 4};
    const kernel::matrix<const float> a(nullptr, 2, 0), b(nullptr, 0, 2);
    kernel::gemm(a, b, kernel::matrix(c.data(), 2, 2), transpose::no, transpose::no, update::accumulate);
    CHECK(c == std::vector<float>{1, 2, 3, 4});
    kernel::gemm(a, b, kernel::matrix(c.data(), 2, 2));
    CHECK(c == std::vector<float>{0, 0, 0, 0});
}

TEST_CASE("a backend of your own is called instead of the built-in one") {
    float a[1] = {3}, b[1] = {4}, c[1] = {0};
    kernel::gemm<counting_backend>(kernel::matrix(a, 1, 1), kernel::matrix(b, 1, 1), kernel::matrix(c, 1, 1));
    CHECK(counting_backend::calls == 1);
    CHECK(c[0] == 12);
}
