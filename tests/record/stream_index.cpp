#include <doctest/doctest.h>
#include <support/bytes.hpp>
#include <support/npy.hpp>
#include <support/scratch.hpp>
#include <wherry/policy/disk.hpp>
#include <wherry/policy/layout.hpp>
#include <wherry/policy/memory.hpp>
#include <wherry/record/save_plan.hpp>
#include <wherry/record/stream_index.hpp>

#include <string>
#include <vector>

using namespace wherry;

namespace {
/// Tensors of mixed sizes, from nothing to far more than a window.
std::string mixed_record(std::vector<Tensor>& tensors) {
    const std::size_t sizes[] = {3, 0, 40'000, 1, 1, 17, 20'000, 5, 100'000, 2};
    std::vector<std::string> names;
    std::vector<tensor_ref> refs;
    for (const auto size : sizes) {
        tensors.push_back(support::counting({static_cast<std::int64_t>(size)}, static_cast<float>(size)));
        names.push_back(std::string(1, static_cast<char>('a' + names.size())));
    }
    tensors[3].set_lod({{0, 1}});
    std::vector<std::uint64_t> many{0};
    while (many.size() < 9'000) many.push_back(1);  // a header larger than a window
    tensors[4].set_lod({many});
    for (std::size_t i = 0; i < tensors.size(); ++i) refs.push_back(tensors[i].ref(names[i]));
    const auto plan = save_plan::make<layout::combined>(refs);
    memory sink;
    return *write(*plan, sink, {});
}
}  // namespace

TEST_CASE("the index of a record is the same from memory, from a disk and from a reader of your own") {
    std::vector<Tensor> tensors;
    const auto bytes = mixed_record(tensors);
    memory_reader in_memory(bytes);
    const auto expected = index_streams(in_memory);
    REQUIRE(expected);
    REQUIRE(expected->size() == tensors.size());
    for (std::size_t i = 0; i < tensors.size(); ++i) {
        const auto& header = (*expected)[i].header;
        CHECK(header.dims == tensors[i].dims());
        CHECK(header.lod == tensors[i].lod());
        CHECK(as_bytes(std::string_view(bytes).substr(header.data_offset, header.data_bytes)).size() == tensors[i].bytes().size());
        CHECK(std::string_view(bytes).substr(header.data_offset, header.data_bytes) == support::file_bytes(tensors[i]));
    }
    const support::scratch folder("index");
    support::write_file(folder / "x", bytes);
    disk source(folder / "x");
    auto file = source.open("");
    REQUIRE(file);
    support::map_store::reader own(bytes);
    const auto same = [&](const auto& other) {
        REQUIRE(other);
        REQUIRE(other->size() == expected->size());
        for (std::size_t i = 0; i < expected->size(); ++i) {
            CHECK((*other)[i].stream_offset == (*expected)[i].stream_offset);
            CHECK((*other)[i].header.data_offset == (*expected)[i].header.data_offset);
            CHECK((*other)[i].header.lod == (*expected)[i].header.lod);
        }
    };
    same(index_streams(*file));
    same(index_streams(own));
}

TEST_CASE("a record cut at any byte is truncated at the same place, however it is read") {
    Tensor tensor = support::counting({2, 3}, 0);
    tensor.set_lod({{0, 1, 2}});
    memory sink;
    const auto ref = tensor.ref("x");
    const auto bytes = *write(*save_plan::make<layout::combined>(std::span(&ref, 1)), sink, {});
    for (std::size_t size = 0; size < bytes.size(); ++size) {
        CAPTURE(size);
        const auto cut = bytes.substr(0, size);
        memory_reader in_memory(cut);
        support::map_store::reader own(cut);
        const auto a = index_streams(in_memory);
        const auto b = index_streams(own);
        REQUIRE_FALSE(a);
        REQUIRE_FALSE(b);
        CHECK(a.error().code == errc::truncated);
        CHECK(b.error().code == errc::truncated);
        CHECK(a.error().offset <= size);
        CHECK(a.error().offset == b.error().offset);
        CHECK(a.error().expected == b.error().expected.view());
        CHECK(a.error().found == b.error().found.view());
    }
}

TEST_CASE("an indexer with the default caps keeps them") {  // a reference to the default argument would dangle; sanitizers see it
    std::vector<Tensor> tensors;
    const auto bytes = mixed_record(tensors);
    memory_reader reader(bytes);
    byte_buffer window;
    stream_indexer indexer(reader, window);
    std::size_t count = 0;
    for (; !indexer.at_end(); ++count) REQUIRE(indexer.next());
    CHECK(count == tensors.size());
}

TEST_CASE("a claimed length reserves nothing and reads nothing") {
    struct stingy {  // counts what it is asked for
        std::string bytes;
        std::uint64_t asked = 0;
        [[nodiscard]] std::uint64_t size_bytes() const { return bytes.size(); }
        [[nodiscard]] std::string_view path() const { return "stingy"; }
        result<void> read_at(std::uint64_t offset, std::span<std::byte> into) {
            asked += into.size();
            return memory_reader(bytes).read_at(offset, into);
        }
    };
    using support::hex;
    const std::vector<std::pair<byte_buffer, errc>> cases{
        {hex("00000000 0100000000000000 f8ffffffffffffff"), errc::truncated},                      // LoD of 2^64-8 bytes
        {hex("00000000 0000001000000000"), errc::bad_lod},                                         // 2^28 levels
        {hex("00000000 0000000000000000 00000000 ffff0f00"), errc::truncated},                     // TensorDesc of 1 MiB
        {hex("00000000 0000000000000000 00000000 ffffff7f"), errc::bad_desc},                      // of 2 GiB
        {hex("00000000 0000000000000000 00000000 08000000 0805 10 8080808002"), errc::truncated},  // 2^29 elements, no data
        {hex("00000000 0000000000000000 00000000 0e000000 0805 10 8080808008 10 8080808008"), errc::overflow},
    };
    for (const auto& [bytes, code] : cases) {
        stingy reader{std::string(bytes.data(), bytes.size())};
        const auto found = index_streams(reader);
        REQUIRE_FALSE(found);
        CHECK(found.error().code == code);
        CHECK(found.error().file == "stingy");
        CHECK(reader.asked <= 2 * bytes.size());
    }
}
