#include <doctest/doctest.h>
#include <wherry/base/float16.hpp>
#include <wherry/tensor/element_text.hpp>
#include <wherry/tensor/tensor.hpp>

#include <complex>
#include <cstdint>
#include <limits>
#include <string>

using namespace wherry;

namespace {
template <class T>
std::string text_of(T value) {
    const auto tensor = Tensor::of<T>({}, {value});
    std::string out;
    append_number(out, tensor.dtype(), tensor.bytes().data());
    return out;
}
}  // namespace

TEST_CASE("an element is the shortest number that is read back as it is") {
    CHECK(text_of(0.1F) == "0.1");
    CHECK(text_of(0.1) == "0.1");
    CHECK(text_of(static_cast<double>(0.1F)) == "0.10000000149011612");
    CHECK(text_of(float16(0.1F)) == "0.099975586");
    CHECK(text_of(std::numeric_limits<std::int64_t>::min()) == "-9223372036854775808");
    CHECK(text_of(std::numeric_limits<std::uint64_t>::max()) == "18446744073709551615");
    CHECK(text_of(true) == "1");
    CHECK(text_of(std::complex<float>(1, -2.5F)) == "(1-2.5j)");
    CHECK(text_of(std::complex<double>(0, 1)) == "(0+1j)");
    CHECK(text_of(-std::numeric_limits<float>::infinity()) == "-inf");
}
