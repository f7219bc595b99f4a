// The table of policies in README.md: each is named in the row of its kind, and each default is one.
#include <doctest/doctest.h>

#include <support/readme.hpp>

#include <wherry/archive/archive.hpp>
#include <wherry/policy/disk.hpp>
#include <wherry/policy/mapped.hpp>
#include <wherry/policy/memory.hpp>

#include <string>
#include <string_view>

using namespace wherry;

namespace {
/// The row of a kind: what there is, and the default.
struct row {
    std::string policies;
    std::string fallback;
    explicit row(std::string_view kind) {
        const auto text = support::readme();
        const auto line = support::between(text, "\n| " + std::string(kind) + " | ", " |\n");
        const auto last = line.rfind(" | ");
        REQUIRE(last != line.npos);
        policies = line.substr(0, last);
        fallback = line.substr(last + 3);
    }
    [[nodiscard]] bool names(std::string_view policy) const {
        const auto at = policies.find(policy);
        return at != std::string::npos && std::string_view("`<").find(policies[at + policy.size()]) != std::string_view::npos;
    }
};

template <class... Policies>
void check_row(std::string_view kind, std::string_view fallback) {
    CAPTURE(kind);
    const row told(kind);
    for (const std::string_view name : {std::string_view(Policies::name)...}) CHECK_MESSAGE(told.names(name), std::string(name));
    CHECK(told.fallback == fallback);
}
std::string quoted(std::string_view name) { return "`" + std::string(name) + "`"; }
}  // namespace

TEST_CASE("the README names the policies of each kind, and the default") {
    using standard = archive<>;
    check_row<filter::all, filter::parameters, filter::persistables, filter::optimizer_state, filter::named<"a">>(
        "filter", quoted(standard::filter_policy::name));
    check_row<layout::combined, layout::per_file>("layout", quoted(standard::layout_policy::name));
    check_row<format::streams>("format", "`format::" + std::string(standard::format_policy::name) + "`");
    check_row<fast, atomic, durable>("durability", quoted(standard::durability_policy::name));
    check_row<disk, memory, fixed<1>>("sink", "none: the call names it");
    check_row<disk, memory, mapped>("source", "none: the call names it");
    check_row<plain>("codec", quoted(standard::codec_policy::name));
    CHECK(row("annotation").names("align"));
    CHECK(!row("annotation").names("durable"));  // the check can refuse
}
