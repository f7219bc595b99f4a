#include <wherry/layers/array.hpp>

#include <support/fresh_programs.hpp>

#include <wherry/exec/op/accuracy.hpp>
#include <wherry/exec/op/activation.hpp>
#include <wherry/exec/op/assign.hpp>
#include <wherry/exec/op/cast.hpp>
#include <wherry/exec/op/concat.hpp>
#include <wherry/exec/op/fill_constant.hpp>
#include <wherry/exec/op/lookup_table.hpp>
#include <wherry/exec/op/random.hpp>
#include <wherry/exec/op/reshape.hpp>
#include <wherry/exec/op/selected_rows.hpp>
#include <wherry/exec/op/top_k.hpp>

using namespace wherry;
using support::check_error;
using support::dims;
using support::dims_of;
using support::fresh_programs;
using support::must;
using support::types_of;
using support::wires_of;

namespace {}  // namespace

TEST_CASE("concat joins along an axis what is alike but for it") {
    fresh_programs p;
    const auto x = p.data("x", {-1, 3});
    const auto y = p.data("y", {-1, 4});
    const auto out = must(layers::concat(p.b, {x, y, x}, 1));
    CHECK(out.name() == "concat_0.tmp_0");
    CHECK(dims_of(out) == dims{-1, 10});
    CHECK(wires_of(p.ops()[0]) == "x y x -> concat_0.tmp_0");
    check_error(layers::concat(p.b, {}), errc::bad_argument);
    check_error(layers::concat(p.b, {x, y}, 0), errc::shape_mismatch);
    check_error(layers::concat(p.b, {x, y}, 2), errc::bad_attribute);
    CHECK(p.ops().size() == 1);
}

TEST_CASE("reshape works one dim out, keeps one for 0, and may end in an activation") {
    fresh_programs p;
    const auto x = p.data("x", {2, 6});
    const auto out = must(layers::reshape(p.b, x, {0, -1, 3}, "relu"));
    CHECK(types_of(p.ops()) == "reshape2 relu");
    CHECK(dims_of(out) == dims{2, 2, 3});
    CHECK(out.name() == "reshape2_0.tmp_2");
    CHECK(dims_of(p.var("reshape2_0.tmp_1")) == dims{0, 2, 6});
    CHECK(dims_of(must(layers::reshape(p.b, p.data("open", {-1, 3}), {0, -1}))) == dims{-1, -1});
    CHECK(must(layers::reshape(p.b, x, {12}, {}, "mine")).name() == "mine.tmp_0");
    const auto odd = layers::reshape(p.b, x, {5, -1});
    check_error(odd, errc::shape_mismatch);
    CHECK(odd.error().op == "reshape2");
}

TEST_CASE("cast names both element types, assign copies") {
    fresh_programs p;
    const auto x = p.data("x", {-1, 3});
    const auto whole = must(layers::cast(p.b, x, DType::INT64));
    CHECK(whole.name() == "cast_0.tmp_0");
    CHECK(whole.dtype() == DType::INT64);
    CHECK(p.ops()[0].attr_or("in_dtype", DType::BOOL) == DType::FP32);
    CHECK(p.ops()[0].attr_or("out_dtype", DType::BOOL) == DType::INT64);
    const auto copy = must(layers::assign(p.b, x));
    CHECK(copy.name() == "assign_0.tmp_0");
    CHECK(dims_of(copy) == dims{-1, 3});
    check_error(layers::cast(p.b, x, static_cast<DType>(99)), errc::bad_dtype);
}

TEST_CASE("rows are merged and made whole; nothing else is") {
    fresh_programs p;
    wire::VarDesc<> desc;
    desc.name = "rows";
    desc.type.type = VarKind::SELECTED_ROWS;
    desc.type.selected_rows.emplace().data_type = DType::FP32;
    desc.type.selected_rows->dims = {9, 4};
    const auto rows = p.b.block().create_var(std::move(desc));
    const auto merged = must(layers::merge_selected_rows(p.b, rows));
    CHECK(merged.name() == "merge_selected_rows_0.tmp_0");
    CHECK(merged.kind() == VarKind::SELECTED_ROWS);
    const auto whole = must(layers::get_tensor_from_selected_rows(p.b, merged));
    CHECK(whole.kind() == VarKind::LOD_TENSOR);
    CHECK(dims_of(whole) == dims{9, 4});
    check_error(layers::merge_selected_rows(p.b, whole), errc::bad_argument);
    const auto refused = layers::get_tensor_from_selected_rows(p.b, whole);
    check_error(refused, errc::bad_argument);
    CHECK(refused.error().variable == whole.name());
}

TEST_CASE("a constant shows its value as Python does, stops gradients and is in the main program") {
    fresh_programs p;
    const auto shown = [&](float value) {
        const auto made = must(layers::fill_constant(p.b, {2, 3}, DType::FP32, value));
        CHECK(made.stop_gradient());
        CHECK(dims_of(made) == dims{2, 3});
        CHECK(p.ops().back().attr_or("value", 9.0F) == value);
        return p.ops().back().attr_or<std::string>("str_value", "");
    };
    CHECK(shown(3) == "3.0");
    CHECK(shown(0.1F) == "0.1");
    CHECK(shown(-2.5F) == "-2.5");
    CHECK(p.startup_ops().empty());
    const auto whole = must(layers::fill_constant(p.b, {1}, DType::INT64, 7));
    CHECK(whole.dtype() == DType::INT64);
    CHECK(whole.name() == "fill_constant_3.tmp_0");
}

TEST_CASE("an embedding looks rows up by id") {
    fresh_programs p;
    const auto ids = p.data("ids", {-1, 1}, DType::INT64);
    const auto out = must(layers::embedding(p.b, ids, {.size = {9, 4}}));
    CHECK(out.name() == "embedding_0.tmp_0");
    CHECK(dims_of(out) == dims{-1, 4});
    CHECK(dims_of(p.var("embedding_0.w_0")) == dims{9, 4});
    CHECK(types_of(p.startup_ops()) == "uniform_random");
    const auto attr = [&](const char* name) { return p.ops().back().attr_or(name, std::int64_t{-9}); };
    CHECK(attr("padding_idx") == -1);
    CHECK_FALSE(p.ops().back().attr_or("is_sparse", true));
    must(layers::embedding(p.b, ids, {.size = {9, 4}, .is_sparse = true, .padding_idx = -2, .param_attr = {.name = "w"}}));
    CHECK(attr("padding_idx") == 7);
    CHECK(p.ops().back().attr_or("is_sparse", false));
    CHECK(p.ops().back().attr_or("remote_prefetch", false));
    must(layers::embedding(p.b, ids, {.size = {9, 4}, .padding_idx = 3, .param_attr = {.name = "w"}}));
    CHECK(attr("padding_idx") == 3);
    CHECK(p.main.all_parameters().size() == 2);
    CHECK(must(layers::embedding(p.b, ids, {.size = {5, 2}, .dtype = DType::FP64})).dtype() == DType::FP64);
}

TEST_CASE("embedding refuses wrong arguments") {
    fresh_programs p;
    const auto ids = p.data("ids", {-1, 1}, DType::INT64);
    check_error(layers::embedding(p.b, p.data("floats", {-1, 1}), {.size = {9, 4}}), errc::argument_dtype,
                "The data type of 'input' in fluid.layers.embedding must be ['int64'], but received float32. ");
    check_error(layers::embedding(p.b, ids, {.size = {9}}), errc::bad_argument);
    check_error(layers::embedding(p.b, ids, {.size = {9, 4, 2}}), errc::bad_argument);
    check_error(layers::embedding(p.b, ids, {}), errc::bad_argument);
    check_error(layers::embedding(p.b, ids, {.size = {0, 4}}), errc::bad_dims);
    check_error(layers::embedding(p.b, ids, {.size = {9, -1}}), errc::bad_dims);
    check_error(layers::embedding(p.b, p.data("pairs", {-1, 2}, DType::INT64), {.size = {9, 4}}), errc::shape_mismatch);
    CHECK(p.ops().empty());
}

TEST_CASE("the k largest and their places, without gradients; a k below 1 is refused") {
    fresh_programs p;
    const auto x = p.data("x", {-1, 3});
    const auto top = must(layers::top_k(p.b, x, 2));
    CHECK(top.values.name() == "top_k_0.tmp_0");
    CHECK(dims_of(top.values) == dims{-1, 2});
    CHECK(top.indices.dtype() == DType::INT64);
    CHECK(dims_of(top.indices) == dims{-1, 2});
    CHECK(top.values.stop_gradient());
    CHECK(top.indices.stop_gradient());
    check_error(layers::top_k(p.b, x, 0), errc::bad_attribute);
}

TEST_CASE("accuracy is one number from the k largest") {
    fresh_programs p;
    const auto share = must(layers::accuracy(p.b, p.data("x", {-1, 3}), p.data("label", {-1, 1}, DType::INT64), 2));
    CHECK(types_of(p.ops()) == "top_k accuracy");
    CHECK(p.ops()[0].attr_or("k", std::int32_t{0}) == 2);
    CHECK(share.name() == "accuracy_0.tmp_0");
    CHECK(share.dtype() == DType::FP32);
    CHECK(dims_of(share) == dims{1});
    CHECK(p.var("accuracy_0.tmp_1").dtype() == DType::INT32);
    check_error(layers::accuracy(p.b, p.var("x"), p.var("label"), 0), errc::bad_attribute);
}
