#include <doctest/doctest.h>

#include <wherry/record/kept_extra.hpp>

#include <string>

using namespace wherry;

TEST_CASE("an extra is given back as what it is, and as nothing else") {
    const kept_extra none;
    CHECK(none.as<int>() == nullptr);
    const kept_extra text(std::string("np"));
    const kept_extra copy = text;
    REQUIRE(copy.as<std::string>() != nullptr);
    CHECK(*copy.as<std::string>() == "np");
    CHECK(copy.as<std::string>() == text.as<std::string>());
    CHECK(text.as<int>() == nullptr);
}
