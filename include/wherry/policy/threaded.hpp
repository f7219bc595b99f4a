#ifndef WHERRY_POLICY_THREADED_HPP
#define WHERRY_POLICY_THREADED_HPP

#include <wherry/base/result.hpp>
#include <wherry/base/sequence.hpp>
#include <wherry/policy/durability.hpp>
#include <wherry/policy/sink.hpp>
#include <wherry/version.hpp>

#include <algorithm>
#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <span>
#include <string_view>
#include <thread>
#include <type_traits>
#include <utility>

namespace wherry::inline WHERRY_ABI {

/// A sink that several threads may write to at a time: `write_part(record, offset, pieces)` is a `write_at` of bytes that no other thread
/// writes, in a record that a `write_at` has begun. One that fails leaves it to its caller to clean up; it does not throw.
template <class S>
concept SharedSink = Sink<S> && requires(S& sink, std::size_t at, std::uint64_t offset, std::span<const piece> pieces) {
    { sink.write_part(at, offset, pieces) } -> std::same_as<result<void>>;
};

namespace detail {
/// The pieces of `all` that lie from byte `first` up to byte `end`, both counted from the first piece.
inline sequence<piece> pieces_between(std::span<const piece> all, std::uint64_t first, std::uint64_t end) {
    sequence<piece> found;
    std::uint64_t at = 0;
    for (const auto& bytes : all) {
        const auto from = std::clamp(first, at, at + bytes.size()) - at;
        const auto to = std::clamp(end, at, at + bytes.size()) - at;
        if (from < to) found.push_back(bytes.subspan(static_cast<std::size_t>(from), static_cast<std::size_t>(to - from)));
        at += bytes.size();
    }
    return found;
}
/// The least that a thread is worth starting for.
inline constexpr std::uint64_t thread_bytes = std::uint64_t{1} << 20U;
}  // namespace detail

/// A sink whose bytes N threads write; made by `threaded`.
template <std::size_t N, class Inner>
class threaded_sink {
    using inner_type = std::remove_reference_t<Inner>;

  public:
    static constexpr std::string_view name = "threaded";
    static constexpr bool many_records = inner_type::many_records;

    explicit threaded_sink(Inner&& inner) : inner_(std::forward<Inner>(inner)) {}

    result<void> start(std::span<const record_size> records, durability_steps how) { return how_ = how, inner_.start(records, how); }
    result<void> write_at(std::size_t record, std::uint64_t offset, std::span<const piece> pieces) {
        std::uint64_t size_bytes = 0;
        for (const auto& bytes : pieces) size_bytes += bytes.size();
        if (size_bytes < N * detail::thread_bytes) return inner_.write_at(record, offset, pieces);
        if (auto begun = inner_.write_at(record, offset, {}); !begun) return begun;
        std::array<share, N> shares;
        for (std::size_t i = 0; i < N; ++i) {
            shares[i].offset = size_bytes / N * i;
            shares[i].pieces = detail::pieces_between(pieces, shares[i].offset, i + 1 == N ? size_bytes : size_bytes / N * (i + 1));
        }
        const auto write = [&](share& one) { one.done = inner_.write_part(record, offset + one.offset, one.pieces); };
        for (auto& one : std::span(shares).template subspan<1>()) start_thread(one, write);
        write(shares[0]);
        for (auto& one : shares)
            if (one.thread.joinable()) one.thread.join();
        for (auto& one : shares)
            if (!one.done) return drop(), std::move(one.done);
        return {};
    }
    result<void> commit(std::size_t record) { return inner_.commit(record); }
    auto finish() { return inner_.finish(); }

  private:
    struct share {
        std::uint64_t offset = 0;
        sequence<piece> pieces;
        result<void> done;
        std::thread thread;
    };
    /// Where there is no thread left, or no memory for one, this one does the work.
    template <class Write>
    static void start_thread(share& one, const Write& write) {
#ifdef __cpp_exceptions
        try {
            one.thread = std::thread([&] { write(one); });
        } catch (const std::exception&) { write(one); }
#else
        one.thread = std::thread([&] { write(one); });
#endif
    }
    /// What was begun goes, as where a save is stopped.
    void drop() {
        const record_size none;
        (void)inner_.start(std::span<const record_size>(&none, 1), how_);
    }

    Inner inner_;
    durability_steps how_{};
};

/// A sink whose records N threads write, each a stretch of its own: `archive<>::save(program, scope, threaded<4>(disk{"model"}))`. The bytes are
/// those of one writer: sizes and positions are known before the first one moves. A record of less than N MiB, and elements with a source,
/// a tensor at a time, are written by as many threads as they are worth. It refers to a named sink and keeps a temporary one.
/// Worth it where one core does not fill the disk. Link with threads (`-pthread`, `Threads::Threads`).
/// Errors: those of the inner sink. Guarantee: as the inner sink; when one thread fails, the others are waited for.
template <std::size_t N, class S>
auto threaded(S&& sink) {
    using sink_type = std::remove_reference_t<S>;
    static_assert(N >= 1 && N <= 256, "wherry: threaded: from 1 to 256 threads");
    if constexpr (kinds::sink::check<sink_type>()) {
        static_assert(SharedSink<sink_type>,
                      "wherry: threaded: this sink takes one write at a time: use disk, or a sink with `result<void> "
                      "write_part(std::size_t, std::uint64_t, std::span<const piece>)` (see wherry/policy/threaded.hpp)");
        if constexpr (SharedSink<sink_type>) return threaded_sink<N, S>(std::forward<S>(sink));
    }
}

}  // namespace wherry::inline WHERRY_ABI

#endif
