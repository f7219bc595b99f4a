#include <doctest/doctest.h>
#include <support/scratch.hpp>
#include <wherry/base/fixed_string.hpp>
#include <wherry/policy/filter.hpp>

#include <string>
#include <vector>

using namespace wherry;

namespace mine {
struct short_names {  // a user's own
    static constexpr std::string_view name = "short_names";
    bool operator()(const Variable& var) const noexcept { return var.name().size() == 1; }
};
struct may_throw {
    static constexpr std::string_view name = "may_throw";
    bool operator()(const Variable&) const { return true; }
};
}  // namespace mine
static_assert(VariableFilter<mine::short_names> && !VariableFilter<mine::may_throw> && VariablePredicate<mine::may_throw>);
static_assert(!VariableFilter<int> && !VariablePredicate<bool (*)(const Variable&)>);

namespace {
template <class F>
std::vector<std::string> kept(const F& filter) {
    const auto program = support::small_program();
    std::vector<std::string> names;
    for (const auto& var : program.list_vars())
        if (filter(var)) names.push_back(var.name());
    return names;
}
using names = std::vector<std::string>;
}  // namespace

TEST_CASE("filters keep what the reference's predicates keep") {
    CHECK(kept(filter::all{}) == names{"w", "b", "acc/w", "lr", "tmp", "raw", "feed"});
    CHECK(kept(filter::parameters{}) == names{"w", "b"});
    CHECK(kept(filter::persistables{}) == names{"w", "b", "acc/w", "lr", "raw"});
    CHECK(kept(filter::optimizer_state{}) == names{"acc/w", "lr", "raw"});
    CHECK(kept(filter::named<"b", "lr", "absent">{}) == names{"b", "lr"});
    CHECK(kept(filter::named<>{}).empty());
}

TEST_CASE("filters combine by && || and !, also with a user's own") {
    CHECK(kept(filter::persistables{} && !filter::parameters{}) == names{"acc/w", "lr", "raw"});
    CHECK(kept(filter::parameters{} || filter::named<"tmp">{}) == names{"w", "b", "tmp"});
    CHECK(kept(mine::short_names{} && filter::parameters{}) == names{"w", "b"});
    using combined = decltype(filter::parameters{} && !(mine::short_names{} || filter::named<"lr">{}));
    static_assert(VariableFilter<combined> && std::is_empty_v<combined>);
    CHECK(combined::name == "(parameters && !(short_names || named))");
    CHECK(kept(combined{}).empty());
}

TEST_CASE("filters with state are values") {
    const std::string prefix = "acc/";
    const auto starts = filter::where([prefix](const Variable& var) { return var.name().starts_with(prefix); });
    CHECK(kept(starts) == names{"acc/w"});
    CHECK(kept(!starts && filter::persistables{}) == names{"w", "b", "lr", "raw"});
    const auto program = support::small_program();
    const std::vector<Variable> some{program.global_block().find_var("lr"), Variable(), program.global_block().find_var("w")};
    CHECK(kept(filter::listed(some)) == names{"w", "lr"});  // of another program with the same names
    static_assert(!VariableFilter<decltype(starts && filter::all{})> && VariablePredicate<decltype(starts && filter::all{})>);
}

TEST_CASE("names are template arguments") {
    constexpr fixed_string text = "fc_0.w_0";
    static_assert(text.size() == 8 && text == fixed_string("fc_0.w_0") && std::string_view(text).ends_with("w_0"));
    CHECK(join<5>("ab", text.view().substr(0, 3)).view() == "abfc_");
}
