#include "json_check.hpp"

#include <tool/json.hpp>

#include <doctest/doctest.h>

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

using tool::json_writer;

TEST_CASE("the check itself tells JSON from other text") {
    for (const auto* good : {"0", "-1.5e+9", "\"a\\u00e9\"", "[]", "{\"a\": [1, 2], \"b\": null}", " true "})
        CHECK_MESSAGE(json_check::is_valid(good), good);
    for (const auto* bad : {"", "01", "1.", "nan", "\"a", "\"\n\"", "\"\\x\"", "\"\xff\"", "[1,]", "[1 2]", "{\"a\"}", "{1: 2}", "[] []"})
        CHECK_MESSAGE(!json_check::is_valid(bad), bad);
}

TEST_CASE("objects, arrays and commas") {
    json_writer json;
    json.object([&] {
        json.field("a", 1).key("b").array([&] { json.value(true).null().value("x"); });
        json.key("c").object([] {}).key("d").array([] {}).key("e").list(std::vector<std::int64_t>{-1, 2});
    });
    CHECK(json.take() == R"({"a":1,"b":[true,null,"x"],"c":{},"d":[],"e":[-1,2]})");
}

TEST_CASE("numbers keep every digit; what JSON lacks is text") {
    json_writer json;
    const auto infinity = std::numeric_limits<float>::infinity();
    json.array([&] {
        json.value(std::numeric_limits<std::int64_t>::min()).value(0.1F).value(0.1).value(1e300).value(-0.0F);
        json.value(infinity).value(-infinity).value(std::numeric_limits<double>::quiet_NaN());
    });
    CHECK(json.take() == R"([-9223372036854775808,0.1,0.1,1e+300,-0,"inf","-inf","nan"])");
}

TEST_CASE("any bytes in a name give a valid document") {
    std::string every;
    for (int byte = 0; byte < 256; ++byte) every += static_cast<char>(byte);
    for (const auto& name : {every, std::string("\xc3\xa9\xe2\x82\xac\xf0\x9f\x9b\xb6"), std::string("\xed\xa0\x80\xf5\x80\xc0\x80"),
                             std::string("\xe2\x82")}) {
        json_writer json;
        json.value(name);
        CHECK(json_check::is_valid(json.take()));
    }
    json_writer json;
    json.value(std::string_view("\"\\\n\x7f\xc2\x85\xc3\xa9\xff", 9));
    CHECK(json.take() == "\"\\\"\\\\\\u000a\\u007f\\u0085\xc3\xa9\\ufffd\"");
}

TEST_CASE("a terminal sees no control character") {
    CHECK(wherry::printable("fc_0.w_0") == "fc_0.w_0");
    CHECK(wherry::printable("\x1b[31m\xc2\x9b\xff\xc3\xa9") == "\\x1b[31m\\xc2\\x9b\\xff\xc3\xa9");
}

TEST_CASE("columns are as wide as their widest cell") {
    tool::table lines({{"name"}, {"bytes", tool::align::right}});
    lines.add({"\xc3\xa9", "1000000"});
    lines.add({"fc_0.w_0", ""});
    CHECK(lines.to_string() == "  name        bytes\n  \xc3\xa9         1000000\n  fc_0.w_0\n");
}
