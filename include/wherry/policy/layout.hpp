#ifndef WHERRY_POLICY_LAYOUT_HPP
#define WHERRY_POLICY_LAYOUT_HPP

#include <wherry/base/order.hpp>
#include <wherry/base/policy_set.hpp>
#include <wherry/base/sequence.hpp>
#include <wherry/version.hpp>

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace wherry::inline WHERRY_ABI {

/// One file, or one stretch of memory: which tensors it holds, in which order.
struct record {
    std::string name;               ///< relative to the target; empty when the target itself is the record
    sequence<std::size_t> tensors;  ///< indices into the names that the layout was asked about
};

namespace detail {
template <class L>
concept SaysSingleRecord = requires {
    { L::single_record } -> std::convertible_to<bool>;  // true: always one record whose name is empty
};
template <class L>
concept GivesRecords = requires(const L layout, std::span<const std::string_view> names) {
    { layout.records(names) } -> std::convertible_to<sequence<record>>;
};
}  // namespace detail

/// Lays tensors out in records. The names are distinct; every index must be in exactly one record, and saving and
/// loading the same names must give the same answer, since files hold no names. May hold state; such a layout is handed to the call.
template <class L>
concept Layout = Named<L> && detail::SaysSingleRecord<L> && detail::GivesRecords<L>;

namespace kinds {
/// Which record holds which tensors: a `Layout`.
struct layout {
    template <class P>
    static constexpr bool check() noexcept {
        static_assert(detail::SaysSingleRecord<P>,
                      "wherry: layout: needs `static constexpr bool single_record` (see wherry/policy/layout.hpp)");
        static_assert(
            detail::GivesRecords<P>,
            "wherry: layout: records(std::span<const std::string_view>) must be const and return records (see wherry/policy/layout.hpp)");
        return Layout<P>;
    }
};
}  // namespace kinds

/// A layout may say that bytes after the last tensor of a record are a warning, not an error.
template <class L>
inline constexpr bool tolerates_trailing_bytes = [] {
    if constexpr (requires { L::tolerates_trailing_bytes; }) return bool(L::tolerates_trailing_bytes);
    return false;
}();

/// A layout may say that its only record is in the order of the names' bytes. Such a layout is asked about names that repeat, too.
template <class L>
inline constexpr bool sorts_by_name = [] {
    if constexpr (requires { L::sorts_by_name; }) return bool(L::sorts_by_name);
    return false;
}();

}  // namespace wherry::inline WHERRY_ABI

namespace wherry::inline WHERRY_ABI::layout {

/// One file per variable, named after it, in the given order. Bytes after a tensor are only warned about, as real loaders
/// ignore them. Source: save_vars without a filename.
struct per_file {
    using kind = kinds::layout;
    static constexpr std::string_view name = "per_file";
    static constexpr bool single_record = false;
    static constexpr bool tolerates_trailing_bytes = true;
    [[nodiscard]] sequence<record> records(std::span<const std::string_view> names) const {
        sequence<record> made;
        made.reserve(names.size());
        for (std::size_t i = 0; i < names.size(); ++i) made.push_back({std::string(names[i]), {i}});
        return made;
    }
};

/// One file of all tensors, sorted by the bytes of their names, without an index. Source: save_vars with a filename.
struct combined {
    using kind = kinds::layout;
    static constexpr std::string_view name = "combined";
    static constexpr bool single_record = true;
    static constexpr bool sorts_by_name = true;
    [[nodiscard]] sequence<record> records(std::span<const std::string_view> names) const { return {{{}, order_of(names)}}; }
};

static_assert(Layout<per_file> && Layout<combined>);
static_assert(tolerates_trailing_bytes<per_file> && !tolerates_trailing_bytes<combined>);

}  // namespace wherry::inline WHERRY_ABI::layout

#endif
