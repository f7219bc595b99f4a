#ifndef WHERRY_TESTS_COUNTS_COUNTS_HPP
#define WHERRY_TESTS_COUNTS_COUNTS_HPP

// A program of parts: one piece of work each, done once before and once where check.py counts it. `PROGRAM PART`; without a part it lists them.
#include "support/live_bytes.hpp"

#include <unistd.h>

#include <cstdio>
#include <functional>
#include <initializer_list>
#include <string_view>

namespace counts {
using work = std::function<bool()>;
struct part {
    std::string_view name;
    work (*make)();
};

/// Between the two calls of getppid, which nothing else here asks, lie the system calls that count; below this function the instructions.
extern "C" [[gnu::noinline]] inline bool measured(const work* task) {
    (void)::getppid();
    const bool done = (*task)();
    (void)::getppid();
    return done;
}

inline int run(int argc, char** argv, std::initializer_list<part> parts) {
    for (const auto& [name, make] : parts) {
        if (argc == 1) std::printf("%.*s\n", static_cast<int>(name.size()), name.data());
        if (argc != 2 || name != argv[1]) continue;
        const auto task = make();
        if (!task()) return 1;
        const auto before = support::allocations.load();
        if (!measured(&task)) return 1;
        std::printf("%lld\n", support::allocations - before);
    }
    return 0;
}
}  // namespace counts

#endif
