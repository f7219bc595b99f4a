#ifndef WHERRY_FORMAT_PICKLE_ELEMENTS_HPP
#define WHERRY_FORMAT_PICKLE_ELEMENTS_HPP

#include <wherry/base/bytes.hpp>
#include <wherry/base/dtype.hpp>
#include <wherry/policy/sink.hpp>
#include <wherry/record/byte_order.hpp>
#include <wherry/record/held_elements.hpp>
#include <wherry/record/save_plan.hpp>
#include <wherry/tensor/tensor.hpp>
#include <wherry/version.hpp>

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace wherry::inline WHERRY_ABI::pickle {

/// How a pickle is written.
struct write_options {
    int protocol = 2;      ///< 2, 3 or 4
    bool python2 = false;  ///< as Python 2 writes protocol 2: bytes as they are, not as text
    bool cut = true;       ///< in protocols 2 and 3, arrays beyond `cut_bytes` become slices, as Paddle 2 does; not in .pdopt
    std::uint64_t cut_bytes = (std::uint64_t{1} << 30U) - 1;
};

namespace detail {
/// Elements of an array: bytes of a tensor, from `first` on.
struct array_data {
    const tensor_ref* tensor;
    std::uint64_t first;
    std::uint64_t count;
};

/// Bytes as a text of Python 3 that encodes to them in latin1.
inline void append_latin1(byte_buffer& out, piece data) {
    for (const auto b : data) {
        const auto u = std::to_integer<unsigned>(b);
        if (u >= 0x80U) out.push_back(static_cast<char>(0xc0U | u >> 6U));
        out.push_back(static_cast<char>(u < 0x80U ? u : 0x80U | (u & 0x3fU)));
    }
}
inline void print_latin1(byte_buffer& out, const tensor_ref& tensor, std::uint64_t first, piece elements) {
    if constexpr (native_is_little_endian) return append_latin1(out, elements);
    byte_buffer turned;
    print_file_order(turned, tensor, first, elements);
    append_latin1(out, as_bytes(view_of(turned)));
}

/// The number of a text of one character below U+0100, of which Python keeps one object each; 256 for all others.
inline std::size_t single_character(std::string_view chars) noexcept {
    const auto u = [&](std::size_t i) { return static_cast<unsigned>(static_cast<unsigned char>(chars[i])); };
    if (chars.size() == 1 && u(0) < 0x80U) return u(0);
    if (chars.size() == 2 && (u(0) == 0xc2U || u(0) == 0xc3U)) return (u(0) & 3U) << 6U | (u(1) & 0x3fU);
    return 256;
}

/// A dict that is being written.
struct dict_state {
    std::size_t left = 0;   ///< items that are not written yet
    std::size_t batch = 0;  ///< items since the mark
    bool alone = false;     ///< no mark
    bool fetched = false;   ///< item by item: what is left is known
};

/// Bytes that were made, from `begin` to `end` of the buffer, or bytes that belong to a tensor.
struct stretch {
    std::size_t begin = 0;
    std::size_t end = 0;
    piece outside{};
    later_elements later{};
    std::uint64_t printed_bytes = 0;  ///< of `later`
};
}  // namespace detail

}  // namespace wherry::inline WHERRY_ABI::pickle

#endif
