#ifndef WHERRY_FORMAT_PICKLE_PARSED_HPP
#define WHERRY_FORMAT_PICKLE_PARSED_HPP

#include <wherry/base/bytes.hpp>
#include <wherry/base/result.hpp>
#include <wherry/base/sequence.hpp>
#include <wherry/format/numpy.hpp>
#include <wherry/format/pickle/input.hpp>
#include <wherry/format/pickle/value.hpp>
#include <wherry/record/any_reader.hpp>
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
    std::uint64_t size_bytes = 0;  ///< of the elements
    bool used = false;             ///< as a slice
};
/// An array that was cut into slices.
struct joined_view {
    std::string name;
    numpy::array_layout layout;
    sequence<std::size_t> slices;
};

/// Bytes out of a text of as many characters, which comes in pieces.
class latin1_decoder {
  public:
    explicit latin1_decoder(std::span<std::byte> into) noexcept : into_(into) {}

    /// Errors: bad_pickle for a text that is not one of bytes, or of more than there is room for.
    result<void> add(std::string_view text) noexcept {
        for (const char c : text) {
            const auto u = static_cast<unsigned>(static_cast<unsigned char>(c));
            const bool second = lead_ != 0;
            const bool fits = second ? (u & 0xc0U) == 0x80U : u < 0x80U || u == 0xc2U || u == 0xc3U;
            if (!fits || at_ == into_.size()) return failure(errc::bad_pickle, "the bytes of an array are not as Python 3 writes them");
            if (!second && u >= 0x80U) {
                lead_ = u;
                continue;
            }
            into_[at_++] = static_cast<std::byte>(second ? (lead_ & 3U) << 6U | (u & 0x3fU) : u);
            lead_ = 0;
        }
        return {};
    }
    /// All bytes came. Errors: bad_pickle.
    [[nodiscard]] result<void> end() const noexcept {
        if (at_ == into_.size() && lead_ == 0) return {};
        return failure(errc::bad_pickle, "a text that stands for bytes has fewer than it should");
    }

  private:
    std::span<std::byte> into_;
    std::size_t at_ = 0;
    unsigned lead_ = 0;  ///< the first byte of two
};

/// The objects of a pickle, and which of them are arrays. Elements are decoded from here.
struct parsed_pickle {
    object_graph objects;
    sequence<array_view> views;
    sequence<joined_view> joined;

    /// Bytes of data; of a text that is not read yet, in which each takes one or two, the most that they may be.
    [[nodiscard]] std::uint64_t most_bytes_of(value data) const noexcept {
        if (const auto* const far = objects.find_far(data); far != nullptr) return far->size;
        const auto held = objects.slice(data);
        return data.kind == kind::bytes ? held.size() : input::count_chars(held);
    }
    [[nodiscard]] bool may_be(value data, std::uint64_t size_bytes) const noexcept {
        const auto most = most_bytes_of(data);
        const bool unread = data.kind != kind::bytes && objects.find_far(data) != nullptr;
        return most == size_bytes || (unread && most > size_bytes && most - size_bytes <= size_bytes);
    }
    /// `reader`: of the pickle. Errors: bad_pickle for a text that is not one of so many bytes; those of the reader.
    result<void> fill(value data, any_reader& reader, std::span<std::byte> into) const {
        latin1_decoder text{into};
        const auto* const far = objects.find_far(data);
        if (far == nullptr) {
            const auto held = objects.slice(data);
            if (data.kind != kind::bytes) {
                auto added = text.add(held);
                return added ? text.end() : added;
            }
            return std::copy(as_bytes(held).begin(), as_bytes(held).end(), into.begin()), result<void>();
        }
        if (data.kind == kind::bytes) return reader.read_at(far->offset, into);
        byte_buffer piece(static_cast<std::size_t>(std::min<std::uint64_t>(far->size, std::uint64_t{1} << 16U)));
        for (std::uint64_t done = 0; done < far->size; done += piece.size()) {
            piece.resize(static_cast<std::size_t>(std::min<std::uint64_t>(piece.size(), far->size - done)));
            const auto read = reader.read_at(far->offset + done, std::as_writable_bytes(std::span(piece.data(), piece.size())));
            if (!read) return read;
            if (auto added = text.add(view_of(piece)); !added) return added;
        }
        return text.end();
    }
    /// The array of that number: views first, then those that were cut.
    result<void> decode(std::size_t at, any_reader& reader, Tensor& into) const {
        if (at < views.size())
            return numpy::fill_tensor(views[at].layout, into,
                                      [&](std::span<std::byte> elements) { return fill(views[at].data, reader, elements); });
        const auto& whole = joined[at - views.size()];
        return numpy::fill_tensor(whole.layout, into, [&](std::span<std::byte> elements) -> result<void> {
            for (const auto slice : whole.slices) {
                const auto size = static_cast<std::size_t>(views[slice].size_bytes);
                if (auto filled = fill(views[slice].data, reader, elements.first(size)); !filled) return filled;
                elements = elements.subspan(size);
            }
            return {};
        });
    }
};

}  // namespace wherry::inline WHERRY_ABI::pickle::detail

#endif
