#include <doctest/doctest.h>

#include <wherry/model/clip_extra.hpp>

#include <string>
#include <utility>
#include <vector>

using namespace wherry;

namespace {
using name_list = std::vector<std::string>;

/// The rest of an operator with these attributes and outputs.
std::pair<name_list, name_list> clipped(std::string type, const name_list& attrs, const name_list& outputs) {
    Program program;
    wire::OpDesc<> op;
    op.type = std::move(type);
    for (const auto& name : attrs) op.attrs.push_back(make_attr(name, true));
    for (const auto& slot : outputs) op.outputs.push_back({slot, {"v"}, {}});
    program.global_block().append_op(std::move(op));
    clip_extra(program);
    std::pair<name_list, name_list> left;
    for (const auto& attr : program.global_block().ops()[0].desc().attrs) left.first.push_back(attr.name);
    for (const auto& slot : program.global_block().ops()[0].desc().outputs) left.second.push_back(slot.parameter);
    return left;
}
}  // namespace

TEST_CASE("attributes that choose a backend go, those that say what is computed stay") {
    using both = std::pair<name_list, name_list>;
    CHECK(clipped("relu", {"op_callstack", "use_mkldnn", "use_cudnn", "op_role", "my_own"}, {"Out"}) ==
          both{{"op_role", "my_own"}, {"Out"}});
    CHECK(clipped("matmul", {"alpha", "use_mkldnn", "Scale_x", "op_callstack"}, {"Out"}) ==
          both{{"alpha", "use_mkldnn", "Scale_x"}, {"Out"}});
    CHECK(clipped("softmax", {"axis", "is_test", "data_format"}, {"Out"}) == both{{"axis"}, {"Out"}});
    CHECK(clipped("dropout", {"dropout_prob", "is_test", "seed", "fix_seed"}, {"Mask", "Out"}) ==
          both{{"dropout_prob", "is_test"}, {"Out"}});
    CHECK(clipped("uniform_random", {"seed"}, {"Out"}) == both{{"seed"}, {"Out"}});
    CHECK(clipped("batch_norm", {"is_test"}, {"ReserveSpace", "Y"}) == both{{"is_test"}, {"Y"}});
    CHECK(clipped("reshape2", {"shape"}, {"Out", "XShape"}) == both{{"shape"}, {"Out", "XShape"}});
}
