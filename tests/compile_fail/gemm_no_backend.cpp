// expect: wherry: this is not a gemm backend: it needs a name and a noexcept multiply
#include <wherry/exec/op/mul.hpp>

using namespace wherry;

struct my_gemm {
    static constexpr std::string_view name = "my_gemm";
    template <class T>
    static void multiply(kernel::matrix<const T>, kernel::matrix<const T>, kernel::matrix<T>, kernel::transpose = {},
                         kernel::transpose = {}, kernel::update = {}, T = 1)
#ifdef WHERRY_TWIN
        noexcept
#endif
    {
    }
};

const op_table table = op_list<op::mul, op::mul_grad>::with_gemm<my_gemm>::table;
