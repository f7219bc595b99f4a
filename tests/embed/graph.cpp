#include <support/npy.hpp>

#include <embed_models/deep.hpp>
#include <embed_models/mlp.hpp>
#include <embed_models/operators.hpp>
#include <embed_models/words.hpp>

#include <wherry/embed/graph.hpp>
#include <wherry/wire/framework.hpp>

#include <doctest/doctest.h>

#include <string>
#include <string_view>

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
    static_assert(axis.found && axis.integer == 1);
    constexpr auto shape = find_attribute<program_of<words>>(find("reshape2"), "shape");
    static_assert(shape.found && shape.list_size == 2 && shape.list[0] == -1 && shape.list[1] == 8);
    static_assert(!find_attribute<program_of<words>>(find("concat"), "no such").found);
    CHECK(axis.found);
}
