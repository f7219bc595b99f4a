#include <wherry/exec/data_feeder.hpp>

#include <support/check_error.hpp>
#include <support/small_program.hpp>

#include <array>
#include <cmath>
#include <limits>
#include <list>
#include <string>
#include <vector>

using namespace wherry;
using support::check_error;

namespace {

using sample = DataFeeder::sample;
using samples = std::vector<sample>;
using dims = std::vector<std::int64_t>;

Variable declared(const dims& shape, DType dtype = DType::FP32, std::int32_t lod_level = 0, const char* name = "x") {
    support::small_program p;
    p.var(name, shape, dtype);
    const auto var = p.program.global_block().find_var(name);
    var.edit().type.lod_tensor->lod_level = lod_level;
    return var;
}

/// Feeds samples of one field.
result<Tensor> fed(const Variable& var, const samples& rows) {
    auto made = DataFeeder({var}).feed(rows);
    if (!made) {
        CHECK((made.error().variable == var.name() || made.error().code == errc::bad_argument));
        return std::move(made).error();
    }
    REQUIRE(made->size() == 1);
    CHECK((*made)[0].name == var.name());
    return std::move((*made)[0].tensor);
}
Tensor must(result<Tensor> made) {
    REQUIRE_MESSAGE(made, (made ? std::string() : to_string(made.error())));
    return *std::move(made);
}

}  // namespace

TEST_CASE("a field is a number or a list of fields, from any range of numbers") {
    CHECK_FALSE(feed_field(3).is_list());
    CHECK(feed_field(3.75).as<std::int64_t>() == 3);
    CHECK(feed_field(-3.75F).as<std::int32_t>() == -3);
    CHECK(feed_field(3).as<double>() == 3);
    CHECK(feed_field(std::uint8_t{200}).as<float>() == 200);
    CHECK(feed_field(std::int64_t{1} << 62).as<std::int64_t>() == std::int64_t{1} << 62);  // not by way of a double
    const feed_field nested{{1, 2}, {3}, {}};
    REQUIRE(nested.items().size() == 3);
    CHECK(nested.items()[0].items()[1].as<int>() == 2);
    CHECK(nested.items()[2].is_list());
    CHECK(nested.items()[2].items().empty());
    CHECK(feed_field(std::vector<float>{1, 2}).items().size() == 2);
    CHECK(feed_field(std::list<std::array<int, 2>>{{1, 2}, {3, 4}}).items()[1].items()[0].as<int>() == 3);
}

TEST_CASE("numbers become what NumPy makes of them, NaN and too large ones among them") {
    CHECK(feed_field(0.5).as<bool>());
    CHECK(feed_field(2).as<bool>());
    CHECK_FALSE(feed_field(0.0).as<bool>());
    const auto lowest = std::numeric_limits<std::int64_t>::min();
    for (const auto beyond : {NAN, INFINITY, -INFINITY, 1e30F}) CHECK(feed_field(beyond).as<std::int64_t>() == lowest);
    CHECK(std::isnan(feed_field(NAN).as<float>()));
}

TEST_CASE("fields are stacked, and reshaped to the declared dims where the rank differs") {
    CHECK(must(fed(declared({-1, 1}), {{1.5}, {2.5}})) == Tensor::of<float>({2, 1}, {1.5F, 2.5F}));
    CHECK(must(fed(declared({-1, 2, 3}), {{{1, 2, 3, 4, 5, 6}}, {{6, 5, 4, 3, 2, 1}}})).dims() == Shape{2, 2, 3});
    CHECK(must(fed(declared({-1, 6}), {{{{1, 2, 3}, {4, 5, 6}}}})) == Tensor::of<float>({1, 6}, {1, 2, 3, 4, 5, 6}));
    CHECK(must(fed(declared({3}), {{{1, 2, 3}}})).dims() == Shape{3});
    CHECK(must(fed(declared({3}), {{1}, {2}})).dims() == Shape{2});                // of the same rank: as it is, the run will say
    CHECK(must(fed(declared({-1, 2, -1}), {{{1, 2, 3}}})).dims() == Shape{1, 3});  // two unknowns: as it is
    CHECK(must(fed(declared({}), {{1}, {2}})).dims() == Shape{2});                 // nothing declared: as it is
    CHECK(must(fed(declared(dims(12, 1)), {{1}})).dims() == Shape{1});             // more than a tensor may have
}

TEST_CASE("no samples at all are an empty array of the declared dims") {
    CHECK(must(fed(declared({-1, 2}), {})).dims() == Shape{0, 2});
    CHECK(must(fed(declared({0, 2}), {})).dims() == Shape{0, 2});
    CHECK(must(fed(declared({-1}), {})).count() == 0);
    check_error(fed(declared({0, std::int64_t{1} << 62, 1}), {}), errc::overflow);
}

TEST_CASE("samples become the element type of the variable") {
    const auto one = [](DType dtype) { return must(fed(declared({-1, 1}, dtype), {{1.75}, {-2}})); };
    CHECK(one(DType::FP64) == Tensor::of<double>({2, 1}, {1.75, -2}));
    CHECK(one(DType::INT64) == Tensor::of<std::int64_t>({2, 1}, {1, -2}));
    CHECK(one(DType::INT32) == Tensor::of<std::int32_t>({2, 1}, {1, -2}));
    CHECK(one(DType::INT16) == Tensor::of<std::int16_t>({2, 1}, {1, -2}));
    CHECK(one(DType::INT8) == Tensor::of<std::int8_t>({2, 1}, {1, -2}));
    CHECK(one(DType::UINT8) == Tensor::of<std::uint8_t>({2, 1}, {1, 254}));
    CHECK(must(fed(declared({-1, 1}, DType::BOOL), {{0.5}, {0}})) == Tensor::of<bool>({2, 1}, {true, false}));
    const auto half = fed(declared({-1, 1}, DType::FP16), {{1}});
    check_error(half, errc::unsupported);
    CHECK(half.error().found == "float16");
    check_error(fed(declared({-1, 1}, static_cast<DType>(99)), {{1}}), errc::unsupported);
}

TEST_CASE("lists of a variable with LoD are joined, their lengths kept as offsets") {
    const auto words = must(fed(declared({-1, 1}, DType::INT64, 1), {{{1, 2, 3}}, {{4}}}));
    CHECK(words.lod() == LoD{{0, 3, 4}});
    CHECK(words.dims() == Shape{4, 1});
    CHECK(words.elements<std::int64_t>()[3] == 4);
    const auto gap = must(fed(declared({-1, 1}, DType::INT64, 1), {sample{std::vector<int>{}}, sample{std::vector<int>{4}}}));
    CHECK(gap.lod() == LoD{{0, 0, 1}});
    const auto deep = must(fed(declared({-1, 1}, DType::INT64, 2), {{{{1, 2}, {3}}}, {std::vector<std::vector<int>>{{4}}}}));
    CHECK(deep.lod() == LoD{{0, 2, 3}, {0, 2, 3, 4}});
    CHECK(deep.dims() == Shape{4, 1});
    const auto rows = must(fed(declared({-1, 2}, DType::FP32, 1), {{{{1, 2}, {3, 4}, {5, 6}}}}));
    CHECK(rows.dims() == Shape{3, 2});
    CHECK(rows.lod() == LoD{{0, 3}});
    CHECK(check_lod(deep.lod(), 4));
}

TEST_CASE("a sample needs a field for each variable") {
    const DataFeeder feeder({declared({-1, 1}), declared({-1, 1}), declared({-1, 1})});
    const samples two = {{1, 2, 3}, {1, 2}};
    check_error(feeder.feed(two), errc::bad_argument, "The number of fields in data (2) does not match len(feed_list) (3)");
    const samples three = {{1, 2, 3}};
    const auto made = feeder.feed(three);
    REQUIRE(made);
    CHECK(made->size() == 3);
    CHECK((*made)[2].tensor.elements<float>()[0] == 3);
    const auto nothing = DataFeeder({}).feed(samples{{}});
    REQUIRE(nothing);
    CHECK(nothing->empty());
}

TEST_CASE("impossible dims are refused in the reference's words") {
    const auto odd = fed(declared({-1, 2, 3}), {{{1, 2, 3, 4}}});
    check_error(odd, errc::shape_mismatch, "Reshape error. What is defined in data layer is (-1, 2, 3), but receive (1, 4)");
    CHECK(odd.error().expected == "(-1, 2, 3)");
    CHECK(odd.error().found == "(1, 4)");
    check_error(fed(declared({3}), {{{1, 2}}}), errc::shape_mismatch,
                "Reshape error. What is defined in data layer is (3,), but receive (1, 2)");
    check_error(fed(declared({-1, 0}), {{1}}), errc::shape_mismatch);
    check_error(fed(declared({-1, 0}), {}), errc::shape_mismatch);
    const auto huge = std::int64_t{1} << 40;
    check_error(fed(declared({huge, huge}), {{1}}), errc::shape_mismatch);
    check_error(fed(declared({-1, huge, huge}), {{1}}), errc::shape_mismatch);
}

TEST_CASE("lists of different lengths or depths are errors, wherever they are") {
    const auto flat = declared({-1, 2});
    check_error(fed(flat, {{{1, 2}}, {{1}}}), errc::shape_mismatch);
    check_error(fed(flat, {{{1, 2}}, {{1, 2, 3}}}), errc::shape_mismatch);
    check_error(fed(flat, {{{1, 2}}, {1}}), errc::shape_mismatch);
    check_error(fed(flat, {{1}, {{1, 2}}}), errc::shape_mismatch);
    check_error(fed(flat, {{{{1, 2}, 3}}}), errc::shape_mismatch);
    check_error(fed(declared({-1, 1}, DType::INT64, 1), {{1}}), errc::shape_mismatch);       // a number is not a sequence
    check_error(fed(declared({-1, 1}, DType::INT64, 2), {{{1, 2}}}), errc::shape_mismatch);  // one level is not two
    check_error(fed(declared({-1, 1}, DType::INT64, 1), {{{{1, 2}, 3}}}), errc::shape_mismatch);
    feed_field deep(1);
    for (int i = 0; i < 9; ++i) deep = feed_field(std::vector<feed_field>{deep});
    check_error(fed(flat, {{deep}}), errc::bad_dims);
}
