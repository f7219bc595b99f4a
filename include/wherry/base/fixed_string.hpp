#ifndef WHERRY_BASE_FIXED_STRING_HPP
#define WHERRY_BASE_FIXED_STRING_HPP

#include <wherry/version.hpp>

#include <cstddef>
#include <string_view>

namespace wherry::inline WHERRY_ABI {

/// Characters as a template argument: `filter::named<"fc_0.w_0">`. All members are public because the language asks it.
template <std::size_t N>
struct fixed_string {
    char chars[N + 1]{};

    constexpr fixed_string() noexcept = default;
    constexpr fixed_string(const char (&literal)[N + 1]) noexcept {  // NOLINT(google-explicit-constructor)
        for (std::size_t i = 0; i < N; ++i) chars[i] = literal[i];
    }

    [[nodiscard]] static constexpr std::size_t size() noexcept { return N; }
    [[nodiscard]] constexpr std::string_view view() const noexcept { return {chars, N}; }
    constexpr operator std::string_view() const noexcept { return view(); }  // NOLINT(google-explicit-constructor)

    template <std::size_t M>
    friend constexpr bool operator==(const fixed_string& a, const fixed_string<M>& b) noexcept {
        return a.view() == b.view();
    }
};
template <std::size_t N>
fixed_string(const char (&)[N]) -> fixed_string<N - 1>;

/// Joins views whose lengths the caller knows at compile time.
/// Guarantee: N is their summed length, else the constant expression fails.
template <std::size_t N, class... Views>
constexpr fixed_string<N> join(const Views&... views) {
    fixed_string<N> joined;
    std::size_t at = 0;
    const auto add = [&](std::string_view view) {
        for (const char c : view) joined.chars[at++] = c;
    };
    (add(std::string_view(views)), ...);
    return joined;
}

static_assert(fixed_string("fc_0.w_0").view() == "fc_0.w_0" && fixed_string("").size() == 0);
static_assert(fixed_string("a") == fixed_string("a") && !(fixed_string("a") == fixed_string("ab")));
static_assert(join<3>("a", std::string_view("bc")).view() == "abc");

}  // namespace wherry::inline WHERRY_ABI

#endif
