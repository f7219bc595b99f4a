#ifndef WHERRY_FLUID_LAYERS_HPP
#define WHERRY_FLUID_LAYERS_HPP

#include <wherry/base/sequence.hpp>
#include <wherry/fluid/framework.hpp>
#include <wherry/layers/array.hpp>
#include <wherry/layers/fc.hpp>
#include <wherry/layers/loss.hpp>
#include <wherry/layers/math.hpp>
#include <wherry/version.hpp>

#include <cstdint>
#include <initializer_list>
#include <string_view>
#include <utility>

/// `fluid.layers`: the functions of wherry/layers on the default programs. They throw what the reference raises:
/// TypeError for an element type, ValueError for names and shapes of parameters, EnforceNotMet for dims that do not fit.
namespace wherry::inline WHERRY_ABI::fluid::layers {

using wherry::layers::cross_entropy_options;
using wherry::layers::dropout_options;
using wherry::layers::elementwise_options;
using wherry::layers::embedding_options;
using wherry::layers::fc_options;
using wherry::layers::matmul_options;
using wherry::layers::reduce_options;
using wherry::layers::scale_options;
using wherry::layers::softmax_with_cross_entropy_options;

namespace detail {
/// Calls a layer function with the current builder; its result or its exception.
template <class Layer, class... Args>
auto build(Layer layer, Args&&... args) {
    auto b = fluid::detail::builder();
    return unwrap(layer(b, std::forward<Args>(args)...));
}
}  // namespace detail

/// `fluid.layers.data`: puts the batch dim first; fed arrays are not checked.
inline Variable data(std::string_view name, std::initializer_list<std::int64_t> shape, bool append_batch_size = true, DType dtype = float32,
                     std::int32_t lod_level = 0, bool stop_gradient = true) {
    return detail::build(wherry::layers::unchecked_data, name, std::span(shape.begin(), shape.size()), append_batch_size, dtype, lod_level,
                         stop_gradient);
}

inline Variable fc(const Variable& input, const fc_options& options) {
    return detail::build(wherry::layers::fc, std::span(&input, 1), options);
}
inline Variable fc(const sequence<Variable>& input, const fc_options& options) {
    return detail::build(wherry::layers::fc, std::span(input), options);
}

inline Variable cross_entropy(const Variable& input, const Variable& label, const cross_entropy_options& options = {}) {
    return detail::build(wherry::layers::cross_entropy, input, label, options);
}
inline Variable softmax_with_cross_entropy(const Variable& logits, const Variable& label,
                                           const softmax_with_cross_entropy_options& options = {}) {
    return detail::build(wherry::layers::softmax_with_cross_entropy, logits, label, options).loss;
}
inline Variable square_error_cost(const Variable& input, const Variable& label) {
    return detail::build(wherry::layers::square_error_cost, input, label);
}
inline Variable mean(const Variable& x, std::string_view name = {}) { return detail::build(wherry::layers::mean, x, name); }
inline Variable softmax(const Variable& input, std::int32_t axis = -1, std::string_view name = {}) {
    return detail::build(wherry::layers::softmax, input, axis, name);
}

inline Variable relu(const Variable& x, std::string_view name = {}) { return detail::build(wherry::layers::activation, "relu", x, name); }
inline Variable tanh(const Variable& x, std::string_view name = {}) { return detail::build(wherry::layers::activation, "tanh", x, name); }
inline Variable sigmoid(const Variable& x, std::string_view name = {}) {
    return detail::build(wherry::layers::activation, "sigmoid", x, name);
}
inline Variable sqrt(const Variable& x, std::string_view name = {}) { return detail::build(wherry::layers::activation, "sqrt", x, name); }
inline Variable square(const Variable& x, std::string_view name = {}) {
    return detail::build(wherry::layers::activation, "square", x, name);
}

inline Variable elementwise_add(const Variable& x, const Variable& y, const elementwise_options& o = {}) {
    return detail::build(wherry::layers::elementwise, "elementwise_add", x, y, o);
}
inline Variable elementwise_sub(const Variable& x, const Variable& y, const elementwise_options& o = {}) {
    return detail::build(wherry::layers::elementwise, "elementwise_sub", x, y, o);
}
inline Variable elementwise_mul(const Variable& x, const Variable& y, const elementwise_options& o = {}) {
    return detail::build(wherry::layers::elementwise, "elementwise_mul", x, y, o);
}
inline Variable elementwise_div(const Variable& x, const Variable& y, const elementwise_options& o = {}) {
    return detail::build(wherry::layers::elementwise, "elementwise_div", x, y, o);
}
inline Variable elementwise_max(const Variable& x, const Variable& y, const elementwise_options& o = {}) {
    return detail::build(wherry::layers::elementwise, "elementwise_max", x, y, o);
}
inline Variable elementwise_min(const Variable& x, const Variable& y, const elementwise_options& o = {}) {
    return detail::build(wherry::layers::elementwise, "elementwise_min", x, y, o);
}

inline Variable scale(const Variable& x, const scale_options& options = {}) { return detail::build(wherry::layers::scale, x, options); }
inline Variable sums(const sequence<Variable>& input) { return detail::build(wherry::layers::sum, input); }
inline Variable sum(const sequence<Variable>& x) { return sums(x); }
inline Variable reduce_sum(const Variable& input, const reduce_options& o = {}) {
    return detail::build(wherry::layers::reduce, "reduce_sum", input, o);
}
inline Variable reduce_mean(const Variable& input, const reduce_options& o = {}) {
    return detail::build(wherry::layers::reduce, "reduce_mean", input, o);
}
inline Variable matmul(const Variable& x, const Variable& y, const matmul_options& o = {}) {
    return detail::build(wherry::layers::matmul, x, y, o);
}
inline Variable clip(const Variable& x, float min, float max, std::string_view name = {}) {
    return detail::build(wherry::layers::clip, x, min, max, name);
}
inline Variable dropout(const Variable& x, const dropout_options& options) { return detail::build(wherry::layers::dropout, x, options); }

inline Variable concat(const sequence<Variable>& input, std::int32_t axis = 0, std::string_view name = {}) {
    return detail::build(wherry::layers::concat, input, axis, name);
}
inline Variable reshape(const Variable& x, sequence<std::int32_t> shape, const std::string& act = {}, std::string_view name = {}) {
    return detail::build(wherry::layers::reshape, x, std::move(shape), act, name);
}
inline Variable cast(const Variable& x, DType dtype) { return detail::build(wherry::layers::cast, x, dtype); }
inline Variable assign(const Variable& x) { return detail::build(wherry::layers::assign, x); }
inline Variable fill_constant(std::initializer_list<std::int64_t> shape, DType dtype, float value) {
    return detail::build(wherry::layers::fill_constant, Shape(shape), dtype, value);
}
inline Variable embedding(const Variable& input, const embedding_options& options) {
    return detail::build(wherry::layers::embedding, input, options);
}
inline Variable accuracy(const Variable& input, const Variable& label, std::int32_t k = 1) {
    return detail::build(wherry::layers::accuracy, input, label, k);
}
/// Values and indices.
inline std::pair<Variable, Variable> topk(const Variable& input, std::int32_t k, std::string_view name = {}) {
    const auto top = detail::build(wherry::layers::top_k, input, k, name);
    return {top.values, top.indices};
}

}  // namespace wherry::inline WHERRY_ABI::fluid::layers

#endif
