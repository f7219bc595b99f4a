#include <wherry/fluid/errors.hpp>

#include <doctest/doctest.h>

#include <support/thrown.hpp>

#include <string>
#include <thread>
#include <type_traits>
#include <typeinfo>
#include <utility>
#include <vector>

namespace fluid = wherry::fluid;
using wherry::errc;
using wherry::error;
using wherry::result;

namespace {

/// The class that an error is thrown as, and its message: "ValueError: why".
std::string raised(error e) {
    const auto code = e.code;
    try {
        fluid::raise(std::move(e));
    } catch (const fluid::Exception& caught) {
        CHECK(caught.error().code == code);
        const std::pair<const std::type_info*, const char*> classes[] = {
            {&typeid(fluid::Exception), "Exception"},         {&typeid(fluid::ValueError), "ValueError"},
            {&typeid(fluid::TypeError), "TypeError"},         {&typeid(fluid::RuntimeError), "RuntimeError"},
            {&typeid(fluid::EnforceNotMet), "EnforceNotMet"}, {&typeid(fluid::AssertionError), "AssertionError"}};
        for (const auto& [type, name] : classes)
            if (*type == typeid(caught)) return std::string(name) + ": " + caught.what();
        return "another class";
    }
}

}  // namespace

TEST_CASE("errors without an operator are the classes that Python raises") {
    CHECK(raised({.code = errc::argument_dtype, .message = "why", .op = "fc"}) == "TypeError: why");
    CHECK(raised({.code = errc::unknown_op, .message = "why", .op = "fc"}) == "ValueError: why");
    CHECK(raised({.code = errc::closed, .message = "why"}) == "RuntimeError: why");
    CHECK(raised({.code = errc::feed_mismatch, .message = "why"}) == "Exception: why");
    CHECK(raised({.code = errc::fetch_mismatch, .message = "why"}) == "Exception: why");
    for (const auto code : {errc::shape_mismatch, errc::no_such_variable, errc::bad_dims, errc::duplicate_name, errc::lod_mismatch})
        CHECK(raised({.code = code, .message = "why"}) == "ValueError: why");
}

TEST_CASE("errors of operators are EnforceNotMet, with their kind first and the operator last") {
    const auto of_mul = [](errc code, std::string_view message = "why") { return raised({.code = code, .message = message, .op = "mul"}); };
    CHECK(of_mul(errc::shape_mismatch) == "EnforceNotMet: InvalidArgumentError: why [operator < mul > error]");
    CHECK(of_mul(errc::label_out_of_range) == "EnforceNotMet: InvalidArgumentError: why [operator < mul > error]");
    CHECK(of_mul(errc::not_found) == "EnforceNotMet: NotFoundError: why [operator < mul > error]");
    CHECK(of_mul(errc::unsupported) == "EnforceNotMet: UnimplementedError: why [operator < mul > error]");
    CHECK(of_mul(errc::too_large) == "EnforceNotMet: ResourceExhaustedError: why [operator < mul > error]");
    CHECK(of_mul(errc::not_initialized, "The Tensor in") == "EnforceNotMet: InvalidArgumentError: The Tensor in [operator < mul > error]");
    CHECK(of_mul(errc::not_initialized, "The Input variable Y(w)") ==
          "EnforceNotMet: PreconditionNotMetError: The Input variable Y(w) [operator < mul > error]");
}

TEST_CASE("an error without a sentence shows all its fields instead") {
    CHECK(raised({.code = errc::bad_dims, .variable = "x", .found = "[-1]"}) == "ValueError: bad_dims [variable x, found [-1]]");
}

TEST_CASE("one handler catches them all, and gets wherry's own error") {
    static_assert(std::is_base_of_v<std::runtime_error, fluid::Exception>);
    try {
        fluid::raise({.code = errc::shape_mismatch, .message = "why", .variable = "x", .op = "mul", .expected = "[2]", .found = "[3]"});
    } catch (const fluid::Exception& e) {
        CHECK(e.error().variable == "x");
        CHECK(e.error().expected == "[2]");
        CHECK(e.error().found == "[3]");
    }
    CHECK_THROWS_AS(fluid::raise({.code = errc::closed}), std::runtime_error);
}

TEST_CASE("unwrap gives the value or throws") {
    CHECK(fluid::unwrap(result<int>(3)) == 3);
    CHECK(fluid::unwrap(result<std::string>(std::string("moved"))) == "moved");
    fluid::unwrap(result<void>());
    CHECK(support::message_of<fluid::ValueError>([] { fluid::unwrap(result<int>(error{.code = errc::bad_dims, .message = "why"})); }) ==
          "why");
    CHECK(support::message_of<fluid::RuntimeError>([] { fluid::unwrap(result<void>(error{.code = errc::closed, .message = "why"})); }) ==
          "why");
}

TEST_CASE("warnings go to the handler of their thread") {
    std::vector<std::string> here;
    fluid::set_warning_handler(
        [&](std::string_view category, std::string_view message) { here.push_back(std::string(category) + ": " + std::string(message)); });
    fluid::warn("careful");
    fluid::warn("old", "DeprecationWarning");
    std::vector<std::string> there;
    std::thread([&] {
        fluid::set_warning_handler([&](std::string_view, std::string_view message) { there.emplace_back(message); });
        fluid::warn("elsewhere");
    }).join();
    CHECK(here == std::vector<std::string>{"UserWarning: careful", "DeprecationWarning: old"});
    CHECK(there == std::vector<std::string>{"elsewhere"});
    fluid::set_warning_handler(nullptr);
    fluid::warn("to nobody");
    CHECK(here.size() == 2);
}
