#ifndef WHERRY_TESTS_SUPPORT_FRESH_FLUID_HPP
#define WHERRY_TESTS_SUPPORT_FRESH_FLUID_HPP

#include <wherry/fluid/framework.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace support {

/// Default programs, scope and names of its own while it lives; warnings are kept instead of shown.
struct fresh_fluid {
    wherry::fluid::Program main;
    wherry::fluid::Program startup;
    wherry::fluid::Scope scope;
    std::vector<std::string> warnings;
    wherry::fluid::program_guard programs{main, startup};
    wherry::fluid::scope_guard scopes{scope};
    wherry::fluid::unique_name::guard names;

    fresh_fluid() {
        wherry::fluid::set_warning_handler([this](std::string_view, std::string_view message) { warnings.emplace_back(message); });
    }
    fresh_fluid(const fresh_fluid&) = delete;
    fresh_fluid& operator=(const fresh_fluid&) = delete;
    ~fresh_fluid() {
        wherry::fluid::set_warning_handler([](std::string_view, std::string_view) {});
    }
};

}  // namespace support

#endif
