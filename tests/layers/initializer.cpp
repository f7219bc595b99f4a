#include <wherry/layers/initializer.hpp>

#include <support/fresh_programs.hpp>

#include <wherry/exec/op/fill_constant.hpp>
#include <wherry/exec/op/random.hpp>

#include <array>
#include <cmath>

using namespace wherry;
using support::dims;
using support::fresh_programs;
using support::must;

namespace {

struct fans_case {
    std::array<std::int64_t, 4> dims;
    std::size_t rank;
    double in;
    double out;
};
constexpr fans_case fans_cases[] = {
    {{}, 0, 1, 1}, {{5}, 1, 5, 5}, {{4, 3}, 2, 4, 3}, {{8, 2, 3}, 3, 2 * 3, 8 * 3}, {{8, 2, 3, 5}, 4, 2 * 15, 8 * 15},
};
constexpr bool has_its_fans(const fans_case& c) {
    const auto found = initializer::fans_of({c.dims.data(), c.rank});
    return found.in == c.in && found.out == c.out;
}
static_assert([] {
    for (const auto& c : fans_cases)
        if (!has_its_fans(c)) return false;
    return true;
}());

/// The operator that starts a weight of these dims.
Operator started(const Initializer& how, const Shape& shape = {4, 3}, DType dtype = DType::FP32, std::int32_t program_seed = 7) {
    fresh_programs p;
    p.startup.set_random_seed(program_seed);
    must(p.b.create_parameter("fc", {.name = "w"}, shape, dtype, how));
    REQUIRE(p.startup_ops().size() == 1);
    CHECK(p.ops().empty());
    const auto& op = p.startup_ops()[0];
    CHECK(support::wires_of(op) == "-> w");
    CHECK(op.attr_or("dtype", DType::BOOL) == dtype);
    return op;
}
float number(const Operator& op, const char* name) { return op.attr_or(name, std::nanf("")); }
std::int32_t seed(const Operator& op) { return op.attr_or("seed", std::int32_t{-1}); }

void check_uniform(const Operator& op, double limit) {
    CHECK(op.type() == "uniform_random");
    CHECK(number(op, "min") == -static_cast<float>(limit));
    CHECK(number(op, "max") == static_cast<float>(limit));
}
void check_normal(const Operator& op, double scale) {
    CHECK(op.type() == "gaussian_random");
    CHECK(number(op, "mean") == 0);
    CHECK(number(op, "std") == static_cast<float>(scale));
}

}  // namespace

TEST_CASE("fans of a weight by its dims, at run time as at compile time") {
    for (const auto& c : fans_cases) CHECK_MESSAGE(has_its_fans(c), "rank " << c.rank);
}

TEST_CASE("a constant is filled in") {
    const auto op = started(initializer::Constant{2.5F}, {2, 2}, DType::FP64);
    CHECK(op.type() == "fill_constant");
    CHECK(number(op, "value") == 2.5F);
    CHECK(op.attr_or("shape", dims{}) == dims{2, 2});
    CHECK(op.desc().inputs.empty());
}

TEST_CASE("uniform and normal draw with their numbers; a seed of 0 is the startup program's") {
    const auto uniform = started(initializer::Uniform{-0.5F, 0.25F});
    CHECK(uniform.type() == "uniform_random");
    CHECK(number(uniform, "min") == -0.5F);
    CHECK(number(uniform, "max") == 0.25F);
    CHECK(seed(uniform) == 7);
    CHECK(uniform.has_input_slot("ShapeTensorList"));  // empty, as 1.8.5 writes it
    CHECK(uniform.find_attr("shape")->type == AttrType::LONGS);
    CHECK(seed(started(initializer::Uniform{-1, 1, 9})) == 9);
    const auto normal = started(initializer::Normal{0.5F, 2});
    CHECK(normal.type() == "gaussian_random");
    CHECK(number(normal, "mean") == 0.5F);
    CHECK(number(normal, "std") == 2);
    CHECK(seed(normal) == 7);
    CHECK(normal.desc().inputs.empty());
    CHECK(seed(started(initializer::Normal{}, {1}, DType::FP32, 0)) == 0);
}

TEST_CASE("the truncated normal holds its shape as INTS") {
    const auto op = started(initializer::TruncatedNormal{1, 0.5F, 3});
    CHECK(op.type() == "truncated_gaussian_random");
    CHECK(number(op, "mean") == 1);
    CHECK(number(op, "std") == 0.5F);
    CHECK(seed(op) == 3);
    CHECK(op.find_attr("shape")->type == AttrType::INTS);
    CHECK(op.attr_or("shape", std::vector<std::int32_t>{}) == std::vector<std::int32_t>{4, 3});
}

TEST_CASE("Xavier spreads by both fans, MSRA by the inputs; fans may be given") {
    using initializer::MSRA;
    using initializer::Xavier;
    check_uniform(started(Xavier{}), std::sqrt(6.0 / 7));
    CHECK(number(started(Xavier{}), "max") == doctest::Approx(0.92582011F));  // fluid 1.8.5
    check_normal(started(Xavier{.uniform = false}), std::sqrt(2.0 / 7));
    check_uniform(started(Xavier{.fan_in = 1, .fan_out = 2}), std::sqrt(6.0 / 3));
    check_uniform(started(MSRA{}), std::sqrt(6.0 / 4));
    check_normal(started(MSRA{.uniform = false}), std::sqrt(2.0 / 4));
    check_uniform(started(MSRA{.fan_in = 24}), 0.5);
    CHECK(seed(started(Xavier{.seed = 5})) == 5);
    CHECK(seed(started(MSRA{.uniform = false, .seed = 6})) == 6);
    check_uniform(started(Xavier{}, {8, 2, 3}), std::sqrt(6.0 / (2 * 3 + 8 * 3)));
}
