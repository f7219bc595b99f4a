// case no_name: wherry: this policy needs `static constexpr std::string_view name`
// case no_name: my_layout
// case no_single_record: wherry: layout: needs `static constexpr bool single_record`
// case no_single_record: my_layout
// case not_const: wherry: layout: records(std::span<const std::string_view>) must be const and return records
// case not_const: my_layout
// case of_strings: wherry: layout: records(std::span<const std::string_view>) must be const and return records
// case of_vectors: wherry: layout: records(std::span<const std::string_view>) must be const and return records
// case in_memory: wherry: this layout makes many records and this sink holds one
// case from_memory: wherry: this layout reads many records and this source holds one
// case of_format: wherry: this format has all arrays in one file
// case state: wherry: this policy holds state: hand one to the call
// case state: my_held_layout
#include <wherry/archive/archive.hpp>
#include <wherry/policy/disk.hpp>
#include <wherry/policy/memory.hpp>

#include <span>
#include <string>
#include <string_view>
#include <vector>

using namespace wherry;

struct my_layout {
    using kind = kinds::layout;
#ifndef CASE_no_name
    static constexpr std::string_view name = "my_layout";
#endif
#ifndef CASE_no_single_record
    static constexpr bool single_record = false;
#endif
#if defined(CASE_not_const)
    sequence<record> records(std::span<const std::string_view>) { return {}; }
#elif defined(CASE_of_strings)
    sequence<record> records(std::span<const std::string>) const { return {}; }
#elif defined(CASE_of_vectors)
    std::vector<std::string> records(std::span<const std::string_view>) const { return {}; }
#else
    std::vector<record> records(std::span<const std::string_view>) const { return {}; }
#endif
};
static_assert(sizeof(archive<my_layout, fast>) > 0);

struct my_held_layout : my_layout {
    explicit my_held_layout(int) {}
};

struct my_format {
    using kind = kinds::format;
    static constexpr std::string_view name = "my_format";
    static constexpr format_facts facts{};
    static result<record_listing> index(any_reader&, const listing_request&) { return record_listing(); }
};
#ifdef CASE_of_format
using checkpoint = archive<my_format, layout::per_file>;
#else
using checkpoint = archive<my_format, layout::combined>;
#endif
static_assert(sizeof(checkpoint) > 0);

void use(const Program& program, Scope& scope, std::string_view bytes) {
    using per_file = archive<layout::per_file>;
#if defined(CASE_in_memory)
    static_cast<void>(per_file::save(program, scope, memory{}));
#elif defined(CASE_from_memory)
    static_cast<void>(per_file::load(program, scope, memory{bytes}));
#elif defined(CASE_state)
    static_cast<void>(archive<my_held_layout>::save(program, scope, disk{"folder"}));
#else
    static_cast<void>(per_file::save(program, scope, disk{"folder"}));
    static_cast<void>(archive<>::save(program, scope, memory{}));
    static_cast<void>(archive<>::load(program, scope, memory{bytes}));
    static_cast<void>(archive<my_held_layout>::save(program, scope, disk{"folder"}, my_held_layout(1)));
    static_cast<void>(archive<>::save(program, scope, disk{"folder"}, my_held_layout(1)));
#endif
}
