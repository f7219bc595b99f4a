#ifndef WHERRY_TESTS_FLUID_WORLD_HPP
#define WHERRY_TESTS_FLUID_WORLD_HPP

#include <wherry/fluid.hpp>

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace support {

/// Programs, names, a scope and a folder of one test's own; warnings are kept.
struct world {
    wherry::fluid::Program main;
    wherry::fluid::Program startup;
    wherry::fluid::Scope scope;
    wherry::fluid::program_guard programs{main, startup};
    wherry::fluid::scope_guard scopes{scope};
    wherry::fluid::unique_name::guard names;
    wherry::fluid::Executor exe;
    std::vector<std::string> warnings;
    std::filesystem::path folder;

    explicit world(const std::string& name) : folder(std::filesystem::path("fluid_world") / name) {
        std::filesystem::remove_all(folder);
        wherry::fluid::set_warning_handler([this](std::string_view, std::string_view message) { warnings.emplace_back(message); });
    }
    world(const world&) = delete;
    world& operator=(const world&) = delete;
    ~world() {
        wherry::fluid::set_warning_handler([](std::string_view, std::string_view) {});
    }
};

}  // namespace support

#endif
