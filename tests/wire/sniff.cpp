#include <wherry/wire/sniff.hpp>

#include <support/npy.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <string_view>

using namespace wherry;
using namespace std::string_view_literals;

namespace {
struct row {
    std::string_view bytes;
    std::string_view kind;
};
constexpr auto html = "an HTML or XML page: the link shows the file, download the file itself"sv;
constexpr auto onnx = "an ONNX model: X2Paddle turns it into a model of Paddle"sv;
constexpr auto tar = [] {
    std::array<char, 512> bytes{'m', '/'};
    for (std::size_t i = 0; i < 5; ++i) bytes[257 + i] = "ustar"[i];
    return bytes;
}();
constexpr row rows[] = {
    {"\n <html lang=\"de\">"sv, html},
    {"\x89HDF\r\n\x1a\n\0\0"sv, "an HDF5 file (Keras?): save its arrays with numpy.savez, .npz is read here"},
    {"\x08\x07\x12\x07pytorch"sv, onnx},
    {"\x08\x0a\x42\x02\x10\x11"sv, onnx},
    {"\x08\x08\x3a\x90\x01"sv, onnx},
    {"\x08\0\x12\x07"sv, ""},
    {"\x1c\0\0\0TFL3"sv, "a TensorFlow Lite model, which is not read here"},
    {std::string_view(tar.data(), tar.size()), "a tar archive: unpack it with tar xf"},
    {std::string_view(tar.data(), 261), ""},
    {"\x1f\x8b\x08\x00\x00\x00\x00\x00"sv, "gzip data"},
    {"PK\x03\x04\x14\x00"sv, "a zip archive (npz?)"},
    {"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a"sv, "a git-lfs pointer, not the file itself: run git lfs pull"},
    {"<!DOCTYPE html>\n<html>"sv, html},
    {"<!doctype html>"sv, html},
    {"<html lang=\"en\">"sv, html},
    {"\x93NUMPY\x01\x00"sv, "a NumPy array (.npy)"},
    {"\x80\x02}q\x00X\x01"sv, "a pickle (.pdparams or .pdopt)"},
    {"\x80\x03}q\x00."sv, "a pickle (.pdparams or .pdopt)"},
    {"\x80\x04}\x94."sv, "a pickle (.pdparams or .pdopt)"},
    {"\x80\x04\x95\x97\x00\x00\x00"sv, "a pickle (.pdparams or .pdopt)"},
    {"{\"base_code\":{\"magic\":\"pir\""sv, "JSON text (a Paddle 3 program?)"},
    {"\x05\x00\x00\x00\x00\x00\x00\x00{\"w\":{"sv, "safetensors"},
    {""sv, ""},
    {"\x1f"sv, ""},
    {"PK\x05\x06"sv, "a zip archive (npz?)"},
    {"<svg>"sv, ""},
    {"\x00\x00\x00\x00\x00\x00\x00\x00"sv, ""},
    {"\x0a\x86\x01\x08\x00\x10\xff"sv, ""},
};
constexpr bool named(const row& r) { return wire::foreign_kind(r.bytes) == r.kind; }
static_assert(std::all_of(std::begin(rows), std::end(rows), named));
}  // namespace

TEST_CASE("sniff: foreign bytes are called what they are") {
    for (const auto& r : rows) {
        CAPTURE(r.kind);
        CHECK(wire::foreign_kind(r.bytes) == r.kind);
    }
}

TEST_CASE("sniff: a program where a tensor is meant, and a tensor where a program is meant, are called by name") {
    const auto program = support::read_file(support::golden("fluid18/readme/main.pdmodel"));
    const auto newer = support::read_file(support::golden("paddle26/classifier_sgd/main.pdmodel"));
    const auto params = support::read_file(support::golden("paddle26/classifier_sgd/params.bin"));
    CHECK(wire::kind_instead_of_tensor(program) == "a program (__model__ or .pdmodel)");
    CHECK(wire::kind_instead_of_tensor(newer) == "a program (__model__ or .pdmodel)");
    CHECK(wire::kind_instead_of_tensor(params).empty());
    CHECK(wire::kind_instead_of_program(params) == "a LoDTensor stream (parameters)");
    CHECK(wire::kind_instead_of_program(program).empty());
    CHECK(wire::kind_instead_of_program("PK\x03\x04") == "a zip archive: unpack it with unzip");
    CHECK(wire::kind_instead_of_tensor("PK\x03\x04") == "a zip archive (npz?)");
    for (const auto bytes : {"\x0a\x80\x80\x80\x80\x80\x80\x01\x08\x00\x10"sv, "\x0a"sv, "\x0a\x80"sv, "\x0a\x02\x10\x00\x08"sv})
        CHECK(wire::kind_instead_of_tensor(bytes).empty());
    CHECK(wire::kind_instead_of_program("\0\0\0\0\xff\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"sv).empty());
}

TEST_CASE("sniff: golden files of other kinds are recognized, Paddle's own are not") {
    CHECK(wire::foreign_kind(support::read_file(support::golden("paddle33/classifier/inference.json"))) ==
          "JSON text (a Paddle 3 program?)");
    CHECK(wire::foreign_kind(support::read_file(support::golden("paddle33/classifier/x.npy"))) == "a NumPy array (.npy)");
    CHECK(wire::foreign_kind(support::read_file(support::golden("paddle33/classifier/inference.pdiparams"))).empty());
    CHECK(wire::foreign_kind(support::read_file(support::golden("fluid18/readme/main.pdmodel"))).empty());
}
