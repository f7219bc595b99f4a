#include <doctest/doctest.h>
#include <support/scratch.hpp>
#include <wherry/policy/layout.hpp>
#include <wherry/policy/memory.hpp>
#include <wherry/record/record_index.hpp>
#include <wherry/record/save_plan.hpp>

#include <string>
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

template <class L>
result<sequence<detail::placed_tensor>> index(const std::string& bytes, const sequence<wanted_tensor>& wanted, sequence<error>& warnings) {
    record held;
    for (std::size_t i = 0; i < wanted.size(); ++i) held.tensors.push_back(i);
    memory_reader reader(bytes);
    byte_buffer window;
    stream_indexer indexer(reader, window);
    return detail::index_record(held, wanted, indexer, detail::record_rules_of<L, annotation_rules{}>(), "record", warnings);
}
}  // namespace

TEST_CASE("record index: every wanted tensor is placed") {
    sequence<error> warnings;
    const auto bytes = two_tensors();
    const auto found = index<layout::combined>(bytes, {{"a"}, {"b"}}, warnings);
    REQUIRE(found);
    REQUIRE(found->size() == 2);
    CHECK((*found)[0].wanted == 0);
    CHECK((*found)[0].found.header.dims == Shape{2, 3});
    CHECK((*found)[1].found.stream_offset == (*found)[0].found.header.data_end());
    CHECK((*found)[1].found.header.data_end() == bytes.size());
    CHECK(warnings.empty());
}

TEST_CASE("record index: a record that ends early, or goes on, says how many tensors were meant") {
    sequence<error> warnings;
    const auto bytes = two_tensors();
    const auto early = index<layout::combined>(bytes, {{"a"}, {"b"}, {"c"}}, warnings);
    REQUIRE_FALSE(early);
    CHECK(early.error().code == errc::missing_record);
    CHECK(early.error().variable == "c");
    CHECK(early.error().offset == bytes.size());
    CHECK(early.error().expected == "3 tensors");
    CHECK(early.error().found == "2 tensors");

    const auto more = index<layout::combined>(bytes, {{"a"}}, warnings);
    REQUIRE_FALSE(more);
    CHECK(more.error().code == errc::extra_record);
    CHECK(more.error().expected == "1 tensor");
    CHECK(warnings.empty());

    CHECK(index<layout::per_file>(bytes, {{"a"}}, warnings));  // one file per variable: only a warning
    REQUIRE(warnings.size() == 1);
    CHECK(warnings[0].code == errc::trailing_bytes);
    CHECK(warnings[0].variable == "a");
}
