#ifndef WHERRY_INTEROP_DETAIL_PIR_JSON_HPP
#define WHERRY_INTEROP_DETAIL_PIR_JSON_HPP

#include <wherry/version.hpp>

#include <nlohmann/json.hpp>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>

namespace wherry::inline WHERRY_ABI::detail {

/// Looks into a JSON document that may hold anything: what is missing or of another type is null, empty or the least number.
struct pir_json {
    using json = nlohmann::json;

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
    static const json* operators(const json& root) {
        if (text_of(at(at(&root, "base_code"), "magic")) != "pir") return nullptr;
        const auto* regions = at(at(&root, "program"), "regions");
        const auto* blocks = at(at(regions, std::size_t{0}), "blocks");
        const auto* ops = at(at(blocks, std::size_t{0}), "ops");
        const bool one = ops != nullptr && ops->is_array() && regions->size() == 1 && blocks->size() == 1;
        return one ? ops : nullptr;
    }
    /// The value of an attribute; null when the operator has none of that name.
    static const json* attribute(const json& op, std::string_view name) {
        const auto* all = at(&op, "A");
        for (std::size_t i = 0; const auto* one = at(all, i); ++i)
            if (text_of(at(one, "N")) == name) return at(at(one, "AT"), "D");
        return nullptr;
    }
};

}  // namespace wherry::inline WHERRY_ABI::detail

#endif
