#ifndef WHERRY_RECORD_WHOLE_RECORD_HPP
#define WHERRY_RECORD_WHOLE_RECORD_HPP

#include <wherry/base/allocate.hpp>
#include <wherry/base/bytes.hpp>
#include <wherry/base/number.hpp>
#include <wherry/base/result.hpp>
#include <wherry/policy/sink.hpp>
#include <wherry/policy/source.hpp>
#include <wherry/version.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace wherry::inline WHERRY_ABI {

/// Writes pieces as the single record of a sink: the file itself, or the bytes. Errors: those of the sink.
template <Sink S>
auto write_record(std::span<const piece> pieces, S& sink, durability_steps how = {}) -> decltype(sink.finish()) {
    record_size size;
    for (const auto& held : pieces) size.size_bytes += held.size();
    if (auto started = sink.start(std::span<const record_size>(&size, 1), how); !started) return started.failure();
    if (auto written = sink.write_at(0, 0, pieces); !written) return written.failure();
    if (auto done = sink.commit(0); !done) return done.failure();
    return sink.finish();
}
template <Sink S>
auto write_whole(S& sink, std::string_view bytes, durability_steps how) -> decltype(sink.finish()) {
    const piece all = as_bytes(bytes);
    return write_record(std::span(&all, 1), sink, how);
}

/// All bytes of a reader. Errors: too_large (nothing is reserved then), out_of_memory, those of the reader.
template <Reader R>
result<std::string> read_all(R& reader, std::uint64_t cap_bytes = ~std::uint64_t{0}) {
    const auto size = checked_size(reader.size_bytes());
    if (!size || *size > cap_bytes)
        return failure(errc::too_large, "a file is larger than the limit")
            .in_file(reader.path())
            .expected(cap_bytes)
            .found(reader.size_bytes());
    std::string bytes;
    if (!try_reserve(bytes, *size)) return std::move(*out_of_memory(*size).get()).in_file(std::string_view(reader.path()));
    bytes.resize(*size);
    if (auto read = reader.read_at(0, std::as_writable_bytes(std::span(bytes))); !read) return read.failure();
    return bytes;
}

/// The first bytes of a reader, or all there are. Errors: those of the reader.
template <Reader R>
result<std::string> read_head(R& reader, std::size_t count) {
    std::string head(static_cast<std::size_t>(std::min<std::uint64_t>(reader.size_bytes(), count)), '\0');
    if (auto read = reader.read_at(0, std::as_writable_bytes(std::span(head))); !read) return read.failure();
    return head;
}

/// The reader of one record of a source: of its single one, or by name. Errors: those of the source.
template <Source S>
auto open_record(S& source, std::string_view record = {}) -> decltype(source.open(record)) {
    if (auto expected = source.expect(std::span(&record, 1)); !expected) return expected.failure();
    return source.open(record);
}

/// A record as one string, with the path it has in messages.
struct whole_record {
    std::string bytes;
    std::string path;
};

/// All bytes of a source's single record. Errors: as read_all, those of the source.
template <Source S>
result<whole_record> read_whole(S& source, std::uint64_t cap_bytes) {
    auto reader = open_record(source);
    if (!reader) return reader.failure();
    auto bytes = read_all(*reader, cap_bytes);
    if (!bytes) return bytes.failure();
    return whole_record{*std::move(bytes), std::string(std::string_view(reader->path()))};
}

/// Calls `use(bytes)` with the single record of a source; bytes in memory are not copied. Errors: those of the source and of `use`.
template <Source S, class Use>
auto with_record(S& source, Use use) -> decltype(use(std::string_view())) {
    auto reader = open_record(source);
    if (!reader) return reader.failure();
    const std::string path(std::string_view(reader->path()));
    const auto placed = [&](auto used) -> decltype(use(std::string_view())) {
        if (!used) return used.failure().in_file(path);
        return used;
    };
    if constexpr (ViewReader<typename decltype(reader)::value_type>) {
        return placed(use(reader->bytes()));
    } else {
        const auto bytes = read_all(*reader);
        if (!bytes) return bytes.failure().in_file(path);
        return placed(use(*bytes));
    }
}

}  // namespace wherry::inline WHERRY_ABI

#endif
