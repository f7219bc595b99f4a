#ifndef WHERRY_POLICY_CAPPED_HPP
#define WHERRY_POLICY_CAPPED_HPP

#include <wherry/base/limits.hpp>
#include <wherry/version.hpp>

#include <concepts>
#include <string_view>

namespace wherry::inline WHERRY_ABI {

/// What a reader accepts, as a policy: `capped<limits{.desc_bytes = 4096}>`.
template <limits Value>
struct capped {
    static constexpr std::string_view name = "capped";
    static constexpr limits caps = Value;
};

/// A type that carries `limits`.
template <class C>
concept Caps = requires {
    { C::name } -> std::convertible_to<std::string_view>;
    { C::caps } -> std::convertible_to<limits>;
};

static_assert(Caps<capped<limits{}>>);

}  // namespace wherry::inline WHERRY_ABI

#endif
