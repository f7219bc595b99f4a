#ifndef WHERRY_POLICY_SINK_HPP
#define WHERRY_POLICY_SINK_HPP

#include <wherry/base/result.hpp>
#include <wherry/policy/durability.hpp>
#include <wherry/version.hpp>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <type_traits>

namespace wherry::inline WHERRY_ABI {

/// Bytes on their way out. They are only pointed at.
using piece = std::span<const std::byte>;

/// A record before its first byte is written: the size follows from dtype and dims alone.
struct record_size {
    std::string_view name;  ///< empty when the target itself is the record
    std::uint64_t size_bytes = 0;
};

/// Takes records of known size. An archive calls, in this order:
/// - `start(records, how)` once, with everything that will come: names and sizes are checked here, nothing is visible yet
/// - for each record in turn `write_at(record, offset, pieces)`, together covering it once (a codec may write none for a
///   record without bytes), then `commit(record)`
/// - `finish()` once, which hands over what the sink made: `result<void>` for files, `result<std::string>` for memory
///
/// A function that fails cleans up after itself; nothing is called after it.
template <class S>
concept Sink = requires(S& sink, std::span<const record_size> records, durability_steps how, std::size_t at, std::uint64_t offset,
                        std::span<const piece> pieces) {
    { S::name } -> std::convertible_to<std::string_view>;
    { S::many_records } -> std::convertible_to<bool>;  // false: one record with an empty name only
    { sink.start(records, how) } -> std::same_as<result<void>>;
    { sink.write_at(at, offset, pieces) } -> std::same_as<result<void>>;
    { sink.commit(at) } -> std::same_as<result<void>>;
    typename decltype(sink.finish())::value_type;
    requires std::same_as<decltype(sink.finish()), result<typename decltype(sink.finish())::value_type>>;
};

/// True for a sink whose result points into the sink itself, so that a temporary one would dangle.
template <class S>
inline constexpr bool result_borrows_sink = [] {
    if constexpr (requires { S::result_borrows_sink; }) return bool(S::result_borrows_sink);
    return false;
}();

}  // namespace wherry::inline WHERRY_ABI

#endif
