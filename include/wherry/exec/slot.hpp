#ifndef WHERRY_EXEC_SLOT_HPP
#define WHERRY_EXEC_SLOT_HPP

#include <wherry/version.hpp>

#include <cstdint>
#include <string_view>

namespace wherry::inline WHERRY_ABI {

/// How many variables a slot of an operator takes.
enum class slot_arity : std::uint8_t {
    one,       ///< exactly one
    optional,  ///< none or one; an unused input slot is written empty, as 1.8.5 does
    many,      ///< one or more
    any,       ///< none or more; written as `optional`
    since_2x,  ///< none or one; read from 2.x files, never written
};

/// One declared slot of an operator.
struct slot {
    std::string_view name;
    slot_arity arity = slot_arity::one;
};

/// Which of an operator's flattened variables belong to a slot.
struct slot_range {
    std::uint32_t first = 0;
    std::uint32_t count = 0;
};

}  // namespace wherry::inline WHERRY_ABI

#endif
