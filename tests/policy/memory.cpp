#include <doctest/doctest.h>
#include <wherry/policy/memory.hpp>

#include <array>
#include <string>
#include <vector>

using namespace wherry;

namespace {
piece bytes_of(std::string_view text) { return as_bytes(text); }

template <class S>
result<void> write_out_of_order(S& sink) {
    const record_size record{"", 6};
    if (auto started = sink.start({&record, 1}, {}); !started) return started;
    const std::array late{bytes_of("e"), bytes_of("f")};
    const std::array early{bytes_of("ab"), bytes_of(""), bytes_of("cd")};
    if (auto written = sink.write_at(0, 4, late); !written) return written;
    if (auto written = sink.write_at(0, 0, early); !written) return written;
    return sink.commit(0);
}
}  // namespace

TEST_CASE("memory makes one string of the exact size, also out of order") {
    memory sink;
    REQUIRE(write_out_of_order(sink));
    CHECK(*sink.finish() == "abcdef");
    REQUIRE(write_out_of_order(sink));  // again with the same object
    const auto again = sink.finish();
    CHECK(*again == "abcdef");
}

TEST_CASE("buffer and fixed fill what they are given and hand out the used part") {
    std::array<std::byte, 8> held{};
    buffer into{held};
    REQUIRE(write_out_of_order(into));
    const auto used = into.finish();
    CHECK(as_chars(*used) == "abcdef");
    CHECK(used->data() == held.data());

    fixed<6> exact;
    REQUIRE(write_out_of_order(exact));
    CHECK(as_chars(*exact.finish()) == "abcdef");
}

TEST_CASE("a buffer that is one byte too small says so and is not touched") {
    std::array<std::byte, 5> held{};
    held.fill(std::byte{7});
    buffer into{held};
    const auto written = write_out_of_order(into);
    REQUIRE_FALSE(written);
    CHECK(written.error().code == errc::buffer_too_small);
    CHECK(written.error().expected == "6");
    CHECK(written.error().found == "5");
    CHECK(held[0] == std::byte{7});
    fixed<5> small;
    CHECK(write_out_of_order(small).error().code == errc::buffer_too_small);
}

TEST_CASE("memory as a source shows the caller's bytes and reads not past them") {
    const std::string bytes = "abcdef";
    const memory source{bytes};
    auto reader = source.open("");
    REQUIRE(reader);
    CHECK(reader->size_bytes() == 6);
    CHECK(reader->bytes().data() == bytes.data());
    std::array<std::byte, 3> into{};
    REQUIRE(reader->read_at(3, into));
    CHECK(as_chars(into) == "def");
    CHECK(reader->read_at(4, into).error().code == errc::truncated);
    CHECK(reader->read_at(~std::uint64_t{0}, into).error().code == errc::truncated);
}
