#ifndef WHERRY_INTEROP_DETAIL_PIR_RULES_HPP
#define WHERRY_INTEROP_DETAIL_PIR_RULES_HPP

#include <wherry/base/dtype.hpp>
#include <wherry/version.hpp>

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

/// Which operator of 2.x stands for which of the PIR dialect. Source: files written by Paddle 3.3.1.
namespace wherry::inline WHERRY_ABI::detail {

/// What becomes of a value that a PIR operator reads.
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
};
/// An attribute by its names there and here; without one here its only value that is supported.
struct pir_attribute {
    std::string_view from{};
    std::string_view to{};
    std::string_view only{};  ///< that value as JSON; or "dtype", "long", "float": how it is written
};
struct pir_rule {
    std::string_view from;
    std::string_view to;
    std::array<pir_input, 3> inputs{};
    std::array<std::string_view, 2> outputs{"Out"};
    std::array<pir_attribute, 5> attrs{};
};

namespace pir {
using enum pir_input_kind;
inline constexpr std::array<pir_input, 3> one_input{{{"X"}}};
inline constexpr std::array<pir_input, 3> two_inputs{{{"X"}, {"Y"}}};
inline constexpr pir_rule rules[] = {
    {"relu", "relu", one_input},
    {"tanh", "tanh", one_input},
    {"sigmoid", "sigmoid", one_input},
    {"sqrt", "sqrt", one_input},
    {"square", "square", one_input},
    {"assign", "assign", one_input},
    {"softmax", "softmax", one_input, {"Out"}, {{{"axis", "axis"}}}},
    {"add", "elementwise_add", two_inputs},
    {"subtract", "elementwise_sub", two_inputs},
    {"multiply", "elementwise_mul", two_inputs},
    {"divide", "elementwise_div", two_inputs},
    {"maximum", "elementwise_max", two_inputs},
    {"minimum", "elementwise_min", two_inputs},
    {"matmul", "matmul_v2", two_inputs, {"Out"}, {{{"transpose_x", "trans_x"}, {"transpose_y", "trans_y"}}}},
    {"scale", "scale", {{{"X"}, {"scale", number}}}, {"Out"}, {{{"bias", "bias", "float"}, {"bias_after_scale", "bias_after_scale"}}}},
    {"clip", "clip", {{{"X"}, {"min", number}, {"max", number}}}},
    {"cast", "cast", one_input, {"Out"}, {{{"dtype", "out_dtype", "dtype"}}}},
    {"mean", "reduce_mean", {{{"X"}, {"dim", integers}}}, {"Out"}, {{{"keepdim", "keep_dim"}}}},
    {"sum", "reduce_sum", {{{"X"}, {"dim", integers}}}, {"Out"}, {{{"keepdim", "keep_dim"}, {"dtype", "", "\"Undefined(ALL_DTYPE)\""}}}},
    {"reshape", "reshape2", {{{"X"}, {"shape", integers}}}},
    {"concat", "concat", {{{"X", tensors}, {"axis", integer}}}},
    {"topk",
     "top_k",
     {{{"X"}, {"k", integer}}},
     {"Out", "Indices"},
     {{{"axis", "", "-1"}, {"largest", "", "true"}, {"sorted", "", "true"}}}},
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
