#ifndef WHERRY_INTEROP_DETAIL_PIR_JSON_HPP
#define WHERRY_INTEROP_DETAIL_PIR_JSON_HPP

#include <wherry/base/limits.hpp>
#include <wherry/base/result.hpp>
#include <wherry/base/sequence.hpp>
#include <wherry/interop/detail/json_text.hpp>
#include <wherry/interop/detail/pir_rules.hpp>
#include <wherry/program/attribute.hpp>
#include <wherry/version.hpp>
#include <wherry/wire/framework.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace wherry::inline WHERRY_ABI::detail {

/// A PIR document, piece by piece. Nothing in it is taken on trust: what is not there, or is of another type, is null or empty.
struct pir_json {
    using json = nlohmann::json;

    static result<json> parse(std::string_view bytes, const limits& caps) {
        constexpr int depth = 64;
        // a parsed document takes some ten times its bytes, thirty at most
        const auto most = std::min(caps.program_bytes / 8, caps.total_bytes / 30);
        if (bytes.size() > most)
            return failure(errc::too_large, "a PIR program is larger than the limit").expected(most).found(bytes.size());
        auto [root, too_deep] = parse_json(bytes, depth);
        if (too_deep) return failure(errc::too_large, "a JSON document is nested deeper than the limit").expected(depth);
        if (root.is_discarded()) return failure(errc::not_a_paddle_file, "this is not a JSON document").expected("a PIR program");
        return root;
    }
    static const json* operators(const json& root) {
        if (text_of(at(at(&root, "base_code"), "magic")) != "pir") return nullptr;
        const auto* regions = at(at(&root, "program"), "regions");
        const auto* blocks = at(at(regions, std::size_t{0}), "blocks");
        const auto* ops = at(at(blocks, std::size_t{0}), "ops");
        const bool one = ops != nullptr && ops->is_array() && regions->size() == 1 && blocks->size() == 1;
        return one ? ops : nullptr;
    }

    static const json* at(const json* held, std::string_view key) {
        if (held == nullptr || !held->is_object()) return nullptr;
        const auto found = held->find(key);
        return found != held->end() ? &*found : nullptr;
    }
    static const json* at(const json* held, std::size_t i) {
        return held != nullptr && held->is_array() && i < held->size() ? &(*held)[i] : nullptr;
    }
    static std::string_view text_of(const json* held) {
        return held != nullptr && held->is_string() ? std::string_view(held->get_ref<const std::string&>()) : std::string_view();
    }
    /// The least number where there is none that fits.
    static std::int64_t integer(const json* held) {
        constexpr auto least = std::numeric_limits<std::int64_t>::min();
        if (held == nullptr || !held->is_number_integer()) return least;
        if (held->is_number_unsigned() && held->get<std::uint64_t>() > std::uint64_t{std::numeric_limits<std::int64_t>::max()})
            return least;
        return held->get<std::int64_t>();
    }
    /// What an attribute, or an element of one that is a list, holds; null when it holds nothing. JSON has no word for what is infinite.
    static const json* value_of(const json* held) {
        static const json most = std::numeric_limits<double>::infinity(), least = -std::numeric_limits<double>::infinity();
        const auto word = text_of(at(held, "VD"));
        return word.empty() ? at(held, "D") : word == "INF" ? &most : word == "-INF" ? &least : nullptr;
    }
    /// The value of an attribute; null when the operator has none of that name.
    static const json* attribute(const json& op, std::string_view name) {
        const auto* all = at(&op, "A");
        for (std::size_t i = 0; const auto* one = at(all, i); ++i)
            if (text_of(at(one, "N")) == name) return value_of(at(one, "AT"));
        return nullptr;
    }
    static float number(const json& held) { return held.is_boolean() ? (held.get<bool>() ? 1.0F : 0.0F) : held.get<float>(); }

    static std::string_view name_of_op(const json& op) {
        const auto name = text_of(at(&op, "#"));
        return name.starts_with("1.") ? name.substr(2) : name;
    }
    /// "pd_op.conv2d", as Paddle 3 prints it.
    static std::string full_name(const json& op) {
        const auto type = text_of(at(&op, "#"));
        if (type.starts_with("1.")) return "pd_op." + std::string(type.substr(2));
        if (type.starts_with("0.")) return "builtin." + std::string(type.substr(2));
        if (type.starts_with("2.")) return "cf." + std::string(type.substr(2));
        return std::string(type);
    }
    static failure bad(const json& op, const char* message, std::string_view expected = {}) {
        return failure(errc::bad_attribute, message).of_op(name_of_op(op)).expected(expected);
    }

    static failure computed(const json& op, std::string_view name) {
        return failure(errc::unsupported, "an operator computes what is an attribute here")
            .of_variable(name)
            .of_op(name_of_op(op))
            .expected("a constant");
    }

    static result<wire::LoDTensorDesc<>> type_of(const json& op, const json* type) {
        const auto* parts = at(type, "D");
        const auto* dims = at(parts, 1);
        const auto dtype = pir_dtype(text_of(at(at(parts, std::size_t{0}), "#")));
        if (text_of(at(type, "#")) != "0.t_dtensor" || dims == nullptr || !dims->is_array() || !dtype)
            return failure(errc::unsupported, "a value is not a dense tensor of a known element type")
                .of_op(name_of_op(op))
                .found(text_of(at(type, "#")));
        wire::LoDTensorDesc<> made;
        made.tensor.data_type = *dtype;
        for (std::size_t i = 0; i < dims->size(); ++i) {
            const auto dim = integer(at(dims, i));
            if (dim == std::numeric_limits<std::int64_t>::min()) return bad(op, "a dim of a value is not a number");
            made.tensor.dims.push_back(dim);
        }
        return made;
    }

    /// Numbers, strings and lists of them; nothing for anything else.
    static std::optional<Attr> attribute_as_it_is(std::string_view name, const json* held) {
        if (held == nullptr || name.empty()) return std::nullopt;
        if (held->is_boolean()) return make_attr(name, held->get<bool>());
        if (held->is_string()) return make_attr(name, held->get<std::string>());
        if (held->is_number_integer()) return make_attr(name, integer(held));
        if (held->is_number()) return make_attr(name, held->get<float>());
        if (!held->is_array()) return std::nullopt;
        sequence<std::int64_t> integers;
        sequence<float> numbers;
        sequence<std::string> texts;
        for (const auto& one : *held) {
            const auto* item = one.is_object() ? value_of(&one) : &one;
            if (item == nullptr) return std::nullopt;
            if (item->is_boolean()) integers.push_back(item->get<bool>() ? 1 : 0);
            else if (item->is_number_integer()) integers.push_back(integer(item));
            else if (item->is_number()) numbers.push_back(item->get<float>());
            else if (item->is_string()) texts.push_back(item->get<std::string>());
            else return std::nullopt;
        }
        if (!texts.empty()) return make_attr(name, std::move(texts));
        if (!numbers.empty()) return make_attr(name, std::move(numbers));
        return make_attr(name, std::move(integers));
    }
};

}  // namespace wherry::inline WHERRY_ABI::detail

#endif
