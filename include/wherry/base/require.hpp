#ifndef WHERRY_BASE_REQUIRE_HPP
#define WHERRY_BASE_REQUIRE_HPP

#include <wherry/version.hpp>

#include <cassert>
#include <cstdlib>

namespace wherry::inline WHERRY_ABI {

/// A mistake of the caller that would reach past memory: ends the program in every build, with the sentence where asserts are on.
/// Bad input is never one: it is an error value.
constexpr void require(bool holds, [[maybe_unused]] const char* sentence) noexcept {
    if (holds) [[likely]]
        return;
    assert(((void)sentence, false) && "see `sentence`");
    std::abort();
}

}  // namespace wherry::inline WHERRY_ABI

#endif
