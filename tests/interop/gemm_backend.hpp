#ifndef WHERRY_TESTS_INTEROP_GEMM_BACKEND_HPP
#define WHERRY_TESTS_INTEROP_GEMM_BACKEND_HPP

#include <doctest/doctest.h>
#include <wherry/kernel/gemm.hpp>

#include <cstddef>
#include <vector>

namespace support {

/// Small whole numbers: every sum is exact in every type, so results are compared for equality.
template <class T>
std::vector<T> whole_numbers(std::size_t count, unsigned seed) {
    std::vector<T> v(count);
    for (T& x : v) x = static_cast<T>(static_cast<int>((seed = seed * 1664525U + 1013904223U) >> 28U) - 7);
    return v;
}

/// A backend against the portable product: every transposition and update, sizes from none to beyond a block, rows with
/// gaps whose elements must survive.
template <class Backend, class T>
void check_backend() {
    namespace kernel = wherry::kernel;
    using kernel::transpose;
    using kernel::update;
    for (const std::size_t m : {0U, 1U, 3U, 70U})
        for (const std::size_t k : {0U, 1U, 5U, 130U})
            for (const std::size_t n : {0U, 1U, 4U, 65U})
                for (const auto ta : {transpose::no, transpose::yes})
                    for (const auto tb : {transpose::no, transpose::yes})
                        for (const auto how : {update::overwrite, update::accumulate}) {
                            const std::size_t gap = (m + n) % 3;
                            const bool at = ta == transpose::yes;
                            const bool bt = tb == transpose::yes;
                            const std::size_t ar = at ? k : m, ac = at ? m : k, br = bt ? n : k, bc = bt ? k : n;
                            const auto a = whole_numbers<T>(ar * (ac + gap), 1);
                            const auto b = whole_numbers<T>(br * (bc + gap), 2);
                            auto c = whole_numbers<T>(m * (n + gap), 3);
                            auto expected = c;
                            const kernel::matrix<const T> left(a.data(), ar, ac, ac + gap);
                            const kernel::matrix<const T> right(b.data(), br, bc, bc + gap);
                            kernel::gemm<Backend>(left, right, kernel::matrix<T>(c.data(), m, n, n + gap), ta, tb, how, T(2));
                            kernel::gemm<>(left, right, kernel::matrix<T>(expected.data(), m, n, n + gap), ta, tb, how, T(2));
                            const bool same = c == expected;
                            CHECK_MESSAGE(same, "m ", m, " k ", k, " n ", n, " ta ", at, " tb ", bt);
                        }
}

}  // namespace support

#endif
