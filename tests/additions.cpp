// The worked examples of include/wherry/README.md, run. The ctest `pages` compares the two.
#include <doctest/doctest.h>

#include <support/small_program.hpp>

#include <wherry/archive/archive.hpp>
#include <wherry/exec/op/mul.hpp>
#include <wherry/policy/memory.hpp>

#include "exec/op/op_case.hpp"

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

using namespace wherry;

namespace {

/// Out = |X|. Shapes: X and Out alike. Errors: dtype_mismatch. Source: paddle operator `abs`.
struct absolute {
    static constexpr std::string_view type = "abs";
    static constexpr std::array inputs = {slot{"X"}};
    static constexpr std::array outputs = {slot{"Out"}};
    using attributes = no_attributes;
    static result<void> infer(const attributes&, infer_context& c) { return c.set_out(0, c.in(0)), result<void>(); }
    static result<void> run(const attributes&, run_context& c) {
        if (c.in_dtype(0) != DType::FP32) return c.no_kernel(c.in_dtype(0));
        for (std::size_t i = 0; i < c.out<float>(0).size(); ++i) c.out<float>(0)[i] = std::abs(c.in<float>(0)[i]);
        return {};
    }
};
using operators = op_list<op::mul, absolute>;

/// Keeps the biases: persistables with names like `fc_0.b_0`.
struct biases {
    using kind = kinds::filter;
    static constexpr std::string_view name = "biases";
    bool operator()(const Variable& var) const noexcept { return is_persistable(var) && var.name().find(".b_") != std::string::npos; }
};
static_assert(VariableFilter<biases>);

/// One array of float32, and nothing else in the file: no name, no dims.
struct raw {
    using kind = kinds::format;
    static constexpr std::string_view name = "raw";
    static constexpr format_facts facts{.holds_names = false, .holds_many = false};
    static constexpr bool holds(DType dtype) noexcept { return dtype == DType::FP32; }
    static result<void> plan(save_plan& into, std::span<const tensor_ref> tensors, const limits&) {
        into.add_elements(tensors[0]);
        return {};
    }
    static result<record_listing> index(any_reader& reader, const listing_request&) {
        const auto count = static_cast<std::int64_t>(reader.size_bytes() / 4);
        return record_listing{{{{}, {DType::FP32, Shape{count}, {}, reader.size_bytes(), 0}}}};
    }
};
static_assert(WritableFormat<raw>);

const Tensor numbers = Tensor::of<float>({3}, {1, -2, 3});

}  // namespace

TEST_CASE("the operator of the worked example runs among the others") {
    const auto out = op_test::op_case(operators::table, "abs").in("X", numbers).run();
    REQUIRE(out);
    CHECK(out->at("Out") == Tensor::of<float>({3}, {1, 2, 3}));
    const auto whole = op_test::op_case(operators::table, "abs").in("X", Tensor::of<std::int64_t>({1}, {1})).run();
    support::check_error(whole, errc::dtype_mismatch);
}

TEST_CASE("the filter of the worked example keeps the biases") {
    support::small_program p;
    p.parameter("fc_0.w_0", {3}).parameter("fc_0.b_0", {3});
    Scope scope;
    scope.var("fc_0.b_0") = numbers;  // fc_0.w_0 has no value: to save it would be an error
    CHECK(archive<biases>::save(p.program, scope, memory{}));
}

TEST_CASE("the format of the worked example gives back what it was given") {
    const std::array one{numbers.ref("data")};
    const auto bytes = archive<raw>::save(std::span<const tensor_ref>(one), memory{});
    REQUIRE(bytes);
    CHECK(bytes->size() == 12);
    Scope scope;
    const std::array<std::string_view, 1> names{"data"};
    REQUIRE(archive<raw>::load(std::span<const std::string_view>(names), scope, memory{*bytes}));
    CHECK(*scope.find_var("data") == numbers);
    const std::array two{numbers.ref("a"), numbers.ref("b")};
    support::check_error(archive<raw>::save(std::span<const tensor_ref>(two), memory{}), errc::bad_argument);
}
