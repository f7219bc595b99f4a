#include <doctest/doctest.h>
#include <io/scratch.hpp>
#include <wherry/io/archive.hpp>
#include <wherry/policy/codec.hpp>
#include <wherry/policy/disk.hpp>

#include <string>
#include <vector>

using namespace wherry;

namespace {
/// A user's codec: every byte is turned around. Its sink keeps one record after the other, its source reads whole records.
struct inverted {
    static constexpr std::string_view name = "inverted";

    static void invert(std::span<std::byte> bytes) {
        for (auto& b : bytes) b = ~b;
    }

    template <Sink S>
    struct sink_for {
        static constexpr std::string_view name = "inverted";
        static constexpr bool many_records = S::many_records;
        S* inner;
        result<void> start(std::span<const record_size> records, durability_steps how) { return inner->start(records, how); }
        result<void> write_at(std::size_t at, std::uint64_t offset, std::span<const piece> pieces) {
            for (const auto& bytes : pieces) {
                std::vector<std::byte> copy(bytes.begin(), bytes.end());
                invert(copy);
                const piece turned(copy);
                if (auto written = inner->write_at(at, offset, std::span(&turned, 1)); !written) return written;
                offset += bytes.size();
            }
            return {};
        }
        result<void> commit(std::size_t at) { return inner->commit(at); }
        auto finish() { return inner->finish(); }
    };
    template <Source S>
    struct source_for {
        static constexpr std::string_view name = "inverted";
        static constexpr bool many_records = S::many_records;
        using inner_reader = typename decltype(std::declval<S&>().open({}))::value_type;
        struct reader {
            inner_reader inner;
            [[nodiscard]] std::uint64_t size_bytes() const { return inner.size_bytes(); }
            [[nodiscard]] std::string_view path() const { return inner.path(); }
            result<void> read_at(std::uint64_t offset, std::span<std::byte> into) {
                auto read = inner.read_at(offset, into);
                if (read) invert(into);
                return read;
            }
        };
        S* inner;
        result<void> expect(std::span<const std::string_view> names) { return inner->expect(names); }
        result<reader> open(std::string_view record) {
            auto opened = inner->open(record);
            if (!opened) return std::move(opened).error();
            return reader{*std::move(opened)};
        }
    };

    template <Sink S>
    static sink_for<S> encode(S& sink) {
        return {&sink};
    }
    template <Source S>
    static source_for<S> decode(S& source, const limits&) {
        return {&source};
    }
};
static_assert(Codec<inverted> && Codec<plain> && !Codec<filter::all> && !Codec<int>);
}  // namespace

TEST_CASE("a user's codec stands between archive and sink, in every layout, and changes nothing else") {
    const support::scratch place("codec");
    const auto program = support::small_program();
    const auto scope = support::small_scope();
    const auto check = [&]<class Archive>(Archive, const std::string& path) {
        REQUIRE(Archive::save(program, scope, disk(path)));
        Scope loaded;
        REQUIRE(Archive::load(program, loaded, disk(path)));
        for (const auto name : loaded.local_var_names()) CHECK(*loaded.find_var(name) == *scope.find_var(name));
        CHECK(loaded.local_var_names().size() == 4);
    };
    check(archive<inverted>(), place / "one");
    check(archive<layout::per_file, inverted, fast>(), place / "each");
    check(archive<plain>(), place / "plain");
    const auto plain_bytes = support::read_file(place / "plain");
    auto turned = support::read_file(place / "one");
    for (auto& c : turned) c = static_cast<char>(~c);
    CHECK(turned == plain_bytes);
    CHECK(*archive<>::save(program, scope, memory{}) == plain_bytes);
    Scope none;
    CHECK_FALSE(archive<>::load(program, none, disk(place / "one")));
}
