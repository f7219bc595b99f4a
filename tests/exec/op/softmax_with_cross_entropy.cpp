#include <wherry/exec/op/softmax_with_cross_entropy.hpp>

#include "op_case.hpp"

using namespace op_test;

namespace {
using ops = op_list<op::softmax_with_cross_entropy, op::softmax_with_cross_entropy_grad>;

op_case loss(const Tensor& logits, const Tensor& label, std::int32_t axis = -1, bool soft = false) {
    return op_case(ops::table, "softmax_with_cross_entropy")
        .in("Logits", logits)
        .in("Label", label)
        .attr("axis", axis)
        .attr("soft_label", soft);
}
Tensor steps(const Shape& dims) { return f32(dims, {-1, -0.5F, 0, 0.5F, 1, 1.5F}); }
}  // namespace

// Values and messages below are those of fluid 1.8.5.

TEST_CASE("softmax and loss of hard labels") {
    const auto out = loss(steps({2, 3}), i64({2, 1}, {2, 1})).run();
    REQUIRE(out);
    check_values<float>(out->at("Softmax"), {0.18632373F, 0.3071959F, 0.5064804F, 0.18632373F, 0.3071959F, 0.5064804F});
    CHECK(out->at("Loss").dims() == Shape{2, 1});
    check_values<float>(out->at("Loss"), {0.68026966F, 1.1802696F});
}

TEST_CASE("losses end at 64, ignored rows have none") {
    const auto far = loss(f32({1, 3}, {1000, 0, -1000}), i64({1, 1}, {2})).run();
    REQUIRE(far);
    check_values<float>(far->at("Loss"), {64});
    const auto ignored = loss(steps({2, 3}), i64({2, 1}, {2, -100})).run();
    REQUIRE(ignored);
    check_values<float>(ignored->at("Loss"), {0.68026966F, 0});
}

TEST_CASE("along another axis") {
    const auto first = loss(steps({3, 2}), i64({1, 2}, {2, 1}), 0).run();
    REQUIRE(first);
    CHECK(first->at("Loss").dims() == Shape{1, 2});
    check_values<float>(first->at("Softmax"), {0.09003057F, 0.09003057F, 0.24472848F, 0.24472848F, 0.66524094F, 0.66524094F});
    check_values<float>(first->at("Loss"), {0.40760598F, 1.4076059F});
    const auto soft = loss(steps({3, 2}), f32({3, 2}, {0.2F, 0.1F, 0.3F, 0, 0.5F, 0.9F}), 0, true).run();
    REQUIRE(soft);
    check_values<float>(soft->at("Loss"), {1.1076059F, 0.60760593F});
}

TEST_CASE("soft labels") {
    const auto out = loss(steps({2, 3}), f32({2, 3}, {0.2F, 0.3F, 0.5F, 0.1F, 0, 0.9F}), -1, true).run();
    REQUIRE(out);
    check_values<float>(out->at("Loss"), {1.0302696F, 0.7802697F});
}

TEST_CASE("gradients of the logits agree with differences") {
    loss(some({2, 3}), i64({2, 1}, {2, -100})).check_gradient({"Logits"}, "Loss");
    loss(some({2, 3, 2}), i64({2, 1, 2}, {2, 1, 0, 1}), 1).check_gradient({"Logits"}, "Loss");
    const auto shares = f64({2, 2}, {0.25, 0.75, 0.6, 0.4});
    loss(some({2, 2}), shares, 1, true).check_gradient({"Logits"}, "Loss");
    const auto columns = f64({2, 2}, {0.25, 0.6, 0.75, 0.4});
    loss(some({2, 2}), columns, 0, true).check_gradient({"Logits"}, "Loss");
}

TEST_CASE("the gradient names the slots of 1.8.5 and does not write what 2.x added") {
    const auto op = loss(steps({2, 3}), i64({2, 1}, {2, 1}));
    CHECK(op.written().find_attr("use_softmax") == nullptr);
    CHECK(op.written().desc().attrs.size() == 4);
    const auto grads = op.gradients();
    REQUIRE(grads.size() == 1);
    CHECK(grads[0].type() == "softmax_with_cross_entropy_grad");
    CHECK(grads[0].desc().inputs.size() == 3);
    CHECK(grads[0].input("Loss@GRAD")[0] == "Loss@GRAD");
    CHECK(grads[0].output("Logits@GRAD")[0] == "Logits@GRAD");
}

TEST_CASE("while a program is built") {
    const auto known = op_case(ops::table, "softmax_with_cross_entropy")
                           .in("Logits", tensor_meta{DType::FP32, {-1, 3}, 1})
                           .in("Label", tensor_meta{DType::INT64, {2, 1}})
                           .infer();
    REQUIRE(known);
    CHECK(known->at("Softmax").dims == Shape{-1, 3});
    CHECK(known->at("Loss").dims == Shape{-1, 1});
    CHECK(known->at("Loss").lod_level == 1);
}

TEST_CASE("a label out of range is found before anything is written") {
    const auto above =
        "label value should less than the shape of axis dimension when label value(3) not equal to ignore_index(-100), But received "
        "label value as 3 and shape of axis dimension is 3";
    check_error(loss(steps({2, 3}), i64({2, 1}, {0, 3})).run(), errc::label_out_of_range, above);
    check_error(loss(steps({2, 3}), i64({2, 1}, {0, -3})).run(), errc::label_out_of_range,
                "label value should >= 0 when label value(-3) not equal to ignore_index(-100)");
    check_error(op_case(ops::table, "softmax_with_cross_entropy_grad")
                    .in("Softmax", steps({2, 3}))
                    .in("Label", i64({2, 1}, {0, 3}))
                    .in("Loss@GRAD", f32({2, 1}, {1, 1}))
                    .run(),
                errc::label_out_of_range, above);
}

TEST_CASE("operands that do not fit, in the words of the reference") {
    check_error(loss(steps({2, 3}), i64({2, 2}, {0, 0, 0, 0})).infer(), errc::shape_mismatch,
                "If Attr(soft_label) == false, the axis dimension of Input(Label) should be 1.");
    check_error(loss(steps({2, 3}), i64({2}, {0, 0})).infer(), errc::shape_mismatch,
                "If Attr(soft_label) == false, the axis dimension of Input(Label) should be 1.");
    check_error(loss(steps({2, 3}), i64({3, 1}, {0, 0, 0})).infer(), errc::shape_mismatch,
                "Input(Logits) and Input(Label) should in same shape in dimensions except axis.");
    check_error(loss(steps({2, 3}), some({2, 4}), -1, true).infer(), errc::shape_mismatch,
                "If Attr(soft_label) == true,  the axis dimension of Input(X) and Input(Label) should be equal.");
    check_error(loss(steps({2, 3}), i64({2, 1}, {0, 0}), 2).infer(), errc::bad_attribute,
                "Attr(axis) value should be in range [-R, R-1], R is the rank of Input(Logits).");
    check_error(loss(steps({2, 3}), i32({2, 1}, {0, 0})).run(), errc::dtype_mismatch,
                "Tensor holds the wrong type, it holds int, but desires to be int64_t.");
    check_error(loss(f32({2, 0}, {}), i64({2, 1}, {0, 0})).run(), errc::shape_mismatch);
    check_error(loss(steps({2, 3}), i64({2, 1}, {0, 0})).attr("use_softmax", false).run(), errc::unsupported);
    check_error(op_case(ops::table, "softmax_with_cross_entropy_grad")
                    .in("Softmax", steps({2, 3}))
                    .in("Label", i64({2, 1}, {0, 0}))
                    .in("Loss@GRAD", f32({1, 1}, {1}))
                    .run(),
                errc::shape_mismatch);
}
