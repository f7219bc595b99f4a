#ifndef WHERRY_PROGRAM_DOT_ATTRIBUTES_HPP
#define WHERRY_PROGRAM_DOT_ATTRIBUTES_HPP

#include <wherry/base/dtype.hpp>
#include <wherry/base/number.hpp>
#include <wherry/base/sequence.hpp>
#include <wherry/program/attribute.hpp>
#include <wherry/program/operator.hpp>
#include <wherry/version.hpp>

#include <algorithm>
#include <charconv>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace wherry::inline WHERRY_ABI {

namespace detail {
/// An attribute that a picture shows, and the value that goes without saying: "[1]" is a list of nothing but 1.
struct dot_attribute {
    std::string_view name;
    std::string_view unsaid{};
};
/// Strides, paddings, axes, sizes and what else decides which elements an operator takes; no devices, roles, epsilons.
inline constexpr dot_attribute dot_attributes[] = {
    {"adaptive", "false"},
    {"align_corners", "false"},
    {"alpha", "1"},
    {"axes"},
    {"axis"},
    {"begin_norm_axis"},
    {"bias", "0"},
    {"ceil_mode", "false"},
    {"contextLength"},
    {"contextStart"},
    {"decrease_axis", "[]"},
    {"depth"},
    {"dilations", "[1]"},
    {"dim"},
    {"dropout_prob"},
    {"dtype", "-1"},
    {"ends"},
    {"exclusive", "true"},
    {"expand_times"},
    {"factor"},
    {"global_pooling", "false"},
    {"groups", "1"},
    {"hidden_size"},
    {"interp_method"},
    {"is_bidirec", "false"},
    {"k"},
    {"keep_dim", "false"},
    {"keep_top_k"},
    {"keepdims", "false"},
    {"ksize"},
    {"max"},
    {"min"},
    {"mode"},
    {"nms_threshold"},
    {"nms_top_k"},
    {"num", "0"},
    {"num_layers"},
    {"offset"},
    {"out_dtype", "-1"},
    {"out_h", "-1"},
    {"out_w", "-1"},
    {"output_padding", "[]"},
    {"output_size", "[]"},
    {"padding_algorithm", "EXPLICIT"},
    {"padding_idx", "-1"},
    {"paddings"},
    {"perm"},
    {"pooling_type"},
    {"pooltype"},
    {"reduce_all", "false"},
    {"repeat_times"},
    {"scale", "1"},
    {"score_threshold"},
    {"sections", "[]"},
    {"shape"},
    {"slope"},
    {"start_axis"},
    {"starts"},
    {"step"},
    {"stop_axis"},
    {"strides"},
    {"threshold"},
    {"trans_x", "false"},
    {"trans_y", "false"},
    {"transpose_X", "false"},
    {"transpose_Y", "false"},
    {"upscale_factor"},
    {"value"},
    {"x_num_col_dims", "1"},
    {"y_num_col_dims", "1"},
};
static_assert(std::ranges::is_sorted(dot_attributes, {}, &dot_attribute::name));

inline void dot_append(std::string& made, bool value) { made += value ? "true" : "false"; }
template <std::integral T>
    requires(!std::same_as<T, bool>)
void dot_append(std::string& made, T value) { made += decimal(value).view(); }
template <std::floating_point T>
void dot_append(std::string& made, T value) {
    char digits[32];  // the longest double has 24
    made.append(digits, std::to_chars(digits, digits + sizeof digits, value).ptr);
}
inline void dot_append(std::string& made, const std::string& value) { made += value; }
/// At most eight of a list, and how many there are.
template <class T>
void dot_append(std::string& made, const sequence<T>& values) {
    constexpr std::size_t most = 8;
    made += '[';
    for (std::size_t i = 0; i < values.size() && i < most; ++i) {
        if (i != 0) made += ", ";
        dot_append(made, values[i]);
    }
    if (values.size() > most) (made += ", ... ").append(decimal(values.size()).view()) += " in all";
    made += ']';
}
template <class T>
void dot_append(std::string& made, const std::optional<T>& value) {
    if (value) dot_append(made, *value);
}

/// The value as a picture shows it; empty for types that have none there, such as blocks.
[[gnu::cold]] inline std::string dot_value(const Attr& attr) {
    std::string made;
    switch (attr.type) {
        case AttrType::INT: dot_append(made, attr.i); break;
        case AttrType::LONG: dot_append(made, attr.more->l); break;
        case AttrType::FLOAT: dot_append(made, attr.f); break;
        case AttrType::FLOAT64: dot_append(made, attr.more->float64); break;
        case AttrType::STRING:
            if (attr.s) dot_append(made, *attr.s);
            break;
        case AttrType::BOOLEAN: dot_append(made, attr.b); break;
        case AttrType::INTS: dot_append(made, *attr.ints); break;
        case AttrType::LONGS: dot_append(made, attr.more->longs); break;
        case AttrType::FLOATS: dot_append(made, *attr.floats); break;
        case AttrType::FLOAT64S: dot_append(made, attr.more->float64s); break;
        case AttrType::SCALAR:
            if (attr.more->scalar)
                dot_append(made, attr.more->scalar->b), dot_append(made, attr.more->scalar->i), dot_append(made, attr.more->scalar->r);
            break;
        default: break;
    }
    return made;
}

/// Whether a list holds nothing but 1.
inline bool dot_all_ones(const Attr& attr) noexcept {
    for (const auto one : *attr.ints)
        if (one != 1) return false;
    for (const auto one : attr.more->longs)
        if (one != 1) return false;
    return true;
}

[[gnu::cold]] inline bool goes_without_saying(const dot_attribute& shown, const Attr& attr, std::string_view type, std::string_view value) {
    if (value.empty() || value == shown.unsaid) return true;
    if (shown.unsaid == "[1]") return dot_all_ones(attr);
    if (value == "[]" && shown.name == "scale") return true;
    return shown.name == "axis" && value == "-1" && type.starts_with("elementwise_");
}
}  // namespace detail

/// The attributes of an operator that a picture shows, "strides=[2, 2]" each: what decides about dims and which elements are taken, unless
/// it goes without saying. A list of more than eight is cut, and says how many it has.
[[gnu::cold]] inline sequence<std::string> shown_attributes(const Operator& op) {
    sequence<std::string> made;
    for (const auto& shown : detail::dot_attributes) {
        const auto* attr = op.find_attr(shown.name);
        if (attr == nullptr) continue;
        auto value = detail::dot_value(*attr);
        if (detail::goes_without_saying(shown, *attr, op.type(), value)) continue;
        if (const auto type = name_of(static_cast<DType>(op.attr_or<std::int32_t>(shown.name, -1)));
            shown.name.ends_with("dtype") && type != "unknown")
            value = type;
        made.push_back(std::string(shown.name) + "=" + value);
    }
    return made;
}

}  // namespace wherry::inline WHERRY_ABI

#endif
