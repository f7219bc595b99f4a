#include <wherry/layers/data.hpp>

#include <support/fresh_programs.hpp>

using namespace wherry;
using support::check_error;
using support::dims;
using support::dims_of;
using support::fresh_programs;
using support::must;

namespace {

result<Variable> data(fresh_programs& p, const dims& shape, DType dtype = DType::FP32, std::int32_t lod_level = 0) {
    return layers::data(p.b, "x", shape, dtype, lod_level);
}

}  // namespace

TEST_CASE("data is a variable that is fed and checked; no operator makes it, no gradient reaches it") {
    fresh_programs p;
    const auto x = must(data(p, {-1, 3}, DType::INT64, 1));
    CHECK(x == p.var("x"));
    CHECK(dims_of(x) == dims{-1, 3});
    CHECK(x.dtype() == DType::INT64);
    CHECK(x.lod_level() == 1);
    CHECK(x.need_check_feed());
    CHECK(x.stop_gradient());
    CHECK_FALSE(x.persistable());
    CHECK(p.ops().empty());
    CHECK(p.startup.global_block().vars().empty());
    CHECK(must(data(p, {-1, 3}, DType::INT64, 1)) == x);
}

TEST_CASE("data of an earlier name must be alike, and leaves the earlier one as it was") {
    fresh_programs p;
    const auto x = must(data(p, {-1, 3}));
    check_error(data(p, {-1, 4}), errc::shape_mismatch);
    check_error(data(p, {-1, 3}, DType::FP64), errc::dtype_mismatch);
    check_error(data(p, {-1, 3}, DType::FP32, 1), errc::lod_mismatch,
                "Variable x has been created before. The previous lod_level is 0; the new lod_level is 1. They are not matched");
    CHECK(x.lod_level() == 0);
    const auto w = must(p.b.create_parameter("fc", {.name = "w"}, {3, 3}, DType::FP32, initializer::Constant{}));
    check_error(layers::data(p.b, "w", dims{3, 3}), errc::duplicate_name,
                "Variable w has been created before.The previous persistable is True; the new persistable is False. They are not matched");
    CHECK_FALSE(w.stop_gradient());
    CHECK_FALSE(w.need_check_feed());
}

TEST_CASE("data over a variable of rows does not take it for a tensor") {
    fresh_programs p;
    wire::VarDesc<> desc;
    desc.name = "x";
    desc.type.type = VarKind::SELECTED_ROWS;
    desc.type.selected_rows.emplace().data_type = DType::FP32;
    desc.type.selected_rows->dims = {9, 4};
    p.b.block().create_var(std::move(desc));
    const auto x = must(data(p, {9, 4}));
    CHECK(x.kind() == VarKind::SELECTED_ROWS);
    CHECK_FALSE(x.desc().type.lod_tensor.has_value());
}

TEST_CASE("more dims than a tensor may have are an error that names the variable") {
    fresh_programs p;
    const auto deep = data(p, dims(max_rank + 1, 1));
    check_error(deep, errc::bad_dims);
    CHECK(deep.error().variable == "x");
    check_error(layers::unchecked_data(p.b, "x", dims(max_rank, 1)), errc::bad_dims);  // the batch dim is one too many
    CHECK(p.main.global_block().vars().empty());
    CHECK(dims_of(must(data(p, dims(max_rank, 1)))) == dims(max_rank, 1));
}

TEST_CASE("the older form puts the batch dim first unless a dim is unknown, and is not checked") {
    fresh_programs p;
    const auto made = [&](const char* name, const dims& shape, bool append_batch_size = true) {
        return must(layers::unchecked_data(p.b, name, shape, append_batch_size));
    };
    CHECK(dims_of(made("a", {3, 4})) == dims{-1, 3, 4});
    CHECK(dims_of(made("b", {-1, 4})) == dims{-1, 4});
    CHECK(dims_of(made("c", {3, -1})) == dims{3, -1});
    CHECK(dims_of(made("d", {3, 4}, false)) == dims{3, 4});
    CHECK(dims_of(made("e", {})) == dims{-1});
    CHECK_FALSE(p.var("a").need_check_feed());
    CHECK(p.var("a").stop_gradient());
    const auto open = must(layers::unchecked_data(p.b, "f", dims{2}, true, DType::FP64, 2, false));
    CHECK_FALSE(open.stop_gradient());
    CHECK(open.dtype() == DType::FP64);
    CHECK(open.lod_level() == 2);
}

TEST_CASE("of two forms of one name, the first decides whether what is fed is checked") {
    fresh_programs p;
    must(data(p, {-1, 3}));
    must(layers::unchecked_data(p.b, "x", dims{3}));
    CHECK(p.var("x").need_check_feed());
    must(layers::unchecked_data(p.b, "y", dims{3}));
    must(layers::data(p.b, "y", dims{-1, 3}));
    CHECK_FALSE(p.var("y").need_check_feed());
}
