#include <wherry/exec/op/same_elements.hpp>

#include "op_case.hpp"

using namespace op_test;

namespace {
struct row_rule {
    static constexpr std::array inputs = {slot{"X"}};
    using attributes = no_attributes;
    static result<Shape> dims(const attributes&, const infer_context&, const Shape& x) { return Shape{1, x.product(0, x.rank())}; }
};
struct row : op::same_elements2<row_rule, "row"> {};
struct row_grad : op::same_elements2_grad<row_rule, "row"> {};
using ops = op_list<row, row_grad>;
}  // namespace

TEST_CASE("an operator that gives other dims is its rule") {
    const auto c = op_case(ops::table, "row").in("X", some({2, 3}));
    const auto out = c.run();
    REQUIRE(out);
    CHECK(out->at("Out").dims() == Shape{1, 6});
    CHECK(out->at("XShape").dims() == Shape{0, 2, 3});
    CHECK(c.gradients().at(0).type() == "row_grad");
    c.check_gradient({"X"});
}
