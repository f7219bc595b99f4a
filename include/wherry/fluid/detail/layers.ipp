#ifndef WHERRY_FLUID_DETAIL_LAYERS_IPP
#define WHERRY_FLUID_DETAIL_LAYERS_IPP

#include <wherry/base/sequence.hpp>
#include <wherry/exec/op/activation.hpp>
#include <wherry/exec/op/elementwise.hpp>
#include <wherry/exec/op/reduce.hpp>
#include <wherry/fluid/errors.hpp>
#include <wherry/fluid/framework.hpp>
#include <wherry/fluid/layers.hpp>
#include <wherry/layers/array.hpp>
#include <wherry/layers/data.hpp>
#include <wherry/layers/fc.hpp>
#include <wherry/layers/loss.hpp>
#include <wherry/layers/math.hpp>
#include <wherry/version.hpp>

#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace wherry::inline WHERRY_ABI::fluid::layers {

namespace detail {
inline constexpr auto trains = carries::gradients;

/// Calls a layer function with the current builder; its result or its exception.
template <class Layer, class... Args>
auto build(Layer layer, Args&&... args) {
    auto b = fluid::detail::builder();
    return unwrap(layer(b, std::forward<Args>(args)...));
}
}  // namespace detail

WHERRY_INLINE Variable data(std::string_view name, std::initializer_list<std::int64_t> shape, bool append_batch_size, DType dtype,
                            std::int32_t lod_level, bool stop_gradient) {
    return detail::build(wherry::layers::unchecked_data, name, std::span(shape.begin(), shape.size()), append_batch_size, dtype, lod_level,
                         stop_gradient);
}

WHERRY_INLINE Variable fc(const Variable& input, const fc_options& options) {
    return detail::build(wherry::layers::fc<detail::trains>, std::span(&input, 1), options);
}

WHERRY_INLINE Variable fc(const sequence<Variable>& input, const fc_options& options) {
    return detail::build(wherry::layers::fc<detail::trains>, std::span(input), options);
}

WHERRY_INLINE Variable cross_entropy(const Variable& input, const Variable& label, const cross_entropy_options& options) {
    return detail::build(wherry::layers::cross_entropy<detail::trains>, input, label, options);
}

WHERRY_INLINE Variable softmax_with_cross_entropy(const Variable& logits, const Variable& label,
                                                  const softmax_with_cross_entropy_options& options) {
    return detail::build(wherry::layers::softmax_with_cross_entropy<detail::trains>, logits, label, options).loss;
}

WHERRY_INLINE Variable square_error_cost(const Variable& input, const Variable& label) {
    return detail::build(wherry::layers::square_error_cost<detail::trains>, input, label);
}

WHERRY_INLINE Variable mean(const Variable& x, std::string_view name) {
    return detail::build(wherry::layers::mean<detail::trains>, x, name);
}
WHERRY_INLINE Variable softmax(const Variable& input, std::int32_t axis, std::string_view name) {
    return detail::build(wherry::layers::softmax<detail::trains>, input, axis, name);
}

WHERRY_INLINE Variable relu(const Variable& x, std::string_view name) {
    return detail::build(wherry::layers::activation<op::relu, detail::trains>, x, name);
}
WHERRY_INLINE Variable tanh(const Variable& x, std::string_view name) {
    return detail::build(wherry::layers::activation<op::tanh, detail::trains>, x, name);
}
WHERRY_INLINE Variable sigmoid(const Variable& x, std::string_view name) {
    return detail::build(wherry::layers::activation<op::sigmoid, detail::trains>, x, name);
}

WHERRY_INLINE Variable sqrt(const Variable& x, std::string_view name) {
    return detail::build(wherry::layers::activation<op::sqrt, detail::trains>, x, name);
}
WHERRY_INLINE Variable square(const Variable& x, std::string_view name) {
    return detail::build(wherry::layers::activation<op::square, detail::trains>, x, name);
}

WHERRY_INLINE Variable elementwise_add(const Variable& x, const Variable& y, const elementwise_options& o) {
    return detail::build(wherry::layers::elementwise<op::elementwise_add, detail::trains>, x, y, o);
}

WHERRY_INLINE Variable elementwise_sub(const Variable& x, const Variable& y, const elementwise_options& o) {
    return detail::build(wherry::layers::elementwise<op::elementwise_sub, detail::trains>, x, y, o);
}

WHERRY_INLINE Variable elementwise_mul(const Variable& x, const Variable& y, const elementwise_options& o) {
    return detail::build(wherry::layers::elementwise<op::elementwise_mul, detail::trains>, x, y, o);
}

WHERRY_INLINE Variable elementwise_div(const Variable& x, const Variable& y, const elementwise_options& o) {
    return detail::build(wherry::layers::elementwise<op::elementwise_div, detail::trains>, x, y, o);
}

WHERRY_INLINE Variable elementwise_max(const Variable& x, const Variable& y, const elementwise_options& o) {
    return detail::build(wherry::layers::elementwise<op::elementwise_max, detail::trains>, x, y, o);
}

WHERRY_INLINE Variable elementwise_min(const Variable& x, const Variable& y, const elementwise_options& o) {
    return detail::build(wherry::layers::elementwise<op::elementwise_min, detail::trains>, x, y, o);
}

WHERRY_INLINE Variable scale(const Variable& x, const scale_options& options) {
    return detail::build(wherry::layers::scale<detail::trains>, x, options);
}
WHERRY_INLINE Variable sums(const sequence<Variable>& input) { return detail::build(wherry::layers::sum<detail::trains>, input); }
WHERRY_INLINE Variable sum(const sequence<Variable>& x) { return sums(x); }
WHERRY_INLINE Variable reduce_sum(const Variable& input, const reduce_options& o) {
    return detail::build(wherry::layers::reduce<op::reduce_sum, detail::trains>, input, o);
}

WHERRY_INLINE Variable reduce_mean(const Variable& input, const reduce_options& o) {
    return detail::build(wherry::layers::reduce<op::reduce_mean, detail::trains>, input, o);
}

WHERRY_INLINE Variable matmul(const Variable& x, const Variable& y, const matmul_options& o) {
    return detail::build(wherry::layers::matmul<detail::trains>, x, y, o);
}

WHERRY_INLINE Variable clip(const Variable& x, float min, float max, std::string_view name) {
    return detail::build(wherry::layers::clip<detail::trains>, x, min, max, name);
}

WHERRY_INLINE Variable dropout(const Variable& x, const dropout_options& options) {
    return detail::build(wherry::layers::dropout<detail::trains>, x, options);
}
WHERRY_INLINE Variable concat(const sequence<Variable>& input, std::int32_t axis, std::string_view name) {
    return detail::build(wherry::layers::concat<detail::trains>, input, axis, name);
}

WHERRY_INLINE Variable reshape(const Variable& x, sequence<std::int32_t> shape, act_name act, std::string_view name) {
    return detail::build(wherry::layers::reshape<detail::trains>, x, std::move(shape), act, name);
}

WHERRY_INLINE Variable cast(const Variable& x, DType dtype) { return detail::build(wherry::layers::cast<detail::trains>, x, dtype); }
WHERRY_INLINE Variable assign(const Variable& x) { return detail::build(wherry::layers::assign<detail::trains>, x); }
WHERRY_INLINE Variable fill_constant(std::initializer_list<std::int64_t> shape, DType dtype, float value, bool force_cpu) {
    return detail::build(wherry::layers::fill_constant<detail::trains>, Shape(shape), dtype, value, force_cpu);
}

WHERRY_INLINE Variable embedding(const Variable& input, const embedding_options& options) {
    return detail::build(wherry::layers::embedding<detail::trains>, input, options);
}

WHERRY_INLINE Variable accuracy(const Variable& input, const Variable& label, std::int32_t k) {
    return detail::build(wherry::layers::accuracy<detail::trains>, input, label, k);
}

WHERRY_INLINE std::pair<Variable, Variable> topk(const Variable& input, std::int32_t k, std::string_view name) {
    const auto top = detail::build(wherry::layers::top_k<detail::trains>, input, k, name);
    return {top.values, top.indices};
}

}  // namespace wherry::inline WHERRY_ABI::fluid::layers

#endif
