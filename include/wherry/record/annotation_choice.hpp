#ifndef WHERRY_RECORD_ANNOTATION_CHOICE_HPP
#define WHERRY_RECORD_ANNOTATION_CHOICE_HPP

#include <wherry/policy/annotate.hpp>
#include <wherry/record/annotated.hpp>
#include <wherry/record/save_plan.hpp>
#include <wherry/version.hpp>

#include <bit>
#include <cstddef>
#include <cstdint>
#include <utility>

/// Annotations that are chosen when the program runs: by a command line, by a settings file.
namespace wherry::inline WHERRY_ABI {

namespace detail {
inline constexpr std::size_t alignment_count = 17;  ///< 1, 2, 4 to 65536: what `align` takes

constexpr annotation_rules rules_numbered(std::size_t i) noexcept {
    return {.alignment = std::uint64_t{1} << (i / 4), .checksums = (i & 1U) != 0, .names = (i & 2U) != 0};
}
template <std::size_t... I>
constexpr header_maker maker_among(const annotation_rules& rules, std::index_sequence<I...>) noexcept {
    constexpr header_maker makers[] = {header_maker_of<rules_numbered(I)>()...};
    const auto power = static_cast<std::size_t>(std::countr_zero(rules.alignment));
    return makers[4 * power + (rules.names ? 2U : 0U) + (rules.checksums ? 1U : 0U)];
}
}  // namespace detail

/// The function that writes headers by these rules, for `save_plan::make`; null for an alignment that is not a power of two up to 65536.
constexpr header_maker header_maker_for(const annotation_rules& rules) noexcept {
    if (!std::has_single_bit(rules.alignment) || rules.alignment > 65536) return nullptr;
    return detail::maker_among(rules, std::make_index_sequence<4 * detail::alignment_count>());
}

}  // namespace wherry::inline WHERRY_ABI

#endif
