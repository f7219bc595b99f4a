#include <wherry/layers/builder_base.hpp>

#include <support/fresh_programs.hpp>

#include <wherry/exec/op/mul.hpp>
#include <wherry/exec/op/random.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <type_traits>
#include <utility>

using namespace wherry;
using support::check_error;
using support::dims;
using support::dims_of;
using support::fresh_programs;
using support::must;
using support::types_of;

static_assert(!std::is_copy_constructible_v<BuilderBase::role_guard>, "a copy would restore the role twice");

TEST_CASE("a layer is named by its type and a number, or as it is told") {
    fresh_programs p;
    CHECK(p.b.layer_name("fc") == "fc_0");
    CHECK(p.b.layer_name("fc", "mine") == "mine");
    CHECK(p.b.layer_name("fc") == "fc_1");
}

TEST_CASE("a temporary has a number of its own, an element type and no dims, and does not persist") {
    fresh_programs p;
    const auto first = p.b.create_tmp("fc_0", DType::FP64);
    CHECK(first.name() == "fc_0.tmp_0");
    CHECK(first.dtype() == DType::FP64);
    CHECK(first.shape().empty());
    CHECK_FALSE(first.persistable());
    CHECK(p.b.create_tmp("fc_0", DType::FP64).name() == "fc_0.tmp_1");
}

TEST_CASE("a variable of an earlier name is handed out when it is alike, and is an error when it is not") {
    fresh_programs p;
    const auto made = must(p.b.create_var(p.main, "v", {-1, 3}, DType::FP32, true));
    CHECK(made.persistable());
    CHECK(dims_of(made) == dims{-1, 3});
    CHECK(must(p.b.create_var(p.main, "v", {-1, 3}, DType::FP32, true)) == made);
    const auto other_dims = p.b.create_var(p.main, "v", {-1, 4}, DType::FP32, true);
    check_error(other_dims, errc::shape_mismatch,
                "Variable v has been created before. the previous shape is (-1, 3); the new shape is (-1, 4). They are not matched.");
    CHECK(other_dims.error().variable == "v");
    CHECK(other_dims.error().expected == "(-1, 3)");
    CHECK(other_dims.error().found == "(-1, 4)");
    check_error(p.b.create_var(p.main, "v", {-1}, DType::FP32, true), errc::shape_mismatch);  // a prefix is not enough
    const auto other_type = p.b.create_var(p.main, "v", {-1, 3}, DType::INT64, true);
    check_error(other_type, errc::dtype_mismatch);
    CHECK(other_type.error().expected == "float32");
    CHECK(other_type.error().found == "int64");
    check_error(p.b.create_var(p.main, "v", {-1, 3}, DType::FP32, false), errc::duplicate_name,
                "Variable v has been created before.The previous persistable is True; the new persistable is False. They are not matched");
    CHECK(p.main.global_block().vars().size() == 1);
    CHECK(must(p.b.create_var(p.startup, "v", {2}, DType::INT64, false)) != made);  // another program, another variable
}

TEST_CASE("dims of an operator that is in a program already are inferred again") {
    fresh_programs p;
    const auto x = p.data("x", {-1, 3});
    const auto w = p.data("w", {3, 2});
    const auto out = p.b.create_tmp("m", DType::FP32);
    must(p.b.append<op::mul>({{"X", {x}}, {"Y", {w}}}, {{"Out", {out}}}));
    w.edit().type.lod_tensor->tensor.dims = {3, 7};
    must(p.b.infer_outputs(p.ops()[0]));
    CHECK(dims_of(out) == dims{-1, 7});
    Operator unknown(p.ops()[0]);
    unknown.desc().type = "nothing";
    check_error(p.b.infer_outputs(unknown), errc::unknown_op);  // what it carries is another operator
}

TEST_CASE("roles hold while their guard lives, and nest") {
    fresh_programs p;
    const auto x = p.data("x", {3, 3});
    const auto append = [&] { must(p.b.append<op::mul>({{"X", {x}}, {"Y", {x}}}, {{"Out", {p.b.create_tmp("m", DType::FP32)}}})); };
    {
        const auto optimizing = p.b.optimizing({"w", "w@GRAD"});
        append();
        {
            const auto scope = p.scopes.enter("optimizer");
            const auto schedule = p.b.with_role(op_role::lr_schedule | op_role::optimize);
            append();
        }
        append();
    }
    append();
    const auto vars = [&](std::size_t i) { return p.ops()[i].attr_or("op_role_var", std::vector<std::string>{"?"}); };
    CHECK(p.ops()[0].role() == op_role::optimize);
    CHECK(vars(0) == std::vector<std::string>{"w", "w@GRAD"});
    CHECK(p.ops()[1].role() == 18);
    CHECK(vars(1).empty());
    CHECK(p.ops()[1].attr_or<std::string>("op_namescope", "") == "/optimizer/");
    CHECK(p.ops()[2].role() == op_role::optimize);
    CHECK(vars(2) == std::vector<std::string>{"w", "w@GRAD"});
    CHECK(p.ops()[3].role() == op_role::forward);
    CHECK(vars(3).empty());
}

TEST_CASE("an operator of the startup program is put first") {
    fresh_programs p;
    const auto v = must(p.b.create_var(p.startup, "v", {2}, DType::FP32, true));
    p.b.prepend_startup_op(implementation_of<op::uniform_random>, v, true, {});
    p.b.prepend_startup_op(implementation_of<op::gaussian_random>, v, false, {make_attr("own", 1.5F)});
    CHECK(types_of(p.startup_ops()) == "gaussian_random uniform_random");
    CHECK(p.startup_ops()[0].attr_or("own", 0.0F) == 1.5F);
    CHECK(p.startup_ops()[0].implementation() == &implementation_of<op::gaussian_random>);
    CHECK(p.startup_ops()[1].has_input_slot("ShapeTensor"));
    CHECK(p.ops().empty());
}

TEST_CASE("operators that are built alike hold their attributes together, and a role or a name scope of its own apart") {
    fresh_programs p;
    const auto x = must(p.b.create_var(p.main, "x", {2, 2}, DType::FP32, false));
    const auto add = [&] {
        const auto out = p.b.create_tmp("mul", DType::FP32);
        must(p.b.append<op::mul>({{"X", x}, {"Y", x}}, {{"Out", out}}, {make_attr("x_num_col_dims", std::int32_t{1})}));
    };
    add();
    add();
    {
        const auto optimizing = p.b.optimizing({"x"});
        add();
    }
    const auto& ops = std::as_const(p.main).global_block().ops();
    REQUIRE(ops.size() == 3);
    std::size_t shared = 0;
    for (const auto& attr : ops[1].desc().attrs) {
        CHECK(ops[0].find_attr(attr.name) == &attr);
        if (ops[2].find_attr(attr.name) == &attr) ++shared;
    }
    CHECK(shared == ops[1].desc().attrs.size() - 2);
    CHECK(ops[2].role() == op_role::optimize);
    CHECK(ops[1].role() == op_role::forward);
}
