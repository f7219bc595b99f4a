#ifndef WHERRY_LAYERS_ARRAY_HPP
#define WHERRY_LAYERS_ARRAY_HPP

#include <wherry/base/dtype.hpp>
#include <wherry/base/result.hpp>
#include <wherry/base/sequence.hpp>
#include <wherry/base/shape.hpp>
#include <wherry/exec/op/accuracy.hpp>
#include <wherry/exec/op/assign.hpp>
#include <wherry/exec/op/cast.hpp>
#include <wherry/exec/op/concat.hpp>
#include <wherry/exec/op/fill_constant.hpp>
#include <wherry/exec/op/lookup_table.hpp>
#include <wherry/exec/op/reshape.hpp>
#include <wherry/exec/op/selected_rows.hpp>
#include <wherry/exec/op/top_k.hpp>
#include <wherry/layers/common.hpp>
#include <wherry/program/variable.hpp>
#include <wherry/version.hpp>

#include <charconv>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

/// Layers that move elements: joining, reshaping, converting, looking up. Source: fluid.layers.
namespace wherry::inline WHERRY_ABI::layers {

/// Inputs one after another along an axis. Shapes: alike but for that axis.
template <carries C>
result<Variable> concat(Builder<C>& b, const sequence<Variable>& input, std::int32_t axis = 0, std::string_view name = {}) {
    if (input.empty()) return failure(errc::bad_argument, "concat needs at least one input");
    const auto out = b.create_tmp(b.layer_name("concat", name), input[0].dtype());
    if (auto added = b.template append<op::concat>({{"X", input}}, {{"Out", out}}, {make_attr("axis", axis)}); !added)
        return added.failure();
    return out;
}

/// The same elements under other dims: one -1 is worked out, 0 keeps a dim.
template <carries C>
result<Variable> reshape(Builder<C>& b, const Variable& x, sequence<std::int32_t> shape, const std::type_identity_t<act_name<C>>& act = {},
                         std::string_view name = {}) {
    const auto layer = b.layer_name("reshape2", name);
    const auto out = b.create_tmp(layer, x.dtype());
    const auto x_shape = b.create_tmp(layer, x.dtype());
    if (auto added =
            b.template append<op::reshape2>({{"X", x}}, {{"Out", out}, {"XShape", x_shape}}, {make_attr("shape", std::move(shape))});
        !added)
        return added.failure();
    return activated(b, layer, out, act);
}

/// Each element converted to another type.
template <carries C>
result<Variable> cast(Builder<C>& b, const Variable& x, DType dtype) {
    const auto out = b.create_tmp(b.layer_name("cast"), dtype);
    if (auto added =
            b.template append<op::cast>({{"X", x}}, {{"Out", out}}, {make_attr("in_dtype", x.dtype()), make_attr("out_dtype", dtype)});
        !added)
        return added.failure();
    return out;
}

/// A copy.
template <carries C>
result<Variable> assign(Builder<C>& b, const Variable& x) {
    return unary<op::assign>(b, x);
}

/// The rows of a SelectedRows, each id once. Errors: bad_argument for a variable of another kind.
template <carries C>
result<Variable> merge_selected_rows(Builder<C>& b, const Variable& x, std::string_view name = {}) {
    if (auto checked = check_kind(x, VarKind::SELECTED_ROWS, "merge_selected_rows"); !checked) return checked.failure();
    return unary<op::merge_selected_rows>(b, x, {}, name);
}
/// The whole tensor that a SelectedRows means. Errors: as merge_selected_rows.
template <carries C>
result<Variable> get_tensor_from_selected_rows(Builder<C>& b, const Variable& x, std::string_view name = {}) {
    if (auto checked = check_kind(x, VarKind::SELECTED_ROWS, "get_tensor_from_selected_rows"); !checked) return checked.failure();
    return unary<op::get_tensor_from_selected_rows>(b, x, {}, name);
}

/// A variable of one value.
template <carries C>
result<Variable> fill_constant(Builder<C>& b, const Shape& shape, DType dtype, float value, bool force_cpu = false) {
    const auto out = b.create_tmp(b.layer_name("fill_constant"), dtype);
    char digits[32];
    const auto end = std::to_chars(digits, digits + sizeof digits, value).ptr;
    std::string shown(digits, end);  // as Python shows a float: the shortest digits, and ".0" for a whole number
    if (shown.find_first_of(".en") == std::string::npos) shown += ".0";
    if (auto added = b.template append<op::fill_constant>(
            {{"ShapeTensor", {}}, {"ShapeTensorList", {}}, {"ValueTensor", {}}}, {{"Out", out}},
            {make_attr("shape", sequence<std::int64_t>(shape.begin(), shape.end())), make_attr("dtype", dtype), make_attr("value", value),
             make_attr("force_cpu", force_cpu), make_attr("str_value", shown)});
        !added)
        return added.failure();
    out.set_stop_gradient(true);
    return out;
}

/// Options of `embedding`.
struct embedding_options {
    sequence<std::int64_t> size{};              ///< {rows, width}
    bool is_sparse = false;                     ///< the gradient is declared as SelectedRows and held by rows
    std::optional<std::int64_t> padding_idx{};  ///< a row that reads as zeros; negative counts from the end
    ParamAttr param_attr{};
    DType dtype = DType::FP32;
};

/// Rows of a table by id. Shapes: input [N..., 1] int64; table [rows, width]; returns [N..., width].
/// Errors: argument_dtype, bad_argument. Source: fluid.layers.embedding (`lookup_table`).
template <carries C>
result<Variable> embedding(Builder<C>& b, const Variable& input, const embedding_options& options) {
    if (auto checked = check_dtype(input, "input", "fluid.layers.embedding", {DType::INT64}); !checked) return checked.failure();
    if (options.size.size() != 2) return failure(errc::bad_argument, "embedding needs size = {rows, width}");
    const auto layer = b.layer_name("embedding");
    const auto table =
        b.create_parameter(layer, options.param_attr, Shape{options.size[0], options.size[1]}, options.dtype, initializer::Xavier{});
    if (!table) return table.failure();
    const auto out = b.create_tmp(layer, options.dtype);
    const auto padding = options.padding_idx.value_or(-1);
    if (auto added = b.template append<op::lookup_table>(
            {{"Ids", input}, {"W", *table}}, {{"Out", out}},
            {make_attr("is_sparse", options.is_sparse), make_attr("is_distributed", false), make_attr("remote_prefetch", options.is_sparse),
             make_attr("padding_idx", options.padding_idx && padding < 0 ? options.size[0] + padding : padding)});
        !added)
        return added.failure();
    return out;
}

/// The results of `topk`.
struct top_k_result {
    Variable values;
    Variable indices;
};

/// The k largest elements of each row, largest first. Shapes: input [N..., C]; values and indices (int64) [N..., k].
template <carries C>
result<top_k_result> top_k(Builder<C>& b, const Variable& input, std::int32_t k, std::string_view name = {}) {
    const auto layer = b.layer_name("top_k", name);
    const top_k_result out{b.create_tmp(layer, input.dtype()), b.create_tmp(layer, DType::INT64)};
    if (auto added = b.template append<op::top_k>({{"X", input}}, {{"Out", out.values}, {"Indices", out.indices}}, {make_attr("k", k)});
        !added)
        return added.failure();
    out.values.set_stop_gradient(true);
    out.indices.set_stop_gradient(true);
    return out;
}

/// Share of rows whose label is among the k largest. Shapes: input [N, C]; label [N, 1] int64; returns [1].
template <carries C>
result<Variable> accuracy(Builder<C>& b, const Variable& input, const Variable& label, std::int32_t k = 1) {
    const auto layer = b.layer_name("accuracy");
    const auto top = top_k(b, input, k);
    if (!top) return top.failure();
    const auto share = b.create_tmp(layer, DType::FP32);
    const auto correct = b.create_tmp(layer, DType::INT32);
    const auto total = b.create_tmp(layer, DType::INT32);
    if (auto added = b.template append<op::accuracy>({{"Out", top->values}, {"Indices", top->indices}, {"Label", label}},
                                                     {{"Accuracy", share}, {"Correct", correct}, {"Total", total}});
        !added)
        return added.failure();
    return share;
}

}  // namespace wherry::inline WHERRY_ABI::layers

#endif
