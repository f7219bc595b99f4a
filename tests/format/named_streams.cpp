#include <doctest/doctest.h>

#include <wherry/archive/archive.hpp>
#include <wherry/format/named_streams.hpp>
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
result<named_streams> read(std::string_view bytes, std::size_t count = 100) {
    memory_reader reader(bytes);
    return read_streams(reader, count);
}
}  // namespace

TEST_CASE("tensors come with the names of their annotations, or without") {
    const auto plain = read(saved<>());
    REQUIRE(plain);
    REQUIRE(plain->tensors.size() == 2);
    CHECK(plain->tensors[0].name.empty());
    CHECK(plain->tensors[0].tensor == flags);
    CHECK(plain->tensors[1].tensor.lod() == LoD{{0, 1, 2}});
    CHECK(plain->at_end());
    const auto named = read(saved<names, checksum, align<64>>());
    REQUIRE(named);
    CHECK(named->tensors[0].name == "f");
    CHECK(named->tensors[1].name == "w");
    CHECK(named->tensors[1].tensor.elements<float>()[5] == 6);
}

TEST_CASE("reading stops after so many tensors without names, and goes on over those that have some") {
    const auto bytes = saved<>();
    const auto first = read(bytes, 1);
    REQUIRE(first);
    CHECK(first->tensors.size() == 1);
    CHECK(!first->at_end());
    CHECK(first->end_offset + read(bytes.substr(first->end_offset))->end_offset == bytes.size());
    CHECK(read(saved<names>(), 1)->tensors.size() == 2);
    CHECK(read(bytes + "x", 2)->end_offset == bytes.size());
    CHECK(read(bytes + "x").error().code == errc::truncated);
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
        if (cut) CHECK(cut->tensors.size() == 1);  // cut between the two
    }
}
