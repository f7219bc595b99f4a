#ifndef WHERRY_FORMAT_PICKLE_INPUT_HPP
#define WHERRY_FORMAT_PICKLE_INPUT_HPP

#include <wherry/base/bytes.hpp>
#include <wherry/base/result.hpp>
#include <wherry/base/sequence.hpp>
#include <wherry/record/any_reader.hpp>
#include <wherry/version.hpp>

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <utility>

namespace wherry::inline WHERRY_ABI::pickle::detail {

/// A string of a pickle that stays in its file.
struct far_string {
    std::uint64_t offset = 0;
    std::uint64_t size = 0;
};

/// The bytes of a pickle from first to last: in memory or, of a file, those of a window. What is taken of a file is copied, so that it stays.
class input {
  public:
    /// Longer strings of a file are not read. No name is longer.
    static constexpr std::uint64_t longest_near = 1023;

    explicit input(std::string_view bytes) noexcept : window_(bytes), size_(bytes.size()) {}
    /// Borrows the reader.
    explicit input(any_reader& reader) : size_(reader.size_bytes()) {
        if (reader.is_view()) window_ = reader.bytes();
        else reader_ = &reader;
    }

    [[nodiscard]] std::uint64_t offset() const noexcept { return start_ + at_; }
    [[nodiscard]] std::uint64_t remaining() const noexcept { return size_ - offset(); }
    [[nodiscard]] bool at_end() const noexcept { return remaining() == 0; }
    [[nodiscard]] bool is_far(std::uint64_t size) const noexcept { return reader_ != nullptr && size > longest_near; }

    /// So many of the next bytes, or all there are, at most those of a window; until the next call. Errors: those of the reader.
    result<std::string_view> peek(std::size_t count) {
        const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(std::min(count, window_bytes), remaining()));
        if (wanted > window_.size() - at_)
            if (auto filled = fill(); !filled) return filled.failure();
        return window_.substr(at_, wanted);
    }
    /// The next bytes; they stay. Errors: truncated, those of the reader.
    result<std::string_view> take(std::uint64_t count, std::string_view what) {
        if (count > remaining()) return truncated(count, what);
        if (reader_ == nullptr)
            return at_ += static_cast<std::size_t>(count),
                   window_.substr(at_ - static_cast<std::size_t>(count), static_cast<std::size_t>(count));
        const auto kept = room_for(static_cast<std::size_t>(count));
        for (std::size_t done = 0; done < kept.size();) {
            const auto next = peek(kept.size() - done);
            if (!next) return next;
            std::copy(next->begin(), next->end(), kept.begin() + static_cast<std::ptrdiff_t>(done));
            done += next->size();
            at_ += next->size();
        }
        return std::string_view(kept.data(), kept.size());
    }
    /// An unsigned little-endian integer. Errors: truncated, those of the reader.
    template <std::unsigned_integral U>
    result<U> read(std::string_view what) {
        if (sizeof(U) > remaining()) return truncated(sizeof(U), what);
        const auto bytes = peek(sizeof(U));
        if (!bytes) return bytes.failure();
        const auto value = byte_cursor(*bytes).read<U>(what);
        at_ += sizeof(U);
        return value;
    }
    void skip(std::size_t count) noexcept { at_ += count; }  ///< of what was peeked at
    /// Passes over a string that stays where it is, unread. Errors: truncated.
    result<far_string> pass(std::uint64_t size, std::string_view what) {
        if (size > remaining()) return truncated(size, what);
        const far_string made{offset(), size};
        if (size <= window_.size() - at_) return at_ += static_cast<std::size_t>(size), made;
        start_ += at_ + size;
        at_ = 0;
        window_ = {};
        return made;
    }
    static std::uint64_t count_chars(std::string_view chars) noexcept {
        return static_cast<std::uint64_t>(
            std::count_if(chars.begin(), chars.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xc0U) != 0x80U; }));
    }

    /// The error of a length that is not there, at this position.
    [[nodiscard]] failure truncated(std::uint64_t wanted, std::string_view what) const {
        return cut_short(what, offset(), wanted, remaining());
    }
    /// The memory of what was taken.
    [[nodiscard]] sequence<byte_buffer> take_memory() noexcept { return std::move(kept_); }

  private:
    static constexpr std::size_t window_bytes = std::size_t{1} << 16U;
    static constexpr std::size_t block_bytes = std::size_t{1} << 14U;

    /// Makes a window of what comes next.
    result<void> fill() {
        start_ += at_;
        at_ = 0;
        buffer_.resize(static_cast<std::size_t>(std::min<std::uint64_t>(window_bytes, size_ - start_)));
        window_ = {};
        if (auto read = reader_->read_at(start_, std::as_writable_bytes(std::span(buffer_.data(), buffer_.size()))); !read) return read;
        window_ = view_of(buffer_);
        return {};
    }
    /// Memory that does not move: blocks of many small strings.
    std::span<char> room_for(std::size_t count) {
        if (count > block_left_) {
            kept_.emplace_back().resize(std::max(count, block_bytes));
            block_left_ = kept_.back().size();
        }
        auto& block = kept_.back();
        const std::span<char> room(block.data() + (block.size() - block_left_), count);
        block_left_ -= count;
        return room;
    }

    any_reader* reader_ = nullptr;
    std::string_view window_;
    std::uint64_t size_ = 0;
    std::uint64_t start_ = 0;  ///< of the window, in the file
    std::size_t at_ = 0;       ///< in the window
    byte_buffer buffer_;
    sequence<byte_buffer> kept_;
    std::size_t block_left_ = 0;
};

}  // namespace wherry::inline WHERRY_ABI::pickle::detail

#endif
