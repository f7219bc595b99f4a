// Values for the printers of cmake/gdb/wherry.py: printers.cmake stops at `stop_here` and looks at them.
#include <wherry/base/result.hpp>
#include <wherry/base/sequence.hpp>
#include <wherry/tensor/scope.hpp>
#include <wherry/tensor/tensor.hpp>

#include <complex>
#include <cstdint>

namespace {
void stop_here() {}
}  // namespace

int main() {
    const auto floats = wherry::Tensor::of<float>({2, 2}, {1, 2.5F, -3, 4});
    const auto bytes = wherry::Tensor::of<std::uint8_t>({3}, {65, 66, 255});
    const auto parts = wherry::Tensor::of<std::complex<double>>({1}, {{1, -2}});
    const wherry::Tensor large(wherry::DType::INT64, {300, 10});
    const wherry::Tensor none;
    const auto ref = floats.ref("w");
    wherry::Scope scope;
    scope.var("fc_0.b_0") = bytes;
    const wherry::sequence<int> numbers{7, 8};
    const wherry::result<int> good = 5;
    const wherry::result<void> done;
    const wherry::result<int> bad = wherry::error{.code = wherry::errc::truncated, .message = "cut", .offset = 12, .variable = "w"};
    stop_here();
    const auto both = floats.count() + large.count() + none.count();
    return both != 0 && good && done && !bad && numbers.size() == 2 && parts.count() == 1 && ref.rows == nullptr ? 0 : 1;
}
