#include <wherry/program/attribute.hpp>

#include <doctest/doctest.h>

#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

using namespace wherry;

namespace {
constexpr std::string_view names[] = {"INT",  "FLOAT",  "STRING", "INTS",     "FLOATS", "STRINGS", "BOOLEAN", "BOOLEANS", "BLOCK",
                                      "LONG", "BLOCKS", "LONGS",  "FLOAT64S", "VAR",    "VARS",    "FLOAT64", "SCALAR",   "SCALARS"};
constexpr bool named_by_number() {
    for (std::int32_t i = 0; i < 18; ++i)
        if (name_of(static_cast<AttrType>(i)) != names[i]) return false;
    return name_of(static_cast<AttrType>(18)) == "unknown" && name_of(static_cast<AttrType>(-1)) == "unknown" &&
           name_of(static_cast<AttrType>(std::numeric_limits<std::int32_t>::min())) == "unknown";
}
static_assert(named_by_number());

template <class T>
void comes_back(T value, AttrType type) {
    const auto attr = make_attr("a", value);
    CHECK(attr.name == "a");
    CHECK(attr.type == type);
    const auto back = value_of<T>(attr);
    REQUIRE(back);
    CHECK(*back == value);
}

/// The attribute has another type or does not fit.
template <class T>
void refused(const Attr& attr, std::string_view expected, std::string_view found) {
    const auto value = value_of<T>(attr);
    REQUIRE_FALSE(value);
    CHECK(value.error().code == errc::bad_attribute);
    CHECK(value.error().variable == attr.name);
    CHECK(value.error().expected == expected);
    CHECK(value.error().found == found);
}
using ints = std::vector<std::int32_t>;
using longs = std::vector<std::int64_t>;
}  // namespace

TEST_CASE("attribute: types have the names of framework.proto") { CHECK(named_by_number()); }

TEST_CASE("attribute: a value comes back as the type it was made of") {
    comes_back<std::int32_t>(-7, AttrType::INT);
    comes_back<std::int64_t>(std::int64_t{1} << 40, AttrType::LONG);
    comes_back<float>(0.1F, AttrType::FLOAT);
    comes_back<bool>(false, AttrType::BOOLEAN);
    comes_back<std::string>("", AttrType::STRING);
    comes_back<ints>({}, AttrType::INTS);
    comes_back<longs>({1, -1}, AttrType::LONGS);
    comes_back<std::vector<float>>({1, 2}, AttrType::FLOATS);
    comes_back<std::vector<std::string>>({"a", ""}, AttrType::STRINGS);
    comes_back<DType>(DType::FP64, AttrType::INT);
    CHECK(make_attr("a", "text").type == AttrType::STRING);
    CHECK(*make_attr("a", "text").s == "text");
}

TEST_CASE("attribute: widths convert where nothing is lost") {
    CHECK(*value_of<std::int64_t>(make_attr<std::int32_t>("a", -7)) == -7);
    CHECK(*value_of<std::int32_t>(make_attr<std::int64_t>("a", -7)) == -7);
    CHECK(*value_of<longs>(make_attr<ints>("a", {1, -1})) == longs{1, -1});
    CHECK(*value_of<ints>(make_attr<longs>("a", {1, -1})) == ints{1, -1});
    CHECK(*value_of<float>(make_attr<std::int32_t>("a", 3)) == 3.0F);
    Attr wide;
    wide.type = AttrType::FLOAT64;
    wide.more->float64 = 0.5;
    CHECK(*value_of<float>(wide) == 0.5F);
    Attr scalar;
    scalar.type = AttrType::SCALAR;
    scalar.more->scalar.emplace().r = 0.25;
    CHECK(*value_of<float>(scalar) == 0.25F);
    CHECK(*value_of<DType>(make_attr<std::int64_t>("a", 5)) == DType::FP32);
}

// Each pair of types was set in the real fluid 1.8.5 and Paddle 2.6.2, which agree: scale.bias_after_scale, softmax.axis,
// lookup_table.padding_idx, scale.scale, dropout.dropout_implementation, transpose2.axis, fill_constant.shape.
TEST_CASE("attribute: a type is read from the types that the reference takes for it") {
    CHECK(*value_of<bool>(make_attr<std::int32_t>("a", 2)));
    CHECK_FALSE(*value_of<bool>(make_attr<std::int32_t>("a", 0)));
    CHECK(*value_of<bool>(make_attr<float>("a", 0.5F)));
    CHECK_FALSE(*value_of<bool>(make_attr<float>("a", 0)));
    CHECK(*value_of<std::int64_t>(make_attr<float>("a", 1.9F)) == 1);
    CHECK(*value_of<std::int64_t>(make_attr<float>("a", -1.9F)) == -1);
    CHECK(*value_of<float>(make_attr<std::int64_t>("a", 2)) == 2.0F);
    CHECK(*value_of<longs>(make_attr<std::vector<float>>("a", {2.9F, -1})) == longs{2, -1});
}

TEST_CASE("attribute: other types are refused, as the reference refuses them") {
    refused<bool>(make_attr<std::int64_t>("a", 1), "BOOLEAN", "LONG");
    refused<bool>(make_attr<ints>("a", {1}), "BOOLEAN", "INTS");
    refused<bool>(make_attr("a", "true"), "BOOLEAN", "STRING");
    refused<std::int32_t>(make_attr<float>("a", 1), "INT", "FLOAT");
    refused<std::int32_t>(make_attr<bool>("a", true), "INT", "BOOLEAN");
    refused<std::int64_t>(make_attr<ints>("a", {1}), "LONG", "INTS");
    refused<std::int64_t>(make_attr<bool>("a", true), "LONG", "BOOLEAN");
    refused<float>(make_attr<bool>("a", true), "FLOAT", "BOOLEAN");
    refused<std::string>(make_attr<std::int32_t>("a", 1), "STRING", "INT");
    refused<ints>(make_attr<std::vector<float>>("a", {1}), "INTS", "FLOATS");
    refused<ints>(make_attr<std::int32_t>("a", 1), "INTS", "INT");
    refused<longs>(make_attr<std::int64_t>("a", 1), "LONGS", "LONG");
    refused<std::vector<float>>(make_attr<ints>("a", {1}), "FLOATS", "INTS");
}

TEST_CASE("attribute: a float that no integer of 64 bits holds is refused") {
    refused<std::int64_t>(make_attr<float>("a", 9223372036854775808.0F), "LONG", "FLOAT");
    refused<std::int64_t>(make_attr<float>("a", std::numeric_limits<float>::quiet_NaN()), "LONG", "FLOAT");
    refused<longs>(make_attr<std::vector<float>>("a", {std::numeric_limits<float>::infinity()}), "LONGS", "FLOATS");
    CHECK(*value_of<std::int64_t>(make_attr<float>("a", -9223372036854775808.0F)) == std::numeric_limits<std::int64_t>::min());
}

TEST_CASE("attribute: a conversion that would lose something is refused, naming both types") {
    refused<std::int32_t>(make_attr<std::int64_t>("big", std::int64_t{1} << 31), "INT", "LONG");
    refused<std::int32_t>(make_attr<std::int64_t>("small", std::numeric_limits<std::int64_t>::min()), "INT", "LONG");
    refused<ints>(make_attr<longs>("axes", {0, std::int64_t{1} << 31}), "INTS", "LONGS");
    refused<float>(make_attr("s", "1.0"), "FLOAT", "STRING");
    refused<std::vector<std::string>>(make_attr("s", "a"), "STRINGS", "STRING");
    refused<DType>(make_attr("s", "float32"), "INT", "STRING");
}

TEST_CASE("attribute: a type without its value, or of a newer Paddle, is refused") {
    Attr attr;
    attr.name = "a";
    attr.type = AttrType::INT;
    attr.more->l = 5;  // the value of another type
    refused<std::int32_t>(attr, "INT", "INT");
    refused<std::int64_t>(attr, "LONG", "INT");
    attr.type = AttrType::FLOAT;
    refused<float>(attr, "FLOAT", "FLOAT");
    attr.type = AttrType::SCALAR;
    refused<float>(attr, "FLOAT", "SCALAR");
    attr.type = static_cast<AttrType>(99);
    refused<std::int32_t>(attr, "INT", "unknown");
    refused<std::string>(attr, "STRING", "unknown");
}
