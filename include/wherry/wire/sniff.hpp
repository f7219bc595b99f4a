#ifndef WHERRY_WIRE_SNIFF_HPP
#define WHERRY_WIRE_SNIFF_HPP

#include <wherry/version.hpp>
#include <wherry/wire/file_kind.hpp>

#include <algorithm>
#include <cstddef>
#include <string_view>

namespace wherry::inline WHERRY_ABI::wire {

namespace detail {
/// A ProgramDesc starts with its first block, whose index is 0 and whose parent comes next.
constexpr bool looks_like_program(std::string_view bytes) noexcept {
    if (!bytes.starts_with('\x0a')) return false;
    bytes.remove_prefix(1);
    for (int i = 0; i < 5 && !bytes.empty(); ++i) {
        const bool last = static_cast<unsigned char>(bytes.front()) < 128;
        bytes.remove_prefix(1);
        if (last) return bytes.starts_with(std::string_view("\x08\0\x10", 3));
    }
    return false;
}
/// A LoDTensor stream starts with version 0 and a count of LoD levels, which is small.
constexpr bool looks_like_tensor(std::string_view bytes) noexcept {
    return bytes.size() >= 20 && bytes.starts_with(std::string_view("\0\0\0\0", 4)) && static_cast<unsigned char>(bytes[4]) < 32 &&
           bytes.substr(5, 7) == std::string_view("\0\0\0\0\0\0\0", 7);
}
/// A ModelProto: ir_version, one small number, then the producer's name, a text (its field 2), or the graph (7) or opsets (8).
constexpr bool looks_like_onnx(std::string_view bytes) noexcept {
    if (bytes.size() < 4 || bytes[0] != 8 || bytes[1] < 1 || bytes[1] > 32) return false;
    return bytes[2] == 0x12 || bytes[2] == 0x3a || bytes[2] == 0x42;
}
/// POSIX and GNU tar say so in the first header.
constexpr bool looks_like_tar(std::string_view bytes) noexcept { return bytes.size() >= 262 && bytes.substr(257, 5) == "ustar"; }
}  // namespace detail

/// The kind of foreign bytes, and what to do, for a message; empty when they look like none of the kinds people hand in by mistake.
constexpr std::string_view foreign_kind(std::string_view bytes) noexcept {
    if (bytes.starts_with("version https://git-lfs")) return "a git-lfs pointer, not the file itself: run git lfs pull";
    for (const std::string_view start : {"<!DOCTYPE", "<!doctype", "<html", "<HTML", "<?xml"})
        if (bytes.substr(std::min(bytes.find_first_not_of(" \t\r\n"), bytes.size())).starts_with(start))
            return "an HTML or XML page: the link shows the file, download the file itself";
    if (bytes.starts_with("\x89HDF\r\n\x1a\n")) return "an HDF5 file (Keras?): save its arrays with numpy.savez, .npz is read here";
    if (detail::looks_like_onnx(bytes)) return "an ONNX model: X2Paddle turns it into a model of Paddle";
    if (bytes.substr(std::min<std::size_t>(4, bytes.size())).starts_with("TFL3")) return "a TensorFlow Lite model, which is not read here";
    if (detail::looks_like_tar(bytes)) return "a tar archive: unpack it with tar xf";
    const auto kind = kind_of(bytes.substr(0, kind_bytes), bytes.size());
    const bool own = kind == file_kind::tensors || kind == file_kind::program || kind == file_kind::other;
    return own ? std::string_view() : name_of(kind);
}

/// The same for bytes that are not a tensor: they may be a program.
constexpr std::string_view kind_instead_of_tensor(std::string_view bytes) noexcept {
    return detail::looks_like_program(bytes) ? "a program (__model__ or .pdmodel)" : foreign_kind(bytes);
}
/// The same for bytes that are not a program: they may be tensors.
constexpr std::string_view kind_instead_of_program(std::string_view bytes) noexcept {
    if (kind_of(bytes.substr(0, kind_bytes), bytes.size()) == file_kind::npz) return "a zip archive: unpack it with unzip";
    return detail::looks_like_tensor(bytes) ? "a LoDTensor stream (parameters)" : foreign_kind(bytes);
}

}  // namespace wherry::inline WHERRY_ABI::wire

#endif
