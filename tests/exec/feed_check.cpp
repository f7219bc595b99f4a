#include <wherry/exec/feed_check.hpp>

#include <doctest/doctest.h>

#include <support/check_error.hpp>

#include <wherry/exec/executor.hpp>
#include <wherry/exec/op_list.hpp>

#include <vector>

using namespace wherry;
using support::check_error;

namespace {

/// A program that is fed `x` and fetched it, as a loaded inference model is.
Program with_feed_operators() {
    Program program;
    wire::VarDesc<> x;
    x.name = "x";
    x.type.lod_tensor.emplace().tensor.data_type = DType::FP32;
    program.global_block().create_var(std::move(x));
    for (const char* type : {"feed", "fetch"}) {
        wire::OpDesc<> desc;
        desc.type = type;
        auto& slots = type == std::string("feed") ? desc.outputs : desc.inputs;
        auto& slot = slots.emplace_back();
        slot.parameter = type == std::string("feed") ? "Out" : "X";
        slot.arguments.push_back("x");
        program.global_block().append_op(std::move(desc));
    }
    return program;
}

result<sequence<Tensor>> feed_and_fetch(const Tensor& fed, const std::string& as, const std::vector<std::string>& fetched) {
    const auto program = with_feed_operators();
    Scope scope;
    Executor exe;
    return exe.run(program, scope, std::vector{fed.ref(as)}, fetched);
}

}  // namespace

TEST_CASE("a program with feed and fetch operators takes exactly those") {
    const auto one = Tensor::of<float>({1}, {1});
    CHECK(feed_and_fetch(one, "x", {"x"}));
    check_error(feed_and_fetch(one, "y", {"x"}), errc::feed_mismatch);
    check_error(feed_and_fetch(one, "x", {"y"}), errc::fetch_mismatch);
    check_error(feed_and_fetch(one, "x", {}), errc::fetch_mismatch);
    check_error(feed_and_fetch(one, "x", {"x", "x"}), errc::fetch_mismatch);
}

TEST_CASE("bytes of a fed array fit its dims") {
    auto fed = Tensor::of<float>({2}, {1, 2});
    auto ref = fed.ref("x");
    ref.dims = Shape{3};
    const auto program = with_feed_operators();
    Scope scope;
    Executor exe;
    check_error(exe.run(program, scope, std::vector{ref}, std::vector<std::string>{"x"}), errc::bad_argument);
}
