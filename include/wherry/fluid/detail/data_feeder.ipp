#ifndef WHERRY_FLUID_DETAIL_DATA_FEEDER_IPP
#define WHERRY_FLUID_DETAIL_DATA_FEEDER_IPP

#include <wherry/base/sequence.hpp>
#include <wherry/fluid/data_feeder.hpp>
#include <wherry/fluid/errors.hpp>
#include <wherry/version.hpp>

#include <span>
#include <string>
#include <utility>

namespace wherry::inline WHERRY_ABI::fluid {
WHERRY_INLINE fluid::feed DataFeeder::feed(std::span<const sample> samples) const {
    auto made = core_.feed(samples);
    if (!made && made.error().code == errc::bad_argument) throw AssertionError(std::string(made.error().message.view()), made.error());
    fluid::feed fed;
    for (auto& [name, tensor] : unwrap(std::move(made))) fed.add(feed_value(name, std::move(tensor)));
    return fed;
}

WHERRY_INLINE sequence<Variable> DataFeeder::find(const sequence<std::string>& names, const Program& program) {
    sequence<Variable> vars;
    for (const auto& name : names) {
        vars.push_back(program.global_block().find_var(name));
        if (!vars.back()) raise({.code = errc::no_such_variable, .message = {"var ", name, " not in this block"}, .variable = name});
    }
    return vars;
}
}  // namespace wherry::inline WHERRY_ABI::fluid

#endif
