#ifndef WHERRY_IO_WHOLE_RECORD_HPP
#define WHERRY_IO_WHOLE_RECORD_HPP

#include <wherry/base/bytes.hpp>
#include <wherry/policy/sink.hpp>
#include <wherry/policy/source.hpp>

#include <array>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace wherry::inline v0 {

/// Writes pieces as the single record of a sink: the file itself, or the bytes. Errors: those of the sink.
template <Sink S>
auto write_record(std::span<const piece> pieces, S& sink, durability_steps how = {}) -> decltype(sink.finish()) {
    record_size size;
    for (const auto& held : pieces) size.size_bytes += held.size();
    if (auto started = sink.start(std::span<const record_size>(&size, 1), how); !started) return std::move(started).error();
    if (auto written = sink.write_at(0, 0, pieces); !written) return std::move(written).error();
    if (auto done = sink.commit(0); !done) return std::move(done).error();
    return sink.finish();
}

/// All bytes of a reader. Errors: those of the reader; overflow.
template <Reader R>
result<std::string> read_all(R& reader) {
    const auto size = checked_size(reader.size_bytes());
    if (!size)
        return error{.code = errc::overflow, .message = "a file is larger than memory can be", .found = decimal(reader.size_bytes())};
    std::string bytes(*size, '\0');
    if (auto read = reader.read_at(0, std::as_writable_bytes(std::span(bytes))); !read) return std::move(read).error();
    return bytes;
}

/// Calls `use(bytes)` with the single record of a source; bytes in memory are not copied. Errors: those of the source and of `use`.
template <Source S, class Use>
auto with_record(S& source, Use use) -> decltype(use(std::string_view())) {
    constexpr std::array<std::string_view, 1> whole{};
    if (auto expected = source.expect(whole); !expected) return std::move(expected).error();
    auto reader = source.open({});
    if (!reader) return std::move(reader).error();
    const std::string path(std::string_view(reader->path()));
    if constexpr (ViewReader<typename decltype(reader)::value_type>) {
        auto used = use(reader->bytes());
        if (!used) return std::move(used).error().in_file(path);
        return used;
    } else {
        const auto bytes = read_all(*reader);
        if (!bytes) return error(bytes.error()).in_file(path);
        auto used = use(*bytes);
        if (!used) return std::move(used).error().in_file(path);
        return used;
    }
}

}  // namespace wherry::inline v0

#endif
