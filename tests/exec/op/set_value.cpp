#include <wherry/exec/op/set_value.hpp>

#include "op_case.hpp"

using namespace op_test;

// Compared with the real 2.6.2 over its attributes by tests/oracle/op_cases.

namespace {
using set_ops = op_list<op::set_value>;
op_case set_rows(std::int64_t start, std::int64_t end, std::int64_t step) {
    const auto list = [](std::int64_t n) { return sequence<std::int64_t>(1, n); };
    return op_case(set_ops::table, "set_value")
        .in("Input", f32({4, 2}, {0, 1, 2, 3, 4, 5, 6, 7}))
        .attr("axes", list(0))
        .attr("starts", list(start))
        .attr("ends", list(end))
        .attr("steps", list(step));
}
}  // namespace

TEST_CASE("a window gets other elements, of a tensor or of the file") {
    const auto of_tensor = set_rows(1, 4, 2).in("ValueTensor", f32({2}, {-1, -2})).run();
    REQUIRE(of_tensor);
    check_values<float>(of_tensor->at("Out"), {0, 1, -1, -2, 4, 5, -1, -2});
    const auto of_file = set_rows(0, 2, 1).attr("shape", sequence<std::int64_t>(1, 1)).attr("fp32_values", sequence<float>(1, 9.0F)).run();
    REQUIRE(of_file);
    check_values<float>(of_file->at("Out"), {9, 9, 9, 9, 4, 5, 6, 7});
}

TEST_CASE("a value that does not fit is refused") {
    check_error(set_rows(0, 2, 1).in("ValueTensor", f32({3}, {1, 2, 3})).run(), errc::shape_mismatch);
    check_error(set_rows(0, 2, 1).in("ValueTensor", f64({1}, {1})).run(), errc::dtype_mismatch);
    check_error(set_rows(0, 2, 0).in("ValueTensor", f32({1}, {1})).run(), errc::bad_attribute);
    check_error(set_rows(0, 2, 1).attr("shape", sequence<std::int64_t>(1, 2)).attr("fp32_values", sequence<float>(1, 9.0F)).run(),
                errc::bad_attribute);
}
