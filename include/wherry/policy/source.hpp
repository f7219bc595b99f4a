#ifndef WHERRY_POLICY_SOURCE_HPP
#define WHERRY_POLICY_SOURCE_HPP

#include <wherry/base/policy_set.hpp>
#include <wherry/base/result.hpp>
#include <wherry/version.hpp>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

namespace wherry::inline WHERRY_ABI {

/// One opened record of known size.
template <class R>
concept Reader = std::movable<R> && requires(R& reader, const R& seen, std::uint64_t offset, std::span<std::byte> into) {
    { seen.size_bytes() } -> std::same_as<std::uint64_t>;
    { seen.path() } -> std::convertible_to<std::string_view>;        // for messages; may be empty
    { reader.read_at(offset, into) } -> std::same_as<result<void>>;  // all of `into`, or an error
};

/// A reader whose bytes are all in memory, so that reading them cannot fail any more.
template <class R>
concept ViewReader = Reader<R> && requires(const R& reader) {
    { reader.bytes() }
    noexcept->std::same_as<std::string_view>;
};

/// A reader whose bytes may be kept and written to, by holding on to their lender: a mapped file.
template <class R>
concept LendingReader = ViewReader<R> && requires(const R& reader) {
    { reader.lender() }
    noexcept->std::same_as<std::shared_ptr<void>>;
};

/// A reader that fills many stretches in one call.
template <class R>
concept ScatterReader = Reader<R> && requires(R& reader, std::uint64_t offset, std::span<const std::span<std::byte>> into) {
    { reader.read_at(offset, into) } -> std::same_as<result<void>>;
};

namespace detail {
template <class S>
concept SaysManyRecordsToRead = requires {
    { S::many_records } -> std::convertible_to<bool>;  // false: one record with an empty name only
};
template <class S>
concept Expects = requires(S& source, std::span<const std::string_view> names) {
    { source.expect(names) } -> std::same_as<result<void>>;
};
template <class S>
concept Opens = requires(S& source, std::string_view record) {
    requires Reader<typename decltype(source.open(record))::value_type>;
    requires std::same_as<decltype(source.open(record)), result<typename decltype(source.open(record))::value_type>>;
};
}  // namespace detail

/// Gives records by name. `expect(names)` is called once, with everything that will be opened: names are checked here.
template <class S>
concept Source = Named<S> && detail::SaysManyRecordsToRead<S> && detail::Expects<S> && detail::Opens<S>;

namespace kinds {
/// A `Source` of bytes. It is handed to the call, so it declares no kind.
struct source {
    template <class P>
    static constexpr bool check() noexcept {
        static_assert(Named<P>, "wherry: source: needs `static constexpr std::string_view name` (see wherry/policy/source.hpp)");
        static_assert(detail::SaysManyRecordsToRead<P>,
                      "wherry: source: needs `static constexpr bool many_records` (see wherry/policy/source.hpp)");
        static_assert(detail::Expects<P>, "wherry: source: needs `result<void> expect(std::span<const std::string_view>)`, and a source "
                                          "that is not const (see wherry/policy/source.hpp)");
        static_assert(detail::Opens<P>, "wherry: source: needs `open(std::string_view)` that returns the result of a Reader, and a source "
                                        "that is not const (see wherry/policy/source.hpp)");
        return Source<P>;
    }
};
}  // namespace kinds

}  // namespace wherry::inline WHERRY_ABI

#endif
