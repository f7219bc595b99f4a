#include <wherry/exec/rewrite/drop_identities.hpp>

#include "rewritten_net.hpp"

#include <string>
#include <vector>

using namespace op_test;

TEST_CASE("dropout of a test and scale by 1 go") {
    Scope scope;
    const auto p = rewritten::net(scope, "relu");
    const std::vector<std::string> fetched{"y"};
    Executor exe(rewritten::ops{});
    const auto before = exe.run(p.program, scope, std::vector{rewritten::input.ref("x")}, fetched);
    REQUIRE(before);
    const auto by = rewrite::apply<rewrite::drop_identities>(p.program, scope, fetched);
    REQUIRE(by);
    CHECK(rewritten::types_of(*by) ==
          std::vector<std::string>{"conv2d", "batch_norm", "relu", "depthwise_conv2d", "batch_norm", "conv2d", "elementwise_add"});
    const auto after = exe.run(*by, scope, std::vector{rewritten::input.ref("x")}, fetched);
    REQUIRE(after);
    CHECK(rewritten::moved((*before)[0], (*after)[0]) < 1e-5);
}
