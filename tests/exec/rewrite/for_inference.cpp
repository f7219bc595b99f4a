#include <wherry/exec/rewrite/for_inference.hpp>

#include "rewritten_net.hpp"

#include <string>
#include <vector>

using namespace op_test;

TEST_CASE("a net of convolutions is three operators, and its results do not move") {
    for (const auto* act : {"relu", "relu6", "leaky_relu", "hard_swish", "sigmoid", "swish"}) {
        CAPTURE(act);
        Scope scope;
        const auto p = rewritten::net(scope, act);
        const std::vector<std::string> fetched{"y"};
        Executor exe(rewritten::ops{});
        const auto before = exe.run(p.program, scope, std::vector{rewritten::input.ref("x")}, fetched);
        REQUIRE_MESSAGE(before, (before ? std::string() : to_string(before.error())));
        auto fast = rewrite::for_inference(p.program, scope, fetched);
        REQUIRE(fast);
        CHECK(rewritten::types_of(*fast) == std::vector<std::string>{"fused_conv2d", "fused_conv2d", "fused_conv2d"});
        const auto after = exe.run(*fast, scope, std::vector{rewritten::input.ref("x")}, fetched);
        REQUIRE_MESSAGE(after, (after ? std::string() : to_string(after.error())));
        CHECK(rewritten::moved((*before)[0], (*after)[0]) < 1e-5);
        const auto again = exe.run(p.program, scope, std::vector{rewritten::input.ref("x")}, fetched);  // its weights are as they were
        REQUIRE(again);
        CHECK((*again)[0] == (*before)[0]);
    }
}

TEST_CASE("a variable that is fetched or read twice stays") {
    Scope scope;
    const auto p = rewritten::net(scope, "relu");
    const std::vector<std::string> all{"c0", "n0", "a0", "d0", "c1", "n1", "s1", "c2", "y"};
    Executor exe(rewritten::ops{});
    const auto before = exe.run(p.program, scope, std::vector{rewritten::input.ref("x")}, all);
    REQUIRE(before);
    auto fast = rewrite::for_inference(p.program, scope, all);
    REQUIRE(fast);
    CHECK(rewritten::types_of(*fast) == rewritten::types_of(p.program));
    const auto after = exe.run(*fast, scope, std::vector{rewritten::input.ref("x")}, all);
    REQUIRE(after);
    for (std::size_t i = 0; i < all.size(); ++i) CHECK((*after)[i] == (*before)[i]);
}
