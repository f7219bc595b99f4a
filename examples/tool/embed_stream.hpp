#ifndef WHERRY_TOOL_EMBED_STREAM_HPP
#define WHERRY_TOOL_EMBED_STREAM_HPP

#include "files.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// The parameters of a model as a microcontroller wants them: one combined stream, values at round addresses, weights in a byte.
namespace tool {

struct stream_options {
    std::size_t align = 1;
    std::vector<std::string> int8{};  ///< variables whose values become int8
};

/// A combined stream that Paddle reads, and where its values start. With int8 it is no longer Paddle's: such a weight is an int8 tensor with
/// one float tensor after it, a scale for each column.
struct combined_stream {
    std::string bytes;
    std::vector<std::size_t> offsets;
};

/// Writes a combined stream again. `names` are those of its tensors, in order. Errors: those of `wire::read_tensor_header`; truncated;
/// trailing_bytes; dtype_mismatch for a weight that is not a float32 matrix.
result<combined_stream> rewrite_stream(std::string_view stream, std::span<const std::string> names, const stream_options& options);

/// The bytes as a C++ string literal, in lines of a few hundred characters.
std::string as_literal(std::string_view bytes);

}  // namespace tool

#endif
