// case no_name: wherry: this policy needs `static constexpr std::string_view name`
// case no_name: my_durability
// case no_steps: wherry: durability: needs `static constexpr durability_steps steps`
// case no_steps: my_durability
// case other_steps: wherry: durability: needs `static constexpr durability_steps steps`
// case no_caps: wherry: caps: needs `static constexpr limits caps`
// case no_caps: my_caps
// case no_call: wherry: progress: needs `bool operator()(std::uint64_t done, std::uint64_t all) const`
// case no_call: my_progress
#include <wherry/archive/archive.hpp>

#include <cstdint>
#include <string_view>

using namespace wherry;

struct my_durability {
    using kind = kinds::durability;
#ifndef CASE_no_name
    static constexpr std::string_view name = "my_durability";
#endif
#if defined(CASE_other_steps)
    static constexpr int steps = 2;
#elif !defined(CASE_no_steps)
    static constexpr durability_steps steps{.beside = false, .synced = true};
#endif
};

struct my_caps {
    using kind = kinds::caps;
    static constexpr std::string_view name = "my_caps";
#ifndef CASE_no_caps
    static constexpr limits caps{.lod_levels = 1};
#endif
};

struct my_progress {
    using kind = kinds::progress;
    static constexpr std::string_view name = "my_progress";
#ifndef CASE_no_call
    bool operator()(std::uint64_t, std::uint64_t) const { return true; }
#endif
};

static_assert(sizeof(archive<my_durability, my_caps, my_progress>) > 0);
