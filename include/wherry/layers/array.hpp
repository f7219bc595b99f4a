#ifndef WHERRY_LAYERS_ARRAY_HPP
#define WHERRY_LAYERS_ARRAY_HPP

#include <wherry/base/sequence.hpp>
#include <wherry/layers/common.hpp>
#include <wherry/version.hpp>

#include <charconv>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

/// Layers that move elements: joining, reshaping, converting, looking up. Source: fluid.layers.
namespace wherry::inline WHERRY_ABI::layers {

/// Inputs one after another along an axis. Shapes: alike but for that axis.
inline result<Variable> concat(Builder& b, const sequence<Variable>& input, std::int32_t axis = 0, std::string_view name = {}) {
    if (input.empty()) return error{.code = errc::bad_argument, .message = "concat needs at least one input"};
    const auto out = b.create_tmp(b.layer_name("concat", name), input[0].dtype());
    if (auto added = b.append_op("concat", {{"X", input}}, {{"Out", out}}, {make_attr("axis", axis)}); !added) return added.failure();
    return out;
}

/// The same elements under other dims: one -1 is worked out, 0 keeps a dim.
inline result<Variable> reshape(Builder& b, const Variable& x, sequence<std::int32_t> shape, const std::string& act = {},
                                std::string_view name = {}) {
    const auto layer = b.layer_name("reshape2", name);
    const auto out = b.create_tmp(layer, x.dtype());
    const auto x_shape = b.create_tmp(layer, x.dtype());
    if (auto added = b.append_op("reshape2", {{"X", x}}, {{"Out", out}, {"XShape", x_shape}}, {make_attr("shape", std::move(shape))});
        !added)
        return added.failure();
    return activated(b, layer, out, act);
}

/// Each element converted to another type.
inline result<Variable> cast(Builder& b, const Variable& x, DType dtype) {
    const auto out = b.create_tmp(b.layer_name("cast"), dtype);
    if (auto added = b.append_op("cast", {{"X", x}}, {{"Out", out}}, {make_attr("in_dtype", x.dtype()), make_attr("out_dtype", dtype)});
        !added)
        return added.failure();
    return out;
}

/// A copy.
inline result<Variable> assign(Builder& b, const Variable& x) { return unary(b, "assign", x); }

/// The rows of a SelectedRows, each id once. Errors: bad_argument for a variable of another kind.
inline result<Variable> merge_selected_rows(Builder& b, const Variable& x, std::string_view name = {}) {
    if (auto checked = check_kind(x, VarKind::SELECTED_ROWS, "merge_selected_rows"); !checked) return checked.failure();
    return unary(b, "merge_selected_rows", x, {}, name);
}
/// The whole tensor that a SelectedRows stands for. Errors: as merge_selected_rows.
inline result<Variable> get_tensor_from_selected_rows(Builder& b, const Variable& x, std::string_view name = {}) {
    if (auto checked = check_kind(x, VarKind::SELECTED_ROWS, "get_tensor_from_selected_rows"); !checked) return checked.failure();
    return unary(b, "get_tensor_from_selected_rows", x, {}, name);
}

/// A variable of one value.
inline result<Variable> fill_constant(Builder& b, const Shape& shape, DType dtype, float value) {
    const auto out = b.create_tmp(b.layer_name("fill_constant"), dtype);
    char digits[32];
    const auto end = std::to_chars(digits, digits + sizeof digits, value).ptr;
    std::string shown(digits, end);  // as Python shows a float: the shortest digits, and ".0" for a whole number
    if (shown.find_first_of(".en") == std::string::npos) shown += ".0";
    if (auto added = b.append_op("fill_constant", {{"ShapeTensor", {}}, {"ShapeTensorList", {}}, {"ValueTensor", {}}}, {{"Out", out}},
                                 {make_attr("shape", sequence<std::int64_t>(shape.begin(), shape.end())), make_attr("dtype", dtype),
                                  make_attr("value", value), make_attr("force_cpu", false), make_attr("str_value", shown)});
        !added)
        return added.failure();
    out.set_stop_gradient(true);
    return out;
}

struct embedding_options {
    sequence<std::int64_t> size{};              ///< {rows, width}
    bool is_sparse = false;                     ///< the gradient is declared as SelectedRows; computed densely
    std::optional<std::int64_t> padding_idx{};  ///< a row that reads as zeros; negative counts from the end
    ParamAttr param_attr{};
    DType dtype = DType::FP32;
};

/// Rows of a table by id. Shapes: input [N..., 1] int64; table [rows, width]; returns [N..., width].
/// Errors: argument_dtype, bad_argument. Source: fluid.layers.embedding (`lookup_table`).
inline result<Variable> embedding(Builder& b, const Variable& input, const embedding_options& options) {
    if (auto checked = check_dtype(input, "input", "fluid.layers.embedding", {DType::INT64}); !checked) return checked.failure();
    if (options.size.size() != 2) return error{.code = errc::bad_argument, .message = "embedding needs size = {rows, width}"};
    const auto layer = b.layer_name("embedding");
    const auto table =
        b.create_parameter(layer, options.param_attr, Shape{options.size[0], options.size[1]}, options.dtype, initializer::Xavier{});
    if (!table) return table.error();
    const auto out = b.create_tmp(layer, options.dtype);
    const auto padding = options.padding_idx.value_or(-1);
    if (auto added = b.append_op("lookup_table", {{"Ids", input}, {"W", *table}}, {{"Out", out}},
                                 {make_attr("is_sparse", options.is_sparse), make_attr("is_distributed", false),
                                  make_attr("remote_prefetch", options.is_sparse),
                                  make_attr("padding_idx", options.padding_idx && padding < 0 ? options.size[0] + padding : padding)});
        !added)
        return added.failure();
    return out;
}

struct top_k_result {
    Variable values;
    Variable indices;
};

/// The k largest elements of each row, largest first. Shapes: input [N..., C]; values and indices (int64) [N..., k].
inline result<top_k_result> top_k(Builder& b, const Variable& input, std::int32_t k, std::string_view name = {}) {
    const auto layer = b.layer_name("top_k", name);
    const top_k_result out{b.create_tmp(layer, input.dtype()), b.create_tmp(layer, DType::INT64)};
    if (auto added = b.append_op("top_k", {{"X", input}}, {{"Out", out.values}, {"Indices", out.indices}}, {make_attr("k", k)}); !added)
        return added.failure();
    out.values.set_stop_gradient(true);
    out.indices.set_stop_gradient(true);
    return out;
}

/// Share of rows whose label is among the k largest. Shapes: input [N, C]; label [N, 1] int64; returns [1].
inline result<Variable> accuracy(Builder& b, const Variable& input, const Variable& label, std::int32_t k = 1) {
    const auto layer = b.layer_name("accuracy");
    const auto top = top_k(b, input, k);
    if (!top) return top.error();
    const auto share = b.create_tmp(layer, DType::FP32);
    const auto correct = b.create_tmp(layer, DType::INT32);
    const auto total = b.create_tmp(layer, DType::INT32);
    if (auto added = b.append_op("accuracy", {{"Out", top->values}, {"Indices", top->indices}, {"Label", label}},
                                 {{"Accuracy", share}, {"Correct", correct}, {"Total", total}});
        !added)
        return added.failure();
    return share;
}

}  // namespace wherry::inline WHERRY_ABI::layers

#endif
