#include "tar.hpp"

#include <wherry/base/number.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

namespace tool {

namespace {
using wherry::errc;
using wherry::error;
using wherry::result;

constexpr std::uint64_t block_bytes = 512;
constexpr std::uint64_t longest_name = 64 * 1024;  ///< of a pax header or a GNU name: both are read into memory

/// One header, with its fields where POSIX puts them.
class header {
  public:
    std::array<char, block_bytes> bytes{};

    [[nodiscard]] std::string_view field(std::size_t at, std::size_t size) const {
        const std::string_view held(bytes.data() + at, size);
        return held.substr(0, std::min(held.find('\0'), size));
    }
    /// Octal digits or, as GNU writes what they cannot hold, a number in base 256.
    [[nodiscard]] std::optional<std::uint64_t> number(std::size_t at, std::size_t size) const {
        std::uint64_t value = 0;
        if ((static_cast<unsigned char>(bytes[at]) & 0x80U) != 0) {
            for (std::size_t i = at + 1; i < at + size; ++i) {
                if ((value >> 56U) != 0) return std::nullopt;
                value = value << 8U | static_cast<unsigned char>(bytes[i]);
            }
            return value;
        }
        auto digits = field(at, size);
        digits.remove_prefix(std::min(digits.find_first_not_of(' '), digits.size()));
        const auto end = std::from_chars(digits.data(), digits.data() + digits.size(), value, 8);
        const auto rest = std::string_view(end.ptr, static_cast<std::size_t>(digits.data() + digits.size() - end.ptr));
        if (end.ec != std::errc{} || rest.find_first_not_of(' ') != std::string_view::npos) return std::nullopt;
        return value;
    }
    [[nodiscard]] bool is_empty() const {
        return std::all_of(bytes.begin(), bytes.end(), [](char c) { return c == '\0'; });
    }
    /// The sum of all bytes, those of the sum itself taken for spaces.
    [[nodiscard]] bool sum_is_right() const {
        std::uint64_t sum = 0;
        for (std::size_t i = 0; i < bytes.size(); ++i) sum += i >= 148 && i < 156 ? 32U : static_cast<unsigned char>(bytes[i]);
        return number(148, 8) == sum;
    }
    [[nodiscard]] char type() const { return bytes[156]; }
    [[nodiscard]] std::string name() const {
        const auto prefix = field(257, 6) == "ustar" ? field(345, 155) : std::string_view();
        return std::string(prefix) + (prefix.empty() ? "" : "/") + std::string(field(0, 100));
    }
};

/// The value of a key in a pax header: lines of "LENGTH KEY=VALUE\n".
std::optional<std::string> pax_value(std::string_view lines, std::string_view key) {
    std::optional<std::string> found;
    while (!lines.empty()) {
        std::size_t length = 0;
        const auto end = std::from_chars(lines.data(), lines.data() + lines.size(), length);
        const auto digits = static_cast<std::size_t>(end.ptr - lines.data());
        if (end.ec != std::errc{} || length > lines.size() || length < digits + 2) return found;
        const auto line = lines.substr(digits + 1, length - digits - 2);  // a space before it, a line feed after it
        if (line.starts_with(key) && line.substr(key.size()).starts_with('=')) found = std::string(line.substr(key.size() + 1));
        lines.remove_prefix(length);
    }
    return found;
}

/// The name beneath the folder; empty where it would be elsewhere.
std::string safe_name(std::string_view name) {
    std::string made;
    if (name.starts_with('/')) return {};
    while (!name.empty()) {
        const auto part = name.substr(0, name.find('/'));
        name.remove_prefix(std::min(part.size() + 1, name.size()));
        if (part.empty() || part == ".") continue;
        if (part == ".." || part.find_first_of("\\:") != std::string_view::npos) return {};
        made += (made.empty() ? "" : "/") + std::string(part);
    }
    return made;
}

class unpacker {
  public:
    unpacker(const tar_source& archive, const std::string& folder) : archive_(archive), folder_(folder) {}

    result<void> all() {
        while (at_ < archive_.size_bytes) {
            header one;
            if (auto read = take(std::as_writable_bytes(std::span(one.bytes)), at_); !read) return read;
            if (one.is_empty()) return {};
            if (!one.sum_is_right()) return wrong(errc::bad_checksum, "the header of a tar member does not have the sum that it says");
            const auto size = size_of(one);
            if (!size) return wrong(errc::overflow, "the size of a tar member is not a number");
            const auto room = archive_.size_bytes - at_ - block_bytes;
            if (*size > room)
                return error{.code = errc::truncated,
                             .message = "a tar member goes on after the archive",
                             .offset = at_,
                             .expected = wherry::decimal(*size),
                             .found = wherry::decimal(room)};
            if (auto done = member(one, *size); !done) return done;
            const auto padded = (*size + block_bytes - 1) / block_bytes * block_bytes;
            at_ += block_bytes + std::min(padded, room);
        }
        return {};
    }

  private:
    [[nodiscard]] error wrong(errc code, std::string_view message, std::string_view name = {}) const {
        return {.code = code, .message = message, .offset = at_, .found = name};
    }
    result<void> take(std::span<std::byte> into, std::uint64_t offset) {
        if (offset > archive_.size_bytes || into.size() > archive_.size_bytes - offset)
            return wrong(errc::truncated, "a tar archive ends within a header");
        return archive_.read(archive_.from, offset, into);
    }
    /// A pax header may say the size of the member that follows.
    [[nodiscard]] std::optional<std::uint64_t> size_of(const header& one) const {
        if (!next_size_ || one.type() == 'x' || one.type() == 'L') return one.number(124, 12);
        return next_size_;
    }

    result<void> member(const header& one, std::uint64_t size) {
        const auto type = one.type();
        if (type == 'g' || type == 'K') return {};
        if (type == 'x' || type == 'L') return read_long_name(type, size);
        const auto given = std::exchange(next_name_, {});
        next_size_.reset();
        const auto full = given.empty() ? one.name() : given;
        if (type == '5') return {};
        if (type != '0' && type != '\0' && type != '7')
            return wrong(errc::unsupported, "a tar member is neither a file nor a folder (a link?)", full);
        const auto name = safe_name(full);
        if (name.empty()) return wrong(errc::bad_name, "a tar member would be outside of the archive's folder", full);
        return write(name, size);
    }
    result<void> read_long_name(char type, std::uint64_t size) {
        if (size > longest_name) return wrong(errc::too_large, "the name of a tar member is longer than any");
        std::string text(static_cast<std::size_t>(size), '\0');
        if (auto read = take(std::as_writable_bytes(std::span(text)), at_ + block_bytes); !read) return read;
        if (type == 'L') {
            next_name_ = text.substr(0, text.find('\0'));
            return {};
        }
        if (auto path = pax_value(text, "path")) next_name_ = *std::move(path);
        if (const auto digits = pax_value(text, "size")) {
            std::uint64_t value = 0;
            const auto end = std::from_chars(digits->data(), digits->data() + digits->size(), value);
            if (end.ec != std::errc{}) return wrong(errc::overflow, "the size of a tar member is not a number", *digits);
            next_size_ = value;
        }
        return {};
    }
    result<void> write(const std::string& name, std::uint64_t size) {
        const auto path = std::filesystem::path(folder_) / name;
        std::error_code ignored;
        if (std::filesystem::exists(path, ignored)) return wrong(errc::duplicate_name, "a tar archive has one name twice", name);
        std::filesystem::create_directories(path.parent_path(), ignored);
        std::ofstream file(path, std::ios::binary);
        std::vector<char> piece(static_cast<std::size_t>(std::min<std::uint64_t>(size, 1U << 20U)));
        for (std::uint64_t done = 0; done < size;) {
            const auto bytes = std::min<std::uint64_t>(piece.size(), size - done);
            const auto part = std::span(piece).first(static_cast<std::size_t>(bytes));
            if (auto read = take(std::as_writable_bytes(part), at_ + block_bytes + done); !read) return read;
            file.write(part.data(), static_cast<std::streamsize>(part.size()));
            done += bytes;
        }
        if (!file.flush()) return wrong(errc::cannot_write, "a tar member cannot be unpacked", name);
        return {};
    }

    const tar_source& archive_;
    const std::string& folder_;
    std::uint64_t at_ = 0;
    std::string next_name_{};  ///< of the next member
    std::optional<std::uint64_t> next_size_{};
};
}  // namespace

result<void> unpack_tar(const tar_source& archive, const std::string& folder) { return unpacker(archive, folder).all(); }

}  // namespace tool
