#include <wherry/exec/rewrite/rewriter.hpp>

#include "rewritten_net.hpp"

TEST_CASE("without rules a program is as it was") {
    rewritten::check_net<>(
        {"conv2d", "batch_norm", "relu", "dropout", "depthwise_conv2d", "batch_norm", "scale", "conv2d", "elementwise_add"});
}
