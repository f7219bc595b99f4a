#ifndef WHERRY_POLICY_PROGRESS_HPP
#define WHERRY_POLICY_PROGRESS_HPP

#include <wherry/base/policy_set.hpp>
#include <wherry/base/result.hpp>
#include <wherry/version.hpp>

#include <concepts>
#include <cstdint>
#include <string_view>
#include <type_traits>
#include <utility>

namespace wherry::inline WHERRY_ABI {

/// Is told how far a save or a load is, in bytes, and how far a run is, in operators: `progress(done, all)`, every few milliseconds or
/// megabytes. The answer says whether to go on; false is `errc::cancelled`, and everything is as it was before the call.
template <class P>
concept Progress = Named<P> && requires(const P& progress, std::uint64_t done, std::uint64_t all) {
    { progress(done, all) } -> std::same_as<bool>;
};

namespace kinds {
/// Who is told how far it is: a `Progress`.
struct progress {
    template <class P>
    static constexpr bool check() noexcept {
        static_assert(Progress<P>, "wherry: progress: needs `bool operator()(std::uint64_t done, std::uint64_t all) const`, which says "
                                   "whether to go on (see wherry/policy/progress.hpp)");
        return Progress<P>;
    }
};
}  // namespace kinds

namespace detail {
[[gnu::cold]] inline failure cancelled_error() { return failure(errc::cancelled, "stopped before it was done"); }
}  // namespace detail

/// Nobody is told, nothing can be stopped, and nothing is paid for it.
struct silent {
    using kind = kinds::progress;
    static constexpr std::string_view name = "silent";
    constexpr bool operator()(std::uint64_t, std::uint64_t) const noexcept { return true; }
};

/// Anything that says whether a stop was asked for: a `std::stop_token`.
template <class T>
concept StopToken = std::copyable<T> && requires(const T& token) {
    { token.stop_requested() } -> std::convertible_to<bool>;
};

/// A token that never stops.
struct never_stops {
    [[nodiscard]] constexpr bool stop_requested() const noexcept { return false; }
};

/// Calls a function of yours and looks at a stop token:
///
///     archive<>::save(program, scope, sink, callback{[&](std::uint64_t done, std::uint64_t all) { show(done, all); }, stop.get_token()});
///
/// A function that returns false stops, too.
template <class F, StopToken Token = never_stops>
    requires std::invocable<const F&, std::uint64_t, std::uint64_t>
class callback {
  public:
    using kind = kinds::progress;
    static constexpr std::string_view name = "callback";

    explicit callback(F report, Token token = {}) : report_(std::move(report)), token_(std::move(token)) {}
    bool operator()(std::uint64_t done, std::uint64_t all) const {
        if constexpr (std::is_same_v<std::invoke_result_t<const F&, std::uint64_t, std::uint64_t>, bool>) {
            if (!report_(done, all)) return false;
        } else {
            report_(done, all);
        }
        return !token_.stop_requested();
    }

  private:
    F report_;
    [[no_unique_address]] Token token_;
};

static_assert(Progress<silent>);

}  // namespace wherry::inline WHERRY_ABI

#endif
