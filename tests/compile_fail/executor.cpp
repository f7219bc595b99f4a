// case not_a_policy: wherry: this type is not a policy: a policy declares its kind
// case two_lists: wherry: a Kind of policy is given twice
// case two_gemms: wherry: a Kind of policy is given twice
// case a_codec: wherry: a policy of this kind has no place here
// case no_table: wherry: operators: needs `static const op_table table` and `run_table`
// case no_table: my_ops
// case no_list: wherry: a gemm backend needs the operators that use it
// case takes_no_gemm: wherry: these operators take no gemm backend
// case of_fluid: wherry: this type is not a policy: a policy declares its kind
#include <wherry/exec/executor.hpp>
#include <wherry/exec/op/mul.hpp>
#include <wherry/exec/op/scale.hpp>
#include <wherry/fluid/executor.hpp>
#include <wherry/policy/codec.hpp>

using namespace wherry;

struct my_gemm : kernel::portable {
    static constexpr std::string_view name = "my_gemm";
};
/// A list that its author sorted.
struct my_ops {
    using kind = kinds::operators;
    static constexpr std::string_view name = "my_ops";
#ifndef CASE_no_table
    static constexpr op_table table = op_list<op::mul>::table;
    static constexpr op_table run_table = op_list<op::mul>::run_table;
#endif
};

Executor first{limits{}};
Executor second(op_list<op::scale>{}, limits{});
Executor third(my_ops{});
Executor fourth(my_gemm{}, op_list<op::mul>{}, limits{});
fluid::Executor fifth(op_list<op::mul>{});

#if defined(CASE_not_a_policy)
Executor wrong(5);
#elif defined(CASE_two_lists)
Executor wrong(op_list<op::mul>{}, op_list<op::scale>{});
#elif defined(CASE_two_gemms)
Executor wrong(my_gemm{}, kernel::portable{});
#elif defined(CASE_a_codec)
Executor wrong(op_list<op::mul>{}, plain{});
#elif defined(CASE_no_list)
Executor wrong(my_gemm{});
#elif defined(CASE_takes_no_gemm)
Executor wrong(my_ops{}, my_gemm{});
#elif defined(CASE_of_fluid)
fluid::Executor wrong(5);
#endif
