#include <wherry/exec/rewrite/fuse_convolution.hpp>

#include "rewritten_net.hpp"

TEST_CASE("a bias that is added goes into the convolution; one without it stays") {
    rewritten::check_net<wherry::rewrite::fuse_convolution>(
        {"conv2d", "batch_norm", "relu", "dropout", "depthwise_conv2d", "batch_norm", "scale", "fused_conv2d"});
}
