#include <wherry/exec/op/conditional_block.hpp>

#include <doctest/doctest.h>

#include <support/check_error.hpp>
#include <support/fresh_programs.hpp>

#include <wherry/exec/bind_ops.hpp>
#include <wherry/exec/executor.hpp>
#include <wherry/exec/op/assign.hpp>
#include <wherry/exec/op/cast.hpp>
#include <wherry/exec/op/scale.hpp>
#include <wherry/exec/op_list.hpp>
#include <wherry/policy/progress.hpp>

#include <cstdint>
#include <string>
#include <vector>

using namespace wherry;
using support::check_error;
using support::fresh_programs;
using support::must;

namespace {

/// y = x; if (cond) { inner = 2 y; WRITTEN = inner }: a program of two blocks.
struct conditional_program {
    fresh_programs p;
    Variable cond = p.data("cond", {1}, DType::BOOL);
    Variable x = p.data("x", {2});
    Variable y = must_copy(x);

    explicit conditional_program(std::string_view written = "y", bool is_scalar = true, std::int32_t named = 1) {
        {
            const BuilderBase::block_guard inside(p.b);
            const auto inner = p.b.create_tmp("inner", DType::FP32);
            must(p.b.append<op::scale>({{"X", y}}, {{"Out", inner}}, {make_attr("scale", 2.0F)}));
            auto out = p.b.find_var(written);
            if (!out) out = p.b.main().global_block().create_var(described(written));
            must(p.b.append<op::assign>({{"X", inner}}, {{"Out", out}}));
        }
        wire::OpDesc<> desc;
        desc.type = "conditional_block";
        desc.inputs.resize(1);
        desc.inputs[0].parameter = "Cond";
        desc.inputs[0].arguments.push_back("cond");
        desc.attrs = {make_block_attr("sub_block", named), make_attr("is_scalar_condition", is_scalar)};
        p.main.global_block().append_op(std::move(desc), &implementation_of<op::conditional_block>);
    }

    result<std::vector<float>> run(const Tensor& condition, const std::string& fetched = "y") {
        Scope scope;
        Executor exe;
        const auto given = Tensor::of<float>({2}, {1, 5});
        auto got = exe.run(p.main, scope, std::vector{condition.ref("cond"), given.ref("x")}, std::vector{fetched});
        if (!got) return got.failure();
        const auto values = (*got)[0].elements<float>();
        return std::vector<float>(values.begin(), values.end());
    }

  private:
    static wire::VarDesc<> described(std::string_view name) {
        wire::VarDesc<> desc;
        desc.name = name;
        desc.type.lod_tensor.emplace().tensor.data_type = DType::FP32;
        return desc;
    }
    Variable must_copy(const Variable& from) {
        const auto to = p.b.block().create_var(described("y"));
        must(p.b.append<op::assign>({{"X", from}}, {{"Out", to}}));
        return to;
    }
};

Tensor truth(bool value) { return Tensor::of<bool>({1}, {value}); }

}  // namespace

TEST_CASE("a block is run where its condition holds, and what it would write stays where it does not") {
    conditional_program c;
    CHECK(must(c.run(truth(true))) == std::vector<float>{2, 10});
    CHECK(must(c.run(truth(false))) == std::vector<float>{1, 5});
}

TEST_CASE("one plan answers both conditions") {
    conditional_program c;
    Scope scope;
    Executor exe;
    const auto given = Tensor::of<float>({2}, {1, 5});
    for (const bool holds : {true, false, false, true}) {
        const auto condition = truth(holds);
        const auto got = must(exe.run(c.p.main, scope, std::vector{condition.ref("cond"), given.ref("x")}, std::vector<std::string>{"y"}));
        CHECK(got[0].elements<float>()[1] == (holds ? 10 : 5));
    }
}

TEST_CASE("a run with a progress leaves out the block, too") {
    conditional_program c;
    Scope scope;
    Executor exe;
    const auto given = Tensor::of<float>({2}, {1, 5});
    for (const bool holds : {true, false}) {
        const auto condition = truth(holds);
        std::vector<std::uint64_t> told;
        const auto got = must(exe.run(c.p.main, scope, std::vector{condition.ref("cond"), given.ref("x")}, std::vector<std::string>{"y"},
                                      callback([&](std::uint64_t done, std::uint64_t) { told.push_back(done); })));
        CHECK(got[0].elements<float>()[1] == (holds ? 10 : 5));
        CHECK(told == (holds ? std::vector<std::uint64_t>{1, 2, 3, 4} : std::vector<std::uint64_t>{1, 4}));
    }
}

TEST_CASE("a block that would change an element type is an error where its condition holds, and nothing where it does not") {
    conditional_program c;
    auto& assigned = c.p.main.blocks()[1].ops()[1];
    assigned.desc().type = "cast";
    assigned.desc().attrs = {make_attr("in_dtype", DType::FP32), make_attr("out_dtype", DType::INT64)};
    bind_ops(c.p.main, op_list<op::scale, op::assign, op::cast, op::conditional_block>::table);
    CHECK(must(c.run(truth(false))) == std::vector<float>{1, 5});
    const auto failed = c.run(truth(true));
    check_error(failed, errc::dtype_mismatch);
    CHECK(failed.error().variable.view() == "y");
    CHECK(failed.error().expected.view() == "float32");
    CHECK(failed.error().found.view() == "int64");
    CHECK(failed.error().op.view() == "cast");
}

TEST_CASE("a variable that a block declares is gone after it") {
    conditional_program c;
    check_error(c.run(truth(true), "inner.tmp_0"), errc::not_found);
}

TEST_CASE("blocks under conditions that cannot be planned are refused") {
    check_error(conditional_program("new").run(truth(true)), errc::not_initialized);
    check_error(conditional_program("x").run(truth(true)), errc::unsupported);
    check_error(conditional_program("y", false).run(truth(true)), errc::unsupported);
    for (const std::int32_t block : {-1, 0, 2, 1 << 30})
        check_error(conditional_program("y", true, block).run(truth(true)), errc::bad_attribute);
    conditional_program c;
    check_error(c.run(Tensor::of<float>({1}, {1})), errc::dtype_mismatch);
    check_error(c.run(Tensor::of<bool>({2}, {true, false})), errc::shape_mismatch);
}
