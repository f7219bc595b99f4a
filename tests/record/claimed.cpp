// Loads that read into the tensors of a scope: `archive<in_place>`.
#include <doctest/doctest.h>
#include <support/scratch.hpp>
#include <wherry/archive/archive.hpp>
#include <wherry/policy/disk.hpp>
#include <wherry/policy/mapped.hpp>
#include <wherry/policy/memory.hpp>
#include <wherry/record/claimed.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>

using namespace wherry;

namespace {
constexpr std::int64_t many = 40'000;  // more than what is read with the headers
constexpr std::array<std::string_view, 3> abc{"a", "b", "c"};

Tensor filled(const Shape& dims, float value) {
    Tensor made(DType::FP32, dims);
    std::ranges::fill(made.elements<float>(), value);
    return made;
}
template <class Archive = archive<>>
std::string abc_file() {
    const auto a = filled({many}, 1);
    const auto b = filled({2, many}, 2);
    const auto c = filled({3}, 3);
    return *Archive::save({{"a", a}, {"b", b}, {"c", c}}, memory{});
}
/// A scope of the same names, types and dims.
void fill_with_nines(Scope& scope) {
    scope.var("a") = filled({many}, 9);
    scope.var("b") = filled({2, many}, 9);
    scope.var("c") = filled({3}, 9);
}
bool is_nines(const Scope& scope) {
    return *scope.find_var("a") == filled({many}, 9) && *scope.find_var("b") == filled({2, many}, 9) &&
           *scope.find_var("c") == filled({3}, 9) && scope.local_var_names().size() == 3;
}

/// A file on a device that fails halfway through the elements of a large tensor, the last of `good` that it reads.
struct device {
    struct reader {
        std::string_view all;
        int good;
        [[nodiscard]] std::uint64_t size_bytes() const { return all.size(); }
        [[nodiscard]] std::string_view path() const { return "device"; }
        result<void> read_at(std::uint64_t offset, std::span<std::byte> into) {
            const bool fails = into.size() >= 4 * many && --good == 0;
            std::memcpy(into.data(), all.data() + offset, fails ? into.size() / 2 : into.size());
            if (fails) return error{.code = errc::cannot_read, .message = "the device fails"};
            return {};
        }
    };
    static constexpr std::string_view name = "device";
    static constexpr bool many_records = false;
    std::string_view all;
    int good = never;
    static constexpr int never = 0;
    result<void> expect(std::span<const std::string_view>) { return {}; }
    result<reader> open(std::string_view) { return reader{all, good}; }
};
}  // namespace

TEST_CASE("elements are read into the memory that tensors have") {
    const auto file = abc_file();
    Scope scope;
    fill_with_nines(scope);
    scope.find_var("a")->set_lod({{0, many}});
    const auto* const a = scope.find_var("a")->bytes().data();
    const auto* const b = scope.find_var("b")->bytes().data();
    const auto report = archive<in_place>::load(abc, scope, device{file});
    REQUIRE(report);
    CHECK(report->tensor_count == 3);
    CHECK(report->data_bytes == 4 * (3 * many + 3));
    CHECK(*scope.find_var("a") == filled({many}, 1));  // without LoD, as in the file
    CHECK(*scope.find_var("b") == filled({2, many}, 2));
    CHECK(*scope.find_var("c") == filled({3}, 3));
    CHECK(scope.find_var("a")->bytes().data() == a);
    CHECK(scope.find_var("b")->bytes().data() == b);

    REQUIRE(archive<>::load(abc, scope, device{file}));  // the default reads into fresh memory
    CHECK(scope.find_var("a")->bytes().data() != a);
}

TEST_CASE("files, mappings and memory give the same tensors; those of a parent scope are read into, too") {
    const support::scratch place("claimed");
    const auto file = abc_file();
    support::write_file(place / "file", file);
    Scope parent;
    fill_with_nines(parent);
    Scope scope(&parent);
    REQUIRE(archive<in_place>::load(abc, scope, disk(place / "file")));
    CHECK(*parent.find_var("b") == filled({2, many}, 2));
    CHECK(scope.local_var_names().empty());
    fill_with_nines(parent);
    REQUIRE(archive<in_place>::load(abc, scope, mapped(place / "file")));
    CHECK(*parent.find_var("b") == filled({2, many}, 2));
    fill_with_nines(parent);
    REQUIRE(archive<in_place>::load(abc, scope, memory{file}));
    CHECK(*parent.find_var("b") == filled({2, many}, 2));
}

TEST_CASE("tensors of another type, other dims or none are made as by any load") {
    const auto file = abc_file();
    Scope scope;
    scope.var("a") = Tensor(DType::INT32, {many});
    scope.var("b") = filled({many, 2}, 9);
    REQUIRE(archive<in_place>::load(abc, scope, device{file}));
    CHECK(*scope.find_var("a") == filled({many}, 1));
    CHECK(*scope.find_var("b") == filled({2, many}, 2));
    CHECK(*scope.find_var("c") == filled({3}, 3));
}

TEST_CASE("what is wrong before the elements leaves the scope as it was") {
    const auto file = abc_file();
    Scope scope;
    fill_with_nines(scope);
    constexpr std::array<std::string_view, 4> more{"a", "b", "c", "d"};
    CHECK(!archive<in_place>::load(more, scope, device{file}));  // a name too many
    CHECK(is_nines(scope));
    for (const std::size_t cut : {std::size_t{1}, std::size_t{1000}, file.size() / 2, file.size() - 1}) {
        const auto part = std::string_view(file).substr(0, cut);
        CHECK(!archive<in_place>::load(abc, scope, device{part}));
        CHECK(is_nines(scope));
    }
    Program program;
    for (const auto name : {"a", "b"}) support::add_var(program, name, {many}, {.parameter = true});
    support::add_var(program, "c", {3}, {.parameter = true});
    const auto loaded = archive<in_place>::load(program, scope, device{file});
    REQUIRE(!loaded);
    CHECK(loaded.error().code == errc::shape_mismatch);
    CHECK(is_nines(scope));
}

TEST_CASE("a device that fails among the elements leaves one tensor half read, and the error names it") {
    const auto file = abc_file();
    Scope scope;
    scope.var("b") = filled({2, many}, 9);
    scope.var("a") = filled({many}, 9);  // c is not there
    const auto loaded = archive<in_place>::load(abc, scope, device{file, 2});
    REQUIRE(!loaded);
    CHECK(loaded.error().code == errc::cannot_read);
    CHECK(loaded.error().variable == "b");
    CHECK(loaded.error().file == "device");
    CHECK(*scope.find_var("a") == filled({many}, 1));
    const auto b = scope.find_var("b")->elements<float>();
    REQUIRE(b.size() == 2 * many);
    CHECK(std::ranges::count(b, 2.0F) == many);
    if (native_is_little_endian) CHECK(std::ranges::count(b, 9.0F) == many);
    CHECK(scope.local_var_names().size() == 2);

    fill_with_nines(scope);
    CHECK(!archive<>::load(abc, scope, device{file, 2}));  // the default's promise
    CHECK(is_nines(scope));
}

TEST_CASE("what was read in place before a device failed is elements, each bool 0 or 1") {
    Tensor flags(DType::BOOL, {4 * many});
    std::ranges::fill(flags.bytes(), std::byte{2});  // as a damaged file has them
    const auto b = filled({2, many}, 2);
    const auto file = *archive<>::save({{"a", flags}, {"b", b}}, memory{});
    Scope scope;
    scope.var("a") = Tensor(DType::BOOL, {4 * many});
    scope.var("b") = filled({2, many}, 9);
    constexpr std::array<std::string_view, 2> ab{"a", "b"};
    REQUIRE(!archive<in_place>::load(ab, scope, device{file, 2}));
    CHECK(std::ranges::count(scope.find_var("a")->bytes(), std::byte{1}) == 4 * many);
}

TEST_CASE("a wrong checksum is known after the elements were read; the error names the tensor") {
    auto file = abc_file<archive<annotate<checksum>>>();
    file[file.size() / 2] = static_cast<char>(file[file.size() / 2] ^ 1);
    Scope scope;
    fill_with_nines(scope);
    const auto loaded = archive<in_place>::load(abc, scope, device{file});
    REQUIRE(!loaded);
    CHECK(loaded.error().code == errc::bad_checksum);
    CHECK(loaded.error().variable == "b");
    CHECK(*scope.find_var("a") == filled({many}, 1));
    CHECK(scope.find_var("b")->dims() == Shape{2, many});
}
