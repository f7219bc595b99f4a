#ifndef WHERRY_POLICY_COMMIT_HPP
#define WHERRY_POLICY_COMMIT_HPP

#include <wherry/base/policy_set.hpp>
#include <wherry/version.hpp>

#include <concepts>
#include <string_view>

namespace wherry::inline WHERRY_ABI {

/// When a load changes the tensors that a scope holds.
template <class C>
concept Commit = Named<C> && requires {
    { C::reads_in_place } -> std::convertible_to<bool>;
};

namespace kinds {
/// When a load changes the tensors that a scope holds: a `Commit`.
struct commit {
    template <class P>
    static constexpr bool check() noexcept {
        static_assert(Commit<P>, "wherry: commit: needs `static constexpr bool reads_in_place` (see wherry/policy/commit.hpp)");
        return Commit<P>;
    }
};
}  // namespace kinds

/// After everything was read: elements are read into fresh memory, which is swapped in. A load that fails leaves the scope as it was.
struct all_at_once {
    using kind = kinds::commit;
    static constexpr std::string_view name = "all_at_once";
    static constexpr bool reads_in_place = false;
};

/// When all names, headers, sizes and shapes were checked: elements are read into the memory of tensors that have the element type and the
/// dims of the file already, which saves the time and the memory of fresh pages. What fails before the first element leaves the scope as it
/// was. A device that fails while elements are read leaves one tensor half read, and a checksum of elements that is wrong, which is known
/// when they were read, leaves them: the error names that tensor, and those before it have the values of the file. Nobody else may use the
/// scope while it is loaded.
/// For one record of the format's own bytes: not for `per_file` and not through a codec.
struct in_place {
    using kind = kinds::commit;
    static constexpr std::string_view name = "in_place";
    static constexpr bool reads_in_place = true;
};

static_assert(Commit<all_at_once> && Commit<in_place>);

}  // namespace wherry::inline WHERRY_ABI

#endif
