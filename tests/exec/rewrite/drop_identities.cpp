#include <wherry/exec/rewrite/drop_identities.hpp>

#include "rewritten_net.hpp"

TEST_CASE("dropout of a test and scale by 1 go") {
    rewritten::check_net<wherry::rewrite::drop_identities>(
        {"conv2d", "batch_norm", "relu", "depthwise_conv2d", "batch_norm", "conv2d", "elementwise_add"});
}
