// case no_name: wherry: sink: needs `static constexpr std::string_view name`
// case no_name: my_sink
// case no_many_records: wherry: sink: needs `static constexpr bool many_records`
// case no_many_records: my_sink
// case no_start: wherry: sink: needs `result<void> start(std::span<const record_size>, durability_steps)`
// case no_start: my_sink
// case write: wherry: sink: needs `result<void> write_at(std::size_t, std::uint64_t, std::span<const piece>)`
// case write: my_sink
// case no_commit: wherry: sink: needs `result<void> commit(std::size_t)`
// case no_commit: my_sink
// case finish: wherry: sink: needs `finish()` that returns a result
// case finish: my_sink
// case of_const: and a sink that is not const
// case of_const: my_sink
// case one_at_a_time: wherry: threaded: this sink takes one write at a time: use disk, or a sink with `result<void> write_part(
// case dangling: wherry: save returns bytes that lie in this sink, so the sink must be a named variable
#include <wherry/archive/archive.hpp>
#include <wherry/policy/disk.hpp>
#include <wherry/policy/memory.hpp>
#include <wherry/policy/threaded.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

using namespace wherry;

struct my_sink {
#ifndef CASE_no_name
    static constexpr std::string_view name = "my_sink";
#endif
#ifndef CASE_no_many_records
    static constexpr bool many_records = true;
#endif
#ifndef CASE_no_start
    result<void> start(std::span<const record_size>, durability_steps) { return {}; }
#endif
#ifdef CASE_write
    bool write_at(std::size_t, std::uint64_t, std::span<const piece>) { return true; }
#else
    result<void> write_at(std::size_t, std::uint64_t, std::span<const piece>) { return {}; }
#endif
#ifndef CASE_no_commit
    result<void> commit(std::size_t) { return {}; }
#endif
#ifdef CASE_finish
    int finish() { return 1; }
#else
    result<int> finish() { return 1; }
#endif
};

#ifdef CASE_of_const
void save(const Program& program, const Scope& scope, const my_sink& sink) {
#else
void save(const Program& program, const Scope& scope, my_sink& sink) {
#endif
    static_cast<void>(archive<>::save(program, scope, sink));
}

std::size_t save_fixed(const Program& program, const Scope& scope) {
#ifdef CASE_dangling
    const auto saved = archive<>::save(program, scope, fixed<4096>{});
#else
    fixed<4096> sink;
    const auto saved = archive<>::save(program, scope, sink);
#endif
    return saved ? saved->size() : 0;
}

void save_threaded(const Program& program, const Scope& scope) {
#ifdef CASE_one_at_a_time
    static_cast<void>(archive<>::save(program, scope, threaded<4>(memory{})));
#else
    static_cast<void>(archive<>::save(program, scope, threaded<4>(disk{"file"})));
#endif
}
