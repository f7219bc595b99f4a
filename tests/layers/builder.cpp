#include <wherry/layers/builder.hpp>

#include <support/fresh_programs.hpp>

#include <wherry/exec/op/fill_constant.hpp>
#include <wherry/exec/op/lookup_table.hpp>
#include <wherry/exec/op/mul.hpp>
#include <wherry/exec/op/random.hpp>
#include <wherry/exec/op/reshape.hpp>

#include <string>
#include <type_traits>

using namespace wherry;
using support::check_error;
using support::dims;
using support::dims_of;
using support::fresh_programs;
using support::must;
using support::types_of;
using support::wires_of;

namespace {

result<Parameter> make_weight(fresh_programs& p, const ParamAttr& attr, const Shape& shape, DType dtype = DType::FP32) {
    return p.b.create_parameter("fc_0", attr, shape, dtype, initializer::Constant{0});
}

}  // namespace

TEST_CASE("a parameter is in both programs and is started once, the latest first") {
    fresh_programs p;
    const auto w = must(make_weight(p, {.learning_rate = 0.5F, .regularizer = L2Decay{0.25F}}, {4, 2}));
    CHECK(w.name() == "fc_0.w_0");
    CHECK(w.learning_rate() == 0.5F);
    CHECK(w.parameter()->regularizer->coefficient == 0.25F);
    CHECK(w.trainable());
    CHECK_FALSE(w.stop_gradient());
    const auto bias = must(p.b.create_parameter("fc_0", {.trainable = false}, {2}, DType::FP32, initializer::Constant{0}, true));
    CHECK(bias.name() == "fc_0.b_0");
    CHECK_FALSE(bias.trainable());
    CHECK_FALSE(bias.stop_gradient());  // as in 1.8.5: append_backward gives it a gradient, optimizers leave it out
    for (const auto* program : {&p.main, &p.startup}) {
        const auto held = program->global_block().find_var("fc_0.w_0");
        REQUIRE(held);
        CHECK(held.is_parameter());
        CHECK(held.persistable());
        CHECK(dims_of(held) == dims{4, 2});
    }
    CHECK(types_of(p.startup_ops()) == "fill_constant fill_constant");
    CHECK(wires_of(p.startup_ops()[0]) == "-> fc_0.b_0");
    CHECK(wires_of(p.startup_ops()[1]) == "-> fc_0.w_0");
}

TEST_CASE("a parameter of an earlier name is shared; its first initializer is kept") {
    fresh_programs p;
    const auto first = must(make_weight(p, {.name = "w", .initializer = initializer::Constant{3}}, {4, 2}));
    const auto second = must(make_weight(p, {.name = "w", .initializer = initializer::Uniform{}}, {4, 2}));
    CHECK(first == second);
    REQUIRE(p.startup_ops().size() == 1);
    CHECK(p.startup_ops()[0].attr_or("value", -1.0F) == 3.0F);
    CHECK(p.main.all_parameters().size() == 1);
    check_error(make_weight(p, {.name = "w"}, {4, 3}), errc::shape_mismatch,
                "Variable w has been created before. the previous shape is (4, 2); the new shape is (4, 3). They are not matched.");
    check_error(make_weight(p, {.name = "w"}, {4, 2}, DType::FP64), errc::dtype_mismatch);
    p.data("fed", {4, 2});
    check_error(make_weight(p, {.name = "fed"}, {4, 2}), errc::duplicate_name);
    CHECK_FALSE(p.var("fed").is_parameter());
    CHECK(p.startup_ops().size() == 1);
}

TEST_CASE("a dim of a parameter must be known and not 0; nothing is made otherwise, not even a name") {
    fresh_programs p;
    for (const auto bad : {std::int64_t{0}, std::int64_t{-1}}) {
        const auto made = make_weight(p, {}, {4, bad});
        check_error(made, errc::bad_dims,
                    "Each dimension of shape for Parameter must be greater than 0, but received " + to_string(Shape{4, bad}));
        CHECK(made.error().variable == "fc_0");
    }
    const auto named = make_weight(p, {.name = "w"}, {0});
    check_error(named, errc::bad_dims);
    CHECK(named.error().variable == "w");
    CHECK(p.main.global_block().vars().empty());
    CHECK(p.startup.global_block().vars().empty());
    CHECK(p.startup_ops().empty());
    CHECK(must(make_weight(p, {}, {1})).name() == "fc_0.w_0");
}

TEST_CASE("a global variable persists in both programs, stops gradients and starts with its value on its device") {
    fresh_programs p;
    const auto made = must(p.b.create_global_var("pow", {1}, DType::FP64, 0.5F, "cpu"));
    CHECK(made.persistable());
    CHECK(made.stop_gradient());
    CHECK_FALSE(made.is_parameter());
    REQUIRE(p.startup_ops().size() == 1);
    const auto& op = p.startup_ops()[0];
    CHECK(wires_of(op) == "-> pow");
    CHECK(op.attr_or("value", 0.0F) == 0.5F);
    CHECK(op.attr_or<std::string>("op_device", "") == "cpu");
    CHECK(op.attr_or("dtype", DType::FP32) == DType::FP64);
    CHECK(op.attr_or("shape", dims{}) == dims{1});
    check_error(p.b.create_global_var("pow", {2}, DType::FP64, 0.5F), errc::shape_mismatch);
    check_error(p.b.create_global_var("pow", {1}, DType::FP32, 0.5F), errc::dtype_mismatch);
    check_error(p.b.create_global_var("pow", {1}, DType::FP64, 0.5F, {}, false), errc::duplicate_name);
    CHECK_FALSE(must(p.b.create_global_var("passing", {1}, DType::FP64, 0.5F, {}, false)).persistable());
    CHECK(p.startup.global_block().find_var("passing").persistable());
}

TEST_CASE("an operator is written whole: defaults, roles, empty slots; its outputs get dims") {
    fresh_programs p;
    const auto x = p.data("x", {-1, 3});
    const auto w = p.data("w", {3, 2});
    const auto out = p.b.create_tmp("m", DType::FP32);
    must(p.b.append<op::mul>({{"X", {x}}, {"Y", {w}}}, {{"Out", {out}}}, {make_attr("x_num_col_dims", std::int32_t{1})}));
    CHECK(dims_of(out) == dims{-1, 2});
    const auto& op = p.ops()[0];
    CHECK(wires_of(op) == "x w -> m.tmp_0");
    CHECK(op.role() == op_role::forward);
    CHECK(op.attr_or<std::string>("op_namescope", "") == "/");
    CHECK(op.attr_or<std::string>("op_device", "none") == "");
    CHECK(op.find_attr("op_role_var") != nullptr);
    CHECK(op.attr_or("y_num_col_dims", std::int32_t{0}) == 1);
    CHECK(op.attr_or("scale_y", std::vector<float>{}) == std::vector<float>{1});
    for (std::size_t i = 1; i < op.desc().attrs.size(); ++i) CHECK(op.desc().attrs[i - 1].name < op.desc().attrs[i].name);

    const auto y = p.b.create_tmp("r", DType::FP32);
    const auto x_shape = p.b.create_tmp("r", DType::FP32);
    must(p.b.append<op::reshape2>({{"X", {x}}}, {{"XShape", {x_shape}}, {"Out", {y}}},
                                  {make_attr("shape", std::vector<std::int32_t>{-1, 3, 1})}));
    std::string slots;
    for (const auto& s : p.ops()[1].desc().inputs) slots += s.parameter + (s.arguments.empty() ? "=[] " : " ");
    CHECK(slots == "Shape=[] ShapeTensor=[] X ");
    CHECK(dims_of(y) == dims{-1, 3, 1});
}

TEST_CASE("an operator that cannot be appended is not there afterwards") {
    fresh_programs p;
    const auto x = p.data("x", {-1, 3});
    const auto w = p.data("w", {4, 2});
    const auto out = p.b.create_tmp("m", DType::FP32);
    const auto lacking = p.b.append<op::mul>({{"X", {x}}}, {{"Out", {out}}});
    check_error(lacking, errc::missing_slot);
    CHECK(lacking.error().variable == "Y");
    CHECK(lacking.error().op == "mul");
    fresh_programs elsewhere;
    const auto strange = p.b.append<op::mul>({{"X", {elsewhere.data("stranger", {1, 3})}}, {"Y", {w}}}, {{"Out", {out}}});
    check_error(strange, errc::no_such_variable, "var stranger not in this block");
    CHECK(strange.error().variable == "stranger");
    const auto attribute = p.b.append<op::mul>({{"X", {x}}, {"Y", {w}}}, {{"Out", {out}}}, {make_attr("x_num_col_dims", "one")});
    check_error(attribute, errc::bad_attribute);
    CHECK(attribute.error().variable == "x_num_col_dims");
    const auto inner = p.b.append<op::mul>({{"X", {x}}, {"Y", {w}}}, {{"Out", {out}}});
    check_error(inner, errc::shape_mismatch);
    CHECK(inner.error().op == "mul");
    w.edit().type.lod_tensor->tensor.dims.assign(max_rank + 1, 1);
    const auto deep = p.b.append<op::mul>({{"X", {x}}, {"Y", {w}}}, {{"Out", {out}}});
    check_error(deep, errc::bad_dims);
    CHECK(deep.error().variable == "w");
    CHECK(p.ops().empty());
    CHECK(out.shape().empty());
}

TEST_CASE("the gradient of a sparse table becomes SelectedRows as its operator is inferred") {
    fresh_programs p;
    const auto ids = p.data("ids", {-1, 1}, DType::INT64);
    const auto w = p.data("w", {9, 4});
    const auto seed = p.data("seed", {-1, 4});
    for (const bool sparse : {false, true}) {
        wire::VarDesc<> desc;
        desc.name = sparse ? "sparse" : "dense";
        desc.type.lod_tensor.emplace().tensor.data_type = DType::FP32;
        const auto grad = p.b.block().create_var(std::move(desc));
        must(p.b.append<op::lookup_table_grad>({{"Ids", {ids}}, {"W", {w}}, {"Out@GRAD", {seed}}}, {{"W@GRAD", {grad}}},
                                               {make_attr("is_sparse", sparse)}));
        CHECK(grad.kind() == (sparse ? VarKind::SELECTED_ROWS : VarKind::LOD_TENSOR));
        CHECK(dims_of(grad) == dims{9, 4});
    }
}

TEST_CASE("the program carries what a builder's type says") {
    Program main, startup;
    UniqueNameGenerator names;
    NameScope scopes;
    const auto carried = [&](auto builder) {
        const auto x = must(layers::data(builder, "x", dims{3, 3}));
        must(builder.template append<op::mul>({{"X", x}, {"Y", x}}, {{"Out", builder.create_tmp("m", DType::FP32)}}));
        must(builder.create_parameter("fc", {}, {1}, DType::FP32, initializer::Constant{0}));
        return std::pair(main.global_block().ops().back().implementation(), startup.global_block().ops().front().implementation());
    };
    const auto [shapes, start_shapes] = carried(Builder<carries::shapes>(main, startup, names, scopes));
    CHECK((shapes->infer != nullptr && shapes->run == nullptr && shapes->gradient == nullptr && shapes->has_gradient));
    CHECK((start_shapes->type == "fill_constant" && start_shapes->run == nullptr));
    const auto [kernels, start_kernels] = carried(Builder<carries::kernels>(main, startup, names, scopes));
    CHECK((kernels->run != nullptr && kernels->gradient == nullptr && start_kernels->run != nullptr));
    const auto [all, start_all] = carried(Builder(main, startup, names, scopes));
    CHECK((all->run != nullptr && all->gradient != nullptr && start_all == start_kernels));
}

TEST_CASE("a builder is one that carries less") {
    fresh_programs p;
    Builder<carries::kernels>& fewer = p.b;
    const auto x = p.data("x", {3, 3});
    must(fewer.append<op::mul>({{"X", x}, {"Y", x}}, {{"Out", fewer.create_tmp("m", DType::FP32)}}));
    CHECK(p.ops()[0].implementation() == &implementation_of<op::mul, carries::kernels>);
}
