#include <support/npy.hpp>

#include <embed_models/deep.hpp>
#include <embed_models/mlp.hpp>
#include <embed_models/operators.hpp>
#include <embed_models/words.hpp>

#include <wherry/base/bytes.hpp>
#include <wherry/embed/graph.hpp>
#include <wherry/program/attribute.hpp>
#include <wherry/wire/framework.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

using namespace wherry::embed::detail;

namespace {

template <class Model>
std::string_view text(slice part) {
    return Model::program.substr(part.at, part.size);
}

/// The compiler parses the same as wire/.
template <class Model>
void check_same() {
    const auto program = wherry::wire::parse<wherry::wire::ProgramDesc<std::string>>(Model::program);
    REQUIRE(program);
    const auto& block = program->blocks[0];
    constexpr auto& g = graph_of<Model>;
    REQUIRE(g.size.variables == block.vars.size());
    REQUIRE(g.size.operators == block.ops.size());
    for (std::size_t v = 0; v < g.size.variables; ++v) {
        CHECK(text<Model>(g.variables[v].name) == block.vars[v].name);
        CHECK(g.variables[v].persistable == block.vars[v].persistable.value_or(false));
    }
    for (std::size_t i = 0; i < g.size.operators; ++i) {
        const auto& op = g.operators[i];
        CHECK(text<Model>(op.type) == block.ops[i].type);
        auto at = op.first;
        for (const bool output : {false, true}) {
            for (const auto& slot : output ? block.ops[i].outputs : block.ops[i].inputs) {
                for (const auto& name : slot.arguments) {
                    const auto& argument = g.arguments[at++];
                    CHECK(argument.output == output);
                    CHECK(text<Model>(argument.slot) == slot.parameter);
                    REQUIRE(argument.variable < g.size.variables);
                    CHECK(text<Model>(g.variables[argument.variable].name) == name);
                }
            }
        }
        CHECK(at == op.first + op.count);
    }
}

/// The first bytes of a program, so many that a test may cut it anywhere.
template <std::size_t Size>
struct cut {
    static constexpr auto program = words::program.substr(0, Size);
};

}  // namespace

TEST_CASE("The compiler reads the same graph as wire::parse") {
    check_same<mlp>();
    check_same<deep>();
    check_same<words>();
    check_same<operators>();
}

TEST_CASE("A program that is cut is known to be damaged") {
    static_assert(!counts_of<words>.failed);
    static_assert(counts_of<cut<0>>.failed);
    static_assert(counts_of<cut<1>>.failed);
    static_assert(counts_of<cut<2>>.failed);
    static_assert(counts_of<cut<100>>.failed);
    static_assert(counts_of<cut<words::program.size() / 2>>.failed);
    CHECK(counts_of<cut<100>>.failed);
}

TEST_CASE("Attributes are found by name") {
    constexpr auto& g = graph_of<words>;
    constexpr auto find = [](std::string_view type) {
        for (std::size_t i = 0; i < g.size.operators; ++i)
            if (same<program_of<words>>(g.operators[i].type, type)) return g.operators[i];
        return operation{};
    };
    constexpr auto axis = find_attribute<program_of<words>>(find("concat"), "axis");
    constexpr auto number = [](const attribute& a, std::size_t i) {
        std::int32_t value = -99;
        return a.read(i, value) ? value : -99;
    };
    static_assert(axis.found && !axis.is_list() && axis.size == 1 && number(axis, 0) == 1);
    constexpr auto shape = find_attribute<program_of<words>>(find("reshape2"), "shape");
    static_assert(shape.found && shape.is_list() && shape.size == 2 && number(shape, 0) == -1 && number(shape, 1) == 8);
    static_assert(!find_attribute<program_of<words>>(find("concat"), "no such").found);
    CHECK(axis.found);
}

namespace {
/// A file that is known when the test runs.
struct bytes_of_attribute {
    inline static wherry::byte_buffer data;
    inline static std::size_t size = 0;
};
attribute stored(const wherry::Attr& attr) {
    bytes_of_attribute::data = wherry::wire::serialize(attr);
    bytes_of_attribute::size = bytes_of_attribute::data.size();
    return read_attribute(reader<bytes_of_attribute>());
}
template <class T>
void same_number(const wherry::Attr& attr) {
    CAPTURE(attr.type);
    const auto embedded = stored(attr);
    T value{};
    const bool read = !embedded.is_list() && embedded.size == 1 && embedded.read(0, value);
    const auto run = wherry::value_of<T>(attr);
    REQUIRE(read == run.has_value());
    if (read) CHECK(value == *run);
}
template <class T>
void same_list(const wherry::Attr& attr) {
    CAPTURE(attr.type);
    const auto embedded = stored(attr);
    const auto run = wherry::value_of<std::vector<T>>(attr);
    bool read = embedded.is_list();
    std::vector<T> values(embedded.size);
    for (std::size_t i = 0; i < values.size() && read; ++i) read = embedded.read(i, values[i]);
    REQUIRE(read == run.has_value());
    if (read) CHECK(values == *run);
}
}  // namespace

TEST_CASE("an attribute of every type is read as every other, or refused, as by an executor") {
    using wherry::make_attr;
    std::vector<wherry::Attr> all{make_attr("a", true),
                                  make_attr<std::int32_t>("a", -7),
                                  make_attr<std::int64_t>("a", std::int64_t{1} << 40),
                                  make_attr<std::int64_t>("a", 12),
                                  make_attr("a", 2.75F),
                                  make_attr("a", std::numeric_limits<float>::infinity()),
                                  make_attr("a", "text"),
                                  make_attr<std::vector<std::int32_t>>("a", {1, -2}),
                                  make_attr<std::vector<std::int64_t>>("a", {1, -2}),
                                  make_attr<std::vector<std::int64_t>>("a", {1, std::int64_t{1} << 40}),
                                  make_attr<std::vector<float>>("a", {1.5F, -2.5F}),
                                  make_attr<std::vector<std::string>>("a", {"x"}),
                                  wherry::make_block_attr("a", 1)};
    wherry::Attr number;
    number.name = "a";
    number.type = wherry::AttrType::FLOAT64;
    number.more->float64 = 1e300;
    all.push_back(number);
    number.type = wherry::AttrType::SCALAR;
    number.more->scalar.emplace().r = 0.25;
    all.push_back(number);
    for (const auto type : {wherry::AttrType::INT, wherry::AttrType::FLOAT, wherry::AttrType::LONG, wherry::AttrType::BOOLEAN}) {
        all.emplace_back().name = "a";  // without a value
        all.back().type = type;
    }
    for (const auto& attr : all) {
        same_number<bool>(attr);
        same_number<std::int32_t>(attr);
        same_number<std::int64_t>(attr);
        same_number<float>(attr);
        same_list<std::int32_t>(attr);
        same_list<std::int64_t>(attr);
    }
}
