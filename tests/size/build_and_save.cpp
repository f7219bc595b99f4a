// A program that only builds a network and saves it: kernels and gradients are not in it, unless WHERRY_CARRIES says so.
#include <wherry/archive/archive.hpp>
#include <wherry/layers/data.hpp>
#include <wherry/layers/fc.hpp>
#include <wherry/layers/loss.hpp>
#include <wherry/policy/memory.hpp>

#include <cstdint>
#include <vector>

#ifndef WHERRY_CARRIES
#define WHERRY_CARRIES shapes
#endif

int main() {
    wherry::Program program;
    wherry::Program startup;
    wherry::UniqueNameGenerator names;
    wherry::NameScope scopes;
    wherry::Builder<wherry::carries::WHERRY_CARRIES> build(program, startup, names, scopes);
    namespace layers = wherry::layers;
    const auto x = layers::data(build, "x", std::vector<std::int64_t>{-1, 4});
    const auto label = layers::data(build, "label", std::vector<std::int64_t>{-1, 1}, wherry::DType::INT64);
    if (!x || !label) return 1;
    const auto hidden = layers::fc(build, std::vector{*x}, {.size = 8, .act = "relu"});
    if (!hidden) return 1;
    const auto y = layers::fc(build, std::vector{*hidden}, {.size = 3, .act = "softmax"});
    if (!y) return 1;
    const auto cost = layers::cross_entropy(build, *y, *label);
    if (!cost || !layers::mean(build, *cost)) return 1;

    wherry::Scope scope;
    for (const auto& param : program.all_parameters())
        scope.var(param.name()) = wherry::Tensor(wherry::DType::FP32, *wherry::Shape::from(param.shape()));
    const auto bytes = wherry::archive<wherry::filter::parameters>::save(program, scope, wherry::memory{});
    return bytes && bytes->size() > 4 * (4 * 8 + 8 + 8 * 3 + 3) && !program.serialize_to_string().empty() ? 0 : 1;
}
