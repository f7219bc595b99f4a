#ifndef WHERRY_EXEC_ROW_BLOCK_HPP
#define WHERRY_EXEC_ROW_BLOCK_HPP

#include <wherry/kernel/lookup.hpp>
#include <wherry/version.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace wherry::inline WHERRY_ABI {

/// The gradient of a table by rows, in memory of a plan: ids that differ, ascending, and the row of each. Holds at most `capacity` rows,
/// however many the table has.
class row_block {
  public:
    /// Bytes for so many rows of so many bytes.
    static constexpr std::uint64_t size_bytes(std::uint64_t capacity, std::uint64_t row_bytes) noexcept {
        return values_offset(capacity) + capacity * row_bytes;
    }
    row_block(std::byte* data, std::size_t capacity) noexcept : data_(data), capacity_(capacity) {}

    /// How many rows there are; whoever writes the block sets it.
    [[nodiscard]] std::uint64_t& count() const noexcept { return *reinterpret_cast<std::uint64_t*>(data_); }  // NOLINT: a plan's memory
    [[nodiscard]] std::span<std::int64_t> ids() const noexcept {
        return {reinterpret_cast<std::int64_t*>(data_ + alignment), capacity_};  // NOLINT: as above, aligned
    }
    [[nodiscard]] std::span<kernel::id_place> places() const noexcept {
        return {reinterpret_cast<kernel::id_place*>(data_ + places_offset(capacity_)), capacity_};  // NOLINT: as above
    }
    template <class T>
    [[nodiscard]] std::span<T> values(std::size_t width) const noexcept {
        return {reinterpret_cast<T*>(data_ + values_offset(capacity_)), capacity_ * width};  // NOLINT: as above
    }

    /// Calls with where each row begins in the table, and the row.
    template <class T, class Call>
    void each_row(std::size_t width, const Call& call) const {
        const std::span<const T> rows = values<T>(width);
        for (std::size_t i = 0; i < count(); ++i) call(static_cast<std::size_t>(ids()[i]) * width, rows.subspan(i * width, width));
    }
    /// The same, and with pieces of -0.0 for the rest of a table of so many elements: what adds nothing.
    template <class T, class Call>
    void each_row_and_between(std::size_t width, std::size_t element_count, const Call& call) const {
        std::array<T, 256> nothing;
        nothing.fill(-T{});
        std::size_t done = 0;
        const auto call_to = [&](std::size_t end) {
            for (std::size_t size = 0; done < end; done += size) {
                size = std::min(end - done, nothing.size());
                call(done, std::span<const T>(nothing).first(size));
            }
        };
        each_row<T>(width, [&](std::size_t at, std::span<const T> row) {
            call_to(at);
            call(at, row);
            done = at + row.size();
        });
        call_to(element_count);
    }

  private:
    static constexpr std::uint64_t alignment = 64;
    static constexpr std::uint64_t rounded(std::uint64_t bytes) noexcept { return (bytes + alignment - 1) / alignment * alignment; }
    static constexpr std::uint64_t places_offset(std::uint64_t capacity) noexcept {
        return alignment + rounded(capacity * sizeof(std::int64_t));
    }
    static constexpr std::uint64_t values_offset(std::uint64_t capacity) noexcept {
        return places_offset(capacity) + rounded(capacity * sizeof(kernel::id_place));
    }

    std::byte* data_;
    std::size_t capacity_;
};

}  // namespace wherry::inline WHERRY_ABI

#endif
