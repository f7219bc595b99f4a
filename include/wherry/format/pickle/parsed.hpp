#ifndef WHERRY_FORMAT_PICKLE_PARSED_HPP
#define WHERRY_FORMAT_PICKLE_PARSED_HPP

#include <wherry/base/bytes.hpp>
#include <wherry/base/result.hpp>
#include <wherry/base/sequence.hpp>
#include <wherry/format/numpy.hpp>
#include <wherry/format/pickle/value.hpp>
#include <wherry/tensor/tensor.hpp>
#include <wherry/version.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace wherry::inline WHERRY_ABI::pickle::detail {

/// An array of a pickle, by what describes it.
struct array_view {
    std::string name;
    numpy::array_layout layout;
    value data;
    bool used = false;  ///< as a slice
};
/// An array that was cut into slices.
struct joined_view {
    std::string name;
    numpy::array_layout layout;
    sequence<std::size_t> slices;
};

/// The objects of a pickle, and which of them are arrays. Elements are decoded from here.
struct parsed_pickle {
    std::string bytes;  ///< of a record that is not in memory already
    object_graph objects;
    sequence<array_view> views;
    sequence<joined_view> joined;

    [[nodiscard]] std::uint64_t size_of_data(value data) const noexcept {
        const auto held = objects.slice(data);
        if (data.kind == kind::bytes) return held.size();
        return static_cast<std::uint64_t>(
            std::count_if(held.begin(), held.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xc0U) != 0x80U; }));
    }
    /// Errors: bad_pickle for a text that is not one of bytes.
    result<void> fill(value data, std::span<std::byte> into) const {
        const auto held = objects.slice(data);
        if (data.kind == kind::bytes) return std::copy(as_bytes(held).begin(), as_bytes(held).end(), into.begin()), result<void>();
        auto* to = into.data();
        for (std::size_t i = 0; i < held.size(); ++to) {
            auto u = static_cast<unsigned>(static_cast<unsigned char>(held[i++]));
            if (u >= 0x80U) {
                const auto second = i < held.size() ? static_cast<unsigned>(static_cast<unsigned char>(held[i++])) : 0U;
                if ((u != 0xc2U && u != 0xc3U) || (second & 0xc0U) != 0x80U)
                    return error{.code = errc::bad_pickle, .message = "the bytes of an array are not as Python 3 writes them"};
                u = (u & 3U) << 6U | (second & 0x3fU);
            }
            *to = static_cast<std::byte>(u);
        }
        return {};
    }
    /// The array of that number: views first, then those that were cut.
    result<void> decode(std::size_t at, Tensor& into) const {
        if (at < views.size())
            return numpy::fill_tensor(views[at].layout, into,
                                      [&](std::span<std::byte> elements) { return fill(views[at].data, elements); });
        const auto& whole = joined[at - views.size()];
        return numpy::fill_tensor(whole.layout, into, [&](std::span<std::byte> elements) -> result<void> {
            for (const auto slice : whole.slices) {
                const auto size = static_cast<std::size_t>(size_of_data(views[slice].data));
                if (auto filled = fill(views[slice].data, elements.first(size)); !filled) return filled;
                elements = elements.subspan(size);
            }
            return {};
        });
    }
};

}  // namespace wherry::inline WHERRY_ABI::pickle::detail

#endif
