#include <wherry/exec/op/lookup_table.hpp>

#include "op_case.hpp"

using namespace op_test;

namespace {
using ops = op_list<op::lookup_table, op::lookup_table_grad, op::lookup_table_v2, op::lookup_table_v2_grad>;
const Tensor table = f32({4, 2}, {1, 2, 3, 4, 5, 6, 7, 8});
op_case looked_up(const Tensor& ids, std::string_view type = "lookup_table") {
    return op_case(ops::table, type).in("W", table).in("Ids", ids);
}
constexpr std::string_view five_of_four =
    "Variable value (input) of OP(fluid.layers.embedding) expected >= 0 and < 4, but got 5. Please check input value.";
}  // namespace

// Values below were computed by fluid 1.8.5.

TEST_CASE("lookup_table gathers rows, zeros for padding_idx") {
    const auto rows = looked_up(i64({3, 1}, {1, 3, 0})).attr("padding_idx", std::int64_t{3}).run();
    REQUIRE(rows);
    CHECK(rows->at("Out").dims() == Shape{3, 2});
    check_values<float>(rows->at("Out"), {3, 4, 0, 0, 1, 2}, 0);
    CHECK(looked_up(i64({1, 2, 1}, {1, 3})).run()->at("Out").dims() == Shape{1, 2, 2});
    const auto second = looked_up(i64({1, 2}, {1, 3}), "lookup_table_v2").run();
    REQUIRE(second);
    CHECK(second->at("Out").dims() == Shape{1, 2, 2});
    check_values<float>(second->at("Out"), {3, 4, 7, 8}, 0);
    CHECK(looked_up(i64({0}, {}), "lookup_table_v2").run()->at("Out").dims() == Shape{0, 2});
    CHECK(looked_up(i64({}, {2}), "lookup_table_v2").run()->at("Out").dims() == Shape{2});
}

TEST_CASE("int32 ids are read from 2.0 on, by the second version only") {
    const auto ids = i32({2}, {1, 2});
    constexpr auto refused = "Tensor holds the wrong type, it holds int, but desires to be int64_t.";
    check_error(looked_up(ids, "lookup_table_v2").run(), errc::dtype_mismatch, refused);
    check_error(looked_up(i32({2, 1}, {1, 2})).version(paddle_26).run(), errc::dtype_mismatch, refused);
    const auto rows = looked_up(ids, "lookup_table_v2").version(paddle_26).run();
    REQUIRE(rows);
    check_values<float>(rows->at("Out"), {3, 4, 5, 6}, 0);
    check_error(looked_up(i32({1}, {5}), "lookup_table_v2").version(paddle_26).run(), errc::index_out_of_range, five_of_four);
}

TEST_CASE("every id is checked") {
    check_error(looked_up(i64({2, 1}, {1, 5})).run(), errc::index_out_of_range, five_of_four);
    check_error(looked_up(i64({1, 1}, {-1})).run(), errc::index_out_of_range,
                "Variable value (input) of OP(fluid.layers.embedding) expected >= 0 and < 4, but got -1. Please check input value.");
    check_error(looked_up(i64({1, 1}, {-1})).attr("padding_idx", std::int64_t{0}).run(), errc::index_out_of_range);
    check_error(looked_up(i64({1}, {std::int64_t{1} << 40}), "lookup_table_v2").run(), errc::index_out_of_range);
    for (const auto* type : {"lookup_table_grad", "lookup_table_v2_grad"}) {
        const bool first = std::string_view(type) == "lookup_table_grad";
        const auto ids = first ? i64({2, 1}, {1, 5}) : i64({2}, {1, 5});
        check_error(looked_up(ids, type).in("Out@GRAD", f32({2, 2}, {1, 2, 3, 4})).run(), errc::index_out_of_range, five_of_four);
    }
}

TEST_CASE("tables and ids that do not fit, in the words of fluid 1.8.5") {
    check_error(op_case(ops::table, "lookup_table").in("W", f32({4}, {1, 2, 3, 4})).in("Ids", i64({1, 1}, {1})).run(), errc::shape_mismatch,
                "ShapeError: The dimensions of the 'lookup table' must be 2. But received lookup table's dimensions = 1, lookup table's "
                "shape = [4].");
    check_error(
        looked_up(i64({2}, {1, 2})).run(), errc::shape_mismatch,
        "ShapeError: The last dimensions of the 'Ids' tensor must be 1. But received Ids's last dimensions = 2, Ids's shape = [2].");
    check_error(looked_up(i64({}, {1})).run(), errc::shape_mismatch);
    check_error(looked_up(i64({1, 1, 1, 1, 1, 1, 1, 1, 1}, {1}), "lookup_table_v2").run(), errc::bad_dims);
    check_error(op_case(ops::table, "lookup_table").in("W", i64({2, 1}, {1, 2})).in("Ids", i64({1, 1}, {1})).run(), errc::dtype_mismatch,
                "op lookup_table does not have kernel for data_type[int64_t]");
    for (const std::int64_t padding : {4, 99, -2, -5})
        check_error(looked_up(i64({1, 1}, {1})).attr("padding_idx", padding).run(), errc::bad_attribute);
    const auto fetched = looked_up(i64({1, 1}, {1})).attr("remote_prefetch", true);
    CHECK(fetched.run());
    check_error(op_case(fetched).attr("epmap", std::vector<std::string>{"10.0.0.1:6174"}).run(), errc::unsupported);
}

TEST_CASE("gradients of one row add up, padding gets none") {
    const auto grad = [](std::int64_t padding, const Tensor& g) {
        return looked_up(i64({3, 1}, {1, 3, 1}), "lookup_table_grad").in("Out@GRAD", g).attr("padding_idx", padding);
    };
    const auto g = f32({3, 2}, {0, 1, 2, 3, 4, 5});
    check_values<float>(grad(-1, g).run()->at("W@GRAD"), {0, 0, 4, 6, 0, 0, 2, 3}, 0);
    check_values<float>(grad(1, g).run()->at("W@GRAD"), {0, 0, 0, 0, 0, 0, 2, 3}, 0);
    check_error(grad(-1, f32({2, 2}, {1, 2, 3, 4})).run(), errc::shape_mismatch);
    check_error(grad(-1, f64({3, 2}, {0, 1, 2, 3, 4, 5})).run(), errc::dtype_mismatch);
    check_error(grad(7, g).run(), errc::bad_attribute);

    const auto c = op_case(ops::table, "lookup_table").in("W", some({4, 3})).in("Ids", i64({3, 1}, {1, 3, 1}));
    const auto grads = c.gradients();
    REQUIRE(grads.size() == 1);
    CHECK(grads[0].type() == "lookup_table_grad");
    CHECK(grads[0].desc().inputs.size() == 3);
    CHECK(grads[0].output("W@GRAD")[0] == "W@GRAD");
    CHECK(grads[0].desc().attrs.size() == 9);
    c.check_gradient({"W"});
    const auto second = op_case(ops::table, "lookup_table_v2")
                            .in("W", some({4, 3}))
                            .in("Ids", i64({2, 2}, {1, 3, 1, 0}))
                            .attr("padding_idx", std::int64_t{3});
    CHECK(second.gradients()[0].type() == "lookup_table_v2_grad");
    CHECK(second.gradients()[0].desc().attrs.size() == 8);
    second.check_gradient({"W"});
}

TEST_CASE("looked up rows have the LoD of the ids") {
    const auto metas = op_case(ops::table, "lookup_table")
                           .in("W", tensor_meta{DType::FP32, Shape{10, 3}})
                           .in("Ids", tensor_meta{DType::INT64, Shape{-1, 1}, 1})
                           .infer();
    REQUIRE(metas);
    CHECK(metas->at("Out").dims == Shape{-1, 3});
    CHECK(metas->at("Out").dtype == DType::FP32);
    CHECK(metas->at("Out").lod_level == 1);
}
