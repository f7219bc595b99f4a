#include <doctest/doctest.h>
#include <support/scratch.hpp>
#include <wherry/policy/source.hpp>

#include <array>

using namespace wherry;

namespace {
struct zeros {  // the least a source needs
    struct reader {
        [[nodiscard]] std::uint64_t size_bytes() const { return 5; }
        [[nodiscard]] std::string_view path() const { return "zeros"; }
        result<void> read_at(std::uint64_t, std::span<std::byte> into) {
            for (auto& byte : into) byte = std::byte{0};
            return {};
        }
    };
    static constexpr std::string_view name = "zeros";
    static constexpr bool many_records = true;
    result<void> expect(std::span<const std::string_view>) { return {}; }
    result<reader> open(std::string_view) { return reader(); }
};
struct no_path : zeros {
    struct reader {
        [[nodiscard]] std::uint64_t size_bytes() const { return 5; }
        result<void> read_at(std::uint64_t, std::span<std::byte>) { return {}; }
    };
    result<reader> open(std::string_view) { return reader(); }
};
static_assert(Source<zeros> && Reader<zeros::reader> && !ViewReader<zeros::reader> && !ScatterReader<zeros::reader>);
static_assert(!Source<no_path> && !Source<int> && Source<support::map_store>);
}  // namespace

TEST_CASE("a source opens records by name and knows their size") {
    zeros source;
    auto reader = source.open("any");
    REQUIRE(reader);
    CHECK(reader->size_bytes() == 5);
    std::array<std::byte, 5> into{std::byte{1}};
    REQUIRE(reader->read_at(0, into));
    CHECK(into[0] == std::byte{0});
}
