#ifndef WHERRY_POLICY_FILTER_HPP
#define WHERRY_POLICY_FILTER_HPP

#include <wherry/base/fixed_string.hpp>
#include <wherry/base/order.hpp>
#include <wherry/base/policy_set.hpp>
#include <wherry/base/sequence.hpp>
#include <wherry/program/variable.hpp>
#include <wherry/version.hpp>

#include <algorithm>
#include <concepts>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace wherry::inline WHERRY_ABI {

namespace detail {
template <class F>
concept AnswersForVariables = requires(const F filter, const Variable& var) {
    { filter(var) } -> std::same_as<bool>;
};
template <class F>
concept AnswersWithoutThrowing = requires(const F filter, const Variable& var) {
    { filter(var) }
    noexcept;
};
}  // namespace detail

/// Says of a variable whether it is saved or loaded. May hold state; such a filter is handed to `save` and `load` as a value.
template <class F>
concept VariablePredicate = Named<F> && detail::AnswersForVariables<F> && std::copy_constructible<F>;

/// A filter that is all in its type and so can be a policy of an archive.
template <class F>
concept VariableFilter = VariablePredicate<F> && detail::AnswersWithoutThrowing<F> && std::default_initializable<F>;

namespace kinds {
/// Which variables travel: a `VariableFilter`, or a `VariablePredicate` that is handed to a call.
struct filter {
    template <class P>
    static constexpr bool check_value() noexcept {
        static_assert(detail::AnswersForVariables<P>,
                      "wherry: filter: operator()(const Variable&) must be const and return bool (see wherry/policy/filter.hpp)");
        static_assert(std::copy_constructible<P>, "wherry: filter: must be copyable (see wherry/policy/filter.hpp)");
        return VariablePredicate<P>;
    }
    template <class P>
    static constexpr bool check() noexcept {
        constexpr bool answers = check_value<P>();
        static_assert(!answers || detail::AnswersWithoutThrowing<P>,
                      "wherry: filter: operator()(const Variable&) must be noexcept (see wherry/policy/filter.hpp)");
        static_assert(
            std::default_initializable<P>,
            "wherry: filter: must be default-constructible; one with state is handed to save or load (see wherry/policy/filter.hpp)");
        return VariableFilter<P>;
    }
};
}  // namespace kinds

}  // namespace wherry::inline WHERRY_ABI

/// Which variables of a Program travel. Filters combine: `decltype(filter::persistables{} && !filter::parameters{})`.
namespace wherry::inline WHERRY_ABI::filter {

/// Keeps everything; temporaries that were never computed then make a save fail. Source: save_vars without a predicate.
struct all {
    using kind = kinds::filter;
    static constexpr std::string_view name = "all";
    bool operator()(const Variable&) const noexcept { return true; }
};

/// Keeps every Parameter of the Program. Source: fluid.io.is_parameter.
struct parameters {
    using kind = kinds::filter;
    static constexpr std::string_view name = "parameters";
    bool operator()(const Variable& var) const noexcept { return is_parameter(var); }
};

/// Keeps what outlives a run: Parameters, statistics, optimizer state. Source: fluid.io.is_persistable.
struct persistables {
    using kind = kinds::filter;
    static constexpr std::string_view name = "persistables";
    bool operator()(const Variable& var) const noexcept { return is_persistable(var); }
};

/// Keeps learning rates, accumulators, counters. A program parsed from 1.8 bytes knows no Parameters, so there this is
/// every persistable. Source: fluid.io.is_belong_to_optimizer.
struct optimizer_state {
    using kind = kinds::filter;
    static constexpr std::string_view name = "optimizer_state";
    bool operator()(const Variable& var) const noexcept { return is_belong_to_optimizer(var); }
};

/// Keeps these names: `named<"fc_0.w_0", "fc_0.b_0">`.
template <fixed_string... Names>
struct named {
    using kind = kinds::filter;
    static constexpr std::string_view name = "named";
    bool operator()(const Variable& var) const noexcept { return ((std::string_view(var.name()) == Names.view()) || ...); }
};

/// Keeps what a callable answers true for: `where([](const Variable& v) { return v.name().starts_with("fc_"); })`.
template <class Predicate>
    requires std::predicate<const Predicate&, const Variable&>
class where {
  public:
    using kind = kinds::filter;
    static constexpr std::string_view name = "where";
    explicit where(Predicate predicate) : predicate_(std::move(predicate)) {}
    bool operator()(const Variable& var) const { return static_cast<bool>(predicate_(var)); }

  private:
    Predicate predicate_;
};

/// Keeps variables of the names that these have, in whatever program.
class listed {
  public:
    using kind = kinds::filter;
    static constexpr std::string_view name = "listed";
    explicit listed(std::span<const Variable> variables) {
        sequence<std::string_view> names;
        for (const auto& var : variables)
            if (var) names.push_back(var.name());
        for (const auto at : order_of(names)) names_.emplace_back(names[at]);
    }
    bool operator()(const Variable& var) const noexcept { return std::binary_search(names_.begin(), names_.end(), var.name()); }

  private:
    sequence<std::string> names_;
};

namespace detail {
template <class F>
inline constexpr bool never_throws = std::is_nothrow_invocable_v<const F&, const Variable&>;
}  // namespace detail

/// Keeps what A and B keep.
template <VariablePredicate A, VariablePredicate B>
struct both {
    using kind = kinds::filter;
    static constexpr auto joined = join<A::name.size() + B::name.size() + 6>("(", A::name, " && ", B::name, ")");
    static constexpr std::string_view name = joined.view();
    [[no_unique_address]] A first;
    [[no_unique_address]] B second;
    bool operator()(const Variable& var) const noexcept(detail::never_throws<A>&& detail::never_throws<B>) {
        return first(var) && second(var);
    }
};

/// Keeps what A or B keeps.
template <VariablePredicate A, VariablePredicate B>
struct either {
    using kind = kinds::filter;
    static constexpr auto joined = join<A::name.size() + B::name.size() + 6>("(", A::name, " || ", B::name, ")");
    static constexpr std::string_view name = joined.view();
    [[no_unique_address]] A first;
    [[no_unique_address]] B second;
    bool operator()(const Variable& var) const noexcept(detail::never_throws<A>&& detail::never_throws<B>) {
        return first(var) || second(var);
    }
};

/// Keeps what A does not.
template <VariablePredicate A>
struct negated {
    using kind = kinds::filter;
    static constexpr auto joined = join<A::name.size() + 1>("!", A::name);
    static constexpr std::string_view name = joined.view();
    [[no_unique_address]] A inner;
    bool operator()(const Variable& var) const noexcept(detail::never_throws<A>) { return !inner(var); }
};

/// Filters combined: what both keep, what either keeps, what one does not keep.
template <VariablePredicate A, VariablePredicate B>
constexpr both<A, B> operator&&(A a, B b) {
    return {std::move(a), std::move(b)};
}
template <VariablePredicate A, VariablePredicate B>
constexpr either<A, B> operator||(A a, B b) {
    return {std::move(a), std::move(b)};
}
template <VariablePredicate A>
constexpr negated<A> operator!(A a) {
    return {std::move(a)};
}

static_assert(VariableFilter<all> && VariableFilter<parameters> && VariableFilter<persistables> && VariableFilter<optimizer_state>);
static_assert(VariableFilter<named<"a", "b">> && VariableFilter<named<>> && VariablePredicate<listed> && !VariableFilter<listed>);
static_assert(VariableFilter<both<parameters, negated<all>>> && both<parameters, negated<all>>::name == "(parameters && !all)");

}  // namespace wherry::inline WHERRY_ABI::filter

#endif
