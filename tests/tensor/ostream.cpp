#include <doctest/doctest.h>
#include <wherry/tensor/ostream.hpp>
#include <wherry/tensor/tensor.hpp>

#include <sstream>

using namespace wherry;

TEST_CASE("tensors, borrowed arrays and shapes are written to a stream") {
    const auto tensor = Tensor::of<float>({1, 2}, {1, 2});
    std::ostringstream out;
    out << tensor << '\n' << tensor.ref("w") << '\n' << tensor.dims();
    CHECK(out.str() == "float32 [1, 2]\n[[1, 2]]\nfloat32 [1, 2]\n[[1, 2]]\n[1, 2]");
}
