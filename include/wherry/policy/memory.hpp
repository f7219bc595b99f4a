#ifndef WHERRY_POLICY_MEMORY_HPP
#define WHERRY_POLICY_MEMORY_HPP

#include <wherry/base/allocate.hpp>
#include <wherry/base/bytes.hpp>
#include <wherry/base/number.hpp>
#include <wherry/base/result.hpp>
#include <wherry/policy/sink.hpp>
#include <wherry/policy/source.hpp>
#include <wherry/version.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace wherry::inline WHERRY_ABI {

/// Bytes of one record that lie in memory already.
class memory_reader {
  public:
    explicit memory_reader(std::string_view bytes) noexcept : bytes_(bytes) {}
    [[nodiscard]] std::uint64_t size_bytes() const noexcept { return bytes_.size(); }
    [[nodiscard]] std::string_view path() const noexcept { return {}; }
    [[nodiscard]] std::string_view bytes() const noexcept { return bytes_; }
    /// Errors: truncated.
    result<void> read_at(std::uint64_t offset, std::span<std::byte> into) const {
        if (offset > bytes_.size() || !fits(into.size(), bytes_.size() - offset))
            return failure(errc::truncated, "bytes past the end were wanted").at(offset).expected(into.size());
        std::copy_n(as_bytes(bytes_.substr(static_cast<std::size_t>(offset))).data(), into.size(), into.data());
        return {};
    }

  private:
    std::string_view bytes_;
};

/// As a sink, `memory{}` makes the bytes of a combined file in one string that is reserved once, to its exact size, and
/// `save` returns it. As a source, `memory{bytes}` reads bytes that the caller keeps.
class memory {
  public:
    static constexpr std::string_view name = "memory";
    static constexpr bool many_records = false;

    memory() noexcept = default;
    explicit memory(std::string_view bytes) noexcept : given_(bytes) {}
    explicit memory(std::span<const std::byte> bytes) noexcept : given_(as_chars(bytes)) {}

    /// Errors: overflow when the target cannot address that many bytes; out_of_memory.
    result<void> start(std::span<const record_size> records, durability_steps) {
        const auto size = checked_size(records.front().size_bytes);
        if (!size) return failure(errc::overflow, "the bytes do not fit memory").found(records.front().size_bytes);
        made_.clear();
        if (!try_reserve(made_, *size)) return out_of_memory(*size);
        return {};
    }
    result<void> write_at(std::size_t, std::uint64_t offset, std::span<const piece> pieces) {
        auto at = static_cast<std::size_t>(offset);
        for (const auto& bytes : pieces) {
            if (made_.size() < at) made_.resize(at);
            // Appending does not touch memory twice, which replacing after a resize does.
            if (at == made_.size()) made_.append(as_chars(bytes));
            else made_.replace(at, bytes.size(), as_chars(bytes));
            at += bytes.size();
        }
        return {};
    }
    result<void> commit(std::size_t) { return {}; }
    result<std::string> finish() { return std::exchange(made_, {}); }

    result<void> expect(std::span<const std::string_view>) const { return {}; }
    [[nodiscard]] result<memory_reader> open(std::string_view) const { return memory_reader(given_); }

  private:
    std::string_view given_;
    std::string made_;
};

/// A sink into memory that the caller owns; `save` returns the part that was filled.
/// Guarantee: no heap; nothing is written when the bytes do not fit.
class buffer {
  public:
    static constexpr std::string_view name = "buffer";
    static constexpr bool many_records = false;

    explicit buffer(std::span<std::byte> bytes) noexcept : bytes_(bytes) {}

    /// Errors: buffer_too_small.
    result<void> start(std::span<const record_size> records, durability_steps) {
        used_ = 0;
        if (fits(records.front().size_bytes, bytes_.size())) return {};
        return failure(errc::buffer_too_small, "the bytes do not fit the buffer").expected(records.front().size_bytes).found(bytes_.size());
    }
    result<void> write_at(std::size_t, std::uint64_t offset, std::span<const piece> pieces) {
        auto at = static_cast<std::size_t>(offset);
        for (const auto& bytes : pieces) {
            if (!bytes.empty()) std::memcpy(bytes_.data() + at, bytes.data(), bytes.size());
            at += bytes.size();
        }
        used_ = std::max(used_, at);
        return {};
    }
    result<void> commit(std::size_t) { return {}; }
    result<std::span<const std::byte>> finish() { return std::span<const std::byte>(bytes_.first(used_)); }

  private:
    std::span<std::byte> bytes_;
    std::size_t used_ = 0;
};

/// A sink of at most N bytes that lie in the object itself; `save` returns the part that was filled, so the object must
/// have a name. Guarantee: no heap; nothing is written when the bytes do not fit.
template <std::size_t N>
class fixed {
  public:
    static constexpr std::string_view name = "fixed";
    static constexpr bool many_records = false;
    static constexpr bool result_borrows_sink = true;

    /// Errors: buffer_too_small.
    result<void> start(std::span<const record_size> records, durability_steps how) { return (sink_ = buffer(bytes_)).start(records, how); }
    result<void> write_at(std::size_t at, std::uint64_t offset, std::span<const piece> pieces) {
        return sink_.write_at(at, offset, pieces);
    }
    result<void> commit(std::size_t at) { return sink_.commit(at); }
    result<std::span<const std::byte>> finish() { return sink_.finish(); }

  private:
    std::array<std::byte, N> bytes_{};
    buffer sink_{std::span<std::byte>()};
};

static_assert(Sink<memory> && Source<memory> && Source<const memory> && ViewReader<memory_reader>);
static_assert(Sink<buffer> && Sink<fixed<16>> && result_borrows_sink<fixed<16>> && !result_borrows_sink<buffer>);

}  // namespace wherry::inline WHERRY_ABI

#endif
