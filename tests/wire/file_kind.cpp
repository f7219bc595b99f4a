#include <doctest/doctest.h>

#include <support/golden.hpp>

#include <wherry/wire/file_kind.hpp>

#include <algorithm>
#include <iterator>
#include <string>
#include <string_view>

using namespace wherry;
using namespace std::string_view_literals;
using wire::file_kind;

namespace {
struct row {
    std::string_view head;
    std::uint64_t file_bytes;
    file_kind kind;
};
constexpr row rows[] = {
    {"\0\0\0\0\0\0\0\0\0\0\0\0"sv, 100, file_kind::tensors},
    {"\0\0\0"sv, 3, file_kind::other},
    {"\x0a\x86\x01\x08\x00\x10\xff"sv, 100, file_kind::program},
    {"\x0a"sv, 1, file_kind::program},
    {"{\"base_code\":{"sv, 100, file_kind::json},
    {" \n\t{"sv, 100, file_kind::json},
    {"\x80\x02}q\x00"sv, 100, file_kind::pickle},
    {"\x80\x04\x95"sv, 100, file_kind::pickle},
    {"\x80\x06\x95"sv, 100, file_kind::other},
    {"\x80"sv, 1, file_kind::other},
    {"PK\x03\x04\x14"sv, 100, file_kind::npz},
    {"PK\x05\x06\x00"sv, 22, file_kind::npz},
    {"\x93NUMPY\x01\x00"sv, 100, file_kind::npy},
    {"\x1f\x8b\x08"sv, 100, file_kind::gzip},
    {"\x02\0\0\0\0\0\0\0{}"sv, 10, file_kind::safetensors},
    {"\x0a\0\0\0\0\0\0\0{\"a\":"sv, 18, file_kind::safetensors},      // starts with a program's tag
    {"\x80\x04\0\0\0\0\0\0{\"a\":"sv, 1200, file_kind::safetensors},  // starts as a pickle
    {"\x80\x04\x95\x1e\0\0\0\0{\"a\":"sv, 1200, file_kind::pickle},
    {"\x03\0\0\0\0\0\0\0{}"sv, 10, file_kind::other},  // the header would be longer than the file
    {"\xff\xff\xff\xff\xff\xff\xff\xff{}"sv, 10, file_kind::other},
    {"\x02\0\0\0\0\0\0\0"sv, 8, file_kind::other},
    {""sv, 0, file_kind::other},
    {"<html>"sv, 100, file_kind::other},
    {"# float32 [2, 3]\n1 2 3\n"sv, 100, file_kind::text},
    {"# float32 [0, 3]\n"sv, 17, file_kind::text},
    {"# what numpy.savetxt was told\n\n -1.5e+00,nan # and so on\n"sv, 100, file_kind::text},
    {"\n\n0.5\n"sv, 100, file_kind::text},
    {"nan\n"sv, 4, file_kind::text},
    {"(1+2j)\r\n"sv, 8, file_kind::text},
    {"# A title\n\n1. One\n"sv, 100, file_kind::other},
    {"# only a title\n"sv, 15, file_kind::other},
    {"cat\ndog\n"sv, 8, file_kind::other},
    {"2026-11-22 13:00 started\n"sv, 100, file_kind::other},
};
constexpr bool told(const row& r) { return wire::kind_of(r.head, r.file_bytes) == r.kind; }
static_assert(std::all_of(std::begin(rows), std::end(rows), told));

file_kind of_file(const std::string& name) {
    const auto bytes = support::read_file(support::golden(name));
    return wire::kind_of(std::string_view(bytes).substr(0, wire::kind_bytes), bytes.size());
}
}  // namespace

TEST_CASE("the kind of a file is recognised by its first bytes") {
    for (const auto& r : rows) {
        CAPTURE(r.head.size());
        CHECK(wire::kind_of(r.head, r.file_bytes) == r.kind);
        CHECK(!wire::name_of(r.kind).empty());
    }
}

TEST_CASE("golden files of every kind are recognised") {
    for (const auto& file : support::golden_programs()) CHECK(of_file(file) == file_kind::program);
    for (const auto& file : support::golden_tensors()) CHECK(of_file(file) == file_kind::tensors);
    for (const auto& file : support::golden_combined()) CHECK(of_file(file) == file_kind::tensors);
    for (const auto* file : {"pickle/py2-p2.pdparams", "pickle/py3-p3.pdparams", "pickle/numpy2-p4.pdparams"})
        CHECK(of_file(file) == file_kind::pickle);
    CHECK(of_file("numpy/deflated.npz") == file_kind::npz);
    CHECK(of_file("numpy/official.safetensors") == file_kind::safetensors);
    CHECK(of_file("paddle33/classifier/inference.json") == file_kind::json);
    CHECK(of_file("paddle33/classifier/x.npy") == file_kind::npy);
}
