#ifndef WHERRY_TESTS_EXEC_REWRITE_REWRITTEN_NET_HPP
#define WHERRY_TESTS_EXEC_REWRITE_REWRITTEN_NET_HPP

#include "../op/op_case.hpp"

#include <support/small_program.hpp>

#include <wherry/exec/executor.hpp>
#include <wherry/exec/op/activation.hpp>
#include <wherry/exec/op/assign.hpp>
#include <wherry/exec/op/convolution.hpp>
#include <wherry/exec/op/dropout.hpp>
#include <wherry/exec/op/elementwise.hpp>
#include <wherry/exec/op/fused_convolution.hpp>
#include <wherry/exec/op/normalization.hpp>
#include <wherry/exec/op/scale.hpp>
#include <wherry/exec/op/unary.hpp>
#include <wherry/exec/rewrite/rewriter.hpp>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

/// A net of convolutions that rules rewrite.
namespace rewritten {

using namespace op_test;

using ops = op_list<op::conv2d, op::depthwise_conv2d, op::fused_conv2d, op::batch_norm, op::elementwise_add, op::relu, op::hard_swish,
                    op::leaky_relu, op::relu6, op::sigmoid, op::swish, op::scale, op::dropout, op::assign>;

/// Floats of both signs, or all positive.
inline Tensor floats(const Shape& dims, double phase, bool positive = false) {
    Tensor made(DType::FP32, dims);
    double at = phase;
    for (auto& v : made.elements<float>()) v = static_cast<float>(positive ? 0.6 + 0.4 * std::sin(at) : std::sin(at)), at += 1.7;
    return made;
}
inline sequence<std::int32_t> pair_of(std::int32_t n) { return sequence<std::int32_t>(2, n); }

/// x -> conv -> batch_norm -> act -> dropout -> depthwise conv -> batch_norm -> scale by 1 -> conv -> add -> y
inline support::small_program net(Scope& scope, const char* act) {
    support::small_program p;
    p.var("x", {-1, 3, 9, 11}).var("y", {-1, 5, 9, 11});
    for (const auto* name : {"c0", "n0", "a0", "d0", "c1", "n1", "s1", "c2", "m"}) p.var(name, {-1, -1, 9, 11});
    const auto weight = [&](const std::string& name, const Shape& dims, bool positive = false) {
        p.parameter(name, {dims.begin(), dims.end()});
        scope.root().var(name) = floats(dims, static_cast<double>(p.program.global_block().vars().size()), positive);
    };
    const auto norm = [&](const std::string& at, const std::string& from, const std::string& to) {
        for (const auto* name : {"w", "b", "m"}) weight(at + name, {4});
        weight(at + "v", {4}, true);
        p.op("batch_norm", {{"X", {from}}, {"Scale", {at + "w"}}, {"Bias", {at + "b"}}, {"Mean", {at + "m"}}, {"Variance", {at + "v"}}},
             {{"Y", {to}}, {"MeanOut", {at + "m"}}, {"VarianceOut", {at + "v"}}},
             {make_attr("is_test", true), make_attr("epsilon", 1e-5F)});
    };
    weight("f0", {4, 3, 3, 3});
    weight("f1", {4, 1, 3, 3});
    weight("f2", {5, 4, 1, 1});
    weight("b2", {5});
    p.op("conv2d", {{"Input", {"x"}}, {"Filter", {"f0"}}}, {{"Output", {"c0"}}},
         {make_attr("paddings", pair_of(1)), make_attr("fuse_activation", std::string())});  // as 2.x writes it
    norm("bn0", "c0", "n0");
    p.op(act, {{"X", {"n0"}}}, {{"Out", {"a0"}}});
    p.op("dropout", {{"X", {"a0"}}}, {{"Out", {"d0"}}, {"Mask", {"m"}}},
         {make_attr("is_test", true), make_attr("dropout_implementation", std::string("upscale_in_train"))});
    p.op("depthwise_conv2d", {{"Input", {"d0"}}, {"Filter", {"f1"}}}, {{"Output", {"c1"}}},
         {make_attr("paddings", pair_of(1)), make_attr("groups", 4)});
    norm("bn1", "c1", "n1");
    p.op("scale", {{"X", {"n1"}}}, {{"Out", {"s1"}}});
    p.op("conv2d", {{"Input", {"s1"}}, {"Filter", {"f2"}}}, {{"Output", {"c2"}}});
    p.op("elementwise_add", {{"X", {"c2"}}, {"Y", {"b2"}}}, {{"Out", {"y"}}}, {make_attr("axis", 1)});
    return p;
}
inline std::vector<std::string> types_of(const Program& program) {
    std::vector<std::string> types;
    for (const auto& op : program.global_block().ops()) types.emplace_back(op.type());
    return types;
}
/// The largest difference of two results, in shares of the largest value.
inline double moved(const Tensor& a, const Tensor& b) {
    double most = 0, largest = 0;
    REQUIRE(a.dims() == b.dims());
    for (std::size_t i = 0; i < a.count(); ++i) {
        most = std::max(most, static_cast<double>(std::abs(a.elements<float>()[i] - b.elements<float>()[i])));
        largest = std::max(largest, static_cast<double>(std::abs(a.elements<float>()[i])));
    }
    REQUIRE(largest > 0.1);
    return most / largest;
}
inline const Tensor input = floats({2, 3, 9, 11}, 0.3);

/// Rules make the net these operators, and its result does not move.
template <class... Rules>
void check_net(const std::vector<std::string>& types) {
    Scope scope;
    const auto p = net(scope, "relu");
    const std::vector<std::string> fetched{"y"};
    Executor exe(ops{});
    const auto before = exe.run(p.program, scope, std::vector{input.ref("x")}, fetched);
    REQUIRE(before);
    const auto by = rewrite::apply<Rules...>(p.program, scope, fetched);
    REQUIRE(by);
    CHECK(types_of(*by) == types);
    const auto after = exe.run(*by, scope, std::vector{input.ref("x")}, fetched);
    REQUIRE(after);
    CHECK(moved((*before)[0], (*after)[0]) < 1e-5);
}

}  // namespace rewritten

#endif
