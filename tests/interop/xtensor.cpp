#include <doctest/doctest.h>
#include <support/scratch.hpp>
#include <wherry/exec/executor.hpp>
#include <wherry/exec/op/scale.hpp>
#include <wherry/interop/xtensor.hpp>
#include <wherry/policy/disk.hpp>
#include <wherry/policy/memory.hpp>

#if __has_include(<xtensor/containers/xtensor.hpp>)
#include <xtensor/containers/xfixed.hpp>
#include <xtensor/containers/xtensor.hpp>
#include <xtensor/views/xview.hpp>
#else
#include <xtensor/xfixed.hpp>
#include <xtensor/xtensor.hpp>
#include <xtensor/xview.hpp>
#endif

#include <array>
#include <complex>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

using namespace wherry;

namespace {
using rows = xt::xarray<float>;
using columns = xt::xarray<float, xt::layout_type::column_major>;
static_assert(xtensor::Contiguous<rows> && xtensor::Contiguous<xt::xtensor<double, 2>> &&
              xtensor::Contiguous<xt::xtensor_fixed<int, xt::xshape<2, 3>>>);
static_assert(xtensor::Expression<columns> && !xtensor::Contiguous<columns>);
static_assert(xtensor::Expression<decltype(rows() + 1.0F)> && !xtensor::Contiguous<decltype(rows() + 1.0F)>);
static_assert(!xtensor::Contiguous<decltype(xt::view(std::declval<rows&>(), xt::range(1, 3), xt::all()))>);
static_assert(!xtensor::Expression<std::vector<float>> && !xtensor::Expression<xt::xarray<std::string>>);
}  // namespace

TEST_CASE("a tensor is viewed without a copy, and written through") {
    auto tensor = Tensor::of<float>({2, 3}, {0, 1, 2, 3, 4, 5});
    auto view = xtensor::view<float>(tensor);
    REQUIRE(view);
    CHECK(view->data() == tensor.elements<float>().data());
    CHECK((*view)(1, 2) == 5);
    (*view)(1, 2) = 50;
    CHECK(tensor.elements<float>()[5] == 50);
    const auto& seen = tensor;
    const auto fixed = xtensor::view<float>(seen);
    CHECK(xt::sum(*fixed)() == 60);
    CHECK(xtensor::view<double>(tensor).error().code == errc::dtype_mismatch);
    Tensor none;
    CHECK(xtensor::view<float>(none).error().code == errc::not_initialized);
    auto scalar = Tensor::of<float>({}, {3});
    CHECK((*xtensor::view<float>(scalar))() == 3);
    auto empty = Tensor::of<float>({0, 3}, {});
    CHECK(xtensor::view<float>(empty)->size() == 0);
}

TEST_CASE("arrays in row order are borrowed, expressions are computed into a tensor") {
    const rows array{{1, 2, 3}, {4, 5, 6}};
    const auto ref = xtensor::borrow("x", array);
    REQUIRE(ref);
    CHECK(ref->dims == Shape{2, 3});
    CHECK(ref->dtype == DType::FP32);
    CHECK(static_cast<const void*>(ref->bytes.data()) == array.data());

    CHECK(*xtensor::to_tensor(array) == Tensor::of<float>({2, 3}, {1, 2, 3, 4, 5, 6}));
    CHECK(*xtensor::to_tensor(2.0F * array + 1.0F) == Tensor::of<float>({2, 3}, {3, 5, 7, 9, 11, 13}));
    CHECK(*xtensor::to_tensor(columns(array)) == Tensor::of<float>({2, 3}, {1, 2, 3, 4, 5, 6}));
    CHECK(*xtensor::to_tensor(xt::view(array, xt::all(), 1)) == Tensor::of<float>({2}, {2, 5}));
    CHECK(*xtensor::to_tensor(xt::transpose(array)) == Tensor::of<float>({3, 2}, {1, 4, 2, 5, 3, 6}));
    CHECK(*xtensor::to_tensor(array > 3.0F) == Tensor::of<bool>({2, 3}, {false, false, false, true, true, true}));
    CHECK(xtensor::to_tensor(xt::xarray<std::complex<double>>{std::complex<double>(1, 2)})->dtype() == DType::COMPLEX128);
    CHECK(*xtensor::to_array<float>(*xtensor::to_tensor(array)) == array);
    const rows deep(std::vector<std::size_t>(10, 1), 0.0F);
    CHECK(xtensor::to_tensor(deep).error().code == errc::bad_dims);
    CHECK(xtensor::borrow("x", deep).error().code == errc::bad_dims);
}

TEST_CASE("an expression is fed to a program, and what is fetched is viewed") {
    Program program;
    support::add_var(program, "x", {-1, 2}, {.persistable = false});
    support::add_var(program, "y", {-1, 2}, {.persistable = false});
    wire::OpDesc<> op;
    op.type = "scale";
    op.inputs.push_back({"X", {"x"}, {}});
    op.outputs.push_back({"Out", {"y"}, {}});
    program.global_block().append_op(std::move(op)).set_attr(make_attr("scale", 3.0F));
    Executor exe(op_list<op::scale>{});
    Scope scope;
    const rows array{{1, 2}, {3, 4}};
    const std::vector<std::string> fetches{"y"};
    const std::vector<tensor_ref> borrowed{*xtensor::borrow("x", array)};
    auto out = exe.run(program, scope, borrowed, fetches);
    REQUIRE(out);
    CHECK(*xtensor::view<float>((*out)[0]) == rows{{3, 6}, {9, 12}});
    const auto computed = *xtensor::to_tensor(array - 1.0F);
    const std::vector<tensor_ref> fed{computed.ref("x")};
    out = exe.run(program, scope, fed, fetches);
    REQUIRE(out);
    CHECK(*xtensor::view<float>((*out)[0]) == rows{{0, 3}, {6, 9}});
}

TEST_CASE("arrays are saved and loaded directly, by any archive") {
    const support::scratch place("xtensor");
    const rows w{{1, 2, 3}, {4, 5, 6}};
    const xt::xtensor<std::int64_t, 1> b{7, 8};
    using xtensor::named;
    REQUIRE(xtensor::save(disk{place / "file"}, named{"w", w}, named{"b", b}));
    rows w2;
    xt::xtensor<std::int64_t, 1> b2;
    const auto report = xtensor::load(disk{place / "file"}, named{"w", w2}, named{"b", b2});
    REQUIRE(report);
    CHECK(report->tensor_count == 2);
    CHECK(w2 == w);
    CHECK(b2 == b);
    columns w3;
    using each = archive<layout::per_file, fast>;
    REQUIRE(xtensor::save<each>(disk{place / "each"}, named{"w", w}));
    REQUIRE(xtensor::load<each>(disk{place / "each"}, named{"w", w3}));
    CHECK(w3 == w);
    const auto bytes = xtensor::save(memory{}, named{"b", b}, named{"w", w});
    REQUIRE(bytes);
    CHECK(*bytes == support::read_file(place / "file"));

    xt::xarray<double> wrong{1, 2};
    const auto refused = xtensor::load(memory{*bytes}, named{"b", b2}, named{"w", wrong});
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == errc::dtype_mismatch);
    CHECK(refused.error().variable == "w");
    CHECK(wrong == xt::xarray<double>{1, 2});
    CHECK(xtensor::load(memory{*bytes}, named{"w", w2}).error().code == errc::extra_record);
    xt::xtensor<float, 1> flat;
    CHECK(xtensor::load(memory{*bytes}, named{"b", b2}, named{"w", flat}).error().code == errc::shape_mismatch);
    xt::xtensor_fixed<float, xt::xshape<3, 2>> turned;
    CHECK(xtensor::load(memory{*bytes}, named{"b", b2}, named{"w", turned}).error().variable == "w");
    xt::xtensor_fixed<float, xt::xshape<2, 3>> fits;
    REQUIRE(xtensor::load(memory{*bytes}, named{"b", b2}, named{"w", fits}));
    CHECK(fits == w);
}

TEST_CASE("an archive takes arrays of xtensor beside others, and loads into them") {
    const rows array{{1, 2, 3}, {4, 5, 6}};
    const columns other = array;
    const std::vector<float> plain{7, 8};
    const auto bytes = archive<>::save(
        {{"a", array}, {"b", other}, {"c", array * 2.0F}, {"d", plain}, {"e", xt::view(array, xt::range(1, 2), xt::all())}}, memory{});
    REQUIRE(bytes);
    rows a = xt::zeros<float>({2, 3});
    columns b(std::vector<std::size_t>{2, 3});
    xt::xtensor<float, 2> c(std::array<std::size_t, 2>{3, 3});
    c.fill(0);
    std::vector<float> d(2);
    std::vector<float> e(3);
    REQUIRE(archive<>::load_into({{"a", a}, {"b", b}, {"c", xt::view(c, xt::range(1, 3), xt::all())}, {"d", d}, {"e", e}}, memory{*bytes}));
    CHECK(a == array);
    CHECK(b == array);
    CHECK(c(0, 0) == 0);
    CHECK(c(2, 2) == 12);
    CHECK(d == plain);
    CHECK(e == std::vector<float>{4, 5, 6});
    rows transposed = xt::zeros<float>({3, 2});
    const auto refused = archive<>::load_into({{"a", a}, {"b", transposed}, {"c", a}, {"d", d}, {"e", e}}, memory{*bytes});
    CHECK(refused.error().code == errc::shape_mismatch);
    CHECK(refused.error().variable == "b");
    const xt::xarray<float> deep(std::vector<std::size_t>(10, 1));
    CHECK(archive<>::save({{"deep", deep}}, memory{}).error().code == errc::bad_dims);
}
