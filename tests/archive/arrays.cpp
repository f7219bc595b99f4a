#include <doctest/doctest.h>
#include <support/scratch.hpp>
#include <wherry/archive/archive.hpp>
#include <wherry/archive/arrays.hpp>
#include <wherry/format/npy.hpp>
#include <wherry/policy/disk.hpp>
#include <wherry/policy/mapped.hpp>
#include <wherry/policy/memory.hpp>

#include <array>
#include <complex>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

using namespace wherry;

namespace {
const std::vector<float> some_weights{1, 2, 3, 4, 5, 6};
}

TEST_CASE("vectors, spans and arrays are saved under names, and are what a program saves") {
    const std::array<std::array<double, 3>, 2> nested{{{1, 2, 3}, {4, 5, 6}}};
    const std::int64_t table[2][1] = {{7}, {8}};
    const auto tensor = Tensor::of<std::uint8_t>({2}, {9, 10});
    const auto bytes = archive<>::save({{"w", some_weights, {2, 3}},
                                        {"b", std::span(some_weights).first(2)},
                                        {"nested", nested},
                                        {"table", table},
                                        {"tensor", tensor},
                                        {"z", std::vector<std::complex<float>>{{1, 2}}}},
                                       memory{});
    REQUIRE(bytes);

    Scope scope;
    const std::array<std::string_view, 6> names{"b", "nested", "table", "tensor", "w", "z"};
    REQUIRE(archive<>::load(names, scope, memory{*bytes}));
    CHECK(*scope.find_var("w") == Tensor::of<float>({2, 3}, some_weights));
    CHECK(*scope.find_var("b") == Tensor::of<float>({2}, {1, 2}));
    CHECK(*scope.find_var("nested") == Tensor::of<double>({2, 3}, {1, 2, 3, 4, 5, 6}));
    CHECK(*scope.find_var("table") == Tensor::of<std::int64_t>({2, 1}, {7, 8}));
    CHECK(*scope.find_var("tensor") == tensor);
    CHECK(*scope.find_var("z") == Tensor::of<std::complex<float>>({1}, {{1, 2}}));

    const auto again = archive<>::save({{"w", some_weights}}, memory{});
    const auto ref = Tensor::of<float>({6}, some_weights);
    const std::array refs{ref.ref("w")};
    CHECK(*again == *archive<>::save(std::span<const tensor_ref>(refs), memory{}));
}

TEST_CASE("policies take arrays as they take variables") {
    const support::scratch dir("arrays");
    using each = archive<layout::per_file, annotate<checksum, names>>;
    REQUIRE(each::save({{"a", some_weights}, {"b", some_weights, {3, 2}}}, disk{dir / "each"}));
    std::vector<float> a(6);
    std::array<std::array<float, 2>, 3> b{};
    const auto report = each::load_into({{"a", a}, {"b", b}}, disk{dir / "each"});
    REQUIRE(report);
    CHECK(report->tensor_count == 2);
    CHECK(a == some_weights);
    CHECK(b[2][1] == 6);

    const auto npy = archive<>::save({{"a", some_weights, {2, 3}}}, memory{}, format::npy{});
    REQUIRE(npy);
    float into[2][3] = {};
    REQUIRE(archive<>::load_into({{"a", into}}, memory{*npy}, format::npy{}));
    CHECK(into[1][2] == 6);

    using aligned = archive<annotate<align<64>>>;
    REQUIRE(aligned::save({{"a", some_weights}}, disk{dir / "aligned"}));
    std::vector<float> copied(6);
    REQUIRE(aligned::load_into({{"a", std::span(copied)}}, mapped{dir / "aligned"}));
    CHECK(copied == some_weights);
}

TEST_CASE("arrays that are saved are checked as those of a Scope") {
    const auto code = [](const auto& saved) { return saved.error().code; };
    CHECK(code(archive<>::save({{"a", some_weights}, {"a", some_weights}}, memory{})) == errc::duplicate_name);
    CHECK(code(archive<>::save({{"", some_weights}}, memory{})) == errc::bad_name);
    const auto wrong = archive<>::save({{"a", some_weights, {4, 2}}}, memory{}).error();
    CHECK(wrong.code == errc::shape_mismatch);
    CHECK(wrong.variable == "a");
    const auto empty = archive<>::save({{"t", Tensor()}}, memory{}).error();
    CHECK(empty.code == errc::not_initialized);
    CHECK(empty.variable == "t");
}

TEST_CASE("a load into arrays checks element types and dims, and changes nothing when one is wrong") {
    const support::scratch dir("arrays");
    REQUIRE(archive<>::save({{"a", some_weights, {2, 3}}, {"b", some_weights}}, disk{dir / "file"}));
    std::vector<float> a(6);
    std::vector<float> b(6);
    const auto refused = [&](auto&& into, errc code, std::string_view expected, std::string_view found) {
        const auto loaded = archive<>::load_into({{"a", a}, {"b", into}}, disk{dir / "file"});
        REQUIRE(!loaded);
        const auto& e = loaded.error();
        CHECK(e.code == code);
        CHECK(e.variable == "b");
        CHECK(e.file == dir / "file");
        CHECK(e.offset != no_offset);
        CHECK(e.expected == expected);
        CHECK(e.found == found);
        CHECK(a == std::vector<float>(6));
    };
    refused(std::array<float, 5>{}, errc::shape_mismatch, "[5]", "[6]");
    refused(std::array<std::array<float, 2>, 3>{}, errc::shape_mismatch, "[3, 2]", "[6]");
    refused(std::vector<double>(6), errc::dtype_mismatch, "float64", "float32");

    const auto transposed = archive<>::load_into({{"a", a, {3, 2}}, {"b", b}}, disk{dir / "file"});
    CHECK(transposed.error().code == errc::shape_mismatch);
    CHECK(transposed.error().variable == "a");
    CHECK(a == std::vector<float>(6));

    const auto more = archive<>::load_into({{"a", a}, {"b", b}, {"c", b}}, disk{dir / "file"});
    CHECK(more.error().code == errc::missing_record);
    CHECK(a == std::vector<float>(6));

    REQUIRE(archive<>::load_into({{"a", a, {2, 3}}, {"b", b}}, disk{dir / "file"}));
    CHECK(a == some_weights);
    CHECK(b == some_weights);
    CHECK(archive<>::load_into({}, disk{dir / "file"}).error().code == errc::nothing_to_save);
}
