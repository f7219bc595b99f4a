#include <wherry/base/error.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <utility>

using namespace wherry;

namespace {
struct code_row {
    errc code;
    std::string_view name;
};
constexpr auto codes = std::to_array<code_row>({
    {errc::truncated, "truncated"},
    {errc::trailing_bytes, "trailing_bytes"},
    {errc::overflow, "overflow"},
    {errc::too_large, "too_large"},
    {errc::out_of_memory, "out_of_memory"},
    {errc::bad_protobuf, "bad_protobuf"},
    {errc::missing_required, "missing_required"},
    {errc::not_a_paddle_file, "not_a_paddle_file"},
    {errc::bad_version, "bad_version"},
    {errc::bad_dtype, "bad_dtype"},
    {errc::bad_dims, "bad_dims"},
    {errc::bad_lod, "bad_lod"},
    {errc::bad_desc, "bad_desc"},
    {errc::bad_rows, "bad_rows"},
    {errc::bad_checksum, "bad_checksum"},
    {errc::bad_pickle, "bad_pickle"},
    {errc::forbidden_global, "forbidden_global"},
    {errc::bad_npy, "bad_npy"},
    {errc::bad_safetensors, "bad_safetensors"},
    {errc::bad_zip, "bad_zip"},
    {errc::bad_deflate, "bad_deflate"},
    {errc::bad_text, "bad_text"},
    {errc::bad_block, "bad_block"},
    {errc::bad_name, "bad_name"},
    {errc::duplicate_name, "duplicate_name"},
    {errc::no_such_variable, "no_such_variable"},
    {errc::unknown_op, "unknown_op"},
    {errc::missing_slot, "missing_slot"},
    {errc::bad_attribute, "bad_attribute"},
    {errc::bad_argument, "bad_argument"},
    {errc::argument_dtype, "argument_dtype"},
    {errc::no_gradient, "no_gradient"},
    {errc::unsupported, "unsupported"},
    {errc::not_initialized, "not_initialized"},
    {errc::shape_mismatch, "shape_mismatch"},
    {errc::dtype_mismatch, "dtype_mismatch"},
    {errc::label_out_of_range, "label_out_of_range"},
    {errc::index_out_of_range, "index_out_of_range"},
    {errc::lod_mismatch, "lod_mismatch"},
    {errc::feed_mismatch, "feed_mismatch"},
    {errc::fetch_mismatch, "fetch_mismatch"},
    {errc::closed, "closed"},
    {errc::cancelled, "cancelled"},
    {errc::not_found, "not_found"},
    {errc::not_regular_file, "not_regular_file"},
    {errc::cannot_open, "cannot_open"},
    {errc::cannot_read, "cannot_read"},
    {errc::cannot_write, "cannot_write"},
    {errc::locked, "locked"},
    {errc::mixed_generations, "mixed_generations"},
    {errc::buffer_too_small, "buffer_too_small"},
    {errc::missing_record, "missing_record"},
    {errc::extra_record, "extra_record"},
    {errc::nothing_to_save, "nothing_to_save"},
    {errc::mixed_kinds, "mixed_kinds"},
});
static_assert(std::all_of(codes.begin(), codes.end(), [](const auto& row) { return name_of(row.code) == row.name; }));
static_assert(codes.size() == std::size_t{static_cast<std::uint8_t>(errc::mixed_kinds)} + 1, "a code without a row here");

constexpr error placed() {
    return error{.code = errc::truncated, .offset = 8}.in_file("a").in_file("b").of_variable("v").of_op("mul").shifted(4);
}
static_assert(placed().file == "a" && placed().variable == "v" && placed().op == "mul" && placed().offset == 12);
static_assert(error{.code = errc::truncated}.shifted(4).offset == no_offset, "no position stays no position");
}  // namespace

TEST_CASE("error: every code is spelled as in C++") {
    for (const auto& row : codes) CHECK(name_of(row.code) == row.name);
}

TEST_CASE("error: the first place that is given stays, the offset is shifted") {
    const auto e = placed();
    CHECK(e.file == "a");
    CHECK(e.variable == "v");
    CHECK(e.op == "mul");
    CHECK(e.offset == 12);
}

TEST_CASE("error: a line names what is known and nothing else") {
    CHECK(to_string(error{.code = errc::closed}) == "closed");
    CHECK(to_string(error{.code = errc::closed, .message = "Attempted to use a closed Executor"}) ==
          "closed: Attempted to use a closed Executor");
    CHECK(to_string(error{.code = errc::truncated, .offset = 0}) == "truncated [offset 0]");
    const error full{.code = errc::shape_mismatch,
                     .message = "dims differ",
                     .file = "model/fc_0.w_0",
                     .offset = 20,
                     .variable = "fc_0.w_0",
                     .op = "mul",
                     .expected = "[2, 3]",
                     .found = "[3, 2]"};
    CHECK(to_string(full) ==
          "shape_mismatch: dims differ [file model/fc_0.w_0, offset 20, variable fc_0.w_0, operator mul, expected [2, 3], found [3, 2]]");
}

TEST_CASE("error: names from files cannot forge lines or reach the terminal") {
    struct row {
        std::string_view name;
        std::string_view shown;
    };
    constexpr row rows[] = {
        {"fc_0.w_0", "fc_0.w_0"},
        {"a\nerror: b", "a\\x0aerror: b"},
        {"\x1b[31m", "\\x1b[31m"},
        {"\x7f", "\\x7f"},
        {"a\\b", "a\\x5cb"},
        {std::string_view("w\0x", 3), "w\\x00x"},
        {"Gewicht \xc3\xa4", "Gewicht \xc3\xa4"},                  // two bytes of UTF-8
        {"\xe6\x9d\x83", "\xe6\x9d\x83"},                          // three
        {"\xf0\x9f\x9b\xb6", "\xf0\x9f\x9b\xb6"},                  // four
        {"\xff\xc3", "\\xff\\xc3"},                                // no UTF-8 at all; cut short
        {"\xc3(", "\\xc3("},                                       // not followed by a continuation
        {"\xc0\xaf", "\\xc0\\xaf"},                                // an overlong slash
        {"\xe0\x80\xaf", "\\xe0\\x80\\xaf"},                       // another
        {"\xed\xa0\x80", "\\xed\\xa0\\x80"},                       // a surrogate
        {"\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80"},              // past U+10FFFF
        {"\xee\x80\x80\xed\x9f\xbf", "\xee\x80\x80\xed\x9f\xbf"},  // both sides of the surrogates
        {"\xc2\x9b", "\\xc2\\x9b"},                                // the C1 form of ESC [
        {"\x80", "\\x80"},
    };
    for (const auto& [name, shown] : rows)
        CHECK(to_string(error{.code = errc::bad_name, .variable = name}) == "bad_name [variable " + std::string(shown) + "]");
}
