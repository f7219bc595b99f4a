#include <wherry/exec/run.hpp>

#include <support/check_error.hpp>

#include <wherry/tensor/tensor.hpp>

#include <array>
#include <string>

using namespace wherry;
using support::check_error;

namespace {

operand over(Tensor& t) { return {t.bytes().data(), t.dtype(), t.dims(), t.count()}; }

/// An operator of inputs X (two variables) and Y (none), outputs Out (a variable, and one that nobody wants), Side (none).
struct two_slots {
    std::array<slot, 2> declared{slot{"Out", slot_arity::many}, slot{"Side", slot_arity::optional}};
    std::array<slot_range, 2> inputs{slot_range{0, 2}, slot_range{2, 0}};
    std::array<slot_range, 2> outputs{slot_range{0, 2}, slot_range{2, 0}};
    Tensor x = Tensor::of<float>({2}, {1, 2});
    Tensor ids = Tensor::of<std::int64_t>({3, 1}, {7, 8, 9});
    Tensor to = Tensor::of<double>({1}, {0});
    std::array<operand, 3> held{over(x), over(ids), over(to)};
    std::array<operand*, 2> in{&held[0], &held[1]};
    std::array<operand*, 2> out{&held[2], nullptr};
    run_context context{{.op_type = "mine",
                         .declared_outputs = declared,
                         .input_slots = inputs,
                         .output_slots = outputs,
                         .inputs = in,
                         .outputs = out,
                         .program_version = 2'006'002}};
};

/// Which kernel was called: the element type's name.
template <class Dispatch>
std::string kernel_of(Dispatch dispatch, DType dtype) {
    const two_slots t;
    std::string called;
    const auto done = dispatch(t.context, dtype, [&]<class T>() -> result<void> {
        called = name_of(dtype_of<T>);
        return {};
    });
    return done ? called : "error " + std::string(done.error().message.view());
}
constexpr auto by_float = [](const run_context& c, DType dtype, auto kernel) { return for_float(c, dtype, kernel); };
constexpr auto by_number = [](const run_context& c, DType dtype, auto kernel) { return for_number(c, dtype, kernel); };

}  // namespace

TEST_CASE("elements are found by slot and place") {
    two_slots t;
    CHECK(t.context.in_count(0) == 2);
    CHECK_FALSE(t.context.has_in(1));
    CHECK(t.context.in_dtype(0, 1) == DType::INT64);
    CHECK(t.context.in_dims(0, 1) == Shape{3, 1});
    CHECK(t.context.in<float>(0)[1] == 2);
    CHECK(t.context.in<std::int64_t>(0, 1)[2] == 9);
    CHECK(t.context.in_bytes(0, 1).size() == 24);
    CHECK_FALSE(t.context.in_is_rows(0));
    t.held[0].is_rows = true;
    CHECK(t.context.in_is_rows(0));
    CHECK(t.context.program_version() == 2'006'002);
    CHECK(t.context.declared_outputs()[1].name == "Side");
}

TEST_CASE("outputs are written in place; one that nobody wants is empty") {
    two_slots t;
    CHECK(t.context.out_count(0) == 2);
    CHECK(t.context.has_out(0));
    CHECK_FALSE(t.context.has_out(0, 1));
    CHECK_FALSE(t.context.has_out(0, 2));
    CHECK_FALSE(t.context.has_out(1));
    CHECK(t.context.out_dtype(0) == DType::FP64);
    CHECK(t.context.out_dims(0) == Shape{1});
    t.context.out<double>(0)[0] = 4;
    CHECK(t.to.elements<double>()[0] == 4);
    CHECK(t.context.out_bytes(0).data() == t.to.bytes().data());
    CHECK(t.context.out<double>(0, 1).empty());
    CHECK(t.context.out_bytes(0, 1).empty());
    CHECK(t.context.out<float>(1).empty());
}

TEST_CASE("a kernel for floats is called for two element types, one for numbers for four") {
    CHECK(kernel_of(by_float, DType::FP32) == "float32");
    CHECK(kernel_of(by_float, DType::FP64) == "float64");
    CHECK(kernel_of(by_float, DType::INT64) == "error op mine does not have kernel for data_type[int64_t]");
    CHECK(kernel_of(by_float, DType::FP16) == "error op mine does not have kernel for data_type[::paddle::platform::float16]");
    CHECK(kernel_of(by_number, DType::FP32) == "float32");
    CHECK(kernel_of(by_number, DType::FP64) == "float64");
    CHECK(kernel_of(by_number, DType::INT32) == "int32");
    CHECK(kernel_of(by_number, DType::INT64) == "int64");
    CHECK(kernel_of(by_number, DType::BOOL) == "error op mine does not have kernel for data_type[bool]");
    CHECK(kernel_of(by_number, static_cast<DType>(99)) == "error op mine does not have kernel for data_type[unknown]");
}

TEST_CASE("an element type without a kernel is a dtype_mismatch; a kernel's own error comes through") {
    const two_slots t;
    const auto fails = [&]<class T>() -> result<void> { return t.context.fail(errc::label_out_of_range, "why", "a", "b"); };
    const auto own = for_number(t.context, DType::INT32, fails);
    check_error(own, errc::label_out_of_range, "why");
    CHECK(own.error().op == "mine");
    CHECK(own.error().expected == "a");
    CHECK(own.error().found == "b");
    check_error(for_float(t.context, DType::INT32, fails), errc::dtype_mismatch);
}
