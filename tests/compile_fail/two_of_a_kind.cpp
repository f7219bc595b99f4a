// case annotations: wherry: a Kind of policy is given twice
// case caps: wherry: a Kind of policy is given twice
// case codecs: wherry: a Kind of policy is given twice
// case commits: wherry: a Kind of policy is given twice
// case durabilities: wherry: a Kind of policy is given twice
// case filters: wherry: a Kind of policy is given twice
// case formats: wherry: a Kind of policy is given twice
// case layouts: wherry: a Kind of policy is given twice
// case to_the_call: wherry: a policy is given to archive and another one of its kind to the call
// case of_two_kinds: wherry: this policy is of two kinds, since it inherits two policies
// case unknown_kind: wherry: a policy of this kind has no place here
// case held_twice: wherry: a Kind of policy is given twice
#include <wherry/archive/archive.hpp>
#include <wherry/policy/memory.hpp>

using namespace wherry;

struct my_codec : plain {};
struct my_format : format::streams {};
struct both_kinds : filter::parameters, layout::per_file {};

#if defined(CASE_annotations)
using checkpoint = archive<annotate<names>, durable, annotate<checksum>>;
#elif defined(CASE_caps)
using checkpoint = archive<capped<limits{}>, capped<limits{.lod_levels = 1}>>;
#elif defined(CASE_codecs)
using checkpoint = archive<my_codec, fast, plain>;
#elif defined(CASE_commits)
using checkpoint = archive<in_place, fast, all_at_once>;
#elif defined(CASE_durabilities)
using checkpoint = archive<durable, fast>;
#elif defined(CASE_filters)
using checkpoint = archive<filter::parameters, layout::combined, filter::optimizer_state>;
#elif defined(CASE_formats)
using checkpoint = archive<my_format, fast, format::streams>;
#elif defined(CASE_layouts)
using checkpoint = archive<layout::combined, fast, layout::per_file>;
#elif defined(CASE_of_two_kinds)
using checkpoint = archive<both_kinds>;
#elif defined(CASE_unknown_kind)
using checkpoint = archive<names>;
#else
using checkpoint = archive<annotate<names, checksum>, capped<limits{}>, my_codec, durable, layout::combined, format::streams,
                           decltype(filter::parameters{} || filter::optimizer_state{})>;
#endif
static_assert(sizeof(checkpoint) > 0);

auto save(const Program& program, const Scope& scope) {
    const auto biases = filter::where([](const Variable& var) { return var.name().ends_with(".b_0"); });
#if defined(CASE_to_the_call)
    return archive<filter::parameters>::save(program, scope, memory{}, biases);
#elif defined(CASE_held_twice)
    return archive<>::save(program, scope, memory{}, biases, filter::parameters{});
#else
    return archive<>::save(program, scope, memory{}, filter::parameters{} && biases);
#endif
}
