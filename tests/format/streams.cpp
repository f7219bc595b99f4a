#include <doctest/doctest.h>

#include <wherry/archive/archive.hpp>
#include <wherry/format/streams.hpp>
#include <wherry/policy/memory.hpp>

#include <string>
#include <string_view>
#include <vector>

using namespace wherry;

namespace {
const Tensor weights = Tensor::of<float>({2, 3}, {1, 2, 3, 4, 5, 6});
const Tensor flags = Tensor::of<bool>({2}, {true, false});

template <class... As>
std::string saved() {
    auto rows = weights;
    rows.set_lod({{0, 1, 2}});
    const std::vector<tensor_ref> tensors{rows.ref("w"), flags.ref("f")};
    return *archive<annotate<As...>>::save(std::span<const tensor_ref>(tensors), memory{});
}
result<loaded_state> read(std::string_view bytes) { return archive<>::load_all(memory{bytes}); }
result<record_listing> listed(std::string_view bytes, std::size_t count = 100) {
    memory_reader reader(bytes);
    any_reader any(reader);
    return format::streams::index(any, {.count = count});
}
}  // namespace

TEST_CASE("streams are listed with the names of their annotations, or without") {
    const auto plain = saved<>();
    const auto nameless = listed(plain);
    REQUIRE(nameless);
    REQUIRE(nameless->arrays.size() == 2);
    CHECK(nameless->arrays[0].name.empty());
    CHECK(nameless->arrays[0].header.dtype == DType::BOOL);
    CHECK(nameless->arrays[1].header.lod == LoD{{0, 1, 2}});
    CHECK(nameless->end_offset == plain.size());
    CHECK(read(plain).error().code == errc::bad_argument);
    const auto named = read(saved<names, checksum, align<64>>());
    REQUIRE(named);
    CHECK(named->arrays.begin()->name == "f");
    CHECK(*named->arrays.find("f") == flags);
    CHECK(named->arrays.find("w")->elements<float>()[5] == 6);
    CHECK(named->arrays.find("w")->lod() == LoD{{0, 1, 2}});
}

TEST_CASE("a list stops after so many streams without names, and goes on over those that have some") {
    const auto bytes = saved<>();
    const auto first = listed(bytes, 1);
    REQUIRE(first);
    CHECK(first->arrays.size() == 1);
    CHECK(first->end_offset + listed(bytes.substr(first->end_offset))->end_offset == bytes.size());
    CHECK(listed(saved<names>(), 1)->arrays.size() == 2);
    CHECK(listed(bytes + "x", 2)->end_offset == bytes.size());
    CHECK(listed(bytes + "x").error().code == errc::truncated);
}

TEST_CASE("one flipped bit of a file with checksums is an error, wherever it is") {
    const auto bytes = saved<names, checksum>();
    for (std::size_t at = 0; at < bytes.size(); ++at) {
        CAPTURE(at);
        auto flipped = bytes;
        flipped[at] = static_cast<char>(flipped[at] ^ 4);
        CHECK(!read(flipped));
    }
    auto last = bytes;
    last.back() = static_cast<char>(last.back() ^ 1);
    const auto broken = read(last);
    REQUIRE(!broken);
    CHECK(broken.error().code == errc::bad_checksum);
    CHECK(broken.error().variable == "w");
}

TEST_CASE("a record that is cut anywhere is an error") {
    const auto bytes = saved<names>();
    const auto whole = read(bytes.substr(0, bytes.size()));
    REQUIRE(whole);
    for (std::size_t size = 0; size < bytes.size(); ++size) {
        CAPTURE(size);
        const auto cut = read(std::string_view(bytes).substr(0, size));
        if (cut) CHECK(cut->arrays.size() == 1);  // cut between the two
    }
}
