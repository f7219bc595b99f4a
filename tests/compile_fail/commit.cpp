// case per_file: wherry: in_place reads one record that was checked before: layout::combined without a codec
// case coded: wherry: in_place reads one record that was checked before: layout::combined without a codec
// case says_nothing: wherry: commit: needs `static constexpr bool reads_in_place`
// case says_nothing: my_commit
#include <wherry/archive/archive.hpp>
#include <wherry/policy/disk.hpp>

#include <string_view>

using namespace wherry;

struct my_codec : plain {};

struct my_commit {
    using kind = kinds::commit;
    static constexpr std::string_view name = "my_commit";
#ifndef CASE_says_nothing
    static constexpr bool reads_in_place = true;
#endif
};

#if defined(CASE_per_file)
using checkpoint = archive<in_place, layout::per_file>;
#elif defined(CASE_coded)
using checkpoint = archive<in_place, my_codec>;
#else
using checkpoint = archive<my_commit>;
#endif

auto load(const Program& program, Scope& scope) { return checkpoint::load(program, scope, disk("file")); }
