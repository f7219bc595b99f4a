#ifndef WHERRY_WIRE_FILE_KIND_HPP
#define WHERRY_WIRE_FILE_KIND_HPP

#include <wherry/version.hpp>

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace wherry::inline WHERRY_ABI::wire {

/// The kind of a file, by its first bytes and never by its name.
enum class file_kind : std::uint8_t {
    other,
    tensors,      ///< LoDTensor streams, one or many; SelectedRows start the same way
    program,      ///< a ProgramDesc
    json,         ///< text that starts with a brace: a program of Paddle 3
    pickle,       ///< `.pdparams` and `.pdopt`
    npz,          ///< a zip archive
    npy,          ///< one NumPy array
    safetensors,  ///< a JSON header after its length, then the elements
    gzip,         ///< anything, compressed
    text,         ///< lines of numbers, or the comment that wherry writes above them
};

/// Bytes of a file that `kind_of` looks at.
inline constexpr std::size_t kind_bytes = 512;

namespace detail {
constexpr bool starts_like_safetensors(std::string_view head, std::uint64_t file_bytes) noexcept {
    if (head.size() < 9 || head[8] != '{') return false;
    std::uint64_t header_bytes = 0;
    for (std::size_t i = 8; i-- > 0;) header_bytes = header_bytes << 8U | static_cast<unsigned char>(head[i]);
    return header_bytes >= 2 && header_bytes <= file_bytes - 8;
}
constexpr bool starts_like_json(std::string_view head) noexcept {
    const auto first = head.find_first_not_of(" \t\r\n");
    return first != std::string_view::npos && head[first] == '{';
}
/// The first line that is neither empty nor a comment holds numbers alone. Where there is none, the first is "# float32 [0]".
constexpr bool starts_like_numbers(std::string_view head) noexcept {
    const auto title = head.substr(0, head.find('\n'));
    while (!head.empty()) {
        const auto line = head.substr(0, head.find('\n'));
        head.remove_prefix(line.size() < head.size() ? line.size() + 1 : head.size());
        const auto numbers = line.substr(0, line.find('#'));
        const auto first = numbers.find_first_not_of(" \t\r");
        if (first == std::string_view::npos) continue;
        return std::string_view("+-.(0123456789ni").find(numbers[first]) != std::string_view::npos &&  // 1, nan, inf
               numbers.find_first_not_of("+-.()0123456789eEjnaif, \t\r") == std::string_view::npos;
    }
    const auto dims = title.find(" [");
    return title.starts_with("# ") && dims != std::string_view::npos && dims < 20 && title.find(']', dims) != std::string_view::npos;
}
}  // namespace detail

/// The kind of a file of so many bytes that starts with these. It says who should read the file, not that it is whole.
///
/// Why no two can be meant: a stream starts with the version 0 in four bytes, where safetensors have the length of a
/// header, a program a tag and a pickle 0x80; neither a ProgramDesc nor a pickle has a length of eight bytes before a brace, while a
/// header of 0x0480 bytes starts as a pickle does.
constexpr file_kind kind_of(std::string_view head, std::uint64_t file_bytes) noexcept {
    if (head.starts_with(std::string_view("\0\0\0\0", 4))) return file_kind::tensors;
    if (detail::starts_like_safetensors(head, file_bytes)) return file_kind::safetensors;
    if (head.starts_with("\x1f\x8b")) return file_kind::gzip;
    if (head.starts_with("PK\x03\x04") || head.starts_with("PK\x05\x06")) return file_kind::npz;
    if (head.starts_with("\x93NUMPY")) return file_kind::npy;
    if (head.size() >= 2 && head[0] == '\x80' && head[1] >= 2 && head[1] <= 5) return file_kind::pickle;
    if (detail::starts_like_json(head)) return file_kind::json;
    if (detail::starts_like_numbers(head)) return file_kind::text;
    return head.starts_with('\x0a') ? file_kind::program : file_kind::other;
}

/// The kind in words, for a message.
constexpr std::string_view name_of(file_kind kind) noexcept {
    switch (kind) {
        case file_kind::tensors: return "tensors";
        case file_kind::program: return "a program";
        case file_kind::json: return "JSON text (a Paddle 3 program?)";
        case file_kind::pickle: return "a pickle (.pdparams or .pdopt)";
        case file_kind::npz: return "a zip archive (npz?)";
        case file_kind::npy: return "a NumPy array (.npy)";
        case file_kind::safetensors: return "safetensors";
        case file_kind::gzip: return "gzip data";
        case file_kind::text: return "numbers in text";
        case file_kind::other: break;
    }
    return "other bytes";
}

}  // namespace wherry::inline WHERRY_ABI::wire

#endif
