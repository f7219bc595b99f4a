#include <wherry/exec/rewrite/fuse_convolution.hpp>

#include "rewritten_net.hpp"

#include <string>
#include <vector>

using namespace op_test;

TEST_CASE("a bias that is added goes into the convolution; one without it stays") {
    Scope scope;
    const auto p = rewritten::net(scope, "relu");
    const std::vector<std::string> fetched{"y"};
    Executor exe(rewritten::ops{});
    const auto before = exe.run(p.program, scope, std::vector{rewritten::input.ref("x")}, fetched);
    REQUIRE(before);
    const auto by = rewrite::apply<rewrite::fuse_convolution>(p.program, scope, fetched);
    REQUIRE(by);
    CHECK(rewritten::types_of(*by) ==
          std::vector<std::string>{"conv2d", "batch_norm", "relu", "dropout", "depthwise_conv2d", "batch_norm", "scale", "fused_conv2d"});
    const auto after = exe.run(*by, scope, std::vector{rewritten::input.ref("x")}, fetched);
    REQUIRE(after);
    CHECK(rewritten::moved((*before)[0], (*after)[0]) < 1e-5);
}
