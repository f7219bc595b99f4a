#ifndef WHERRY_FLUID_LAYERS_HPP
#define WHERRY_FLUID_LAYERS_HPP

#include <wherry/base/dtype.hpp>
#include <wherry/base/sequence.hpp>
#include <wherry/fluid/framework.hpp>
#include <wherry/layers/array.hpp>
#include <wherry/layers/fc.hpp>
#include <wherry/layers/loss.hpp>
#include <wherry/layers/math.hpp>
#include <wherry/program/variable.hpp>
#include <wherry/version.hpp>

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

/// `fluid.layers`: the functions of wherry/layers on the default programs. They throw what the reference raises:
/// TypeError for an element type, ValueError for names and shapes of parameters, EnforceNotMet for dims that do not fit.
namespace wherry::inline WHERRY_ABI::fluid::layers {

using wherry::layers::cross_entropy_options;
using wherry::layers::dropout_options;
using wherry::layers::embedding_options;
using wherry::layers::matmul_options;
using wherry::layers::reduce_options;
using wherry::layers::softmax_with_cross_entropy_options;
using act_name = wherry::layers::act_name<>;
using elementwise_options = wherry::layers::elementwise_options<>;
using fc_options = wherry::layers::fc_options<>;
using scale_options = wherry::layers::scale_options<>;

/// `fluid.layers.data`: puts the batch dim first; fed arrays are not checked.
Variable data(std::string_view name, std::initializer_list<std::int64_t> shape, bool append_batch_size = true, DType dtype = float32,
              std::int32_t lod_level = 0, bool stop_gradient = true);

/// Fully connected: act(sum of x_i * w_i + bias). Shapes as in layers/fc.hpp.
Variable fc(const Variable& input, const fc_options& options);
Variable fc(const sequence<Variable>& input, const fc_options& options);

/// Losses and what leads to them. Shapes as in layers/loss.hpp.
Variable cross_entropy(const Variable& input, const Variable& label, const cross_entropy_options& options = {});
Variable softmax_with_cross_entropy(const Variable& logits, const Variable& label, const softmax_with_cross_entropy_options& options = {});
Variable square_error_cost(const Variable& input, const Variable& label);
Variable mean(const Variable& x, std::string_view name = {});
Variable softmax(const Variable& input, std::int32_t axis = -1, std::string_view name = {});

/// Functions of each element. Shapes: x, kept.
Variable relu(const Variable& x, std::string_view name = {});
Variable tanh(const Variable& x, std::string_view name = {});
Variable sigmoid(const Variable& x, std::string_view name = {});
Variable sqrt(const Variable& x, std::string_view name = {});
Variable square(const Variable& x, std::string_view name = {});

/// Operators of two variables, element by element; y is broadcast along x from `axis` on.
Variable elementwise_add(const Variable& x, const Variable& y, const elementwise_options& o = {});
Variable elementwise_sub(const Variable& x, const Variable& y, const elementwise_options& o = {});
Variable elementwise_mul(const Variable& x, const Variable& y, const elementwise_options& o = {});
Variable elementwise_div(const Variable& x, const Variable& y, const elementwise_options& o = {});
Variable elementwise_max(const Variable& x, const Variable& y, const elementwise_options& o = {});
Variable elementwise_min(const Variable& x, const Variable& y, const elementwise_options& o = {});

/// Sums, products and the like. Shapes as in layers/math.hpp.
Variable scale(const Variable& x, const scale_options& options = {});
Variable sums(const sequence<Variable>& input);
Variable sum(const sequence<Variable>& x);
Variable reduce_sum(const Variable& input, const reduce_options& o = {});
Variable reduce_mean(const Variable& input, const reduce_options& o = {});
Variable matmul(const Variable& x, const Variable& y, const matmul_options& o = {});
Variable clip(const Variable& x, float min, float max, std::string_view name = {});
Variable dropout(const Variable& x, const dropout_options& options);

/// Arrays: joined, of other dims or type, looked up. Shapes as in layers/array.hpp.
Variable concat(const sequence<Variable>& input, std::int32_t axis = 0, std::string_view name = {});
Variable reshape(const Variable& x, sequence<std::int32_t> shape, act_name act = {}, std::string_view name = {});
Variable cast(const Variable& x, DType dtype);
Variable assign(const Variable& x);
Variable fill_constant(std::initializer_list<std::int64_t> shape, DType dtype, float value, bool force_cpu = false);
Variable embedding(const Variable& input, const embedding_options& options);
Variable accuracy(const Variable& input, const Variable& label, std::int32_t k = 1);
/// Values and indices.
std::pair<Variable, Variable> topk(const Variable& input, std::int32_t k, std::string_view name = {});

}  // namespace wherry::inline WHERRY_ABI::fluid::layers

#ifndef WHERRY_COMPILED
#include <wherry/fluid/detail/layers.ipp>
#endif

#endif
