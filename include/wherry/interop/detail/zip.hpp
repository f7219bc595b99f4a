#ifndef WHERRY_INTEROP_DETAIL_ZIP_HPP
#define WHERRY_INTEROP_DETAIL_ZIP_HPP

#include <wherry/base/bytes.hpp>
#include <wherry/base/number.hpp>
#include <wherry/base/result.hpp>
#include <wherry/base/sequence.hpp>
#include <wherry/record/any_reader.hpp>
#include <wherry/version.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <numeric>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

/// The directory of a zip archive, with 64-bit sizes. Source: PKWARE APPNOTE 6.3; the bytes are those of Python's zipfile.
namespace wherry::inline WHERRY_ABI::detail::zip {

inline constexpr std::uint32_t local_signature = 0x0403'4b50;
inline constexpr std::uint32_t central_signature = 0x0201'4b50;
inline constexpr std::uint32_t end_signature = 0x0605'4b50;
inline constexpr std::uint32_t end64_signature = 0x0606'4b50;
inline constexpr std::uint32_t locator64_signature = 0x0706'4b50;
inline constexpr std::uint32_t in_extra = 0xffff'ffff;  ///< the number is in the extra field
inline constexpr std::uint16_t version_64 = 45;
inline constexpr std::uint16_t first_of_1980 = 0x21;
inline constexpr std::uint16_t utf8_flag = 0x800;
inline constexpr std::size_t member_cap = 65'535;

/// One member, as the central directory has it.
struct member {
    std::string name;
    std::uint16_t method = 0;  ///< 0 stored, 8 deflated
    std::uint32_t crc = 0;
    std::uint64_t packed_bytes = 0;
    std::uint64_t size_bytes = 0;
    std::uint64_t header_offset = 0;
    std::uint64_t data_offset = 0;
};

constexpr bool is_ascii(std::string_view name) noexcept {
    return std::all_of(name.begin(), name.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80U; });
}
inline void append_16(byte_buffer& out, std::initializer_list<std::uint16_t> numbers) {
    for (const auto n : numbers) append_little_endian(out, n);
}
inline void append_32(byte_buffer& out, std::initializer_list<std::uint32_t> numbers) {
    for (const auto n : numbers) append_little_endian(out, n);
}
inline void append_64(byte_buffer& out, std::initializer_list<std::uint64_t> numbers) {
    for (const auto n : numbers) append_little_endian(out, n);
}

/// The header before the bytes of a member. Sizes always have 64 bits, as NumPy writes them.
inline byte_buffer local_header(const member& m) {
    byte_buffer out;
    append_32(out, {local_signature});
    append_16(out, {version_64, is_ascii(m.name) ? std::uint16_t{0} : utf8_flag, m.method, 0, first_of_1980});
    append_32(out, {m.crc, in_extra, in_extra});
    append_16(out, {static_cast<std::uint16_t>(m.name.size()), 20});
    append(out, m.name);
    append_16(out, {1, 16});
    append_64(out, {m.size_bytes, m.packed_bytes});
    return out;
}

/// The end of the archive, after the last member, at `offset`.
inline byte_buffer directory(std::span<const member> members, std::uint64_t offset) {
    byte_buffer out;
    for (const auto& m : members) {
        const auto short_or = [](std::uint64_t n) { return n < in_extra ? static_cast<std::uint32_t>(n) : in_extra; };
        byte_buffer extra;
        const bool wide = m.size_bytes >= in_extra || m.packed_bytes >= in_extra;
        if (wide) append_64(extra, {m.size_bytes, m.packed_bytes});
        if (m.header_offset >= in_extra) append_64(extra, {m.header_offset});
        append_32(out, {central_signature});
        append_16(out, {0x0300 | version_64, version_64, is_ascii(m.name) ? std::uint16_t{0} : utf8_flag, m.method, 0, first_of_1980});
        append_32(out, {m.crc, wide ? in_extra : short_or(m.packed_bytes), wide ? in_extra : short_or(m.size_bytes)});
        append_16(out,
                  {static_cast<std::uint16_t>(m.name.size()), static_cast<std::uint16_t>(extra.empty() ? 0 : extra.size() + 4), 0, 0, 0});
        append_32(out, {0600U << 16U, short_or(m.header_offset)});
        append(out, m.name);
        if (!extra.empty()) append_16(out, {1, static_cast<std::uint16_t>(extra.size())});
        append(out, view_of(extra));
    }
    const std::uint64_t size = out.size();
    const bool wide = members.size() > 0xffff || offset >= in_extra || size >= in_extra;
    if (wide) {
        append_32(out, {end64_signature});
        append_64(out, {44});
        append_16(out, {version_64, version_64});
        append_32(out, {0, 0});
        append_64(out, {members.size(), members.size(), size, offset});
        append_32(out, {locator64_signature, 0});
        append_64(out, {offset + size});
        append_32(out, {1});
    }
    const auto count = static_cast<std::uint16_t>(std::min<std::size_t>(members.size(), 0xffff));
    append_32(out, {end_signature});
    append_16(out, {0, 0, count, count});
    append_32(out, {static_cast<std::uint32_t>(std::min<std::uint64_t>(size, in_extra)),
                    static_cast<std::uint32_t>(std::min<std::uint64_t>(offset, in_extra))});
    append_16(out, {0});
    return out;
}

/// Reads the directory of a zip archive and checks it against the headers of the members; what the members hold is not read.
class directory_reader {
  public:
    explicit directory_reader(any_reader& archive) noexcept : archive_(&archive), size_bytes_(archive.size_bytes()) {}

    /// Errors: bad_zip (no archive, or one that contradicts itself), truncated, duplicate_name, too_large (more than
    /// 65,535 members), unsupported (encrypted, several disks, another method); those of the reader.
    result<sequence<member>> members() {
        if (auto read = directory(); !read) return read.failure();
        for (auto& m : members_)
            if (auto found = locate(m); !found) return found.failure().of_variable(m.name);
        if (auto apart = check_apart(); !apart) return apart.failure();
        return std::move(members_);
    }

  private:
    /// Numbers one after another that are known to be there.
    class fields {
      public:
        fields(std::string_view bytes, std::uint64_t offset) noexcept : bytes_(bytes.substr(static_cast<std::size_t>(offset))) {}
        template <class U>
        U next() noexcept {
            U value = 0;
            for (std::size_t i = 0; i < sizeof(U); ++i)
                value = static_cast<U>(value | static_cast<U>(static_cast<U>(static_cast<unsigned char>(bytes_[i])) << (8U * i)));
            bytes_.remove_prefix(sizeof(U));
            return value;
        }
        std::uint16_t u16() noexcept { return next<std::uint16_t>(); }
        std::uint32_t u32() noexcept { return next<std::uint32_t>(); }
        std::uint64_t u64() noexcept { return next<std::uint64_t>(); }

      private:
        std::string_view bytes_;
    };
    static constexpr std::size_t end_bytes = 22, locator64_bytes = 20, end64_bytes = 56, central_bytes = 46, local_bytes = 30;
    static constexpr std::size_t tail_bytes = 0xffff + end_bytes + locator64_bytes;

    static failure bad(const char* message, std::uint64_t offset) { return failure(errc::bad_zip, message).at(offset); }
    [[nodiscard]] bool there(std::uint64_t offset, std::uint64_t size) const noexcept {
        return offset <= size_bytes_ && fits(size, size_bytes_ - offset);
    }
    /// Bytes that are known to be there; valid until the next call.
    result<std::string_view> stretch(std::uint64_t offset, std::uint64_t size) {
        if (archive_->is_view()) return archive_->bytes().substr(static_cast<std::size_t>(offset), static_cast<std::size_t>(size));
        if (!read_.try_resize(static_cast<std::size_t>(size))) return out_of_memory(size);
        if (auto read = archive_->read_at(offset, std::as_writable_bytes(std::span(read_))); !read) return read.failure();
        return view_of(read_);
    }

    /// The end record is last, before a comment of the length that it says. Where it begins in the last bytes of the archive.
    static std::optional<std::size_t> find_end(std::string_view tail) noexcept {
        for (std::size_t comment = 0; comment <= 0xffff && comment + end_bytes <= tail.size(); ++comment) {
            const auto at = tail.size() - end_bytes - comment;
            if (fields(tail, at).u32() == end_signature && fields(tail, at + 20).u16() == comment) return at;
        }
        return std::nullopt;
    }

    /// The directory's place, by the end of an archive.
    struct extent {
        std::uint64_t count = 0;
        std::uint64_t size = 0;
        std::uint64_t offset = 0;
        std::uint64_t end = 0;  ///< where the directory ends
        std::uint64_t end_record = 0;
    };
    result<extent> find_directory() {
        const auto start = stretch(0, std::min<std::uint64_t>(size_bytes_, 2));
        if (!start) return start.failure();
        if (*start != "PK") return bad("this is not a zip archive", 0);
        const auto tail_size = std::min<std::uint64_t>(size_bytes_, tail_bytes);
        const auto tail = stretch(size_bytes_ - tail_size, tail_size);
        if (!tail) return tail.failure();
        const auto at = find_end(*tail);
        if (!at) return failure(errc::truncated, "a zip archive has no end: it is cut short").at(size_bytes_);
        extent found;
        found.end = found.end_record = size_bytes_ - tail_size + *at;
        fields in(*tail, *at + 4);
        const auto disk = in.u16();
        const auto first_disk = in.u16();
        const std::uint64_t here = in.u16();
        found.count = in.u16();
        found.size = in.u32();
        found.offset = in.u32();
        if (disk != 0 || first_disk != 0 || here != found.count)
            return failure(errc::unsupported, "a zip archive of several disks").at(found.end);
        if (*at < locator64_bytes || fields(*tail, *at - locator64_bytes).u32() != locator64_signature) return found;
        const auto end64 = fields(*tail, *at - locator64_bytes + 8).u64();
        const auto wide = there(end64, end64_bytes) && end64 <= found.end - locator64_bytes ? stretch(end64, end64_bytes)
                                                                                            : result<std::string_view>(std::string_view());
        if (!wide) return wide.failure();
        if (wide->empty() || fields(*wide, 0).u32() != end64_signature)
            return bad("the 64-bit end of a zip archive is not where it should be", end64);
        fields numbers(*wide, 32);
        found.count = numbers.u64();
        found.size = numbers.u64();
        found.offset = numbers.u64();
        found.end = end64;
        return found;
    }

    result<void> directory() {
        const auto found = find_directory();
        if (!found) return found.failure();
        if (found->count > member_cap)
            return failure(errc::too_large, "a zip archive has more members than the limit").expected(member_cap).found(found->count);
        if (found->offset > found->end || found->size != found->end - found->offset)
            return bad("the directory of a zip archive is not where it should be", found->end_record);
        directory_offset_ = found->offset;
        const auto bytes = stretch(found->offset, found->size);
        if (!bytes) return bytes.failure();
        std::uint64_t at = 0;
        for (std::uint64_t i = 0; i < found->count; ++i)
            if (auto read = entry(*bytes, at); !read) return read.failure().shifted(directory_offset_);
        if (at != found->size) return bad("the directory of a zip archive is longer than its members", directory_offset_ + at);
        return {};
    }

    result<void> entry(std::string_view bytes, std::uint64_t& at) {
        if (!fits(central_bytes, bytes.size() - at) || fields(bytes, at).u32() != central_signature)
            return bad("the directory of a zip archive is damaged", at);
        fields in(bytes, at + 8);
        const auto flags = in.u16();
        member m;
        m.method = in.u16();
        (void)in.u32();  // time and date
        m.crc = in.u32();
        m.packed_bytes = in.u32();
        m.size_bytes = in.u32();
        const std::uint64_t name_bytes = in.u16();
        const std::uint64_t extra_bytes = in.u16();
        const std::uint64_t comment_bytes = in.u16();
        (void)in.u64();  // disk and attributes
        m.header_offset = in.u32();
        if (!fits(central_bytes + name_bytes + extra_bytes + comment_bytes, bytes.size() - at))
            return bad("the directory of a zip archive is damaged", at);
        const auto place = static_cast<std::size_t>(at) + central_bytes;
        m.name = bytes.substr(place, static_cast<std::size_t>(name_bytes));
        if ((flags & 1U) != 0) return failure(errc::unsupported, "an encrypted member of a zip archive").of_variable(m.name);
        if (m.method != 0 && m.method != 8)
            return failure(errc::unsupported, "a zip member is compressed in a way that is not known")
                .of_variable(m.name)
                .expected("0 (stored) or 8 (deflated)")
                .found(m.method);
        if (!wide_sizes(m, bytes.substr(place + m.name.size(), static_cast<std::size_t>(extra_bytes))))
            return bad("the sizes of a zip member are not there", at);
        at += central_bytes + name_bytes + extra_bytes + comment_bytes;
        members_.push_back(std::move(m));
        return {};
    }
    /// Numbers that did not fit 32 bits are in the extra field, in this order.
    static bool wide_sizes(member& m, std::string_view extra) noexcept {
        std::uint64_t* wanted[] = {&m.size_bytes, &m.packed_bytes, &m.header_offset};
        if (std::none_of(std::begin(wanted), std::end(wanted), [](const auto* n) { return *n == in_extra; })) return true;
        while (extra.size() >= 4) {
            fields in(extra, 0);
            const auto id = in.u16();
            const std::size_t size = in.u16();
            extra.remove_prefix(4);
            if (size > extra.size()) return false;
            if (id == 1) {
                auto body = extra.substr(0, size);
                for (auto* n : wanted) {
                    if (*n != in_extra) continue;
                    if (body.size() < 8) return false;
                    *n = fields(body, 0).u64();
                    body.remove_prefix(8);
                }
                return true;
            }
            extra.remove_prefix(size);
        }
        return true;  // exactly 4 GiB - 1
    }

    /// Before its bytes a member says its name again.
    result<void> locate(member& m) {
        const auto size = local_bytes + std::uint64_t{m.name.size()};
        if (!there(m.header_offset, size)) return bad("a zip member is not where the directory says", m.header_offset);
        const auto header = stretch(m.header_offset, size);
        if (!header) return header.failure();
        if (fields(*header, 0).u32() != local_signature) return bad("a zip member is not where the directory says", m.header_offset);
        const std::uint64_t flags = fields(*header, 6).u16();
        const auto method = fields(*header, 8).u16();
        const std::uint64_t name_bytes = fields(*header, 26).u16();
        const std::uint64_t extra_bytes = fields(*header, 28).u16();
        m.data_offset = m.header_offset + local_bytes + name_bytes + extra_bytes;
        if (m.data_offset > directory_offset_ || !fits(m.packed_bytes, directory_offset_ - m.data_offset))
            return bad("a zip member is longer than the archive", m.header_offset);
        if (name_bytes != m.name.size() || header->substr(local_bytes) != m.name || method != m.method || (flags & 1U) != 0)
            return bad("a zip member and the directory do not agree", m.header_offset);
        if (m.method == 0 && m.packed_bytes != m.size_bytes) return bad("a stored zip member has two sizes", m.header_offset);
        return {};
    }

    /// No name twice, no byte in two members.
    [[nodiscard]] result<void> check_apart() const {
        sequence<std::size_t> order(members_.size());
        std::iota(order.begin(), order.end(), std::size_t{0});
        std::sort(order.begin(), order.end(),
                  [this](std::size_t a, std::size_t b) { return members_[a].header_offset < members_[b].header_offset; });
        for (std::size_t i = 1; i < order.size(); ++i) {
            const auto& before = members_[order[i - 1]];
            if (members_[order[i]].header_offset < before.data_offset + before.packed_bytes)
                return bad("two zip members share bytes", members_[order[i]].header_offset).of_variable(before.name);
        }
        std::sort(order.begin(), order.end(), [this](std::size_t a, std::size_t b) { return members_[a].name < members_[b].name; });
        for (std::size_t i = 1; i < order.size(); ++i)
            if (members_[order[i - 1]].name == members_[order[i]].name)
                return failure(errc::duplicate_name, "a zip archive holds a name twice").of_variable(members_[order[i]].name);
        return {};
    }

    any_reader* archive_;
    std::uint64_t size_bytes_;
    byte_buffer read_;
    std::uint64_t directory_offset_ = 0;
    sequence<member> members_;
};

}  // namespace wherry::inline WHERRY_ABI::detail::zip

#endif
