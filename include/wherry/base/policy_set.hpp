#ifndef WHERRY_BASE_POLICY_SET_HPP
#define WHERRY_BASE_POLICY_SET_HPP

#include <wherry/version.hpp>

#include <concepts>
#include <cstddef>
#include <string_view>
#include <type_traits>

/// Policies by declared kind: in any order, at most one of each, a default for what is left out.
///
/// A policy has a `name` and says `using kind = ...;`. A kind is a type with one function template, whose static_asserts say
/// sentence by sentence what a policy of that kind needs:
///
///     struct durability {
///         template <class P>
///         static constexpr bool check() {
///             static_assert(requires { P::steps; }, "wherry: durability: needs `static constexpr durability_steps steps`");
///             return Durability<P>;
///         }
///     };
namespace wherry::inline WHERRY_ABI {

/// Policies in a row.
template <class... Policies>
struct policies {};

/// A type that says what it is called, as every policy does.
template <class P>
concept Named = requires {
    { P::name } -> std::convertible_to<std::string_view>;
};

namespace detail {
template <class P>
concept HasKind = requires {
    typename P::kind;
};

template <class P>
struct kind_of {
    using type = kind_of;  // no kind: equal to nothing else
};
template <HasKind P>
struct kind_of<P> {
    using type = typename P::kind;
};

// A type that inherits `kind` twice has an ambiguous one, which looks like none until a third is added to it.
struct third_kind {
    using kind = void;
};
template <class P>
struct with_third_kind : P, third_kind {};
template <class P>
constexpr bool has_two_kinds() noexcept {
    if constexpr (HasKind<P> || !std::is_class_v<P> || std::is_final_v<P>) return false;
    else return !HasKind<with_third_kind<P>>;
}

template <class P, class... Kinds>
constexpr bool is_taken() noexcept {
    using kind = typename kind_of<P>::type;
    constexpr bool two = has_two_kinds<P>();
    constexpr bool takes = (std::is_same_v<kind, Kinds> || ...);
    static_assert(!two, "wherry: this policy is of two kinds, since it inherits two policies: make it one or the other");
    static_assert(two || HasKind<P>,
                  "wherry: this type is not a policy: a policy declares its kind, `using kind = wherry::kinds::filter;`");
    static_assert(takes || !HasKind<P>,
                  "wherry: a policy of this kind has no place here; the Kinds that have are listed with this message");
    if constexpr (takes) static_assert(Named<P>, "wherry: this policy needs `static constexpr std::string_view name`");
    return takes;
}

template <class Kind, class... Given>
constexpr bool is_given_once() noexcept {
    constexpr bool once = (std::size_t{std::is_same_v<typename kind_of<Given>::type, Kind>} + ... + 0) <= 1;
    static_assert(once, "wherry: a Kind of policy is given twice: filters combine with && and ||, annotations in one annotate<...>");
    return once;
}

template <class Kind, class... Policies>
struct first_of_kind {};
template <class Kind, class First, class... Rest>
struct first_of_kind<Kind, First, Rest...> : first_of_kind<Kind, Rest...> {};
template <class Kind, class First, class... Rest>
    requires std::same_as<typename kind_of<First>::type, Kind>
struct first_of_kind<Kind, First, Rest...> {
    using type = First;
};
}  // namespace detail

/// The policies that a template is given, and the defaults that name the kinds it takes:
/// `policy_set<policies<atomic, plain>, Given...>::get<kinds::codec>`.
/// Does not compile, with a sentence that says why, for a type without a kind or with two, a kind that has no default here, a kind given
/// twice, and a policy that lacks what its kind needs.
template <class Defaults, class... Given>
struct policy_set;
template <class... Defaults, class... Given>
struct policy_set<policies<Defaults...>, Given...> {
    /// All is well. False only while the compiler is still listing errors.
    static constexpr bool accepted = [] {
        constexpr bool all_taken = (detail::is_taken<Given, typename Defaults::kind...>() && ...);
        if constexpr (all_taken) {
            constexpr bool all_once = (detail::is_given_once<typename Defaults::kind, Given...>() && ...);
            if constexpr (all_once) return (Given::kind::template check<Given>() && ...);
            else return false;
        } else {
            return false;
        }
    }();
    static_assert(accepted, "wherry: a policy is refused; the sentence before this one says why");

    /// The policy of a kind: the given one or else the default.
    template <class Kind>
    using get = typename std::conditional_t<accepted, detail::first_of_kind<Kind, Given..., Defaults...>,
                                            detail::first_of_kind<Kind, Defaults...>>::type;

    /// Whether a policy of this kind is given.
    template <class Kind>
    static constexpr bool gives = (std::is_same_v<typename detail::kind_of<Given>::type, Kind> || ...);
};

namespace detail {
// The kind of a policy that adds to Value, or else one that nothing has.
template <class P, class Value>
struct kind_adding_to {};
template <HasKind P, class Value>
    requires std::same_as<typename P::kind::adds_to, Value>
struct kind_adding_to<P, Value> {
    using kind = typename P::kind;
};
}  // namespace detail

/// Whether these policies each change a Value: annotations change rules, a network's policies its options. They are of kinds that say
/// `using adds_to = Value;`, at most one of each, and have `add_to(Value)`; users add kinds, too. Where `policy_set` would not compile, this
/// does not, either.
template <class Value, class... Given>
inline constexpr bool adds_up = [] {
    if constexpr ((detail::is_taken<Given, typename detail::kind_of<detail::kind_adding_to<Given, Value>>::type>() && ...))
        return policy_set<policies<Given...>, Given...>::accepted;
    else return false;
}();

/// The default Value after all of them; later ones see what earlier ones made.
template <class Value, class... Given>
constexpr Value added_up() noexcept {
    Value all{};
    if constexpr (adds_up<Value, Given...>) ((all = Given::add_to(all)), ...);
    return all;
}

}  // namespace wherry::inline WHERRY_ABI

#endif
