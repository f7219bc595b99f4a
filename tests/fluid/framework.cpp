#include <wherry/fluid/framework.hpp>
#include <wherry/fluid/layers.hpp>

#include <doctest/doctest.h>

#include <support/fresh_fluid.hpp>
#include <support/thrown.hpp>

#include <string>
#include <thread>
#include <vector>

namespace fluid = wherry::fluid;
using support::fresh_fluid;
using support::message_of;

namespace {
std::vector<std::int64_t> dims_of(const fluid::Variable& v) { return {v.shape().begin(), v.shape().end()}; }
}  // namespace

TEST_CASE("guards set programs and scope while they live, nest, and end with an exception too") {
    const auto* main = &fluid::default_main_program();
    const auto* startup = &fluid::default_startup_program();
    const auto* scope = &fluid::global_scope();
    fluid::Program a;
    fluid::Program b;
    fluid::Scope other;
    {
        fluid::program_guard outer(a);
        CHECK(&fluid::default_main_program() == &a);
        CHECK(&fluid::default_startup_program() == startup);
        try {
            fluid::program_guard inner(b, a);
            fluid::scope_guard scopes(other);
            CHECK(&fluid::default_main_program() == &b);
            CHECK(&fluid::default_startup_program() == &a);
            CHECK(&fluid::global_scope() == &other);
            fluid::data("x", {1});
            fluid::data("x", {2});
        } catch (const fluid::ValueError&) { CHECK(&fluid::default_main_program() == &a); }
        CHECK(&fluid::global_scope() == scope);
    }
    CHECK(&fluid::default_main_program() == main);
    CHECK(&fluid::default_startup_program() == startup);
    CHECK(b.global_block().find_var("x"));
    CHECK_FALSE(a.global_block().find_var("x"));
}

TEST_CASE("defaults are one thread's own") {
    fresh_fluid here;
    fluid::data("x", {-1, 2});
    bool found = true;
    std::string name;
    std::thread([&] {
        found = static_cast<bool>(fluid::default_main_program().global_block().find_var("x"));
        name = fluid::unique_name::generate("fc");
    }).join();
    CHECK_FALSE(found);
    CHECK(name == "fc_0");
    CHECK(fluid::unique_name::generate("fc") == "fc_0");
}

TEST_CASE("names count from 0 in a guard, with its prefix, and go on after it") {
    fresh_fluid p;
    CHECK(fluid::unique_name::generate("fc") == "fc_0");
    {
        fluid::unique_name::guard prefixed("net_");
        CHECK(fluid::unique_name::generate("fc") == "net_fc_0");
        CHECK(fluid::unique_name::generate("fc") == "net_fc_1");
    }
    CHECK(fluid::unique_name::generate("fc") == "fc_1");
}

TEST_CASE("data is declared in the default main program; one that differs from an earlier one is a ValueError") {
    fresh_fluid p;
    const auto x = fluid::data("x", {-1, 3}, fluid::int64, 1);
    CHECK(x == p.main.global_block().find_var("x"));
    CHECK(x.dtype() == wherry::DType::INT64);
    CHECK(x.need_check_feed());
    CHECK(message_of<fluid::ValueError>([] {
              fluid::data("x", {-1, 4}, fluid::int64, 1);
          }) == "Variable x has been created before. the previous shape is (-1, 3); the new shape is (-1, 4). They are not matched.");
    CHECK(message_of<fluid::ValueError>([] {
              fluid::data("x", {-1, 3}, fluid::int64);
          }) == "Variable x has been created before. The previous lod_level is 1; the new lod_level is 0. They are not matched");
    CHECK_THROWS_AS(fluid::data("x", {-1, 3}, fluid::float32, 1), fluid::ValueError);
    CHECK_THROWS_AS(fluid::data("deep", {1, 1, 1, 1, 1, 1, 1, 1, 1, 1}), fluid::ValueError);
}

TEST_CASE("a global variable starts with its value; in the main program it persists when told, in the startup program always") {
    fresh_fluid p;
    const auto passing = fluid::create_global_var({2, 3}, 0.5F, fluid::float64);
    CHECK(passing.name() == "_generated_var_0");
    CHECK_FALSE(passing.persistable());
    CHECK(passing.stop_gradient());
    CHECK(dims_of(passing) == std::vector<std::int64_t>{2, 3});
    CHECK(p.startup.global_block().find_var("_generated_var_0").persistable());
    const auto kept = fluid::create_global_var({1}, 2, fluid::float32, true, "kept");
    CHECK(kept.name() == "kept");
    CHECK(kept.persistable());
    REQUIRE(p.startup.global_block().ops().size() == 2);
    CHECK(p.startup.global_block().ops()[0].attr_or("value", 0.0F) == 2);
    CHECK(p.main.global_block().ops().empty());
    CHECK(fluid::create_global_var({1}, 2, fluid::float32, true, "kept") == kept);
    CHECK(message_of<fluid::ValueError>([] { fluid::create_global_var({1}, 2, fluid::float32, false, "kept"); }) ==
          "Variable kept has been created before.The previous persistable is True; the new persistable is False. They are not matched");
}

TEST_CASE("a name scope leads the operators that are made in it") {
    fresh_fluid p;
    const auto x = fluid::layers::data("x", {2});
    const auto path = [&] {
        fluid::layers::relu(x);
        return p.main.global_block().ops().back().attr_or<std::string>("op_namescope", {});
    };
    CHECK(path() == "/");
    {
        fluid::name_scope outer("encoder");
        fluid::name_scope inner("layer");
        CHECK(path() == "/encoder/layer/");
    }
    CHECK(path() == "/");
    fluid::name_scope again("encoder");
    CHECK(path() == "/encoder_1/");
}
