#ifndef WHERRY_POLICY_PICK_HPP
#define WHERRY_POLICY_PICK_HPP

#include <wherry/version.hpp>

#include <cstddef>
#include <type_traits>

namespace wherry::inline WHERRY_ABI {

/// The policy of a list that is of a kind, or the default when there is none: how policies come in any order.
/// `Is<P>::value` says whether P is of the kind.
template <template <class> class Is, class Default, class... Policies>
struct pick {
    using type = Default;
    static constexpr std::size_t count = 0;
};
template <template <class> class Is, class Default, class First, class... Rest>
struct pick<Is, Default, First, Rest...> {
    using type = std::conditional_t<Is<First>::value, First, typename pick<Is, Default, Rest...>::type>;
    static constexpr std::size_t count = (Is<First>::value ? 1 : 0) + pick<Is, Default, Rest...>::count;
};

}  // namespace wherry::inline WHERRY_ABI

#endif
