#ifndef WHERRY_POLICY_TRANSFORMED_HPP
#define WHERRY_POLICY_TRANSFORMED_HPP

#include <wherry/base/result.hpp>
#include <wherry/base/sequence.hpp>
#include <wherry/policy/durability.hpp>
#include <wherry/policy/sink.hpp>
#include <wherry/policy/source.hpp>
#include <wherry/version.hpp>

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <type_traits>
#include <utility>

namespace wherry::inline WHERRY_ABI {

/// Changes bytes in place, each by its value and its place in the record alone: they come in pieces of any size, in any order.
/// `offset` is that of the first one.
template <class F>
concept ByteTransformation = std::copy_constructible<F> && requires(const F f, std::span<std::byte> bytes, std::uint64_t offset) {
    f(bytes, offset);
};

/// A reader whose bytes are changed after they are read.
template <Reader Inner, ByteTransformation F>
class transformed_reader {
  public:
    transformed_reader(Inner inner, F change) : inner_(std::move(inner)), change_(std::move(change)) {}
    [[nodiscard]] std::uint64_t size_bytes() const { return inner_.size_bytes(); }
    [[nodiscard]] auto path() const { return inner_.path(); }
    /// Errors: those of the inner reader.
    result<void> read_at(std::uint64_t offset, std::span<std::byte> into) {
        if (auto read = inner_.read_at(offset, into); !read) return read;
        std::as_const(change_)(into, offset);
        return {};
    }

  private:
    Inner inner_;
    [[no_unique_address]] F change_;
};

/// A sink that changes bytes before they go on to another sink, a source that changes those of another source, or both:
///
///     struct scrambled {
///         using kind = wherry::kinds::codec;
///         static constexpr std::string_view name = "scrambled";
///         static auto encode(auto& sink) { return wherry::transformed(sink, mix); }
///         static auto decode(auto& source, const wherry::limits&) { return wherry::transformed(source, mix); }
///     };
///
/// `transformed(inner, change)` refers to a named sink or source and keeps a temporary one. A sink copies bytes, 64 KiB at a time.
/// Errors: those of the inner one.
template <class Inner, ByteTransformation F>
    requires Sink<std::remove_reference_t<Inner>> || Source<std::remove_reference_t<Inner>>
class transformed {
    using inner_type = std::remove_reference_t<Inner>;

  public:
    static constexpr std::string_view name = "transformed";
    static constexpr bool many_records = inner_type::many_records;
    static constexpr bool result_borrows_sink = !std::is_reference_v<Inner> && wherry::result_borrows_sink<inner_type>;

    transformed(Inner&& inner, F change) : inner_(std::forward<Inner>(inner)), change_(std::move(change)) {}

    result<void> start(std::span<const record_size> records, durability_steps how) requires Sink<inner_type> {
        return inner_.start(records, how);
    }
    result<void> write_at(std::size_t record, std::uint64_t offset, std::span<const piece> pieces) requires Sink<inner_type> {
        buffer_.resize(64 * 1024);
        std::size_t held = 0;
        const auto pass_on = [&]() -> result<void> {
            if (held == 0) return {};
            const auto filled = std::span(buffer_.data(), held);
            std::as_const(change_)(filled, offset);
            const piece out(filled);
            offset += std::exchange(held, 0);
            return inner_.write_at(record, offset - out.size(), std::span(&out, 1));
        };
        for (auto bytes : pieces) {
            while (!bytes.empty()) {
                const auto taken = std::min(bytes.size(), buffer_.size() - held);
                std::copy_n(bytes.data(), taken, buffer_.data() + held);
                held += taken;
                bytes = bytes.subspan(taken);
                if (held < buffer_.size()) continue;
                if (auto written = pass_on(); !written) return written;
            }
        }
        return pass_on();
    }
    result<void> commit(std::size_t record) requires Sink<inner_type> { return inner_.commit(record); }
    auto finish() requires Sink<inner_type> { return inner_.finish(); }

    result<void> expect(std::span<const std::string_view> names) requires Source<inner_type> { return inner_.expect(names); }
    auto open(std::string_view record) requires Source<inner_type> {
        using reader = transformed_reader<typename decltype(inner_.open(record))::value_type, F>;
        auto opened = inner_.open(record);
        if (!opened) return result<reader>(opened.failure());
        return result<reader>(reader(*std::move(opened), change_));
    }

  private:
    Inner inner_;
    [[no_unique_address]] F change_;
    sequence<std::byte> buffer_;
};

template <class Inner, class F>
transformed(Inner&&, F) -> transformed<Inner, F>;

}  // namespace wherry::inline WHERRY_ABI

#endif
