#include <wherry/exec/op/grid_sampler.hpp>

#include "op_case.hpp"

using namespace op_test;

// Compared with the real 1.8.5 and 2.6.2 over their attributes by tests/oracle/op_cases/detection.py.

TEST_CASE("an image at the places of a grid") {
    using ops = op_list<op::grid_sampler>;
    const auto sampled = [](const Tensor& grid) {
        return op_case(ops::table, "grid_sampler").in("X", f32({1, 1, 2, 2}, {0, 1, 2, 3})).in("Grid", grid).version(paddle_26);
    };
    const auto grid = f32({1, 1, 2, 2}, {-1, -1, 0, 0});
    check_values<float>(sampled(grid).run()->at("Output"), {0, 1.5F});
    check_values<float>(sampled(grid).attr("align_corners", false).run()->at("Output"), {0, 1.5F});
    check_error(sampled(grid).attr("mode", std::string("bicubic")).run(), errc::bad_attribute);
    check_error(sampled(grid).attr("padding_mode", std::string("wrap")).run(), errc::bad_attribute);
    check_error(sampled(grid).version(fluid_18).run(), errc::shape_mismatch);
    check_error(sampled(f32({1, 1, 1, 3}, {0, 0, 0})).run(), errc::shape_mismatch);
}
