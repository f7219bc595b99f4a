#include <doctest/doctest.h>
#include <wherry/policy/sink.hpp>

using namespace wherry;

namespace {
struct counting_sink {  // the least a sink needs
    static constexpr std::string_view name = "counting";
    static constexpr bool many_records = true;
    std::uint64_t total = 0;
    result<void> start(std::span<const record_size> records, durability_steps) {
        for (const auto& record : records) total += record.size_bytes;
        return {};
    }
    result<void> write_at(std::size_t, std::uint64_t, std::span<const piece>) { return {}; }
    result<void> commit(std::size_t) { return {}; }
    result<std::uint64_t> finish() { return total; }
};
struct no_result : counting_sink {
    int finish() { return 0; }
};
struct no_commit : counting_sink {
    void commit(std::size_t);
};
static_assert(Sink<counting_sink> && !Sink<const counting_sink> && !Sink<no_result> && !Sink<no_commit> && !Sink<int>);
static_assert(!result_borrows_sink<counting_sink>);
}  // namespace

TEST_CASE("a sink knows the size of everything before the first byte") {
    counting_sink sink;
    const record_size records[] = {{"a", 3}, {"b", 4}};
    REQUIRE(sink.start(records, {}));
    CHECK(*sink.finish() == 7);
}
