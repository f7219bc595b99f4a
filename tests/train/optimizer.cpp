#include <wherry/train/optimizer.hpp>

#include <support/fresh_programs.hpp>

#include <wherry/exec/executor.hpp>
#include <wherry/exec/op/activation.hpp>
#include <wherry/exec/op/elementwise.hpp>
#include <wherry/exec/op/fill_constant.hpp>
#include <wherry/exec/op/lookup_table.hpp>
#include <wherry/exec/op/mean.hpp>
#include <wherry/exec/op/mul.hpp>
#include <wherry/exec/op/optimizer.hpp>
#include <wherry/exec/op/random.hpp>
#include <wherry/exec/op/reduce.hpp>
#include <wherry/exec/op/scale.hpp>
#include <wherry/exec/op/sum.hpp>
#include <wherry/layers/fc.hpp>
#include <wherry/layers/loss.hpp>

#include <array>

using namespace wherry;
using support::check_error;
using support::dims;
using support::dims_of;
using support::fresh_programs;
using support::must;
using support::names_of;
using support::types_of;
using support::wires_of;

namespace {

Variable fc(fresh_programs& p, const Variable& x, const ParamAttr& weight) {
    return must(layers::fc(p.b, {&x, 1}, {.size = 1, .param_attr = {weight}, .bias_attr = std::nullopt}));
}
Variable mean(fresh_programs& p, const Variable& x) { return must(layers::mean(p.b, x)); }

/// loss = (w * x)^2 with w = 1 and x = 2: the values of w after each of three runs.
template <class Optimizer>
std::array<double, 3> trace(Optimizer optimizer, std::int64_t version = fluid_version) {
    fresh_programs p;
    const auto loss =
        mean(p, must(layers::unary<op::square>(p.b, fc(p, p.data("x", {-1, 1}), {.name = "w", .initializer = initializer::Constant{1}}))));
    must(optimizer.minimize(p.b, loss));
    p.main.rest().version->version = version;
    Scope scope;
    Executor exe;
    must(exe.run(p.startup, scope));
    const auto x = Tensor::of<float>({1, 1}, {2});
    std::array<double, 3> values{};
    for (auto& value : values) {
        must(exe.run(p.main, scope, std::vector{x.ref("x")}));
        value = static_cast<double>(scope.find_var("w")->elements<float>()[0]);
    }
    return values;
}
void check_trace(const std::array<double, 3>& found, const std::array<double, 3>& expected) {
    for (std::size_t i = 0; i < 3; ++i) CHECK(found[i] == doctest::Approx(expected[i]).epsilon(1e-6));
}

std::string pairs_of(const std::vector<param_and_grad>& pairs) {
    std::string all;
    for (const auto& [param, grad] : pairs) all += (all.empty() ? "" : " ") + param.name() + ":" + grad.name();
    return all;
}
std::vector<Operator> updates_of(const fresh_programs& p) {
    std::vector<Operator> made;
    for (const auto& op : p.ops())
        if ((op.role() & op_role::optimize) != 0) made.push_back(op);
    return made;
}

}  // namespace

TEST_CASE("three steps of each optimizer go where they go in fluid 1.8.5, and Adam's in Paddle 2.6") {
    check_trace(trace(SGD(0.01F)), {.92, .8464, .778688});
    check_trace(trace(Momentum(0.01F, 0.9F)), {.92, .7744, .581408});
    check_trace(trace(Momentum(0.01F, 0.9F, true)), {.848, .654304, .44157946});
    check_trace(trace(Adam(0.1F, {.epsilon = 0.5F})), {.96640277, .92515051, .87950826});
    check_trace(trace(Adam(0.1F, {.epsilon = 0.5F}), 2'006'002), {.90588236, .81238627, .71982139});
}

TEST_CASE("updates are sorted by name, after everything else, each with its pair and its scope") {
    fresh_programs p;
    const auto loss = mean(p, fc(p, fc(p, p.data("x", {-1, 2}), {.name = "b"}), {.name = "a"}));
    const auto pairs = must(SGD(0.1F).minimize(p.b, loss));
    CHECK(pairs_of(pairs) == "a:a@GRAD b:b@GRAD");
    const auto made = updates_of(p);
    CHECK(types_of(made) == "sgd sgd");
    CHECK(wires_of(made[0]) == "a@GRAD learning_rate_0 a -> a");
    CHECK(made[0].role() == op_role::optimize);
    CHECK(made[0].attr_or("op_role_var", std::vector<std::string>{}) == std::vector<std::string>{"a", "a@GRAD"});
    CHECK(made[0].attr_or<std::string>("op_namescope", "") == "/optimizer/");
    CHECK(made[1].attr_or<std::string>("op_namescope", "") == "/optimizer_1/");
    CHECK(p.ops().back().type() == "sgd");
    const auto rate = p.var("learning_rate_0");
    CHECK(rate.persistable());
    CHECK(dims_of(rate) == dims{1});
    CHECK(p.startup_ops()[0].attr_or("value", 0.0F) == 0.1F);
}

TEST_CASE("accumulators persist in both programs, start as they should and are made before the learning rate") {
    fresh_programs p;
    must(Adam(0.1F, {.beta1 = 0.8F, .beta2 = 0.9F, .epsilon = 0.5F, .lazy_mode = true})
             .minimize(p.b, mean(p, fc(p, p.data("x", {-1, 3}), {.name = "w"}))));
    std::vector<Variable> kept;
    for (const auto& v : p.main.global_block().vars())
        if (v.persistable()) kept.push_back(v);
    CHECK(names_of(kept) == "w w_moment1_0 w_moment2_0 w_beta1_pow_acc_0 w_beta2_pow_acc_0 learning_rate_0");
    CHECK(dims_of(kept[1]) == dims{3, 1});
    CHECK(dims_of(kept[3]) == dims{1});
    for (const auto& v : kept) CHECK(p.startup.global_block().find_var(v.name()));
    std::string starts;
    for (const auto& op : p.startup_ops())
        if (op.type() == "fill_constant")
            starts += op.output("Out")[0] + "=" + std::to_string(op.attr_or("value", -1.0F)).substr(0, 3) +
                      op.attr_or<std::string>("op_device", "") + " ";
    CHECK(starts == "learning_rate_0=0.1 w_beta2_pow_acc_0=0.9cpu w_beta1_pow_acc_0=0.8cpu w_moment2_0=0.0 w_moment1_0=0.0 ");
    const auto& adam = p.ops().back();
    CHECK(adam.attr_or("beta1", 0.0F) == 0.8F);
    CHECK(adam.attr_or("beta2", 0.0F) == 0.9F);
    CHECK(adam.attr_or("epsilon", 0.0F) == 0.5F);
    CHECK(adam.attr_or("lazy_mode", false));
    CHECK(adam.attr_or("min_row_size_to_use_multithread", std::int64_t{0}) == 1000);
    CHECK(wires_of(adam).ends_with("-> w_beta1_pow_acc_0 w_beta2_pow_acc_0 w_moment1_0 w_moment2_0 w"));
}

TEST_CASE("an element type is kept by accumulators and learning rate") {
    fresh_programs p;
    must(Momentum(0.1F, 0.5F, true).minimize(p.b, mean(p, fc(p, p.data("x", {-1, 3}, DType::FP64), {.name = "w"}))));
    CHECK(p.var("w_velocity_0").dtype() == DType::FP64);
    CHECK(p.var("learning_rate_0").dtype() == DType::FP64);
    CHECK(p.ops().back().attr_or("mu", 0.0F) == 0.5F);
    CHECK(p.ops().back().attr_or("use_nesterov", false));
    fresh_programs none;
    CHECK(must(SGD(0.1F).minimize(none.b, mean(none, none.data("x", {-1}, DType::FP64)))).empty());
    CHECK(none.var("learning_rate_0").dtype() == DType::FP64);  // no parameters: a rate all the same, as in 1.8.5
    CHECK(updates_of(none).empty());
}

TEST_CASE("a parameter with a factor has a learning rate of its own; a variable may be the rate") {
    fresh_programs p;
    const auto loss = mean(p, fc(p, p.data("x", {-1, 2}), {.name = "w", .learning_rate = 0.5F}));
    const auto rate = must(p.b.create_global_var("schedule", {1}, DType::FP32, 0.25F));
    must(SGD(rate).minimize(p.b, loss));
    CHECK_FALSE(p.var("learning_rate_0"));
    const auto made = updates_of(p);
    CHECK(types_of(made) == "scale sgd");
    CHECK(wires_of(made[0]) == "schedule -> tmp_0");
    CHECK(made[0].attr_or("scale", 0.0F) == 0.5F);
    CHECK(made[0].role() == (op_role::lr_schedule | op_role::optimize));
    CHECK(made[0].attr_or<std::string>("op_namescope", "") == "/optimizer/scale_with_param_lr/");
    CHECK(wires_of(made[1]) == "w@GRAD tmp_0 w -> w");
}

TEST_CASE("weight decay is the optimizer's, or a parameter's own instead") {
    fresh_programs p;
    const auto h = fc(p, p.data("x", {-1, 2}), {.name = "a", .regularizer = L2Decay{0.5F}});
    const auto loss = mean(p, fc(p, h, {.name = "b"}));
    const auto pairs = must(SGD(0.1F, {.regularization = L2Decay{0.25F}}).minimize(p.b, loss));
    CHECK(pairs_of(pairs) == "a:a@GRAD b:b@GRAD");  // decay adds to the gradient in place
    const auto made = updates_of(p);
    CHECK(types_of(made) == "scale sum scale sum sgd sgd");
    CHECK(made[0].attr_or("scale", 0.0F) == 0.5F);
    CHECK(wires_of(made[0]) == "a -> _generated_var_0");
    CHECK(wires_of(made[1]) == "a@GRAD _generated_var_0 -> a@GRAD");
    CHECK(made[2].attr_or("scale", 0.0F) == 0.25F);
    CHECK(made[2].attr_or<std::string>("op_namescope", "") == "/regularization/");
    fresh_programs q;
    const auto only_b = fc(q, fc(q, q.data("x", {-1, 2}), {.name = "a"}), {.name = "b", .regularizer = L2Decay{1}});
    must(SGD(0.1F).minimize(q.b, mean(q, only_b)));
    CHECK(types_of(updates_of(q)) == "scale sum sgd sgd");
}

TEST_CASE("decay of a sparse gradient makes a whole one beside it") {
    fresh_programs p;
    const auto ids = p.data("ids", {-1, 1}, DType::INT64);
    const auto table = must(p.b.create_parameter("emb", {.name = "w"}, {9, 4}, DType::FP32, initializer::Xavier{}));
    const auto rows = p.b.create_tmp("emb", DType::FP32);
    must(p.b.append<op::lookup_table>({{"Ids", {ids}}, {"W", {table}}}, {{"Out", {rows}}}, {make_attr("is_sparse", true)}));
    const auto pairs = must(SGD(0.1F, {.regularization = L2Decay{0.25F}}).minimize(p.b, mean(p, rows)));
    CHECK(pairs_of(pairs) == "w:w@GRAD@NEWGRAD@");
    CHECK(pairs[0].grad.kind() == VarKind::LOD_TENSOR);
    CHECK(p.var("w@GRAD").kind() == VarKind::SELECTED_ROWS);
    CHECK(dims_of(pairs[0].grad) == dims{9, 4});
}

TEST_CASE("gradients are clipped before they decay") {
    fresh_programs p;
    const optimizer_options options{.regularization = L2Decay{0.25F}, .grad_clip = GradientClipByGlobalNorm{2}};
    const auto pairs = must(SGD(0.1F, options).minimize(p.b, mean(p, fc(p, p.data("x", {-1, 2}), {.name = "w"}))));
    CHECK(pairs_of(pairs) == "w:elementwise_mul_0.tmp_0");
    CHECK(types_of(updates_of(p)) ==
          "square reduce_sum sum sqrt fill_constant elementwise_max elementwise_div elementwise_mul scale sum sgd");
}

TEST_CASE("frozen parameters are left alone, gradients included; so are those outside of a list") {
    fresh_programs p;
    const auto loss = mean(p, fc(p, fc(p, p.data("x", {-1, 2}), {.name = "a"}), {.name = "b", .trainable = false}));
    CHECK(pairs_of(must(SGD(0.1F).minimize(p.b, loss))) == "a:a@GRAD");
    CHECK_FALSE(p.var("b@GRAD"));
    fresh_programs q;
    const auto both = mean(q, fc(q, fc(q, q.data("x", {-1, 2}), {.name = "a"}), {.name = "b"}));
    CHECK(pairs_of(must(SGD(0.1F, {.parameter_list = {"b"}}).minimize(q.b, both))) == "b:b@GRAD");
    fresh_programs r;
    const auto hidden = fc(r, r.data("x", {-1, 2}), {.name = "a"});
    const auto refused = SGD(0.1F, {.parameter_list = {hidden.name()}}).minimize(r.b, mean(r, fc(r, hidden, {.name = "b"})));
    check_error(refused, errc::bad_argument);
    CHECK(refused.error().variable == hidden.name());
}

TEST_CASE("one optimizer may minimize twice, with one learning rate a program and new accumulators") {
    fresh_programs p;
    const auto loss = mean(p, fc(p, p.data("x", {-1, 2}), {.name = "w"}));
    Momentum optimizer(0.1F, 0.9F);
    must(optimizer.minimize(p.b, loss));
    must(optimizer.minimize(p.b, loss));
    CHECK(p.var("learning_rate_0"));
    CHECK_FALSE(p.var("learning_rate_1"));
    CHECK(p.var("w_velocity_1"));
    fresh_programs q;
    must(optimizer.minimize(q.b, mean(q, fc(q, q.data("x", {-1, 2}), {.name = "w"}))));
    CHECK(q.var("learning_rate_0"));
}

TEST_CASE("errors of the backward pass come through") {
    fresh_programs p;
    const auto x = p.data("x", {1});
    check_error(SGD(0.1F).minimize(p.b, x), errc::no_such_variable);
}

TEST_CASE("a loss that is not one number is refused in the reference's words, and nothing is appended") {
    fresh_programs p;
    const auto hidden = fc(p, p.data("x", {-1, 2}), {.name = "w"});
    const auto count = p.main.global_block().ops().size();
    const auto e = SGD(0.1F).minimize(p.b, hidden).error();
    CHECK(e.code == errc::bad_argument);
    CHECK(e.message ==
          "The loss.shape should be (1L,), but the current loss.shape is (-1, 1). Maybe that you should call fluid.layers.mean to "
          "process the current loss.");
    CHECK(e.variable == hidden.name());
    CHECK(p.main.global_block().ops().size() == count);
}
