#ifndef WHERRY_BASE_LOD_HPP
#define WHERRY_BASE_LOD_HPP

#include <wherry/base/result.hpp>
#include <wherry/base/sequence.hpp>
#include <wherry/version.hpp>

#include <cstddef>
#include <cstdint>
#include <span>

namespace wherry::inline WHERRY_ABI {

/// Level of detail: how the rows of a tensor fall into sequences. One vector of offsets a level, outermost first; each
/// starts with 0 and ends with the number of entries of the next level, the last one with the number of rows.
using LoD = sequence<sequence<std::uint64_t>>;

/// Checks that offsets describe `rows` rows. Errors: bad_lod.
constexpr result<void> check_lod(const LoD& lod, std::uint64_t rows) {
    for (std::size_t level = 0; level < lod.size(); ++level) {
        const auto& offsets = lod[level];
        const auto bad = [&](const char* message, std::uint64_t expected, std::uint64_t found) {
            return failure(errc::bad_lod, message).expected(expected).found(found);
        };
        if (offsets.size() < 2) return bad("a LoD level holds no sequence", 2, offsets.size());
        if (offsets.front() != 0) return bad("a LoD level does not start at 0", 0, offsets.front());
        for (std::size_t i = 1; i < offsets.size(); ++i)
            if (offsets[i] < offsets[i - 1]) return bad("the offsets of a LoD level fall", offsets[i - 1], offsets[i]);
        const auto end = level + 1 < lod.size() ? std::uint64_t{lod[level + 1].size()} - 1 : rows;
        if (offsets.back() != end) return bad("a LoD level does not end where the next one, or the rows, end", end, offsets.back());
    }
    return {};
}

/// Offsets of one level from the lengths of its sequences: {3, 1} gives {0, 3, 4}.
constexpr sequence<std::uint64_t> offsets_of(std::span<const std::uint64_t> lengths) {
    sequence<std::uint64_t> offsets{0};
    for (const auto length : lengths) offsets.push_back(offsets.back() + length);
    return offsets;
}

}  // namespace wherry::inline WHERRY_ABI

#endif
