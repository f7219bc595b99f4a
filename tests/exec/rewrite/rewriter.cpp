#include <wherry/exec/rewrite/rewriter.hpp>

#include "rewritten_net.hpp"

#include <string>
#include <vector>

using namespace op_test;

TEST_CASE("without rules a program is as it was") {
    Scope scope;
    const auto p = rewritten::net(scope, "relu");
    const std::vector<std::string> fetched{"y"};
    Executor exe(rewritten::ops{});
    const auto before = exe.run(p.program, scope, std::vector{rewritten::input.ref("x")}, fetched);
    REQUIRE(before);
    const auto by = rewrite::apply<>(p.program, scope, fetched);
    REQUIRE(by);
    CHECK(rewritten::types_of(*by) == std::vector<std::string>{"conv2d", "batch_norm", "relu", "dropout", "depthwise_conv2d", "batch_norm",
                                                               "scale", "conv2d", "elementwise_add"});
    const auto after = exe.run(*by, scope, std::vector{rewritten::input.ref("x")}, fetched);
    REQUIRE(after);
    CHECK(rewritten::moved((*before)[0], (*after)[0]) < 1e-5);
}
