// expect: wherry: this is not a sink
#include <wherry/archive/archive.hpp>

using namespace wherry;

struct my_sink {
    static constexpr std::string_view name = "my_sink";
    static constexpr bool many_records = true;
    result<void> start(std::span<const record_size>, durability_steps) { return {}; }
    result<void> write_at(std::size_t, std::uint64_t, std::span<const piece>) { return {}; }
#ifdef WHERRY_TWIN
    result<void> commit(std::size_t) { return {}; }
#endif
    result<int> finish() { return 1; }
};

void save(const Program& program, const Scope& scope) { static_cast<void>(archive<>::save(program, scope, my_sink{})); }
