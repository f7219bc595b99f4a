#include <wherry/program/program.hpp>
#include <wherry/program/variable.hpp>

#include <doctest/doctest.h>

#include <cstdint>
#include <utility>
#include <vector>

using namespace wherry;

namespace {
Variable made(wire::VarDesc<> desc) {
    Program program;
    return program.global_block().create_var(std::move(desc));  // a variable lives as long as a handle of it
}
wire::VarDesc<> desc_of(VarKind kind) {
    wire::VarDesc<> desc;
    desc.name = "v";
    desc.type.type = kind;
    return desc;
}
wire::TensorDesc<> tensor_of(DType dtype, std::vector<std::int64_t> dims) {
    return {.data_type = dtype, .dims = std::move(dims), .unknown = {}};
}
std::vector<std::int64_t> dims_of(const Variable& v) { return {v.shape().begin(), v.shape().end()}; }
}  // namespace

TEST_CASE("variable: an empty handle is not a variable") {
    CHECK_FALSE(Variable());
    CHECK(Variable() == Variable());
}

TEST_CASE("variable: copies of a handle mean the same variable") {
    const auto a = made(desc_of(VarKind::LOD_TENSOR));
    const auto b = a;
    b.set_persistable(true);
    CHECK(a.persistable());
    CHECK(a == b);
    CHECK(a != made(desc_of(VarKind::LOD_TENSOR)));
}

TEST_CASE("variable: element type and dims are found wherever the kind keeps them") {
    auto desc = desc_of(VarKind::LOD_TENSOR);
    desc.type.lod_tensor.emplace().tensor = tensor_of(DType::INT64, {-1, 4});
    desc.type.lod_tensor->lod_level = 1;
    const auto tensor = made(desc);
    CHECK(tensor.dtype() == DType::INT64);
    CHECK(dims_of(tensor) == std::vector<std::int64_t>{-1, 4});
    CHECK(tensor.lod_level() == 1);

    desc = desc_of(VarKind::SELECTED_ROWS);
    desc.type.selected_rows = tensor_of(DType::FP64, {10, 2});
    const auto rows = made(desc);
    CHECK(rows.dtype() == DType::FP64);
    CHECK(dims_of(rows) == std::vector<std::int64_t>{10, 2});
    CHECK(rows.lod_level() == 0);

    desc = desc_of(VarKind::LOD_TENSOR_ARRAY);
    desc.type.tensor_array.emplace().tensor = tensor_of(DType::BOOL, {});
    desc.type.tensor_array->lod_level = 2;
    const auto array = made(desc);
    CHECK(array.dtype() == DType::BOOL);
    CHECK(array.shape().empty());
    CHECK(array.lod_level() == 2);

    const auto feed = made(desc_of(VarKind::FEED_MINIBATCH));
    CHECK(feed.dtype() == DType::FP32);
    CHECK(feed.shape().empty());
    CHECK(feed.lod_level() == 0);
    CHECK(feed.tensor_desc() == nullptr);
}

TEST_CASE("variable: flags that a file left out are false") {
    const auto v = made(desc_of(VarKind::LOD_TENSOR));
    CHECK_FALSE(v.persistable());
    CHECK_FALSE(v.need_check_feed());
    CHECK_FALSE(v.stop_gradient());
    CHECK_FALSE(v.is_parameter());
}

TEST_CASE("variable: feed and fetch lists and readers are never persistable for saving") {
    struct row {
        VarKind kind;
        bool saved;
    };
    constexpr row rows[] = {{VarKind::LOD_TENSOR, true}, {VarKind::SELECTED_ROWS, true},   {VarKind::LOD_TENSOR_ARRAY, true},
                            {VarKind::RAW, true},        {VarKind::FEED_MINIBATCH, false}, {VarKind::FETCH_LIST, false},
                            {VarKind::READER, false}};
    for (const auto& [kind, saved] : rows) {
        const auto v = made(desc_of(kind));
        CHECK_FALSE(is_persistable(v));
        v.set_persistable(true);
        CHECK(is_persistable(v) == saved);
    }
}

TEST_CASE("variable: a Parameter is what has its traits; the rest that is saved belongs to the optimizer, but for fed data") {
    const auto v = made(desc_of(VarKind::LOD_TENSOR));
    CHECK_FALSE(is_belong_to_optimizer(v));
    v.set_persistable(true);
    CHECK(is_belong_to_optimizer(v));
    v.set_parameter(parameter_traits{.trainable = false, .learning_rate = 0.5F, .regularizer = L2Decay{0.1F}});
    CHECK(is_parameter(v));
    CHECK_FALSE(is_belong_to_optimizer(v));
    const Parameter p(v);
    CHECK_FALSE(p.trainable());
    CHECK(p.learning_rate() == 0.5F);
    CHECK(p.parameter()->regularizer->coefficient == 0.1F);
    CHECK(p == v);
    v.set_parameter(std::nullopt);
    CHECK_FALSE(is_parameter(v));
    v.edit().need_check_feed = true;
    CHECK_FALSE(is_belong_to_optimizer(v));
}

TEST_CASE("variable: every edit changes the program it belongs to, looking does not") {
    Program program;
    const auto v = program.global_block().create_var(desc_of(VarKind::LOD_TENSOR));
    const auto edits = [&](auto use) {
        const revision::seen before(program.edits());
        use();
        return !before.is_current(program.edits());
    };
    CHECK_FALSE(edits([&] { (void)v.name(), (void)v.shape(); }));
    CHECK(edits([&] { v.set_persistable(true); }));
    CHECK(edits([&] { v.set_stop_gradient(true); }));
    CHECK(edits([&] { v.set_parameter(parameter_traits{}); }));
    CHECK(edits([&] { v.edit().name = "w"; }));
    CHECK(v.name() == "w");
}
