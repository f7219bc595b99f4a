#ifndef WHERRY_INTEROP_DETAIL_ZLIB_STREAM_HPP
#define WHERRY_INTEROP_DETAIL_ZLIB_STREAM_HPP

#include <wherry/base/bytes.hpp>
#include <wherry/base/number.hpp>
#include <wherry/base/result.hpp>
#include <wherry/version.hpp>

#include <zlib.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string_view>
#include <utility>

/// zlib's streams with sizes of 64 bits and errors as values.
namespace wherry::inline WHERRY_ABI::detail {

/// The format around the deflated bytes.
enum class deflate_wrapper : int { none = -MAX_WBITS, gzip = MAX_WBITS + 16 };

/// zlib counts in 32 bits.
inline constexpr std::size_t zlib_step_bytes = std::size_t{1} << 30U;
inline constexpr std::size_t first_buffer_bytes = std::size_t{64} << 10U;

inline ::Bytef* zlib_bytes(std::string_view bytes) noexcept {
    return const_cast<::Bytef*>(reinterpret_cast<const ::Bytef*>(bytes.data()));  // NOLINT: zlib does not write through it
}

/// Compresses what it is given, piece by piece, into a buffer that grows.
class deflater {
  public:
    deflater(int level, deflate_wrapper wrapper) {
        failed_ = ::deflateInit2(&stream_, level, Z_DEFLATED, static_cast<int>(wrapper), 8, Z_DEFAULT_STRATEGY) != Z_OK;
    }
    deflater(const deflater&) = delete;
    deflater& operator=(const deflater&) = delete;
    ~deflater() { ::deflateEnd(&stream_); }

    /// Errors: out_of_memory.
    result<void> add(std::string_view bytes) {
        while (!bytes.empty()) {
            const auto step = bytes.substr(0, zlib_step_bytes);
            if (auto done = run(step, Z_NO_FLUSH); !done) return done;
            bytes.remove_prefix(step.size());
        }
        return {};
    }
    /// Everything, once the last piece is in.
    result<byte_buffer> finish() {
        if (auto done = run({}, Z_FINISH); !done) return done.failure();
        made_.resize(used_);
        return std::move(made_);
    }

  private:
    result<void> run(std::string_view bytes, int flush) {
        if (failed_) return out_of_memory();
        stream_.next_in = zlib_bytes(bytes);
        stream_.avail_in = static_cast<::uInt>(bytes.size());
        int answer = Z_OK;
        do {
            if (used_ == made_.size() && !made_.try_resize(std::max(first_buffer_bytes, 2 * made_.size())))
                return out_of_memory(2 * made_.size());
            const auto room = std::min(made_.size() - used_, zlib_step_bytes);
            stream_.next_out = reinterpret_cast<::Bytef*>(made_.data() + used_);  // NOLINT: both are bytes
            stream_.avail_out = static_cast<::uInt>(room);
            answer = ::deflate(&stream_, flush);
            used_ += room - stream_.avail_out;
        } while (flush == Z_FINISH ? answer != Z_STREAM_END : stream_.avail_in > 0 || stream_.avail_out == 0);
        return {};
    }

    ::z_stream stream_{};
    bool failed_ = false;
    byte_buffer made_;
    std::size_t used_ = 0;
};

/// Inflates one stream at a time out of bytes that it does not own.
class inflater {
  public:
    inflater(std::string_view bytes, deflate_wrapper wrapper) : bytes_(bytes) {
        failed_ = ::inflateInit2(&stream_, static_cast<int>(wrapper)) != Z_OK;
    }
    inflater(const inflater&) = delete;
    inflater& operator=(const inflater&) = delete;
    ~inflater() { ::inflateEnd(&stream_); }

    /// The offset at which the next stream would start.
    [[nodiscard]] std::size_t position() const noexcept { return position_; }

    /// Appends a stream to `made`, which grows by doubling, never by a claimed size, to at most `cap_bytes`.
    /// Errors: truncated, bad_deflate, bad_checksum, too_large, out_of_memory.
    result<void> append_to(byte_buffer& made, std::uint64_t cap_bytes) { return inflate(made, cap_bytes, false); }
    /// The first bytes of a stream, at most so many. Errors: as above, of these bytes.
    result<byte_buffer> head(std::uint64_t size_bytes) {
        byte_buffer made;
        if (auto done = inflate(made, size_bytes, true); !done) return done.failure();
        return made;
    }

  private:
    result<void> inflate(byte_buffer& made, std::uint64_t cap_bytes, bool stops_at_cap) {
        if (failed_) return out_of_memory();
        ::inflateReset(&stream_);
        auto used = made.size();
        while (true) {
            if (used == made.size()) {
                // One byte past the cap tells what is too large from what just fits.
                const auto most = checked_size(cap_bytes < std::numeric_limits<std::uint64_t>::max() ? cap_bytes + 1 : cap_bytes)
                                      .value_or(std::numeric_limits<std::size_t>::max() / 2);
                const auto wanted = std::min(most, std::max(first_buffer_bytes, 2 * made.size()));
                if (!made.try_resize(wanted)) return out_of_memory(wanted);
            }
            const auto room = std::min(made.size() - used, zlib_step_bytes);
            const auto step = bytes_.substr(position_, zlib_step_bytes);
            stream_.next_in = zlib_bytes(step);
            stream_.avail_in = static_cast<::uInt>(step.size());
            stream_.next_out = reinterpret_cast<::Bytef*>(made.data() + used);  // NOLINT: both are bytes
            stream_.avail_out = static_cast<::uInt>(room);
            const int answer = ::inflate(&stream_, Z_NO_FLUSH);
            position_ += step.size() - stream_.avail_in;
            used += room - stream_.avail_out;
            if (used > cap_bytes && stops_at_cap) return made.resize(static_cast<std::size_t>(cap_bytes)), result<void>();
            if (used > cap_bytes) return too_large(cap_bytes);
            if (answer == Z_STREAM_END) return made.resize(used), result<void>();
            if (answer == Z_BUF_ERROR || (answer == Z_OK && position_ == bytes_.size() && stream_.avail_out > 0))
                return failure(errc::truncated, "compressed bytes are cut short").at(position_);
            if (answer != Z_OK) return refused();
        }
    }

    static failure too_large(std::uint64_t cap_bytes) {
        return failure(errc::too_large, "compressed bytes become more than the limit").expected(cap_bytes);
    }
    [[nodiscard]] error refused() const {
        const std::string_view why = stream_.msg != nullptr ? stream_.msg : "an unknown error";
        const bool checked = why == "incorrect data check" || why == "incorrect length check";
        return {.code = checked ? errc::bad_checksum : errc::bad_deflate,
                .message = checked ? "inflated bytes are not those that were compressed" : "these bytes cannot be inflated",
                .offset = position_,
                .found = why};
    }

    ::z_stream stream_{};
    bool failed_ = false;
    std::string_view bytes_;
    std::size_t position_ = 0;
};

}  // namespace wherry::inline WHERRY_ABI::detail

#endif
