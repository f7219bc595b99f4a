// case no_kind: wherry: this type is not a policy: a policy declares its kind
// case no_name: wherry: this policy needs `static constexpr std::string_view name`
// case no_multiply: wherry: gemm: needs `template <class T> static void multiply(
// case throws: wherry: gemm: multiply must be noexcept
// case throws: my_gemm
// case of_an_executor: wherry: gemm: multiply must be noexcept
#include <wherry/exec/executor.hpp>
#include <wherry/exec/op/mul.hpp>

#include <string_view>

using namespace wherry;

struct my_gemm {
#ifndef CASE_no_kind
    using kind = kinds::gemm;
#endif
#ifndef CASE_no_name
    static constexpr std::string_view name = "my_gemm";
#endif
#ifndef CASE_no_multiply
    template <class T>
    static void multiply(kernel::matrix<const T>, kernel::matrix<const T>, kernel::matrix<T>, kernel::transpose = {},
                         kernel::transpose = {}, kernel::update = {}, T = 1)
#if !defined(CASE_throws) && !defined(CASE_of_an_executor)
        noexcept
#endif
    {
    }
#endif
};

#ifndef CASE_of_an_executor
const op_table table = op_list<op::mul, op::mul_grad>::with_gemm<my_gemm>::table;
#endif
Executor exe(op_list<op::mul>{}, my_gemm{});
