#include <doctest/doctest.h>
#include <support/scratch.hpp>
#include <wherry/policy/layout.hpp>
#include <wherry/policy/memory.hpp>
#include <wherry/record/load_plan.hpp>
#include <wherry/record/record_index.hpp>
#include <wherry/record/save_plan.hpp>

#include <span>
#include <string>
#include <string_view>
#include <vector>

using namespace wherry;

namespace {
std::string two_tensors() {
    const auto a = support::counting({2, 3}, 0);
    const auto b = support::counting({4}, 9);
    const std::vector<tensor_ref> refs{a.ref("a"), b.ref("b")};
    memory sink;
    return *write(*save_plan::make<layout::combined>(refs), sink, {});
}

/// The same bytes for every record.
struct any_record {
    explicit any_record(std::string_view held) : bytes(held) {}
    static constexpr std::string_view name = "any_record";
    static constexpr bool many_records = true;
    result<void> expect(std::span<const std::string_view>) { return {}; }
    result<memory_reader> open(std::string_view) { return memory_reader(bytes); }
    std::string_view bytes;
};
static_assert(Source<any_record>);

template <class L>
result<load_report> load(const std::string& bytes, const sequence<wanted_tensor>& wanted, Scope& scope) {
    any_record source(bytes);
    return load_tensors<L>(wanted, scope, source);
}
}  // namespace

TEST_CASE("record index: every wanted tensor is found") {
    Scope scope;
    const auto done = load<layout::combined>(two_tensors(), {{"a"}, {"b"}}, scope);
    REQUIRE(done);
    CHECK(done->warnings.empty());
    CHECK(*scope.find_var("a") == support::counting({2, 3}, 0));
    CHECK(*scope.find_var("b") == support::counting({4}, 9));
}

TEST_CASE("record index: a record that ends early, or goes on, says how many tensors were meant") {
    Scope scope;
    const auto bytes = two_tensors();
    const auto early = load<layout::combined>(bytes, {{"a"}, {"b"}, {"c"}}, scope);
    REQUIRE_FALSE(early);
    CHECK(early.error().code == errc::missing_record);
    CHECK(early.error().variable == "c");
    CHECK(early.error().offset == bytes.size());
    CHECK(early.error().expected == "3 tensors");
    CHECK(early.error().found == "2 tensors");

    const auto more = load<layout::combined>(bytes, {{"a"}}, scope);
    REQUIRE_FALSE(more);
    CHECK(more.error().code == errc::extra_record);
    CHECK(more.error().expected == "1 tensor");
    CHECK(scope.local_var_names().empty());

    const auto alone = load<layout::per_file>(bytes, {{"a"}}, scope);  // one file per variable: only a warning
    REQUIRE(alone);
    REQUIRE(alone->warnings.size() == 1);
    CHECK(alone->warnings[0].code == errc::trailing_bytes);
    CHECK(alone->warnings[0].variable == "a");
}
