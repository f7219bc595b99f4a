#ifndef WHERRY_INTEROP_GZIP_HPP
#define WHERRY_INTEROP_GZIP_HPP

#include <wherry/base/limits.hpp>
#include <wherry/base/number.hpp>
#include <wherry/base/result.hpp>
#include <wherry/base/sequence.hpp>
#include <wherry/interop/detail/zlib_stream.hpp>
#include <wherry/policy/codec.hpp>
#include <wherry/policy/source.hpp>
#include <wherry/record/whole_record.hpp>
#include <wherry/version.hpp>
#include <wherry/wire/sniff.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace wherry::inline WHERRY_ABI {

namespace detail {
inline constexpr std::string_view gzip_magic = "\x1f\x8b";
}  // namespace detail

/// The bytes that gzip members hold, one after another; zero bytes after the last one are padding.
/// Errors: bad_deflate (no gzip, or damaged), bad_checksum, truncated, trailing_bytes, too_large beyond `inflated_bytes` or `total_bytes`,
/// out_of_memory.
/// Memory grows with what is there, never with a claimed size.
inline result<byte_buffer> gunzip(std::string_view bytes, const limits& caps = {}) {
    const auto magic = detail::gzip_magic;
    if (!bytes.empty() && !magic.starts_with(bytes.substr(0, magic.size())) && !bytes.starts_with(magic))
        return failure(errc::bad_deflate, "these bytes are not compressed with gzip")
            .at(0)
            .expected("gzip data")
            .found(wire::foreign_kind(bytes));
    detail::inflater in(bytes, detail::deflate_wrapper::gzip);
    byte_buffer made;
    do {
        if (auto done = in.append_to(made, std::min(caps.inflated_bytes, caps.total_bytes)); !done) return done.failure();
    } while (bytes.substr(in.position()).starts_with(magic));
    if (const auto left = bytes.find_first_not_of('\0', in.position()); left != std::string_view::npos)
        return failure(errc::trailing_bytes, "something follows the gzip data").at(left).found(bytes.size() - left);
    return made;
}

namespace detail {
/// Compresses every record in memory, since a sink is told all sizes before the first byte.
template <int Level, Sink S>
class gzip_sink {
  public:
    static constexpr std::string_view name = "gzip";
    static constexpr bool many_records = S::many_records;

    explicit gzip_sink(S& inner) noexcept : inner_(&inner) {}

    result<void> start(std::span<const record_size> records, durability_steps how) {
        records_.assign(records.begin(), records.end());
        how_ = how;
        packed_.assign(records.size(), {});
        open_.reset();
        return {};
    }
    /// Errors: bad_argument for pieces that do not follow each other.
    result<void> write_at(std::size_t, std::uint64_t offset, std::span<const piece> pieces) {
        if (!open_) open_ = std::make_unique<deflater>(Level, deflate_wrapper::gzip), written_ = 0;
        if (offset != written_) return failure(errc::bad_argument, "a gzip record is written from its first byte to its last").at(offset);
        for (const auto& bytes : pieces) {
            if (auto added = open_->add(as_chars(bytes)); !added) return added;
            written_ += bytes.size();
        }
        return {};
    }
    result<void> commit(std::size_t record) {
        if (!open_) open_ = std::make_unique<deflater>(Level, deflate_wrapper::gzip);
        auto packed = open_->finish();
        open_.reset();
        if (!packed) return packed.failure();
        packed_[record] = *std::move(packed);
        records_[record].size_bytes = packed_[record].size();
        return {};
    }
    auto finish() -> decltype(std::declval<S&>().finish()) {
        if (auto started = inner_->start(records_, how_); !started) return started.failure();
        for (std::size_t at = 0; at < records_.size(); ++at) {
            const auto bytes = as_bytes(view_of(packed_[at]));
            if (auto written = inner_->write_at(at, 0, std::span<const piece>(&bytes, 1)); !written) return written.failure();
            if (auto done = inner_->commit(at); !done) return done.failure();
        }
        return inner_->finish();
    }

  private:
    S* inner_;
    sequence<record_size> records_;
    durability_steps how_;
    sequence<byte_buffer> packed_;
    std::unique_ptr<deflater> open_;
    std::uint64_t written_ = 0;
};

/// A record that was inflated as a whole.
class gzip_reader {
  public:
    gzip_reader(byte_buffer bytes, std::string path) : bytes_(std::move(bytes)), path_(std::move(path)) {}
    [[nodiscard]] std::uint64_t size_bytes() const noexcept { return bytes_.size(); }
    [[nodiscard]] std::string_view path() const noexcept { return path_; }
    [[nodiscard]] std::string_view bytes() const noexcept { return view_of(bytes_); }
    [[nodiscard]] std::uint64_t own_bytes() const noexcept { return bytes_.capacity(); }
    result<void> read_at(std::uint64_t offset, std::span<std::byte> into) const { return memory_reader(bytes()).read_at(offset, into); }

  private:
    byte_buffer bytes_;
    std::string path_;
};

/// The bytes of a record as they are in a source. Errors: overflow, those of the reader.
template <Reader R>
result<std::string_view> packed_bytes(R& reader, byte_buffer& whole) {
    if constexpr (ViewReader<R>) return reader.bytes();
    const auto size = checked_size(reader.size_bytes());
    if (!size) return failure(errc::overflow, "a file is larger than memory can be");
    if (!whole.try_resize(*size)) return out_of_memory(*size);
    if (auto read = reader.read_at(0, std::as_writable_bytes(std::span(whole))); !read) return read.failure();
    return view_of(whole);
}

template <Source S>
class gzip_source {
  public:
    static constexpr std::string_view name = "gzip";
    static constexpr bool many_records = S::many_records;

    gzip_source(S& inner, const limits& caps) noexcept : inner_(&inner), caps_(caps) {}
    result<void> expect(std::span<const std::string_view> names) { return inner_->expect(names); }
    /// Errors: those of the source and of `gunzip`.
    result<gzip_reader> open(std::string_view record) {
        auto reader = inner_->open(record);
        if (!reader) return reader.failure();
        return unpacked(*reader, caps_);
    }

    template <Reader R>
    static result<gzip_reader> unpacked(R& reader, const limits& caps) {
        std::string path(std::string_view(reader.path()));
        byte_buffer whole;
        const auto packed = packed_bytes(reader, whole);
        if (!packed) return packed.failure().in_file(path);
        auto bytes = gunzip(*packed, caps);
        if (!bytes) return bytes.failure().in_file(path);
        return gzip_reader(*std::move(bytes), std::move(path));
    }

  private:
    S* inner_;
    limits caps_;
};

/// A record as it is, or what it was before gzip.
template <Reader R>
class gzip_or_plain_reader {
  public:
    explicit gzip_or_plain_reader(R plain) : plain_(std::move(plain)) {}
    gzip_or_plain_reader(R plain, gzip_reader inflated) : plain_(std::move(plain)), inflated_(std::move(inflated)) {}

    [[nodiscard]] std::uint64_t size_bytes() const { return inflated_ ? inflated_->size_bytes() : plain_.size_bytes(); }
    [[nodiscard]] std::string path() const { return std::string(std::string_view(plain_.path())); }
    result<void> read_at(std::uint64_t offset, std::span<std::byte> into) {
        return inflated_ ? inflated_->read_at(offset, into) : plain_.read_at(offset, into);
    }
    [[nodiscard]] std::uint64_t own_bytes() const noexcept { return inflated_ ? inflated_->own_bytes() : 0; }
    [[nodiscard]] std::string_view bytes() const requires ViewReader<R> { return inflated_ ? inflated_->bytes() : plain_.bytes(); }
    [[nodiscard]] std::shared_ptr<void> lender() const noexcept requires LendingReader<R> { return inflated_ ? nullptr : plain_.lender(); }

  private:
    R plain_;
    std::optional<gzip_reader> inflated_;
};

template <Source S>
class gzip_or_plain_source {
  public:
    static constexpr std::string_view name = "gzip or plain";
    static constexpr bool many_records = S::many_records;
    using inner_reader = typename decltype(std::declval<S&>().open(std::string_view()))::value_type;

    gzip_or_plain_source(S& inner, const limits& caps) noexcept : inner_(&inner), caps_(caps) {}
    result<void> expect(std::span<const std::string_view> names) { return inner_->expect(names); }
    /// Errors: those of the source and of `gunzip`.
    result<gzip_or_plain_reader<inner_reader>> open(std::string_view record) {
        auto reader = inner_->open(record);
        if (!reader) return reader.failure();
        const auto head = read_head(*reader, gzip_magic.size());
        if (!head) return head.failure();
        if (*head != gzip_magic) return gzip_or_plain_reader<inner_reader>(*std::move(reader));
        auto inflated = gzip_source<S>::unpacked(*reader, caps_);
        if (!inflated) return inflated.failure();
        return gzip_or_plain_reader<inner_reader>(*std::move(reader), *std::move(inflated));
    }

  private:
    S* inner_;
    limits caps_;
};
}  // namespace detail

/// Every record is a gzip member: `archive<gzip<6>>`. `gunzip` gives the Paddle file. Level: 0 (stored) to 9, -1 for zlib's own.
/// Memory: all compressed bytes while saving, the inflated ones of a record while loading. Links with zlib (`-lz`).
template <int Level = -1>
    requires(Level >= -1 && Level <= 9)
struct gzip {
    using kind = kinds::codec;
    static constexpr std::string_view name = "gzip";
    template <Sink S>
    static detail::gzip_sink<Level, S> encode(S& sink) noexcept {
        return detail::gzip_sink<Level, S>(sink);
    }
    template <Source S>
    static detail::gzip_source<S> decode(S& source, const limits& caps) noexcept {
        return detail::gzip_source<S>(source, caps);
    }
};

/// Reads records that are gzip members as `gzip<>` does and all others as they are, told by content; saves them as they are.
struct gzip_or_plain {
    using kind = kinds::codec;
    static constexpr std::string_view name = "gzip or plain";
    template <Sink S>
    static S& encode(S& sink) noexcept {
        return sink;
    }
    template <Source S>
    static detail::gzip_or_plain_source<S> decode(S& source, const limits& caps) noexcept {
        return detail::gzip_or_plain_source<S>(source, caps);
    }
};

static_assert(Codec<gzip<>> && Codec<gzip<9>> && Codec<gzip_or_plain>);

}  // namespace wherry::inline WHERRY_ABI

#endif
