#include <wherry/exec/rewrite/fold_batch_norm.hpp>

#include "rewritten_net.hpp"

#include <string>
#include <vector>

using namespace op_test;

TEST_CASE("a batch_norm that makes its own statistics stays") {
    Scope scope;
    auto p = rewritten::net(scope, "relu");
    auto desc = p.program.to_desc();
    for (auto& op : desc.blocks[0].ops) erase_if(op.attrs, [](const auto& attr) { return attr.name == "is_test"; });
    auto training = Program::from_desc(std::move(desc));
    REQUIRE(training);
    const std::vector<std::string> fetched{"y"};
    auto fast = rewrite::apply<rewrite::fold_batch_norm>(*training, scope, fetched);
    REQUIRE(fast);
    CHECK(rewritten::types_of(*fast) == rewritten::types_of(*training));
}

TEST_CASE("the scale goes into the filter, a sum is left") {
    rewritten::check_net<rewrite::fold_batch_norm>(
        {"conv2d", "elementwise_add", "relu", "dropout", "depthwise_conv2d", "elementwise_add", "scale", "conv2d", "elementwise_add"});
}
