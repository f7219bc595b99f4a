// Asks the library for a function of each kind: one of fluid, and the table of operators.
#include <wherry/fluid.hpp>
#include <wherry/version.hpp>

#include <cstdio>

int main() {
    const wherry::fluid::Executor exe;
    const auto x = wherry::fluid::data("x", {-1, 2});
    if (x.name() != "x" || wherry::find_op(wherry::op::all::table, "mul") == nullptr) return 1;
    std::printf("wherry %d.%d.%d\n", WHERRY_VERSION_MAJOR, WHERRY_VERSION_MINOR, WHERRY_VERSION_PATCH);
}
