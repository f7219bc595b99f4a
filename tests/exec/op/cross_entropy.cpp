#include <wherry/exec/op/cross_entropy.hpp>

#include "op_case.hpp"

#include <limits>

using namespace op_test;

namespace {
using ops = op_list<op::cross_entropy, op::cross_entropy_grad, op::cross_entropy2, op::cross_entropy_grad2>;
constexpr float inf = std::numeric_limits<float>::infinity();
constexpr float no_number = std::numeric_limits<float>::quiet_NaN();

Tensor rows() { return f32({2, 3}, {0.2F, 0.3F, 0.5F, 0.1F, 0, 0.9F}); }
op_case loss(std::string_view type, const Tensor& x, const Tensor& label) {
    return op_case(ops::table, type).in("X", x).in("Label", label);
}
op_case soft_loss(const Tensor& x, const Tensor& label) { return loss("cross_entropy", x, label).attr("soft_label", true); }
}  // namespace

// Values and messages below are those of fluid 1.8.5.

TEST_CASE("loss of hard labels; a probability of 0 gives 1e20") {
    const auto out = loss("cross_entropy2", rows(), i64({2, 1}, {2, 1})).run();
    REQUIRE(out);
    CHECK(out->at("Y").dims() == Shape{2, 1});
    check_values<float>(out->at("Y"), {0.6931472F, 1e20F});
    CHECK(out->at("MatchX").dims() == Shape{2, 1});
    check_values<float>(out->at("MatchX"), {0.5F, 0}, 0);
    CHECK(out->at("XShape").dims() == Shape{2, 3, 0});
    const auto plain = loss("cross_entropy", rows(), i64({2, 1}, {2, 1})).run();
    REQUIRE(plain);
    check_values<float>(plain->at("Y"), {0.6931472F, 1e20F});
}

TEST_CASE("numbers that are not probabilities") {
    const auto x = f32({5, 1}, {0, 1e-30F, 2, -1, no_number});
    const auto out = loss("cross_entropy2", x, i64({5, 1}, {0, 0, 0, 0, 0})).run();
    REQUIRE(out);
    check_values<float>(out->at("Y"), {1e20F, 69.07755F, -0.6931472F, no_number, no_number});
}

TEST_CASE("an ignored row has loss and match 0, and no gradient") {
    const auto out = loss("cross_entropy2", rows(), i64({2, 1}, {2, -100})).run();
    REQUIRE(out);
    check_values<float>(out->at("Y"), {0.6931472F, 0});
    check_values<float>(out->at("MatchX"), {0.5F, 0}, 0);
    const auto grad = op_case(ops::table, "cross_entropy_grad2")
                          .in("Label", i64({2, 1}, {2, -100}))
                          .in("MatchX", out->at("MatchX"))
                          .in("XShape", out->at("XShape"))
                          .in("Y@GRAD", f32({2, 1}, {1, 1}))
                          .run();
    REQUIRE(grad);
    CHECK(grad->at("X@GRAD").dims() == Shape{2, 3});
    check_values<float>(grad->at("X@GRAD"), {0, 0, -2, 0, 0, 0}, 0);
    const auto chosen = loss("cross_entropy", rows(), i64({2, 1}, {1, 2})).attr("ignore_index", 1).run();
    REQUIRE(chosen);
    check_values<float>(chosen->at("Y"), {0, 0.10536055F});
}

TEST_CASE("the gradient at a probability of 0 is infinite") {
    const auto grad = op_case(ops::table, "cross_entropy_grad2")
                          .in("Label", i64({1, 1}, {1}))
                          .in("MatchX", f32({1, 1}, {0}))
                          .in("XShape", f32({1, 3, 0}, {}))
                          .in("Y@GRAD", f32({1, 1}, {1}))
                          .run();
    REQUIRE(grad);
    check_values<float>(grad->at("X@GRAD"), {0, -inf, 0}, 0);
}

TEST_CASE("a label without the last dim gives a loss without it") {
    const auto out = loss("cross_entropy2", rows(), i64({2}, {2, 1})).run();
    REQUIRE(out);
    CHECK(out->at("Y").dims() == Shape{2});
    CHECK(out->at("MatchX").dims() == Shape{2, 1});
    const auto one = loss("cross_entropy2", f32({3}, {0.2F, 0.3F, 0.5F}), i64({1}, {1})).run();
    REQUIRE(one);
    check_values<float>(one->at("Y"), {1.2039728F});
}

TEST_CASE("no rows are fine") { CHECK(loss("cross_entropy2", f32({0, 3}, {}), i64({0, 1}, {})).run()); }

TEST_CASE("loss of soft labels") {
    const auto out = soft_loss(rows(), f32({2, 3}, {0.1F, 0, 0.9F, 0.2F, 0.3F, 0.5F})).run();
    REQUIRE(out);
    check_values<float>(out->at("Y"), {0.7847763F, 3e19F});
    const auto wrong = soft_loss(f32({1, 3}, {0, 1, 0}), f32({1, 3}, {1, 0, 0})).run();
    REQUIRE(wrong);
    check_values<float>(wrong->at("Y"), {1e20F});
}

TEST_CASE("gradients of cross entropy agree with differences") {
    const auto label = i64({2, 3, 1}, {0, 1, 1, -100, 0, 1});
    loss("cross_entropy2", some_positive({2, 3, 2}), label).check_gradient({"X"}, "Y");
    loss("cross_entropy", some_positive({2, 3, 2}), label).check_gradient({"X"}, "Y");
    soft_loss(some_positive({2, 3}), some_positive({2, 3}, 0.9)).check_gradient({"X"}, "Y");
}

TEST_CASE("gradients of cross entropy name the slots of 1.8.5") {
    const auto second = loss("cross_entropy2", rows(), i64({2, 1}, {2, 1})).gradients();
    REQUIRE(second.size() == 1);
    CHECK(second[0].type() == "cross_entropy_grad2");
    CHECK(second[0].desc().inputs.size() == 4);
    CHECK(second[0].input("X").empty());
    CHECK(second[0].desc().attrs.size() == 1);
    const auto first = soft_loss(rows(), rows()).gradients();
    CHECK(first[0].type() == "cross_entropy_grad");
    CHECK(first[0].desc().inputs.size() == 3);
    CHECK(first[0].input("Y@GRAD")[0] == "Y@GRAD");
    CHECK(first[0].desc().attrs.size() == 2);
}

TEST_CASE("while a program is built the loss has the label's dims, MatchX those of X") {
    const auto infer = [](const Shape& x, const Shape& label) {
        const auto known = op_case(ops::table, "cross_entropy2")
                               .in("X", tensor_meta{DType::FP32, x, 1})
                               .in("Label", tensor_meta{DType::INT64, label})
                               .infer();
        REQUIRE(known);
        return *known;
    };
    const auto known = infer({-1, 3}, {2, 1});
    CHECK(known.at("Y").dims == Shape{2, 1});
    CHECK(known.at("MatchX").dims == Shape{-1, 1});
    CHECK(known.at("XShape").dims == Shape{-1, 3, 0});
    CHECK(known.at("Y").lod_level == 1);
    CHECK(!known.at("MatchX").lod_level);
    CHECK(known.at("XShape").lod_level == 1);
    CHECK(infer({4, 3}, {-1, 1}).at("Y").dims == Shape{-1, 1});
    CHECK(infer({-1, 2, 3}, {5, 4, 1}).at("Y").dims == Shape{5, 4, 1});
}

TEST_CASE("a label out of range is found before anything is written") {
    for (const std::int64_t bad : {std::int64_t{3}, std::int64_t{-1}, std::numeric_limits<std::int64_t>::min()}) {
        const auto message = "Variable value (label) of OP(fluid.layers.cross_entropy) expected >= 0 and < 3, but got " +
                             std::to_string(bad) + ". Please check label value.";
        const auto label = i64({2, 1}, {0, bad});
        check_error(loss("cross_entropy2", rows(), label).run(), errc::label_out_of_range, message);
        check_error(loss("cross_entropy", rows(), label).run(), errc::label_out_of_range, message);
        check_error(loss("cross_entropy_grad", rows(), label).in("Y@GRAD", f32({2, 1}, {1, 1})).run(), errc::label_out_of_range, message);
        check_error(op_case(ops::table, "cross_entropy_grad2")
                        .in("Label", label)
                        .in("MatchX", f32({2, 1}, {1, 1}))
                        .in("XShape", f32({2, 3, 0}, {}))
                        .in("Y@GRAD", f32({2, 1}, {1, 1}))
                        .run(),
                    errc::label_out_of_range, message);
    }
}

TEST_CASE("labels of 32 bits are an error at run, not while the program is built") {
    const auto narrow = loss("cross_entropy2", rows(), i32({2, 1}, {0, 1}));
    CHECK(narrow.infer(true));
    check_error(narrow.run(), errc::dtype_mismatch, "Tensor holds the wrong type, it holds int, but desires to be int64_t.");
    check_error(soft_loss(rows(), some({2, 3})).run(), errc::dtype_mismatch,
                "Tensor holds the wrong type, it holds double, but desires to be float.");
}

TEST_CASE("dims of labels that do not fit, in the words of the reference") {
    check_error(
        loss("cross_entropy2", some({5, 3}), i64({4, 1}, {0, 0, 0, 0})).infer(), errc::shape_mismatch,
        "Input(X) and Input(Label) shall have the same shape except the last dimension. But received: the shape of Input(X) is [5, 3], the "
        "shape of Input(Label) is [4, 1].");
    check_error(
        loss("cross_entropy2", rows(), i64({2, 2}, {0, 0, 0, 0})).infer(), errc::shape_mismatch,
        "the last dimension of Input(Label) should be 1.But received: the last dimension of Input(Label) is [2],the last dimension is [1]");
    check_error(
        soft_loss(rows(), some({2, 4})).infer(), errc::shape_mismatch,
        "If Attr(soft_label) == true, the last dimension of Input(X) and Input(Label) should be equal. But received: thelast dimension of "
        "Input(X) is [3], the shape of Input(X) is [2, 3],the last dimension of Input(Label) is [4], the shape of Input(Label)is [2, 4], "
        "the "
        "last dimension is [1].");
    check_error(soft_loss(rows(), some({2})).infer(), errc::shape_mismatch);
    check_error(loss("cross_entropy2", rows(), i64({2, 1, 1}, {0, 0})).infer(), errc::shape_mismatch);
    check_error(loss("cross_entropy2", some({2, 1, 3}), i64({2}, {0, 0})).infer(), errc::shape_mismatch);
    check_error(loss("cross_entropy2", some({}), i64({1}, {0})).infer(), errc::shape_mismatch);
}

TEST_CASE("probabilities without classes, or of too many dims") {
    check_error(loss("cross_entropy2", f32({2, 0}, {}), i64({2, 1}, {0, 0})).run(), errc::shape_mismatch);
    check_error(loss("cross_entropy2", some({1, 1, 1, 1, 1, 1, 1, 1, 1}), i64({1, 1, 1, 1, 1, 1, 1, 1, 1}, {0})).run(), errc::bad_dims);
}

TEST_CASE("gradients whose operands do not fit each other are refused before they run") {
    const auto grad = [](const Tensor& label, const Tensor& match, const Tensor& x_shape, const Tensor& g) {
        return op_case(ops::table, "cross_entropy_grad2")
            .in("Label", label)
            .in("MatchX", match)
            .in("XShape", x_shape)
            .in("Y@GRAD", g)
            .run();
    };
    const auto label = i64({2, 1}, {0, 1});
    check_error(grad(label, some({1, 1}), some({2, 3, 0}), some({2, 1})), errc::shape_mismatch);
    check_error(grad(label, some({2, 1}), some({2, 3, 0}), some({1, 1})), errc::shape_mismatch);
    check_error(grad(label, some({2, 1}), some({9, 3, 0}), some({2, 1})), errc::shape_mismatch);
    check_error(grad(label, f32({2, 1}, {1, 1}), some({2, 3, 0}), some({2, 1})), errc::dtype_mismatch);
    check_error(loss("cross_entropy_grad", some({2, 3}), label).in("Y@GRAD", some({3, 1})).run(), errc::shape_mismatch);
}
