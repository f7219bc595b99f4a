#ifndef WHERRY_TESTS_SUPPORT_KILLED_SAVE_HPP
#define WHERRY_TESTS_SUPPORT_KILLED_SAVE_HPP

#include <doctest/doctest.h>
#include <support/scratch.hpp>

#include <wherry/policy/disk.hpp>
#include <wherry/policy/durability.hpp>
#include <wherry/policy/sink.hpp>

#include <array>
#include <cstddef>
#include <cstdio>
#include <span>
#include <string>

#if defined(__unix__) || defined(__APPLE__)
#include <sys/wait.h>
#include <unistd.h>

namespace support {

/// The name of a temporary of this process, seen while one is there.
inline std::string name_of_mine(const std::string& name) {
    const scratch place("clean_name");
    wherry::disk sink(place / name);
    const wherry::record_size size{{}, 1};
    REQUIRE(sink.start(std::span(&size, 1), wherry::atomic::steps));
    const std::byte byte{};
    const std::span<const std::byte> bytes(&byte, 1);
    REQUIRE(sink.write_at(0, 0, std::span(&bytes, 1)));
    const auto names = names_in(place.path());
    REQUIRE(names.size() == 1);
    return names[0];
}
/// The digits of the host start 36 characters before the end, those of the process 28.
inline std::string name_of_the_dead(const std::string& name) {
    const auto child = ::fork();
    if (child == 0) ::_exit(0);
    ::waitpid(child, nullptr, 0);
    std::array<char, 9> process{};
    std::snprintf(process.data(), process.size(), "%08x", static_cast<unsigned>(child));
    auto mine = name_of_mine(name);
    return mine.replace(mine.size() - 28, 8, process.data());
}

}  // namespace support
#endif

#endif
