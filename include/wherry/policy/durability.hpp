#ifndef WHERRY_POLICY_DURABILITY_HPP
#define WHERRY_POLICY_DURABILITY_HPP

#include <wherry/base/policy_set.hpp>
#include <wherry/version.hpp>

#include <concepts>
#include <string_view>

namespace wherry::inline WHERRY_ABI {

/// The steps that make a file safe, for sinks of files. Sinks of memory have nothing to do for it.
struct durability_steps {
    bool beside = true;   ///< write a temporary file beside the target, rename it over the target when it is whole
    bool synced = false;  ///< wait until the device holds file and folder
};

/// How safe a file, or a set of files, is against a crash while it is written; `disk` has the table.
template <class D>
concept Durability = Named<D> && requires {
    { D::steps } -> std::convertible_to<durability_steps>;
};

namespace kinds {
/// How safe a file is: a `Durability`.
struct durability {
    template <class P>
    static constexpr bool check() noexcept {
        static_assert(Durability<P>,
                      "wherry: durability: needs `static constexpr durability_steps steps` (see wherry/policy/durability.hpp)");
        return Durability<P>;
    }
};
}  // namespace kinds

/// In place, without a temporary file: a kill or a full disk leaves old and new bytes mixed. Errors are still noticed and
/// the file is then emptied, so that nobody loads the mixture. The fastest over an existing file, since none of its
/// blocks is freed. Writes to character devices too.
struct fast {
    using kind = kinds::durability;
    static constexpr std::string_view name = "fast";
    static constexpr durability_steps steps{.beside = false, .synced = false};
};

/// Temporary file and rename: safe against a kill and a full disk, the name always means a whole file, and several files are one set. Not
/// against power loss, after which the rename may be there and the data not.
struct atomic {
    using kind = kinds::durability;
    static constexpr std::string_view name = "atomic";
    static constexpr durability_steps steps{.beside = true, .synced = false};
};

/// As `atomic`, and file and folder are on the device before `save` returns.
struct durable {
    using kind = kinds::durability;
    static constexpr std::string_view name = "durable";
    static constexpr durability_steps steps{.beside = true, .synced = true};
};

static_assert(Durability<fast> && Durability<atomic> && Durability<durable>);

}  // namespace wherry::inline WHERRY_ABI

#endif
