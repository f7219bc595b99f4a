#include <wherry/exec/op/lstm.hpp>

#include "op_case.hpp"

using namespace op_test;

namespace {
using ops = op_list<op::lstm, op::gru>;
Tensor with_lod(Tensor tensor, LoD lod) {
    tensor.set_lod(std::move(lod));
    return tensor;
}
const Tensor x = with_lod(f32({3, 4}, {1, 2, 3, 4, 0.5F, 0, -1, 1, 2, 1, 0, -1}), {{0, 2, 3}});
op_case remembered(const Tensor& from = x) {
    return op_case(ops::table, "lstm")
        .in("Input", from)
        .in("Weight", f32({1, 4}, {0.1F, 0.2F, 0.3F, 0.4F}))
        .in("Bias", f32({1, 4}, {0, 0, 0, 0}))
        .attr("use_peepholes", false);
}
op_case gated(const Tensor& weight = f32({1, 3}, {0.1F, 0.2F, 0.3F})) {
    return op_case(ops::table, "gru").in("Input", with_lod(f32({2, 3}, {1, 2, 3, 0.5F, 0, -1}), {{0, 2}})).in("Weight", weight);
}
}  // namespace

TEST_CASE("one step of long short-term memory, by hand") {
    const auto out = remembered().run();
    REQUIRE(out);
    // tanh(1) / (1 + e^-2), and tanh of it / (1 + e^-4)
    CHECK(out->at("Cell").elements<float>()[0] == doctest::Approx(0.670812F).epsilon(1e-4));
    CHECK(out->at("Hidden").elements<float>()[0] == doctest::Approx(0.574842F).epsilon(1e-4));
    const auto back = remembered().attr("is_reverse", true).run();
    REQUIRE(back);
    CHECK(back->at("Cell").elements<float>()[2] == out->at("Cell").elements<float>()[2]);  // a sequence of one row
    CHECK(back->at("Cell").elements<float>()[0] != out->at("Cell").elements<float>()[0]);
}

TEST_CASE("one step of a gated unit, by hand") {
    const auto out = gated().run();
    REQUIRE(out);
    // tanh(3) / (1 + e^-1)
    CHECK(out->at("Hidden").elements<float>()[0] == doctest::Approx(0.727444F).epsilon(1e-4));
    CHECK(op_case(gated()).attr("origin_mode", true).run()->at("Hidden").elements<float>()[0] == doctest::Approx(0.267611F).epsilon(1e-4));
}

TEST_CASE("operands that do not fit") {
    check_error(remembered(f32({1, 4}, {1, 2, 3, 4})).run(), errc::bad_lod);
    check_error(remembered().attr("use_peepholes", true).run(), errc::shape_mismatch);
    check_error(remembered().attr("gate_activation", std::string("zzz")).run(), errc::bad_attribute);
    check_error(remembered().in("H0", f32({2, 1}, {1, 2})).run(), errc::missing_slot);
    check_error(remembered().in("H0", f32({1, 1}, {1})).in("C0", f32({2, 1}, {1, 2})).run(), errc::shape_mismatch);
    check_error(gated(f32({1, 4}, {1, 2, 3, 4})).run(), errc::shape_mismatch);
    check_error(gated().in("Bias", f32({1, 2}, {1, 2})).run(), errc::shape_mismatch);
}
