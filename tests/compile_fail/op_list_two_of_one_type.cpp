// expect: wherry: an op_list names two operators of one type
#include <wherry/exec/op/mul.hpp>

using namespace wherry;

struct my_mul : op::mul {
#ifdef WHERRY_TWIN
    static constexpr std::string_view type = "my_mul";
#endif
};

const op_table table = op_list<op::mul>::with<my_mul>::table;
