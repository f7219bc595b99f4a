#include <doctest/doctest.h>
#include <wherry/base/bytes.hpp>
#include <wherry/record/byte_order.hpp>

#include <string>

using namespace wherry;

namespace {
std::string reversed(DType dtype, std::string bytes) {
    reverse_numbers(dtype, std::as_writable_bytes(std::span(bytes)));
    return bytes;
}
}  // namespace

TEST_CASE("numbers turn around, the halves of a complex one each for itself") {
    CHECK(reversed(DType::INT8, "abcd") == "abcd");
    CHECK(reversed(DType::BOOL, "abcd") == "abcd");
    CHECK(reversed(DType::FP16, "abcd") == "badc");
    CHECK(reversed(DType::FP32, "abcdefgh") == "dcbahgfe");
    CHECK(reversed(DType::INT64, "abcdefgh") == "hgfedcba");
    CHECK(reversed(DType::COMPLEX64, "abcdefgh") == "dcbahgfe");
    CHECK(reversed(DType::COMPLEX128, "abcdefghABCDEFGH") == "hgfedcbaHGFEDCBA");
}

TEST_CASE("BOOL bytes from a file are 0 or 1") {
    std::string bytes("\x00\x01\x02\xff", 4);
    elements_from_file(DType::BOOL, std::as_writable_bytes(std::span(bytes)));
    CHECK(bytes == std::string("\x00\x01\x01\x01", 4));
    std::string kept("\x02\xff", 2);
    elements_from_file(DType::UINT8, std::as_writable_bytes(std::span(kept)));
    CHECK(kept == "\x02\xff");
}
