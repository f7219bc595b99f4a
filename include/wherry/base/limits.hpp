#ifndef WHERRY_BASE_LIMITS_HPP
#define WHERRY_BASE_LIMITS_HPP

#include <wherry/version.hpp>

#include <cstddef>
#include <cstdint>

namespace wherry::inline WHERRY_ABI {

/// Dims of a tensor. Source: Paddle's DDim holds at most 9.
inline constexpr std::size_t max_rank = 9;

/// Limits of a reader, beyond which it answers `too_large`. A caller who needs more passes a value with the field raised:
/// `constexpr limits mine{.program_bytes = 1u << 30};`.
struct limits {
    std::uint64_t desc_bytes = std::uint64_t{1} << 20;       ///< one TensorDesc
    std::uint64_t lod_levels = 16;                           ///< LoD levels of one tensor
    std::uint64_t program_bytes = std::uint64_t{256} << 20;  ///< one ProgramDesc
    std::uint64_t parsed_bytes = std::uint64_t{256} << 20;   ///< memory of one parsed message; 16 times its bytes + 1 MiB at most, too
    std::size_t program_rank = 32;                           ///< dims of one VarDesc
    std::size_t blocks = 1024;                               ///< blocks of one program
    std::size_t block_depth = 32;                            ///< parents of one block
    std::size_t elements = 1'000'000;                        ///< repeated elements of one message
    std::size_t name_bytes = 1023;                           ///< one variable name
    std::uint64_t pickle_opcodes = 4'000'000;                ///< of one pickle; an array takes some 25
    std::uint64_t inflated_bytes = std::uint64_t{4} << 30;   ///< one compressed record, unpacked
    std::uint64_t arena_bytes = std::uint64_t{4} << 30;      ///< temporaries of one plan, and each variable it makes
    /// What one load, plan or executor may hold in all; mapped bytes are not counted. 64 GiB, or 512 MiB where an address has 32 bits.
    std::uint64_t total_bytes = sizeof(void*) > 4 ? std::uint64_t{64} << 30 : std::uint64_t{512} << 20;
};

}  // namespace wherry::inline WHERRY_ABI

#endif
