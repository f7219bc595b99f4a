#include <wherry/train/clip.hpp>

#include <support/fresh_programs.hpp>

#include <wherry/exec/executor.hpp>
#include <wherry/exec/op/activation.hpp>
#include <wherry/exec/op/elementwise.hpp>
#include <wherry/exec/op/fill_constant.hpp>
#include <wherry/exec/op/reduce.hpp>
#include <wherry/exec/op/selected_rows.hpp>
#include <wherry/exec/op/sum.hpp>

using namespace wherry;
using support::check_error;
using support::fresh_programs;
using support::must;
using support::types_of;

namespace {

/// Two parameters and their gradients, as append_backward would leave them; the gradients are fed.
struct two_gradients {
    fresh_programs p;
    std::vector<param_and_grad> pairs{{p.data("b", {2}), p.data("b@GRAD", {2})}, {p.data("a", {1}), p.data("a@GRAD", {1})}};
};

}  // namespace

TEST_CASE("the operators are those of 1.8.5, in its name scope, each with the clipped gradient in its role") {
    two_gradients t;
    must(GradientClipByGlobalNorm{0.5F}.append(t.p.b, t.pairs));
    CHECK(types_of(t.p.ops()) ==
          "square reduce_sum square reduce_sum sum sqrt fill_constant elementwise_max elementwise_div elementwise_mul elementwise_mul");
    CHECK(t.pairs[0].grad.name() == "elementwise_mul_0.tmp_0");
    CHECK(t.pairs[1].grad.name() == "elementwise_mul_1.tmp_0");
    CHECK(t.p.ops()[6].attr_or("value", 0.0F) == 0.5F);
    const auto role_vars = [&](std::size_t i) { return t.p.ops()[i].attr_or("op_role_var", std::vector<std::string>{}); };
    for (std::size_t i = 0; i < t.p.ops().size(); ++i) {
        CHECK(t.p.ops()[i].role() == op_role::optimize);
        CHECK(t.p.ops()[i].attr_or<std::string>("op_namescope", "") == "/gradient_clip/");
        const bool first = i == 0 || i == 1 || i == 9;
        CHECK(role_vars(i) == (first ? std::vector<std::string>{"b", "elementwise_mul_0.tmp_0"}
                                     : std::vector<std::string>{"a", "elementwise_mul_1.tmp_0"}));
    }
    CHECK(t.p.scopes.path() == "/");
}

TEST_CASE("gradients beyond the norm are scaled down together, those within it are left alone") {
    two_gradients t;
    must(GradientClipByGlobalNorm{6.5F}.append(t.p.b, t.pairs));
    Executor exe;
    Scope scope;
    const auto clipped = [&](float by) {
        const auto b = Tensor::of<float>({2}, {3 * by, 4 * by});
        const auto a = Tensor::of<float>({1}, {-12 * by});
        const std::vector fed = {b.ref("b@GRAD"), a.ref("a@GRAD")};
        const std::vector<std::string> fetched = {t.pairs[0].grad.name(), t.pairs[1].grad.name()};
        return must(exe.run(t.p.main, scope, fed, fetched));
    };
    auto halved = clipped(1);  // of norm 13
    CHECK(halved[0].elements<float>()[0] == doctest::Approx(1.5));
    CHECK(halved[0].elements<float>()[1] == doctest::Approx(2));
    CHECK(halved[1].elements<float>()[0] == doctest::Approx(-6));
    auto kept = clipped(0.25F);
    CHECK(kept[0] == Tensor::of<float>({2}, {0.75F, 1}));
    CHECK(kept[1] == Tensor::of<float>({1}, {-3}));
    CHECK(clipped(0)[1].elements<float>()[0] == 0);
}

TEST_CASE("rows are merged and made whole for the norm") {
    two_gradients t;
    const auto grad = t.pairs[0].grad;
    auto& type = grad.edit().type;
    type.type = VarKind::SELECTED_ROWS;
    auto& rows = type.selected_rows.emplace();
    rows.data_type = DType::FP32;
    rows.dims = {9, 2};
    must(GradientClipByGlobalNorm{1}.append(t.p.b, t.pairs));
    CHECK(types_of(t.p.ops()).starts_with("merge_selected_rows get_tensor_from_selected_rows square reduce_sum square reduce_sum sum"));
    CHECK(t.p.ops()[2].reads("get_tensor_from_selected_rows_0.tmp_0"));
}

TEST_CASE("without gradients there is nothing to clip, not even a name scope") {
    fresh_programs p;
    must(GradientClipByGlobalNorm{}.append(p.b, {}));
    CHECK(p.ops().empty());
    CHECK_FALSE(p.var("fill_constant_0.tmp_0"));
    const auto scope = p.scopes.enter("gradient_clip");
    CHECK(p.scopes.path() == "/gradient_clip/");
}

TEST_CASE("a gradient that is not a float is an error") {
    two_gradients t;
    t.pairs[1].grad = t.p.data("ids", {1}, DType::INT64);
    const auto refused = GradientClipByGlobalNorm{}.append(t.p.b, t.pairs);
    check_error(refused, errc::argument_dtype);
    CHECK(refused.error().variable == "ids");
    CHECK(t.p.scopes.path() == "/");
}
