#include <wherry/exec/bind_ops.hpp>

#include <support/check_error.hpp>

#include <wherry/exec/executor.hpp>
#include <wherry/exec/op/scale.hpp>

#include <doctest/doctest.h>

#include <array>
#include <string>
#include <utility>

using namespace wherry;
using support::check_error;

namespace {

/// y = 3 x, from bytes.
Program loaded() {
    Program program;
    for (const auto* name : {"x", "y"}) {
        wire::VarDesc<> desc;
        desc.name = name;
        desc.type.lod_tensor.emplace().tensor = {DType::FP32, {-1}, {}};
        program.global_block().create_var(std::move(desc));
    }
    wire::OpDesc<> desc;
    desc.type = "scale";
    desc.inputs = {{"X", {"x"}, {}}};
    desc.outputs = {{"Out", {"y"}, {}}};
    desc.attrs = {make_attr("scale", 3.0F)};
    program.global_block().append_op(std::move(desc));
    auto parsed = Program::parse_from_string(program.serialize_to_string());
    REQUIRE(parsed);
    return *std::move(parsed);
}
result<float> run(Executor& exe, const Program& program) {
    Scope scope;
    const auto x = Tensor::of<float>({1}, {2});
    auto out = exe.run(program, scope, std::array{x.ref("x")}, std::array{std::string("y")});
    if (!out) return out.failure();
    return (*out)[0].elements<float>()[0];
}

/// As `scale`, but adds 100.
struct other_scale : op::scale {
    static result<void> run(const attributes&, run_context& c) {
        c.out<float>(0)[0] = c.in<float>(0)[0] + 100;
        return {};
    }
};

}  // namespace

TEST_CASE("a program from bytes runs with what it is bound to") {
    auto program = loaded();
    Executor exe;
    const auto refused = run(exe, program);
    check_error(refused, errc::unknown_op, "Operator \"scale\" has not been registered.");
    CHECK(refused.error().op == "scale");
    CHECK(refused.error().expected.view().find("bind_ops") != std::string_view::npos);
    bind_ops(program, op_list<op::scale>::run_table);
    CHECK(*run(exe, program) == 6);
    bind_ops(program, op_list<other_scale>::run_table);  // the plan is made again
    CHECK(*run(exe, program) == 102);
    bind_ops(program, op_list<>::table);
    CHECK(*run(exe, program) == 102);
    CHECK(program.serialize_to_string() == loaded().serialize_to_string());
}

TEST_CASE("an executor's list wins over what a program carries") {
    auto program = loaded();
    bind_ops(program, op_list<other_scale>::run_table);
    Executor listed(op_list<op::scale>{});
    CHECK(*run(listed, program) == 6);
    Executor unlisted(op_list<>{});
    CHECK(*run(unlisted, program) == 102);
}

TEST_CASE("an operator that was named for its shapes alone has no kernel") {
    auto program = loaded();
    program.global_block().ops()[0].set_implementation(&implementation_of<op::scale, carries::shapes>);
    Executor exe;
    const auto refused = run(exe, program);
    check_error(refused, errc::unknown_op);
    CHECK(refused.error().expected.view().find("carries::kernels") != std::string_view::npos);
}
