#include <wherry/train/backward.hpp>

#include <support/fresh_programs.hpp>

#include <wherry/exec/executor.hpp>
#include <wherry/exec/op/accuracy.hpp>
#include <wherry/exec/op/assign.hpp>
#include <wherry/exec/op/elementwise.hpp>
#include <wherry/exec/op/fill_constant.hpp>
#include <wherry/exec/op/lookup_table.hpp>
#include <wherry/exec/op/mean.hpp>
#include <wherry/exec/op/mul.hpp>
#include <wherry/exec/op/random.hpp>
#include <wherry/exec/op/sum.hpp>
#include <wherry/exec/op/top_k.hpp>
#include <wherry/layers/array.hpp>
#include <wherry/layers/fc.hpp>
#include <wherry/layers/loss.hpp>
#include <wherry/layers/math.hpp>

using namespace wherry;
using support::check_error;
using support::dims;
using support::dims_of;
using support::fresh_programs;
using support::must;
using support::types_of;
using support::wires_of;

namespace {

/// A forward operator that nothing flows back through.
struct one_way : op::assign {
    static constexpr std::string_view type = "one_way";
    static void gradient(gradient_maker&) = delete;
};
/// One whose gradient operator nobody knows.
struct strange : op::assign {
    static constexpr std::string_view type = "strange";
    static void gradient(gradient_maker& g) { g.append("strange_grad").reads_grad("Out").makes_grad("X"); }
};
Variable fc(fresh_programs& p, const Variable& x, const char* weight = "", bool bias = false, bool trainable = true) {
    return must(layers::fc(p.b, {&x, 1},
                           {.size = 2,
                            .param_attr = {{.name = weight, .trainable = trainable}},
                            .bias_attr = bias ? std::optional(ParamAttr{}) : std::nullopt}));
}
Variable mean(fresh_programs& p, const Variable& x) { return must(layers::mean(p.b, x)); }

std::string pairs_of(const std::vector<param_and_grad>& pairs) {
    std::string all;
    for (const auto& [param, grad] : pairs) all += (all.empty() ? "" : " ") + param.name() + ":" + grad.name();
    return all;
}
/// The operators from the seed on.
std::vector<Operator> backward_of(const fresh_programs& p) {
    const auto& all = p.ops();
    const auto seed = std::find_if(all.begin(), all.end(), [](const auto& op) { return op.role() == 257; });
    return {seed, all.end()};
}
std::vector<std::string> role_vars(const Operator& op) { return op.attr_or("op_role_var", std::vector<std::string>{}); }

}  // namespace

TEST_CASE("the gradient of a layer: the seed, then each operator undone, last first") {
    fresh_programs p;
    const auto loss = mean(p, fc(p, p.data("x", {-1, 3}), "", true));
    const auto pairs = must(append_backward(p.b, loss));
    CHECK(pairs_of(pairs) == "fc_0.w_0:fc_0.w_0@GRAD fc_0.b_0:fc_0.b_0@GRAD");
    const auto made = backward_of(p);
    CHECK(types_of(made) == "fill_constant mean_grad elementwise_add_grad mul_grad");
    CHECK(wires_of(made[0]) == "-> mean_0.tmp_0@GRAD");
    CHECK(made[0].attr_or("value", 0.0F) == 1);
    CHECK(made[0].attr_or("shape", dims{}) == dims{1});
    CHECK(wires_of(made[2]) == "fc_0.tmp_1@GRAD fc_0.tmp_0 fc_0.b_0 -> fc_0.tmp_0@GRAD fc_0.b_0@GRAD");
    CHECK(wires_of(made[3]) == "fc_0.tmp_0@GRAD x fc_0.w_0 -> fc_0.w_0@GRAD");  // none for x, which stops gradients
    CHECK(made[3].has_input_slot("Out@GRAD"));
    CHECK(made[3].desc().outputs.size() == 2);  // X@GRAD is empty
    for (std::size_t i = 1; i < made.size(); ++i) CHECK(made[i].role() == op_role::backward);
    CHECK(p.ops()[2].role() == op_role::loss);
    CHECK(role_vars(made[3]) == std::vector<std::string>{"fc_0.w_0", "fc_0.w_0@GRAD"});
    CHECK(role_vars(made[2]) == std::vector<std::string>{"fc_0.b_0", "fc_0.b_0@GRAD"});
    CHECK(dims_of(pairs[0].grad) == dims{3, 2});
    CHECK_FALSE(pairs[0].grad.persistable());
}

TEST_CASE("gradients agree with differences") {
    fresh_programs p;
    const auto x = p.data("x", {-1, 2}, DType::FP64);
    const auto h = fc(p, x, "w", true);
    const auto loss = mean(p, must(layers::elementwise<op::elementwise_mul>(p.b, fc(p, h, "w"), h)));
    must(append_backward(p.b, loss));
    Scope scope;
    scope.var("w") = Tensor::of<double>({2, 2}, {0.5, -1, 2, 0.25});
    scope.var("fc_0.b_0") = Tensor::of<double>({2}, {0.75, -0.5});
    const auto rows = Tensor::of<double>({3, 2}, {1, 2, -3, 0.5, 0.25, -1});
    Executor exe;
    const auto run = [&] {
        const std::vector fed = {rows.ref("x")};
        const std::vector<std::string> fetched = {loss.name(), "w@GRAD", "fc_0.b_0@GRAD"};
        return must(exe.run(p.main, scope, fed, fetched));
    };
    const auto exact = run();
    const auto check = [&](const char* name, const Tensor& grad) {
        for (std::size_t i = 0; i < grad.count(); ++i) {
            auto& value = scope.find_var(name)->elements<double>()[i];
            const auto before = value;
            const auto at = [&](double moved) {
                value = moved;
                return run()[0].elements<double>()[0];
            };
            const auto numeric = (at(before + 1e-5) - at(before - 1e-5)) / 2e-5;
            value = before;
            CHECK(grad.elements<double>()[i] == doctest::Approx(numeric).epsilon(1e-6));
        }
    };
    check("w", exact[1]);
    check("fc_0.b_0", exact[2]);
}

TEST_CASE("a variable that is read twice has its gradients renamed and summed before the first reader") {
    fresh_programs p;
    const auto h = fc(p, p.data("x", {-1, 3}));
    const auto loss = mean(p, must(layers::elementwise<op::elementwise_mul>(p.b, h, h)));
    must(append_backward(p.b, loss));
    const auto made = backward_of(p);
    CHECK(types_of(made) == "fill_constant mean_grad elementwise_mul_grad sum mul_grad");
    CHECK(wires_of(made[3]) == "fc_0.tmp_0@GRAD@RENAME@block0@0 fc_0.tmp_0@GRAD@RENAME@block0@1 -> fc_0.tmp_0@GRAD");
    CHECK(wires_of(made[2]).ends_with("-> fc_0.tmp_0@GRAD@RENAME@block0@0 fc_0.tmp_0@GRAD@RENAME@block0@1"));
    CHECK(dims_of(p.var("fc_0.tmp_0@GRAD@RENAME@block0@1")) == dims{-1, 2});
}

TEST_CASE("a parameter that is used three times has one sum at the end, which carries its role") {
    fresh_programs p;
    auto h = p.data("x", {-1, 2});
    for (int i = 0; i < 3; ++i) h = fc(p, h, "w");
    const auto pairs = must(append_backward(p.b, mean(p, h)));
    CHECK(pairs_of(pairs) == "w:w@GRAD");
    const auto& last = p.ops().back();
    CHECK(wires_of(last) == "w@GRAD@RENAME@block0@0 w@GRAD@RENAME@block0@1 w@GRAD@RENAME@block0@2 -> w@GRAD");
    CHECK(role_vars(last) == std::vector<std::string>{"w", "w@GRAD"});
}

TEST_CASE("pairs are in order of creation, or of the list; a list may name any variable and what is not there") {
    const auto with = [](const backward_options& options) {
        fresh_programs p;
        const auto h = fc(p, fc(p, p.data("x", {-1, 2}), "b"), "a");
        return pairs_of(must(append_backward(p.b, mean(p, h), options)));
    };
    CHECK(with({}) == "b:b@GRAD a:a@GRAD");
    CHECK(with({.parameter_list = {"a", "nope", "b", "fc_0.tmp_0", "x"}}) == "a:a@GRAD b:b@GRAD fc_0.tmp_0:fc_0.tmp_0@GRAD");
    CHECK(with({.parameter_list = {"a"}}) == "a:a@GRAD");
    CHECK(with({.parameter_list = {"x"}}).empty());
}

TEST_CASE("nothing flows through a no_grad_set") {
    fresh_programs p;
    const auto h = fc(p, p.data("x", {-1, 3}), "", true);
    CHECK(must(append_backward(p.b, mean(p, h), {.no_grad_set = {h.name()}})).empty());
    CHECK(types_of(backward_of(p)) == "fill_constant");
    fresh_programs q;
    const auto pairs = must(append_backward(q.b, mean(q, fc(q, q.data("x", {-1, 3}), "", true)), {.no_grad_set = {"fc_0.b_0"}}));
    CHECK(pairs_of(pairs) == "fc_0.w_0:fc_0.w_0@GRAD");
    CHECK(wires_of(backward_of(q)[2]).ends_with("-> fc_0.tmp_0@GRAD"));
}

TEST_CASE("a frozen parameter has a gradient, as in 1.8.5, but no pair; one that the loss does not depend on has neither") {
    fresh_programs p;
    const auto x = p.data("x", {-1, 2});
    fc(p, x, "aside");
    const auto h = fc(p, fc(p, x, "frozen", false, false), "w");
    CHECK(pairs_of(must(append_backward(p.b, mean(p, h)))) == "w:w@GRAD");
    CHECK(p.var("frozen@GRAD"));
    CHECK_FALSE(p.var("aside@GRAD"));
}

TEST_CASE("a loss without parameters has a seed and no pairs") {
    fresh_programs p;
    const auto loss = must(layers::accuracy(p.b, fc(p, p.data("x", {-1, 2})), p.data("label", {-1, 1}, DType::INT64)));
    CHECK(must(append_backward(p.b, loss)).empty());
    CHECK(types_of(backward_of(p)) == "fill_constant");
    CHECK(wires_of(p.ops().back()) == "-> accuracy_0.tmp_0@GRAD");
}

TEST_CASE("a second pass over one program makes gradients of its own") {
    fresh_programs p;
    const auto loss = mean(p, fc(p, p.data("x", {-1, 2}), "w"));
    CHECK(pairs_of(must(append_backward(p.b, loss))) == "w:w@GRAD");
    const auto again = must(append_backward(p.b, loss));
    REQUIRE(again.size() == 1);
    CHECK(again[0].param.name() == "w");
    CHECK(again[0].grad.name() != "w@GRAD");
    CHECK(p.ops().back().writes(again[0].grad.name()));
    CHECK(dims_of(again[0].grad) == dims{2, 2});
}

TEST_CASE("the gradient of a sparse table is declared as SelectedRows") {
    fresh_programs p;
    const auto ids = p.data("ids", {-1, 1}, DType::INT64);
    const auto rows = must(layers::embedding(p.b, ids, {.size = {9, 4}, .is_sparse = true}));
    const auto pairs = must(append_backward(p.b, mean(p, rows)));
    REQUIRE(pairs.size() == 1);
    CHECK(pairs[0].grad.kind() == VarKind::SELECTED_ROWS);
    CHECK(dims_of(pairs[0].grad) == dims{9, 4});
}

TEST_CASE("a loss that no operator makes, and operators without gradient or implementation, are named; nothing is appended") {
    fresh_programs p;
    const auto x = p.data("x", {-1, 2});
    const auto fed = append_backward(p.b, x);
    check_error(fed, errc::no_such_variable);
    CHECK(fed.error().variable == "x");

    const auto h = fc(p, x, "w");
    const auto through = mean(p, must(layers::unary<one_way>(p.b, h)));
    const auto count = p.ops().size();
    const auto blocked = append_backward(p.b, through);
    check_error(blocked, errc::no_gradient);
    CHECK(blocked.error().op == "one_way");
    CHECK(p.ops().size() == count);
    CHECK_FALSE(p.var("w@GRAD"));
    CHECK(must(append_backward(p.b, through, {.no_grad_set = {h.name()}})).empty());  // not on the way any more

    fresh_programs q;
    const auto loss = mean(q, fc(q, q.data("x", {-1, 2}), "w"));
    q.main.global_block().ops()[0].set_implementation(&implementation_of<op::mul, carries::kernels>);
    const auto without = append_backward(q.b, loss);
    check_error(without, errc::unknown_op, "Operator \"mul\" was named without its gradient.");
    CHECK(without.error().op == "mul");
    q.main.global_block().ops()[0].set_implementation(nullptr);
    const auto unknown = append_backward(q.b, loss);
    check_error(unknown, errc::unknown_op, "Operator \"mul\" has not been registered.");
    CHECK(unknown.error().op == "mul");
    CHECK(q.ops().size() == 2);

    fresh_programs r;
    const auto odd = append_backward(r.b, mean(r, must(layers::unary<strange>(r.b, fc(r, r.data("x", {-1, 2}), "w")))));
    check_error(odd, errc::unknown_op);
    CHECK(odd.error().op == "strange_grad");
}
