#include <doctest/doctest.h>
#include <wherry/exec/check_ops.hpp>
#include <wherry/exec/executor.hpp>
#include <wherry/exec/op/scale.hpp>
#include <wherry/exec/op_list.hpp>
#include <wherry/program/program.hpp>
#include <wherry/wire/framework.hpp>

#include <initializer_list>
#include <utility>

using namespace wherry;

namespace {
Program program_of_types(std::initializer_list<const char*> types) {
    Program program;
    for (const auto* type : types) {
        wire::OpDesc<> desc;
        desc.type = type;
        program.global_block().append_op(std::move(desc));
    }
    return program;
}
}  // namespace

TEST_CASE("all operators that an executor lacks are listed before the first run, each once") {
    const Executor exe(op_list<op::scale>{});
    CHECK(exe.check(program_of_types({"feed", "scale", "fetch"})));
    CHECK(exe.check(Program()));
    const auto some = exe.check(program_of_types({"feed", "warp", "scale", "bend", "warp", "fetch"})).error();
    CHECK(some.code == errc::unknown_op);
    CHECK(some.message == "2 operators of the program cannot run here: warp, bend.");
    CHECK(some.op == "warp");
    CHECK(some.found == "warp, bend");
    CHECK(Executor().check(program_of_types({"scale"})).error().message == "1 operator of the program cannot run here: scale.");
}
