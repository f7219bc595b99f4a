#ifndef WHERRY_POLICY_SINK_HPP
#define WHERRY_POLICY_SINK_HPP

#include <wherry/base/policy_set.hpp>
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

namespace detail {
template <class S>
concept SaysManyRecords = requires {
    { S::many_records } -> std::convertible_to<bool>;  // false: one record with an empty name only
};
template <class S>
concept Starts = requires(S& sink, std::span<const record_size> records, durability_steps how) {
    { sink.start(records, how) } -> std::same_as<result<void>>;
};
template <class S>
concept Writes = requires(S& sink, std::size_t at, std::uint64_t offset, std::span<const piece> pieces) {
    { sink.write_at(at, offset, pieces) } -> std::same_as<result<void>>;
};
template <class S>
concept Commits = requires(S& sink, std::size_t at) {
    { sink.commit(at) } -> std::same_as<result<void>>;
};
template <class S>
concept Finishes = requires(S& sink) {
    requires std::same_as<decltype(sink.finish()), result<typename decltype(sink.finish())::value_type>>;
};
}  // namespace detail

/// Takes records of known size. An archive calls, in this order:
/// - `start(records, how)` once, with everything that will come: names and sizes are checked here, nothing is visible yet
/// - for each record in turn `write_at(record, offset, pieces)`, together covering it once (a codec may write none for a
///   record without bytes), then `commit(record)`
/// - `finish()` once, which hands over what the sink made: `result<void>` for files, `result<std::string>` for memory
///
/// A function that fails cleans up after itself; nothing is called after it. A save that is stopped (`with_progress`) calls `start` once more,
/// for one record of no bytes and no name, and nothing after it: what was begun is dropped.
template <class S>
concept Sink =
    Named<S> && detail::SaysManyRecords<S> && detail::Starts<S> && detail::Writes<S> && detail::Commits<S> && detail::Finishes<S>;

namespace kinds {
/// A `Sink` of bytes. It is handed to the call, so it declares no kind.
struct sink {
    template <class P>
    static constexpr bool check() noexcept {
        static_assert(Named<P>, "wherry: sink: needs `static constexpr std::string_view name` (see wherry/policy/sink.hpp)");
        static_assert(detail::SaysManyRecords<P>, "wherry: sink: needs `static constexpr bool many_records` (see wherry/policy/sink.hpp)");
        static_assert(detail::Starts<P>, "wherry: sink: needs `result<void> start(std::span<const record_size>, durability_steps)`, and a "
                                         "sink that is not const (see wherry/policy/sink.hpp)");
        static_assert(detail::Writes<P>, "wherry: sink: needs `result<void> write_at(std::size_t, std::uint64_t, std::span<const piece>)`, "
                                         "and a sink that is not const (see wherry/policy/sink.hpp)");
        static_assert(detail::Commits<P>, "wherry: sink: needs `result<void> commit(std::size_t)`, and a sink that is not const (see "
                                          "wherry/policy/sink.hpp)");
        static_assert(detail::Finishes<P>,
                      "wherry: sink: needs `finish()` that returns a result, and a sink that is not const (see wherry/policy/sink.hpp)");
        return Sink<P>;
    }
};
}  // namespace kinds

/// True for a sink whose result points into the sink itself, so that a temporary one would dangle.
template <class S>
inline constexpr bool result_borrows_sink = [] {
    if constexpr (requires { S::result_borrows_sink; }) return bool(S::result_borrows_sink);
    return false;
}();

}  // namespace wherry::inline WHERRY_ABI

#endif
