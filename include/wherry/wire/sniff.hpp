#ifndef WHERRY_WIRE_SNIFF_HPP
#define WHERRY_WIRE_SNIFF_HPP

#include <string_view>

namespace wherry::inline v0::wire {

/// What foreign bytes are, for a message; empty when they look like none of the kinds people hand in by mistake.
constexpr std::string_view foreign_kind(std::string_view bytes) noexcept {
    struct magic {
        std::string_view start;
        std::string_view kind;
    };
    constexpr magic table[] = {
        {"\x1f\x8b", "gzip data"},
        {"PK\x03\x04", "a zip archive (npz?)"},
        {"version https://git-lfs", "a git-lfs pointer, not the file itself"},
        {"<!DOCTYPE", "an HTML page"},
        {"<!doctype", "an HTML page"},
        {"<html", "an HTML page"},
        {"\x93NUMPY", "a NumPy array (.npy)"},
        {"\x80\x02}", "a pickle (.pdparams or .pdopt)"},
        {"\x80\x03}", "a pickle (.pdparams or .pdopt)"},
        {"\x80\x04", "a pickle (.pdparams or .pdopt)"},
        {"{\"", "JSON text (a Paddle 3 program?)"},
    };
    for (const auto& [start, kind] : table)
        if (bytes.starts_with(start)) return kind;
    return {};
}

}  // namespace wherry::inline v0::wire

#endif
