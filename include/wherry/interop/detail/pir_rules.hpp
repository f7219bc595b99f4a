#ifndef WHERRY_INTEROP_DETAIL_PIR_RULES_HPP
#define WHERRY_INTEROP_DETAIL_PIR_RULES_HPP

#include <wherry/base/dtype.hpp>
#include <wherry/version.hpp>

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

/// The operators of 2.x that PIR's become. Source: files written by Paddle 3.3.1.
namespace wherry::inline WHERRY_ABI::detail {

/// The use of a value that a PIR operator reads.
enum class pir_input_kind : std::uint8_t {
    tensor,    ///< a variable of an input slot
    tensors,   ///< the values of a `combine`, all in one slot
    number,    ///< a constant: a float attribute
    integer,   ///< a constant: an int attribute
    integers,  ///< a constant: a list of ints
    unused,
};
struct pir_input {
    std::string_view name{};  ///< slot or attribute; empty ends the list
    pir_input_kind kind = pir_input_kind::tensor;
    std::string_view computed{};  ///< slot of integers that operators compute
};
/// An attribute by its names there and here; without one here its only value that is supported.
struct pir_attribute {
    std::string_view from{};
    std::string_view to{};
    std::string_view only{};  ///< that value as JSON; or "dtype", "long", "float", "floats": how it is written
};
struct pir_rule {
    std::string_view from;
    std::string_view to;
    std::array<pir_input, 5> inputs{};
    std::array<std::string_view, 6> outputs{"Out"};
    std::array<pir_attribute, 9> attrs{};
};

namespace pir {
using enum pir_input_kind;
using inputs = std::array<pir_input, 5>;
inline constexpr inputs one_input{{{"X"}}};
inline constexpr inputs two_inputs{{{"X"}, {"Y"}}};
inline constexpr inputs one_called_input{{{"Input"}}};
inline constexpr inputs resized{{{"X"}, {"OutSize"}, {"SizeTensor", tensors}, {"Scale"}}};
inline constexpr inputs reduced{{{"X"}, {"dim", integers}}};
inline constexpr inputs with_index{{{"X"}, {"Index"}}};
inline constexpr std::array<pir_attribute, 9> convolution{{{"strides", "strides"},
                                                           {"paddings", "paddings"},
                                                           {"padding_algorithm", "padding_algorithm"},
                                                           {"dilations", "dilations"},
                                                           {"groups", "groups"},
                                                           {"data_format", "data_format"}}};
inline constexpr std::array<pir_attribute, 9> resizing{{{"data_format", "data_format"},
                                                        {"out_d", "out_d"},
                                                        {"out_h", "out_h"},
                                                        {"out_w", "out_w"},
                                                        {"scale", "scale", "floats"},
                                                        {"interp_method", "interp_method"},
                                                        {"align_corners", "align_corners"},
                                                        {"align_mode", "align_mode"}}};
inline constexpr pir_rule rules[] = {
    {"relu", "relu", one_input},
    {"tanh", "tanh", one_input},
    {"sigmoid", "sigmoid", one_input},
    {"sqrt", "sqrt", one_input},
    {"square", "square", one_input},
    {"assign", "assign", one_input},
    {"relu6", "relu6", one_input},
    {"swish", "swish", one_input},
    {"silu", "silu", one_input},
    {"exp", "exp", one_input},
    {"log", "log", one_input},
    {"abs", "abs", one_input},
    {"rsqrt", "rsqrt", one_input},
    {"reciprocal", "reciprocal", one_input},
    {"floor", "floor", one_input},
    {"ceil", "ceil", one_input},
    {"round", "round", one_input},
    {"sin", "sin", one_input},
    {"cos", "cos", one_input},
    {"erf", "erf", one_input},
    {"logical_not", "logical_not", one_input},
    {"hardswish", "hard_swish", one_input},
    {"add", "elementwise_add", two_inputs},
    {"subtract", "elementwise_sub", two_inputs},
    {"multiply", "elementwise_mul", two_inputs},
    {"divide", "elementwise_div", two_inputs},
    {"maximum", "elementwise_max", two_inputs},
    {"minimum", "elementwise_min", two_inputs},
    {"elementwise_pow", "elementwise_pow", two_inputs},
    {"remainder", "elementwise_mod", two_inputs},
    {"floor_divide", "elementwise_floordiv", two_inputs},
    {"equal", "equal", two_inputs},
    {"not_equal", "not_equal", two_inputs},
    {"less_than", "less_than", two_inputs},
    {"less_equal", "less_equal", two_inputs},
    {"greater_than", "greater_than", two_inputs},
    {"greater_equal", "greater_equal", two_inputs},
    {"logical_and", "logical_and", two_inputs},
    {"logical_or", "logical_or", two_inputs},
    {"logical_xor", "logical_xor", two_inputs},
    {"bmm", "bmm", two_inputs},
    {"shape", "shape", one_called_input},
    {"shape64", "shape", one_called_input},
    {"numel", "size", one_called_input},
    {"hardsigmoid", "hard_sigmoid", one_input, {"Out"}, {{{"slope", "slope", "float"}, {"offset", "offset", "float"}}}},
    {"leaky_relu", "leaky_relu", one_input, {"Out"}, {{{"negative_slope", "alpha", "float"}}}},
    {"elu", "elu", one_input, {"Out"}, {{{"alpha", "alpha", "float"}}}},
    {"gelu", "gelu", one_input, {"Out"}, {{{"approximate", "approximate"}}}},
    {"mish", "mish", one_input, {"Out"}, {{{"lambda", "threshold", "float"}}}},
    {"softplus", "softplus", one_input, {"Out"}, {{{"beta", "beta", "float"}, {"threshold", "threshold", "float"}}}},
    {"pow", "pow", one_input, {"Out"}, {{{"y", "factor", "float"}}}},
    {"log_softmax", "log_softmax", one_input, {"Out"}, {{{"axis", "axis"}}}},
    {"where", "where", {{{"Condition"}, {"X"}, {"Y"}}}},
    {"conv2d", "conv2d", {{{"Input"}, {"Filter"}}}, {"Output"}, convolution},
    {"depthwise_conv2d", "depthwise_conv2d", {{{"Input"}, {"Filter"}}}, {"Output"}, convolution},
    {"conv2d_transpose",
     "conv2d_transpose",
     {{{"Input"}, {"Filter"}, {"output_size", integers}}},
     {"Output"},
     {{{"strides", "strides"},
       {"paddings", "paddings"},
       {"output_padding", "output_padding"},
       {"padding_algorithm", "padding_algorithm"},
       {"groups", "groups"},
       {"dilations", "dilations"},
       {"data_format", "data_format"}}}},
    {"pool2d",
     "pool2d",
     {{{"X"}, {"ksize", integers}}},
     {"Out"},
     {{{"strides", "strides"},
       {"paddings", "paddings"},
       {"ceil_mode", "ceil_mode"},
       {"exclusive", "exclusive"},
       {"data_format", "data_format"},
       {"pooling_type", "pooling_type"},
       {"global_pooling", "global_pooling"},
       {"padding_algorithm", "padding_algorithm"},
       {"adaptive", "adaptive"}}}},
    {"batch_norm_",
     "batch_norm",
     {{{"X"}, {"Mean"}, {"Variance"}, {"Scale"}, {"Bias"}}},
     {"Y", "MeanOut", "VarianceOut", "SavedMean", "SavedVariance", "ReserveSpace"},
     {{{"is_test", "is_test"},
       {"momentum", "momentum", "float"},
       {"epsilon", "epsilon", "float"},
       {"data_format", "data_layout"},
       {"use_global_stats", "use_global_stats"},
       {"trainable_statistics", "trainable_statistics"}}}},
    {"layer_norm",
     "layer_norm",
     {{{"X"}, {"Scale"}, {"Bias"}}},
     {"Y", "Mean", "Variance"},
     {{{"epsilon", "epsilon", "float"}, {"begin_norm_axis", "begin_norm_axis"}}}},
    {"nearest_interp", "nearest_interp_v2", resized, {"Out"}, resizing},
    {"bilinear_interp", "bilinear_interp_v2", resized, {"Out"}, resizing},
    {"bicubic_interp", "bicubic_interp_v2", resized, {"Out"}, resizing},
    {"transpose", "transpose2", one_input, {"Out"}, {{{"perm", "axis"}}}},
    {"flatten", "flatten_contiguous_range", one_input, {"Out", "XShape"}, {{{"start_axis", "start_axis"}, {"stop_axis", "stop_axis"}}}},
    {"squeeze", "squeeze2", {{{"X"}, {"axes", integers}}}, {"Out", "XShape"}},
    {"unsqueeze", "unsqueeze2", {{{"X"}, {"axes", integers, "AxesTensor"}}}, {"Out", "XShape"}},
    {"slice",
     "slice",
     {{{"Input"}, {"starts", integers, "StartsTensor"}, {"ends", integers, "EndsTensor"}}},
     {"Out"},
     {{{"axes", "axes"}, {"infer_flags", "infer_flags"}, {"decrease_axis", "decrease_axis"}}}},
    {"strided_slice",
     "strided_slice",
     {{{"Input"}, {"starts", integers, "StartsTensor"}, {"ends", integers, "EndsTensor"}, {"strides", integers, "StridesTensor"}}},
     {"Out"},
     {{{"axes", "axes"}}}},
    {"stack", "stack", {{{"X", tensors}}}, {"Y"}, {{{"axis", "axis"}}}},
    {"expand", "expand_v2", {{{"X"}, {"shape", integers, "Shape"}}}},
    {"tile", "tile", {{{"X"}, {"repeat_times", integers, "RepeatTimes"}}}},
    {"pad", "pad", {{{"X"}, {"pad_value", number}}}, {"Out"}, {{{"paddings", "paddings"}}}},
    {"pad3d",
     "pad3d",
     {{{"X"}, {"paddings", integers, "Paddings"}}},
     {"Out"},
     {{{"mode", "mode"}, {"pad_value", "value", "float"}, {"data_format", "data_format"}}}},
    {"gather", "gather", {{{"X"}, {"Index"}, {"axis", integer}}}},
    {"gather_nd", "gather_nd", with_index},
    {"index_select", "index_select", with_index, {"Out"}, {{{"axis", "dim"}}}},
    {"argmax",
     "arg_max",
     {{{"X"}, {"axis", integer}}},
     {"Out"},
     {{{"keepdims", "keepdims"}, {"flatten", "flatten"}, {"dtype", "dtype", "dtype"}}}},
    {"argmin",
     "arg_min",
     {{{"X"}, {"axis", integer}}},
     {"Out"},
     {{{"keepdims", "keepdims"}, {"flatten", "flatten"}, {"dtype", "dtype", "dtype"}}}},
    {"argsort", "argsort", one_input, {"Out", "Indices"}, {{{"axis", "axis"}, {"descending", "descending"}}}},
    {"pixel_shuffle", "pixel_shuffle", one_input, {"Out"}, {{{"upscale_factor", "upscale_factor"}, {"data_format", "data_format"}}}},
    {"cumsum",
     "cumsum",
     {{{"X"}, {"axis", integer}}},
     {"Out"},
     {{{"flatten", "flatten"}, {"exclusive", "exclusive"}, {"reverse", "reverse"}}}},
    {"flip", "flip", one_input, {"Out"}, {{{"axis", "axis"}}}},
    {"max", "reduce_max", reduced, {"Out"}, {{{"keepdim", "keep_dim"}}}},
    {"min", "reduce_min", reduced, {"Out"}, {{{"keepdim", "keep_dim"}}}},
    {"prod", "reduce_prod", reduced, {"Out"}, {{{"keepdim", "keep_dim"}}}},
    {"any", "reduce_any", one_input, {"Out"}, {{{"axis", "dim"}, {"keepdim", "keep_dim"}}}},
    {"all", "reduce_all", one_input, {"Out"}, {{{"axis", "dim"}, {"keepdim", "keep_dim"}}}},
    {"one_hot", "one_hot_v2", {{{"X"}, {"depth", integer}}}},
    {"prelu", "prelu", {{{"X"}, {"Alpha"}}}, {"Out"}, {{{"mode", "mode"}, {"data_format", "data_format"}}}},
    {"roll", "roll", {{{"X"}, {"shifts", integers}}}, {"Out"}, {{{"axis", "axis"}}}},
    {"arange", "range", {{{"Start"}, {"End"}, {"Step"}}}},
    {"full_like", "fill_any_like", {{{"X"}, {"value", number}}}, {"Out"}, {{{"dtype", "dtype", "dtype"}}}},
    {"softmax", "softmax", one_input, {"Out"}, {{{"axis", "axis"}}}},
    {"matmul", "matmul_v2", two_inputs, {"Out"}, {{{"transpose_x", "trans_x"}, {"transpose_y", "trans_y"}}}},
    {"scale", "scale", {{{"X"}, {"scale", number}}}, {"Out"}, {{{"bias", "bias", "float"}, {"bias_after_scale", "bias_after_scale"}}}},
    {"clip", "clip", {{{"X"}, {"min", number}, {"max", number}}}},
    {"cast", "cast", one_input, {"Out"}, {{{"dtype", "out_dtype", "dtype"}}}},
    {"mean", "reduce_mean", reduced, {"Out"}, {{{"keepdim", "keep_dim"}}}},
    {"sum", "reduce_sum", reduced, {"Out"}, {{{"keepdim", "keep_dim"}, {"dtype", "", "\"Undefined(ALL_DTYPE)\""}}}},
    {"reshape", "reshape2", {{{"X"}, {"shape", integers, "Shape"}}}, {"Out", "XShape"}},
    {"concat", "concat", {{{"X", tensors}, {"axis", integer}}}},
    {"topk",
     "top_k",
     {{{"X"}, {"k", integer}}},
     {"Out", "Indices"},
     {{{"axis", "", "-1"}, {"largest", "", "true"}, {"sorted", "", "true"}}}},
    {"split", "split", {{{"X"}, {"sections", integers}, {"axis", integer}}}},
    {"split_with_num", "split", {{{"X"}, {"axis", integer}}}, {"Out"}, {{{"num", "num"}}}},
    {"unbind", "unbind", one_input, {"Out"}, {{{"axis", "axis"}}}},
    {"unstack", "unstack", one_input, {"Y"}, {{{"axis", "axis"}, {"num", "num"}}}},
    {"meshgrid", "meshgrid", {{{"X", tensors}}}},
    {"nonzero", "where_index", {{{"Condition"}}}},
    {"grid_sample",
     "grid_sampler",
     {{{"X"}, {"Grid"}}},
     {"Output"},
     {{{"mode", "mode"}, {"padding_mode", "padding_mode"}, {"align_corners", "align_corners"}}}},
    {"topk of an axis",  // the same where top_k cannot do it
     "top_k_v2",
     {{{"X"}, {"k", integer}}},
     {"Out", "Indices"},
     {{{"axis", "axis"}, {"largest", "largest"}, {"sorted", "sorted"}}}},
    {"dropout",
     "dropout",
     {{{"X"}, {"Seed", unused}, {"dropout_prob", number}}},
     {"Out", "Mask"},
     {{{"is_test", "is_test"}, {"mode", "dropout_implementation"}, {"seed", "seed"}, {"fix_seed", "fix_seed"}}}},
    {"embedding", "lookup_table_v2", {{{"Ids"}, {"W"}}}, {"Out"}, {{{"padding_idx", "padding_idx", "long"}, {"sparse", "is_sparse"}}}},
    {"cross_entropy_with_softmax",
     "softmax_with_cross_entropy",
     {{{"Logits"}, {"Label"}}},
     {"Softmax", "Loss"},
     {{{"soft_label", "soft_label"},
       {"numeric_stable_mode", "numeric_stable_mode"},
       {"ignore_index", "ignore_index"},
       {"axis", "axis"},
       {"use_softmax", "", "true"}}}},
};
}  // namespace pir

/// The rule of a PIR operator; null when there is none.
constexpr const pir_rule* find_pir_rule(std::string_view name) noexcept {
    for (const auto& rule : pir::rules)
        if (rule.from == name) return &rule;
    return nullptr;
}

/// "0.t_f32" and its kin.
constexpr std::optional<DType> pir_dtype(std::string_view name) noexcept {
    struct row {
        std::string_view name;
        DType dtype;
    };
    constexpr row rows[] = {
        {"0.t_bool", DType::BOOL}, {"0.t_i8", DType::INT8},   {"0.t_ui8", DType::UINT8},     {"0.t_i16", DType::INT16},
        {"0.t_i32", DType::INT32}, {"0.t_i64", DType::INT64}, {"0.t_f16", DType::FP16},      {"0.t_bf16", DType::BF16},
        {"0.t_f32", DType::FP32},  {"0.t_f64", DType::FP64},  {"0.t_c64", DType::COMPLEX64}, {"0.t_c128", DType::COMPLEX128},
    };
    for (const auto& row : rows)
        if (row.name == name) return row.dtype;
    return std::nullopt;
}

}  // namespace wherry::inline WHERRY_ABI::detail

#endif
