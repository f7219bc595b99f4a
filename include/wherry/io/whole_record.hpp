#ifndef WHERRY_IO_WHOLE_RECORD_HPP
#define WHERRY_IO_WHOLE_RECORD_HPP

#include <wherry/base/bytes.hpp>
#include <wherry/base/number.hpp>
#include <wherry/policy/sink.hpp>
#include <wherry/policy/source.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace wherry::inline v0 {

/// Writes bytes that are a record of their own: a program. Errors: those of the sink.
template <Sink S>
auto write_whole(S& sink, std::string_view bytes, durability_steps how) -> decltype(sink.finish()) {
    const record_size size{{}, bytes.size()};
    if (auto started = sink.start(std::span(&size, 1), how); !started) return std::move(started).error();
    const piece all = as_bytes(bytes);
    if (auto written = sink.write_at(0, 0, std::span(&all, 1)); !written) return std::move(written).error();
    if (auto done = sink.commit(0); !done) return std::move(done).error();
    return sink.finish();
}

/// A record as one string, with the path it has in messages.
struct whole_record {
    std::string bytes;
    std::string path;
};

/// All bytes of a source's single record. Errors: too_large (nothing is reserved then), those of the source.
template <Source S>
result<whole_record> read_whole(S& source, std::uint64_t cap_bytes) {
    const std::string_view record;
    if (auto expected = source.expect(std::span(&record, 1)); !expected) return std::move(expected).error();
    auto reader = source.open(record);
    if (!reader) return std::move(reader).error();
    const auto size = checked_size(reader->size_bytes());
    if (!size || *size > cap_bytes)
        return error{.code = errc::too_large,
                     .message = "a file is larger than the limit",
                     .file = std::string_view(reader->path()),
                     .expected = decimal(cap_bytes),
                     .found = decimal(reader->size_bytes())};
    whole_record whole{std::string(*size, '\0'), std::string(std::string_view(reader->path()))};
    if (auto read = reader->read_at(0, std::as_writable_bytes(std::span(whole.bytes))); !read) return std::move(read).error();
    return whole;
}

}  // namespace wherry::inline v0

#endif
