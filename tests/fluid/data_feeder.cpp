#include <wherry/fluid/data_feeder.hpp>

#include <doctest/doctest.h>

#include <support/fresh_fluid.hpp>
#include <support/thrown.hpp>

#include <wherry/fluid/layers.hpp>

#include <string>
#include <vector>

namespace fluid = wherry::fluid;
using support::fresh_fluid;
using support::message_of;

namespace {
using samples = std::vector<fluid::DataFeeder::sample>;
}  // namespace

TEST_CASE("DataFeeder stacks samples, reshapes them to the declared dims and keeps sequence lengths") {
    fresh_fluid p;
    auto image = fluid::data("image", {-1, 2, 3});
    auto label = fluid::data("label", {-1, 1}, fluid::int64);
    auto words = fluid::data("words", {-1, 1}, fluid::int64, 1);
    const fluid::DataFeeder feeder({image, label, words});
    const std::vector<fluid::DataFeeder::sample> samples = {{{1, 2, 3, 4, 5, 6}, 7, {1, 2, 3}}, {{6, 5, 4, 3, 2, 1}, 8, {4}}};
    const auto fed = feeder.feed(samples);
    REQUIRE(fed.values().size() == 3);
    CHECK(fed.values()[0].ref().dims == wherry::Shape{2, 2, 3});
    CHECK(fed.values()[1].ref().dims == wherry::Shape{2, 1});
    CHECK(fed.values()[2].ref().dims == wherry::Shape{4, 1});
    CHECK(*fed.values()[2].ref().lod == wherry::LoD{{0, 3, 4}});
    const std::vector<fluid::DataFeeder::sample> short_sample = {{{1, 2, 3, 4, 5, 6}, 7}};
    CHECK(message_of<fluid::AssertionError>([&] { (void)feeder.feed(short_sample); }) ==
          "The number of fields in data (2) does not match len(feed_list) (3)");
    const std::vector<fluid::DataFeeder::sample> odd = {{{1, 2, 3, 4}, 7, {1}}};
    CHECK(message_of<fluid::ValueError>([&] { (void)feeder.feed(odd); }) ==
          "Reshape error. What is defined in data layer is (-1, 2, 3), but receive (1, 4)");
}

TEST_CASE("variables may be named by string, in any program; an unknown name is a ValueError") {
    fresh_fluid p;
    fluid::data("x", {-1, 1});
    const fluid::DataFeeder feeder(std::vector<std::string>{"x"});
    const auto fed = feeder.feed(samples{{1.5}, {2.5}});
    REQUIRE(fed.values().size() == 1);
    CHECK(fed.values()[0].name() == "x");
    CHECK(fed.values()[0].ref().dims == wherry::Shape{2, 1});
    CHECK(message_of<fluid::ValueError>([] { fluid::DataFeeder(std::vector<std::string>{"x", "nope"}); }) == "var nope not in this block");
    const fluid::Program other;
    CHECK_THROWS_AS(fluid::DataFeeder(std::vector<std::string>{"x"}, {}, other), fluid::ValueError);
}

TEST_CASE("a feeder's arrays are fed to a run") {
    fresh_fluid p;
    const auto x = fluid::data("x", {-1, 2}, fluid::float32, 1);
    const auto y = fluid::layers::relu(x);
    fluid::Executor exe;
    const auto fed = fluid::DataFeeder({x}).feed(samples{{{{1, -2}, {3, 4}}}, {{{-5, 6}}}});
    auto [out] = exe.run(p.main, fed, fluid::fetch(y), {.return_numpy = false});
    auto expected = fluid::Tensor::of<float>({3, 2}, {1, 0, 3, 4, 0, 6});
    expected.set_lod({{0, 2, 3}});
    CHECK(out == expected);
}

TEST_CASE("an element type that no samples become is a ValueError that names the variable") {
    fresh_fluid p;
    const auto half = fluid::data("half", {-1, 1}, fluid::float16);
    try {
        (void)fluid::DataFeeder({half}).feed(samples{{1}});
        FAIL("it did not throw");
    } catch (const fluid::ValueError& e) {
        CHECK(e.error().code == wherry::errc::unsupported);
        CHECK(e.error().variable == "half");
    }
}
