#include "wherry_c.h"

#include <wherry/exec/executor.hpp>
#include <wherry/exec/op/activation.hpp>
#include <wherry/exec/op/elementwise.hpp>
#include <wherry/exec/op/mul.hpp>
#include <wherry/exec/op/scale.hpp>
#include <wherry/exec/op/softmax.hpp>
#include <wherry/model/inference_files.hpp>

#include <algorithm>
#include <array>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace op = wherry::op;
using operators = wherry::op_list<op::mul, op::elementwise_add, op::relu, op::tanh, op::sigmoid, op::scale, op::softmax>;

struct wherry_model {
    wherry::loaded_inference_model loaded;
    wherry::Scope weights{};
    wherry::Executor executor{operators{}};
};

namespace {
void tell(std::string_view what, char* message, size_t message_bytes) {
    if (message == nullptr || message_bytes == 0) return;
    const auto end = std::copy_n(what.begin(), std::min(what.size(), message_bytes - 1), message);
    *end = '\0';
}

wherry::result<wherry::Tensor> run(wherry_model& model, const float* input, std::span<const std::int64_t> dims) {
    const auto& [program, feeds, targets, report] = model.loaded;
    const auto shape = wherry::Shape::from(dims);
    if (!shape) return shape.error();
    if (!shape->element_count() || feeds.size() != 1 || targets.size() != 1)
        return wherry::error{.code = wherry::errc::bad_argument, .message = "one input of known dims and one output are what this is for"};
    const auto bytes = std::as_bytes(std::span(input, shape->count()));
    const std::array fed{wherry::tensor_ref{feeds[0], wherry::DType::FP32, *shape, nullptr, bytes}};
    const std::array fetched{targets[0].name()};
    auto values = model.executor.run(program, model.weights, fed, fetched);
    if (!values) return std::move(values).error();
    if (values->front().dtype() != wherry::DType::FP32)
        return wherry::error{.code = wherry::errc::dtype_mismatch, .message = "the output is not float32"};
    return std::move(values->front());
}
}  // namespace

wherry_model* wherry_open(const char* folder, const char* params_file, char* message, size_t message_bytes) {
    wherry::inference_files files{.dirname = folder};
    if (params_file != nullptr) files.params_filename = params_file;
    wherry::Scope weights;
    auto loaded = wherry::load_inference_model(files, weights);
    if (loaded) return new wherry_model{*std::move(loaded), std::move(weights)};
    tell(to_string(loaded.error()), message, message_bytes);
    return nullptr;
}

int64_t wherry_run(wherry_model* model, const float* input, const int64_t* dims, size_t rank, float* output, size_t output_count,
                   char* message, size_t message_bytes) {
    const auto made = run(*model, input, {dims, rank});
    if (!made) return tell(to_string(made.error()), message, message_bytes), -1;
    const auto values = made->elements<float>();
    std::copy_n(values.begin(), std::min(values.size(), output_count), output);
    return static_cast<int64_t>(values.size());
}

void wherry_close(wherry_model* model) { delete model; }
