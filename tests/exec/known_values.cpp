#include <wherry/exec/known_values.hpp>

#include <wherry/exec/executor.hpp>
#include <wherry/exec/op/lists.hpp>

#include <doctest/doctest.h>

#include <cstring>

using namespace wherry;

namespace {
int runs = 0;

/// Out = the rank of X; asks for no elements of it.
struct rank_of {
    static constexpr std::string_view type = "rank_of";
    static constexpr auto reads = op_reads::dims;
    static constexpr std::array inputs = {slot{"X"}};
    static constexpr std::array outputs = {slot{"Out"}};
    using attributes = no_attributes;
    static result<void> infer(const attributes&, infer_context& c) { return c.set_out(0, {DType::INT32, {1}}), result<void>(); }
    static result<void> run(const attributes&, run_context& c) {
        ++runs;
        c.out<std::int32_t>(0)[0] = static_cast<std::int32_t>(c.in_dims(0).rank());
        return {};
    }
};
/// As many zeros as Count says.
struct zeros {
    static constexpr std::string_view type = "zeros";
    static constexpr std::array inputs = {slot{"Count"}};
    static constexpr std::array outputs = {slot{"Out"}};
    using attributes = no_attributes;
    static result<void> infer(const attributes&, infer_context& c) {
        std::int32_t count = 0;
        if (c.in(0).value.size() != sizeof count) return c.fail(errc::unsupported, "Count is not known");
        std::memcpy(&count, c.in(0).value.data(), sizeof count);
        c.set_out(0, {DType::FP32, {count}});
        return {};
    }
    static result<void> run(const attributes&, run_context& c) {
        for (auto& one : c.out<float>(0)) one = 0;
        return {};
    }
};
using ops = op::every::with<rank_of, zeros>;

Operator made(std::string_view type, std::string_view slot, std::string_view in, std::string_view out) {
    wire::OpDesc<> desc;
    desc.type = type;
    auto& read = desc.inputs.emplace_back();
    read.parameter = slot;
    read.arguments.emplace_back(in);
    auto& written = desc.outputs.emplace_back();
    written.parameter = "Out";
    written.arguments.emplace_back(out);
    return Operator(std::move(desc));
}
Program program_of(std::initializer_list<Operator> steps) {
    wire::ProgramDesc<> desc;
    auto& block = desc.blocks.emplace_back();
    for (const auto* name : {"x", "a", "b", "c"}) {
        auto& var = block.vars.emplace_back();
        var.name = name;
        var.type.lod_tensor.emplace();
    }
    for (const auto& op : steps) block.ops.push_back(op.desc());
    auto read = Program::from_desc(std::move(desc));
    REQUIRE(read);
    return *std::move(read);
}
result<sequence<Tensor>> run(const Program& program, const Tensor& x, std::string fetched) {
    Executor exe(ops{});
    const tensor_ref fed[] = {x.ref("x")};
    const std::string fetches[] = {std::move(fetched)};
    Scope scope;
    return exe.run(program, scope, fed, fetches);
}
}  // namespace

TEST_CASE("dims that operators compute from dims are known when a plan is made") {
    auto scaled = made("scale", "X", "a", "b");
    scaled.set_attr(make_attr("scale", 2.0F));
    scaled.set_attr(make_attr("bias", 1.0F));
    const auto program = program_of({made("rank_of", "X", "x", "a"), scaled, made("zeros", "Count", "b", "c")});
    const auto matrix = run(program, Tensor(DType::FP32, {3, 4}), "c");
    REQUIRE(matrix);
    CHECK((*matrix)[0].dims() == Shape{5});
    CHECK(runs == 2);  // for the plan, and for the run
    CHECK(run(program, Tensor(DType::FP32, {1, 2, 3, 4}), "c")->front().dims() == Shape{9});
}

TEST_CASE("fed variables and what is computed from them are not known") {
    const auto direct = run(program_of({made("zeros", "Count", "x", "c")}), Tensor::of<std::int32_t>({1}, {4}), "c");
    REQUIRE(!direct);
    CHECK(direct.error().code == errc::unsupported);
    const auto copied =
        run(program_of({made("assign", "X", "x", "a"), made("zeros", "Count", "a", "c")}), Tensor::of<std::int32_t>({1}, {4}), "c");
    REQUIRE(!copied);
    CHECK(copied.error().code == errc::unsupported);
}
