// expect: wherry: each operator of an op_list needs type, inputs, outputs, attributes, infer and run
#include <wherry/exec/op_list.hpp>

using namespace wherry;

struct twice {
    static constexpr std::string_view type = "twice";
    static constexpr std::array inputs = {slot{"X"}};
    static constexpr std::array outputs = {slot{"Out"}};
    using attributes = no_attributes;
    static result<void> infer(const attributes&, infer_context& c) { return c.set_out(0, c.in(0)), result<void>{}; }
#ifdef WHERRY_TWIN
    static result<void> run(const attributes&, run_context&) { return {}; }
#endif
};

const op_table table = op_list<twice>::table;
