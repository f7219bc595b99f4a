#include <wherry/kernel/unary.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <vector>

namespace kernel = wherry::kernel;

TEST_CASE("vectors of floats give what doubles give, whatever is left over at the end") {
    using enum kernel::unary;
    struct row {
        kernel::unary kind;
        kernel::unary_numbers numbers;
    };
    for (const auto& [one, n] : {row{relu6, {6}}, row{leaky_relu, {0.1}}, row{hard_sigmoid, {0.2, 0.5}}, row{hard_swish, {6, 6, 3}},
                                 row{swish, {1}}, row{gelu, {0}}, row{exp, {}}}) {
        const auto kind = one;
        CAPTURE(static_cast<int>(kind));
        for (std::size_t count = 0; count < 37; ++count) {
            std::vector<float> x(count);
            std::vector<double> wide(count);
            for (std::size_t i = 0; i < count; ++i) wide[i] = x[i] = static_cast<float>(9 * std::sin(static_cast<double>(count + 3 * i)));
            std::vector<float> out(count, -77);
            std::vector<double> expected(count);
            kernel::apply<float>(kind, n, x, out);
            kernel::apply<double>(kind, n, wide, expected);
            for (std::size_t i = 0; i < count; ++i)
                CHECK(static_cast<double>(out[i]) ==
                      doctest::Approx(expected[i]).epsilon(1e-6).scale(std::max(1.0, std::abs(expected[i]))));
            kernel::apply<float>(kind, n, x, x);
            CHECK(x == out);
        }
    }
}
