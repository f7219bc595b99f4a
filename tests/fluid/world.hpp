#ifndef WHERRY_TESTS_FLUID_WORLD_HPP
#define WHERRY_TESTS_FLUID_WORLD_HPP

#include <support/fresh_fluid.hpp>

#include <wherry/fluid/executor.hpp>

#include <filesystem>
#include <string>

namespace support {

/// What is fresh, an executor and an empty folder of one test's own.
struct world : fresh_fluid {
    wherry::fluid::Executor exe;
    std::filesystem::path folder;

    explicit world(const std::string& name) : folder(std::filesystem::path("fluid_world") / name) { std::filesystem::remove_all(folder); }
};

}  // namespace support

#endif
