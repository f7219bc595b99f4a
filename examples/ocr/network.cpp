#include "network.hpp"

#include <wherry/base/error.hpp>
#include <wherry/base/result.hpp>
#include <wherry/exec/executor.hpp>
#include <wherry/exec/op/activation.hpp>
#include <wherry/exec/op/assign.hpp>
#include <wherry/exec/op/concat.hpp>
#include <wherry/exec/op/convolution.hpp>
#include <wherry/exec/op/convolution_transpose.hpp>
#include <wherry/exec/op/dropout.hpp>
#include <wherry/exec/op/elementwise.hpp>
#include <wherry/exec/op/feed.hpp>
#include <wherry/exec/op/fetch.hpp>
#include <wherry/exec/op/fill_constant.hpp>
#include <wherry/exec/op/flatten.hpp>
#include <wherry/exec/op/fused_convolution.hpp>
#include <wherry/exec/op/interpolation.hpp>
#include <wherry/exec/op/matmul.hpp>
#include <wherry/exec/op/normalization.hpp>
#include <wherry/exec/op/pool.hpp>
#include <wherry/exec/op/reshape.hpp>
#include <wherry/exec/op/scale.hpp>
#include <wherry/exec/op/shape.hpp>
#include <wherry/exec/op/slice.hpp>
#include <wherry/exec/op/softmax.hpp>
#include <wherry/exec/op/squeeze.hpp>
#include <wherry/exec/op/transpose.hpp>
#include <wherry/exec/op/unary.hpp>
#include <wherry/exec/op_list.hpp>
#include <wherry/exec/rewrite/for_inference.hpp>
#include <wherry/exec/threads.hpp>
#include <wherry/model/inference_files.hpp>
#include <wherry/program/program.hpp>
#include <wherry/tensor/scope.hpp>
#include <wherry/tensor/tensor.hpp>

#include <array>
#include <cstddef>
#include <memory>
#include <string>
#include <utility>

namespace ocr {

namespace {
/// The operators of the three networks. With all that wherry has (`op::inference`) the program would be larger by a megabyte.
using operators =
    wherry::op_list<wherry::op::feed, wherry::op::fetch, wherry::op::conv2d, wherry::op::depthwise_conv2d, wherry::op::fused_conv2d,
                    wherry::op::conv2d_transpose, wherry::op::batch_norm, wherry::op::layer_norm, wherry::op::pool2d,
                    wherry::op::nearest_interp_v2, wherry::op::elementwise_add, wherry::op::elementwise_mul, wherry::op::matmul_v2,
                    wherry::op::relu, wherry::op::sigmoid, wherry::op::hard_sigmoid, wherry::op::hard_swish, wherry::op::swish,
                    wherry::op::softmax, wherry::op::scale, wherry::op::dropout, wherry::op::assign, wherry::op::concat,
                    wherry::op::fill_constant, wherry::op::flatten_contiguous_range, wherry::op::reshape2, wherry::op::shape,
                    wherry::op::slice, wherry::op::squeeze2, wherry::op::transpose2>;
}  // namespace

struct network::state {
    wherry::Scope scope;
    wherry::Program program;
    wherry::Executor executor{operators{}, wherry::chosen_threads{}};
    std::string input;
    std::array<std::string, 1> outputs;
};

void use_threads(std::size_t count) { wherry::chosen_threads::count = count; }

network::network() = default;
network::network(network&&) noexcept = default;
network& network::operator=(network&&) noexcept = default;
network::~network() = default;

wherry::result<void> network::load(const std::string& folder) {
    state_ = std::make_unique<state>();
    auto& s = *state_;
    const auto model = wherry::load_inference_model(
        {.dirname = folder, .model_filename = "inference.pdmodel", .params_filename = "inference.pdiparams"}, s.scope);
    if (!model) return model.failure();
    s.input = model->feed_names.front();
    s.outputs[0] = model->fetch_targets.front().name();
    auto fast = wherry::rewrite::for_inference(model->program, s.scope, s.outputs);
    if (!fast) return fast.failure();
    s.program = *std::move(fast);
    return s.executor.check(s.program);
}

wherry::result<wherry::Tensor> network::run(const wherry::Tensor& input) {
    const std::array fed{input.ref(state_->input)};
    auto made = state_->executor.run(state_->program, state_->scope, fed, state_->outputs);
    if (!made) return made.failure();
    return std::move(made->front());
}

}  // namespace ocr
