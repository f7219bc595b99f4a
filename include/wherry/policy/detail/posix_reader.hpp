#ifndef WHERRY_POLICY_DETAIL_POSIX_READER_HPP
#define WHERRY_POLICY_DETAIL_POSIX_READER_HPP

#include <wherry/base/result.hpp>
#include <wherry/policy/detail/posix_calls.hpp>
#include <wherry/version.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include <sys/mman.h>

namespace wherry::inline WHERRY_ABI::detail {

/// Pieces a single call takes, and the bytes it is asked for at most: some systems refuse 2 GiB and more.
inline constexpr std::size_t call_pieces = 1024;
inline constexpr std::size_t call_bytes = std::size_t{1} << 30;

/// Moves all pieces with as few calls as the system allows; answers 0, an errno, or -1 when a call moved nothing.
template <class Bytes, class Call>
int move_all(std::uint64_t offset, std::span<const Bytes> pieces, Call call) {
    std::array<::iovec, call_pieces> batch;  // NOLINT: filled before it is read
    std::size_t next = 0;                    // first piece that is not moved as a whole
    std::size_t done = 0;                    // bytes of it that are
    while (true) {
        int count = 0;
        std::size_t asked = 0;
        for (std::size_t i = next, skip = done; i < pieces.size() && std::cmp_less(count, call_pieces) && asked < call_bytes;
             ++i, skip = 0) {
            const auto size = std::min(pieces[i].size() - skip, call_bytes - asked);
            if (size == 0) continue;
            auto* const start = const_cast<std::byte*>(pieces[i].data() + skip);  // NOLINT: iovec serves both directions
            batch[static_cast<std::size_t>(count++)] = {start, size};
            asked += size;
        }
        if (count == 0) return 0;
        if (!std::in_range<::off_t>(offset)) return EFBIG;
        const auto moved = uninterrupted([&] { return call(batch.data(), count, static_cast<::off_t>(offset)); });
        if (moved < 0) return errno;
        if (moved == 0) return -1;
        offset += static_cast<std::uint64_t>(moved);
        auto rest = static_cast<std::size_t>(moved);
        while (rest > 0) {
            const auto step = std::min(rest, pieces[next].size() - done);
            rest -= step;
            done += step;
            if (done == pieces[next].size()) ++next, done = 0;
        }
    }
}

/// A regular file that is open for reading.
template <class Calls>
class posix_reader {
  public:
    posix_reader(descriptor<Calls> file, std::uint64_t size_bytes, std::string path)
        : file_(std::move(file)), size_bytes_(size_bytes), path_(std::move(path)) {}

    [[nodiscard]] std::uint64_t size_bytes() const noexcept { return size_bytes_; }
    [[nodiscard]] std::string_view path() const noexcept { return path_; }
    [[nodiscard]] int native_handle() const noexcept { return file_.get(); }

    /// Errors: cannot_read, truncated when the file became shorter in the meantime.
    result<void> read_at(std::uint64_t offset, std::span<const std::span<std::byte>> into) {
        const int failed = move_all(
            offset, into, [&](const ::iovec* pieces, int count, ::off_t at) { return Calls::read(file_.get(), pieces, count, at); });
        if (failed == 0) return {};
        if (failed < 0) return failure(errc::truncated, "the file became shorter while it was read").in_file(path_).at(offset);
        return system_error(errc::cannot_read, "the system failed while reading", path_, failed).at(offset);
    }
    result<void> read_at(std::uint64_t offset, std::span<std::byte> into) {
        return read_at(offset, std::span<const std::span<std::byte>>(&into, 1));
    }
    /// Memory that was never used and is read into next: in large pages where the system has them, since to be given small ones takes it
    /// longer than to read the bytes.
    static void will_fill([[maybe_unused]] std::span<std::byte> fresh) noexcept {
#if defined(MADV_HUGEPAGE)
        constexpr std::uintptr_t page = 4096;
        const auto begin = (reinterpret_cast<std::uintptr_t>(fresh.data()) + page - 1) / page * page;  // NOLINT: an address
        const auto end = reinterpret_cast<std::uintptr_t>(fresh.data() + fresh.size()) / page * page;  // NOLINT: as above
        if (begin < end) ::madvise(reinterpret_cast<void*>(begin), end - begin, MADV_HUGEPAGE);        // NOLINT: advice may be refused
#endif
    }

  private:
    descriptor<Calls> file_;
    std::uint64_t size_bytes_ = 0;
    std::string path_;
};

}  // namespace wherry::inline WHERRY_ABI::detail

#endif
