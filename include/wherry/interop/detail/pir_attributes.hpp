#ifndef WHERRY_INTEROP_DETAIL_PIR_ATTRIBUTES_HPP
#define WHERRY_INTEROP_DETAIL_PIR_ATTRIBUTES_HPP

#include <wherry/base/dtype.hpp>
#include <wherry/base/result.hpp>
#include <wherry/base/sequence.hpp>
#include <wherry/interop/detail/pir_json.hpp>
#include <wherry/interop/detail/pir_rules.hpp>
#include <wherry/program/attribute.hpp>
#include <wherry/version.hpp>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace wherry::inline WHERRY_ABI::detail {

/// Attributes of PIR operators as those of 2.x.
class pir_attributes : protected pir_json {
  protected:
    /// The name of an operator's rule.
    static std::string_view rule_name(const json& op) {
        const auto name = name_of_op(op);
        if (name != "topk") return name;
        const auto* largest = attribute(op, "largest");
        return integer(attribute(op, "axis")) != -1 || (largest != nullptr && *largest == false) ? "topk of an axis" : name;
    }
    /// Numbers as the file lists them, or one to an object.
    static result<void> take_list(const json& op, const pir_attribute& wanted, const json& held, sequence<Attr>& attrs) {
        sequence<std::int32_t> whole;
        sequence<float> numbers;
        for (std::size_t i = 0; i < held.size(); ++i) {
            const auto* one = at(&held, i)->is_object() ? value_of(at(&held, i)) : at(&held, i);
            if (one == nullptr || !one->is_number()) return bad(op, "an attribute is not a list of numbers", wanted.from);
            numbers.push_back(one->get<float>());
            if (wanted.only == "floats") continue;
            if (!std::in_range<std::int32_t>(integer(one))) return bad(op, "a number of a list does not fit 32 bits");
            whole.push_back(static_cast<std::int32_t>(integer(one)));
        }
        attrs.push_back(wanted.only == "floats" ? make_attr(wanted.to, std::move(numbers)) : make_attr(wanted.to, std::move(whole)));
        return {};
    }
    /// Numbers of the output's element type: "values" in a list of that type, as assign_value has them, "scalars" each with its type.
    static result<void> take_values(const json& op, const pir_attribute& wanted, const json& held, sequence<Attr>& attrs) {
        const auto made = type_of(op, at(at(at(&op, "O"), std::size_t{0}), "TT"));
        if (!made) return made.failure();
        const auto dtype = made->tensor.data_type;
        const bool real = is_floating(dtype);
        using scalar = wire::Scalar<>;
        Attr scalars;
        scalars.name = wanted.to;
        scalars.type = AttrType::SCALARS;
        sequence<std::int32_t> small;
        sequence<std::int64_t> whole;
        sequence<float> numbers;
        for (std::size_t i = 0; const auto* one = at(&held, i); ++i) {
            const auto* number = value_of(one);
            if (number == nullptr || !(number->is_number() || number->is_boolean()))
                return bad(op, "an attribute is not a list of numbers", wanted.from);
            const double value = number->is_boolean() ? (number->get<bool>() ? 1 : 0) : number->get<double>();
            if (!real && !(std::abs(value) < 9e18)) return bad(op, "a number of a list is not one of its element type", wanted.from);
            const auto count = number->is_number_integer() ? integer(number) : real ? 0 : static_cast<std::int64_t>(value);
            if (dtype == DType::INT32 && !std::in_range<std::int32_t>(count)) return bad(op, "a number of a list does not fit 32 bits");
            scalar& made_of = scalars.more->scalars.emplace_back();
            if (real) made_of.type = scalar::Type::FLOAT64, made_of.r = value;
            else made_of.type = scalar::Type::LONG, made_of.i = count;
            small.push_back(static_cast<std::int32_t>(count));
            whole.push_back(count);
            numbers.push_back(static_cast<float>(value));
        }
        if (wanted.only == "scalars") attrs.push_back(std::move(scalars));
        else if (dtype == DType::BOOL) attrs.push_back(make_attr("bool_values", std::move(small)));
        else if (dtype == DType::INT32) attrs.push_back(make_attr("int32_values", std::move(small)));
        else if (dtype == DType::INT64) attrs.push_back(make_attr("int64_values", std::move(whole)));
        else attrs.push_back(make_attr("fp32_values", std::move(numbers)));
        return {};
    }
    static result<void> take_attribute(const json& op, const pir_attribute& wanted, sequence<Attr>& attrs) {
        const auto* held = attribute(op, wanted.from);
        if (held == nullptr)
            return wanted.to.empty() || wanted.only == "if there" ? result<void>() : bad(op, "an attribute is missing", wanted.from);
        if (wanted.to.empty()) {  // has to have one value
            if (held->dump() == wanted.only) return {};
            return failure(errc::unsupported, "an attribute has a value that is not supported")
                .of_variable(wanted.from)
                .of_op(name_of_op(op))
                .expected(wanted.only)
                .found(held->dump(-1, ' ', true, json::error_handler_t::replace));
        }
        if (wanted.only == "values" || wanted.only == "scalars") return take_values(op, wanted, *held, attrs);
        if (wanted.only == "dtype") {
            const auto dtype = dtype_named(text_of(held));
            if (!dtype) return bad(op, "an attribute names no element type", wanted.from);
            attrs.push_back(make_attr(wanted.to, *dtype));
        } else if (held->is_array()) {
            return take_list(op, wanted, *held, attrs);
        } else if (held->is_boolean()) {
            attrs.push_back(make_attr(wanted.to, held->get<bool>()));
        } else if (held->is_string()) {
            attrs.push_back(make_attr(wanted.to, held->get<std::string>()));
        } else if (held->is_number_integer() && wanted.only == "long") {
            attrs.push_back(make_attr(wanted.to, integer(held)));
        } else if (held->is_number_integer() && wanted.only != "float" && std::in_range<std::int32_t>(integer(held))) {
            attrs.push_back(make_attr(wanted.to, static_cast<std::int32_t>(integer(held))));
        } else if (held->is_number()) {
            attrs.push_back(make_attr(wanted.to, held->get<float>()));
        } else {
            return bad(op, "an attribute is of another type", wanted.from);
        }
        return {};
    }
};

}  // namespace wherry::inline WHERRY_ABI::detail

#endif
