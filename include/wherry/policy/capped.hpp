#ifndef WHERRY_POLICY_CAPPED_HPP
#define WHERRY_POLICY_CAPPED_HPP

#include <wherry/base/limits.hpp>
#include <wherry/base/policy_set.hpp>
#include <wherry/version.hpp>

#include <concepts>
#include <string_view>

namespace wherry::inline WHERRY_ABI {

/// A type that carries `limits`.
template <class C>
concept Caps = Named<C> && requires {
    { C::caps } -> std::convertible_to<limits>;
};

namespace kinds {
/// Limits of a reader: `Caps`.
struct caps {
    template <class P>
    static constexpr bool check() noexcept {
        static_assert(Caps<P>, "wherry: caps: needs `static constexpr limits caps` (see wherry/policy/capped.hpp)");
        return Caps<P>;
    }
};
}  // namespace kinds

/// Limits of a reader, as a policy: `capped<limits{.desc_bytes = 4096}>`.
template <limits Value>
struct capped {
    using kind = kinds::caps;
    static constexpr std::string_view name = "capped";
    static constexpr limits caps = Value;
};

static_assert(Caps<capped<limits{}>>);

}  // namespace wherry::inline WHERRY_ABI

#endif
