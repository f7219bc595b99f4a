// A program that builds a network and runs it: gradients are not in it, unless WHERRY_CARRIES says so.
#include <wherry/exec/executor.hpp>
#include <wherry/layers/data.hpp>
#include <wherry/layers/fc.hpp>

#include <array>
#include <cstdint>
#include <vector>

#ifndef WHERRY_CARRIES
#define WHERRY_CARRIES kernels
#endif

int main() {
    wherry::Program program;
    wherry::Program startup;
    wherry::UniqueNameGenerator names;
    wherry::NameScope scopes;
    wherry::Builder<wherry::carries::WHERRY_CARRIES> build(program, startup, names, scopes);
    const auto x = wherry::layers::data(build, "x", std::vector<std::int64_t>{-1, 4});
    if (!x) return 1;
    const auto y = wherry::layers::fc(build, std::vector{*x}, {.size = 3, .act = "softmax"});
    if (!y) return 1;

    wherry::Scope scope;
    wherry::Executor exe;
    if (!exe.run(startup, scope)) return 1;
    const auto ones = wherry::Tensor::of<float>({1, 4}, {1, 1, 1, 1});
    const auto out = exe.run(program, scope, std::array{ones.ref("x")}, std::array{y->name()});
    if (!out) return 1;
    float sum = 0;
    for (const float share : (*out)[0].elements<float>()) sum += share;
    return sum > 0.999F && sum < 1.001F ? 0 : 1;
}
