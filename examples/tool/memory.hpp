#ifndef WHERRY_TOOL_MEMORY_HPP
#define WHERRY_TOOL_MEMORY_HPP

#include <wherry/base/error.hpp>
#include <wherry/base/limits.hpp>
#include <wherry/base/number.hpp>
#include <wherry/policy/capped.hpp>

#include <string>
#include <string_view>

namespace tool {

/// The limits of all that this process loads, parses, plans and runs: --memory sets `total_bytes`. Also a policy of archives.
struct chosen_limits {
    using kind = wherry::kinds::caps;
    static constexpr std::string_view name = "chosen_limits";
    static inline wherry::limits caps{};
};
static_assert(wherry::Caps<chosen_limits>);

/// An error in a line; where memory is capped, the option is named that caps it.
inline std::string told(const wherry::error& wrong) {
    constexpr std::string_view cap = "limits::total_bytes";
    auto line = wherry::to_string(wrong);
    if (wrong.code == wherry::errc::out_of_memory) return line + "; --memory caps what a file may make this take";
    if (wrong.code != wherry::errc::too_large) return line;
    if (const auto at = line.find(cap); at != std::string::npos) return line.replace(at, cap.size(), "--memory");
    return wrong.expected == wherry::decimal(chosen_limits::caps.total_bytes).view() ? line + "; --memory sets the limit" : line;
}

}  // namespace tool

#endif
