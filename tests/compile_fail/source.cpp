// case no_name: wherry: source: needs `static constexpr std::string_view name`
// case no_name: my_source
// case no_many_records: wherry: source: needs `static constexpr bool many_records`
// case no_many_records: my_source
// case no_expect: wherry: source: needs `result<void> expect(std::span<const std::string_view>)`
// case no_expect: my_source
// case open: wherry: source: needs `open(std::string_view)` that returns the result of a Reader
// case open: my_source
// case reader: wherry: source: needs `open(std::string_view)` that returns the result of a Reader
// case reader: my_source
// case of_const: and a source that is not const
// case of_const: my_source
#include <wherry/archive/archive.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

using namespace wherry;

struct my_reader {
    [[nodiscard]] std::uint64_t size_bytes() const { return 0; }
#ifndef CASE_reader
    [[nodiscard]] std::string_view path() const { return {}; }
#endif
    result<void> read_at(std::uint64_t, std::span<std::byte>) { return {}; }
};

struct my_source {
#ifndef CASE_no_name
    static constexpr std::string_view name = "my_source";
#endif
#ifndef CASE_no_many_records
    static constexpr bool many_records = true;
#endif
#ifndef CASE_no_expect
    result<void> expect(std::span<const std::string_view>) { return {}; }
#endif
#ifdef CASE_open
    my_reader open(std::string_view) { return {}; }
#else
    result<my_reader> open(std::string_view) { return my_reader(); }
#endif
};

#ifdef CASE_of_const
void load(const Program& program, Scope& scope, const my_source& source) {
#else
void load(const Program& program, Scope& scope, my_source& source) {
#endif
    static_cast<void>(archive<>::load(program, scope, source));
}
