// case no_type: wherry: operator: needs `static constexpr std::string_view type`
// case no_type: twice
// case no_inputs: wherry: operator: needs `static constexpr std::array inputs
// case no_outputs: wherry: operator: needs `static constexpr std::array outputs
// case no_attributes: wherry: operator: needs `using attributes = ...;`
// case no_infer: wherry: operator: needs `static result<void> infer(const attributes&, infer_context&)`
// case no_run: wherry: operator: needs `static result<void> run(const attributes&, run_context&)`
// case no_run: twice
// case two_of_one_type: wherry: an op_list names two operators of one type
#include <wherry/exec/op/mul.hpp>

using namespace wherry;

struct twice {
#ifndef CASE_no_type
    static constexpr std::string_view type = "twice";
#endif
#ifndef CASE_no_inputs
    static constexpr std::array inputs = {slot{"X"}};
#endif
#ifndef CASE_no_outputs
    static constexpr std::array outputs = {slot{"Out"}};
#endif
#ifndef CASE_no_attributes
    using attributes = no_attributes;
#endif
#ifndef CASE_no_infer
    static result<void> infer(const no_attributes&, infer_context& c) { return c.set_out(0, c.in(0)), result<void>{}; }
#endif
#ifndef CASE_no_run
    static result<void> run(const no_attributes&, run_context&) { return {}; }
#endif
};
const op_table table = op_list<twice>::table;

struct my_mul : op::mul {
#ifndef CASE_two_of_one_type
    static constexpr std::string_view type = "my_mul";
#endif
};
const op_table longer = op_list<op::mul>::with<my_mul>::table;
