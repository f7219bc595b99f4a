#include <wherry/exec/op/sequence_pool.hpp>

#include <wherry/exec/executor.hpp>

#include "op_case.hpp"

using namespace op_test;

namespace {
using ops = op_list<op::sequence_pool, op::sequence_softmax, op::sequence_conv>;
Tensor with_lod(Tensor tensor, LoD lod) {
    tensor.set_lod(std::move(lod));
    return tensor;
}
const Tensor x = with_lod(f32({4, 1}, {1, 5, 3, 4}), {{0, 3, 3, 4}});
op_case pooled(const std::string& kind, const Tensor& from = x) {
    return op_case(ops::table, "sequence_pool").in("X", from).attr("pooltype", kind).attr("pad_value", 9.0F);
}
}  // namespace

TEST_CASE("one row for each sequence, pad_value for an empty one") {
    check_values<float>(pooled("SUM").run()->at("Out"), {9, 9, 4});
    check_values<float>(pooled("AVERAGE").run()->at("Out"), {3, 9, 4});
    check_values<float>(pooled("SQRT").run()->at("Out"), {5.1961524F, 9, 4});
    check_values<float>(pooled("MAX").run()->at("Out"), {5, 9, 4});
    CHECK(pooled("MAX").run()->at("MaxIndex") == i32({3, 1}, {1, 0, 0}));
    check_values<float>(pooled("LAST").run()->at("Out"), {3, 9, 4});
    check_values<float>(pooled("FIRST").run()->at("Out"), {1, 9, 4});
    const auto nested = pooled("SUM", with_lod(f32({4, 1}, {1, 5, 3, 4}), {{0, 1, 2}, {0, 3, 4}})).run();
    REQUIRE(nested);
    CHECK(nested->at("Out").lod() == LoD{{0, 1, 2}});
}

TEST_CASE("probabilities and neighbourhoods within each sequence") {
    check_values<float>(op_case(ops::table, "sequence_softmax").in("X", x).run()->at("Out"), {0.0158763F, 0.8668133F, 0.1173104F, 1});
    const auto conv = [](const Tensor& filter, std::int32_t length, std::int32_t start) {
        return op_case(ops::table, "sequence_conv")
            .in("X", x)
            .in("Filter", filter)
            .attr("contextLength", length)
            .attr("contextStart", start);
    };
    check_values<float>(conv(f32({3, 1}, {100, 10, 1}), 3, -1).run()->at("Out"), {15, 153, 530, 40});
    check_values<float>(conv(f32({1, 2}, {1, 2}), 1, 1).run()->at("Out"), {5, 10, 3, 6, 0, 0, 0, 0});
    check_values<float>(conv(f32({1, 1}, {1}), 1, 2000000000).run()->at("Out"), {0, 0, 0, 0});
    check_error(conv(f32({2, 1}, {1, 2}), 3, 0).run(), errc::shape_mismatch);
    check_error(conv(f32({2, 1}, {1, 2}), 0, 0).run(), errc::bad_attribute);
    check_error(conv(f32({1, 1}, {1}), 1, 0).attr("contextStride", 2).run(), errc::bad_attribute);
    check_error(conv(f32({1, 1}, {1}), 1, 0).attr("paddingTrainable", true).run(), errc::unsupported);
}

TEST_CASE("inputs without LoD, or with another one") {
    check_error(pooled("SUM", f32({1, 1}, {1})).run(), errc::bad_lod);
    check_error(pooled("SUM", with_lod(f32({2, 1}, {1, 2}), {{0, 500}})).run(), errc::bad_lod);
    check_error(pooled("zzz").run(), errc::bad_attribute);
    check_error(op_case(ops::table, "sequence_softmax").in("X", with_lod(f32({1, 2}, {1, 2}), {{0, 1}})).run(), errc::shape_mismatch);
}

TEST_CASE("a plan is made again for other LoD, and its results are those of the LoD fed") {
    wire::ProgramDesc<> desc;
    auto& block = desc.blocks.emplace_back();
    for (const auto* name : {"x", "y"}) {
        auto& var = block.vars.emplace_back();
        var.name = name;
        var.type.lod_tensor.emplace();
    }
    auto& op = block.ops.emplace_back();
    op.type = "sequence_pool";
    auto& read = op.inputs.emplace_back();
    read.parameter = "X";
    read.arguments.emplace_back("x");
    auto& written = op.outputs.emplace_back();
    written.parameter = "Out";
    written.arguments.emplace_back("y");
    op.attrs.push_back(make_attr("pooltype", std::string("SUM")));
    const auto program = Program::from_desc(std::move(desc));
    REQUIRE(program);
    Executor exe(ops{});
    Scope scope;
    const std::string fetched[] = {"y"};
    for (int again = 0; again < 2; ++again)
        for (const auto& lod : {LoD{{0, 1, 4}}, LoD{{0, 2, 4}}, LoD{{0, 4}}, LoD{{0, 0, 4}}}) {
            const auto fed = with_lod(f32({4, 1}, {1, 2, 3, 4}), lod);
            const tensor_ref feeds[] = {fed.ref("x")};
            const auto got = exe.run(*program, scope, feeds, fetched);
            REQUIRE(got);
            CHECK((*got)[0].dims() == Shape{static_cast<std::int64_t>(lod[0].size()) - 1, 1});
            const auto cut = static_cast<float>(lod[0][1]);
            CHECK((*got)[0].elements<float>()[0] == cut * (cut + 1) / 2);
        }
}
