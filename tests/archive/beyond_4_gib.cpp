#include <doctest/doctest.h>
#include <support/scratch.hpp>
#include <wherry/archive/archive.hpp>
#include <wherry/archive/load_slice.hpp>
#include <wherry/archive/weights.hpp>
#include <wherry/policy/disk.hpp>
#include <wherry/policy/mapped.hpp>

#include <cstdint>
#include <cstring>
#include <fstream>
#include <string>

// A file with a hole takes no room on the disk: its last numbers lie beyond what 32 bits can count.

using namespace wherry;

namespace {
constexpr std::int64_t rows = 300'000'000;  // of four float32: 4.8 GB

/// A tensor of zeros that ends in 1, 2, 3, 4, and a small one after it.
void write_sparse(const std::string& path) {
    const auto small = archive<>::save(std::span<const tensor_ref>(std::vector{support::counting({2}, 5).ref("z")}), memory{});
    REQUIRE(small);
    const auto sample = archive<>::save(std::span<const tensor_ref>(std::vector{support::counting({1, 4}, 1).ref("big")}), memory{});
    REQUIRE(sample);
    // the header of [1, 4] made that of [300000000, 4]: the dim is a varint of five bytes in place of one
    std::string header = sample->substr(0, sample->size() - 16);
    const auto desc = header.find(std::string("\x08\x05\x10\x01\x10\x04", 6));
    REQUIRE(desc != std::string::npos);
    std::string dim;
    for (auto n = static_cast<std::uint64_t>(rows); n > 0; n >>= 7U) dim += static_cast<char>((n & 127U) | (n > 127 ? 128U : 0U));
    header.replace(desc + 3, 1, dim);
    header[desc - 4] = static_cast<char>(5 + dim.size());
    const auto end = header.size() + std::size_t{16} * rows;
    std::ofstream file(path, std::ios::binary);
    file << header;
    file.seekp(static_cast<std::streamoff>(end - 16));
    file << sample->substr(sample->size() - 16) << *small;
    REQUIRE(file.good());
}
}  // namespace

TEST_CASE("a parameter of more than 4 GiB is found, and so is what follows it" * doctest::skip(sizeof(void*) < 8)) {
    const support::scratch place("beyond");
    const auto path = place / "model";
    write_sparse(path);
    CHECK(support::fs::file_size(path) > std::uintmax_t{4'800'000'000});

    const auto last = load_slice(disk(path), std::uint64_t{4} * rows - 4, {4});
    REQUIRE_MESSAGE(last, (last ? std::string() : to_string(last.error())));
    CHECK(*last == support::counting({4}, 1));
    CHECK(load_slice(disk(path), std::uint64_t{4} * rows - 3, {4}).error().code == errc::bad_argument);

    const auto all = weights(path);
    REQUIRE(all);
    REQUIRE(all->size() == 2);
    CHECK((*all)[0].dims == Shape{rows, 4});
    CHECK((*all)[0].bytes.size() == std::size_t{16} * rows);
    float number = 0;
    std::memcpy(&number, (*all)[0].bytes.data() + (*all)[0].bytes.size() - 4, 4);
    CHECK(number == 4);
    CHECK((*all)[1].tensor() == support::counting({2}, 5));
}
