// case no_policy: wherry: this type is not a policy: a policy declares its kind
// case another_kind: wherry: a policy of this kind has no place here
// case another_kind: wherry: annotate takes align<N>, checksum, names and annotations of your own
// case no_name: wherry: this policy needs `static constexpr std::string_view name`
// case no_name: my_annotation
// case throws: wherry: annotation: add_to(annotation_rules) must be static, noexcept and return annotation_rules
// case throws: my_annotation
// case returns_nothing: wherry: annotation: add_to(annotation_rules) must be static, noexcept and return annotation_rules
// case not_static: wherry: annotation: add_to(annotation_rules) must be static, noexcept and return annotation_rules
// case twice: wherry: a Kind of policy is given twice
// case odd_alignment: wherry: align takes a power of two up to 65536
// case no_rules: wherry: annotations: needs `static constexpr annotation_rules rules`
// case no_rules: my_annotations
// case no_place: wherry: this format has no place for annotations
#include <wherry/policy/annotate.hpp>

#include <wherry/archive/archive.hpp>

#include <span>
#include <string_view>

using namespace wherry;

struct my_annotation {
    using kind = kinds::annotation<"my_annotation">;
#ifndef CASE_no_name
    static constexpr std::string_view name = "my_annotation";
#endif
#if defined(CASE_throws)
    static constexpr annotation_rules add_to(annotation_rules rules) { return rules; }
#elif defined(CASE_returns_nothing)
    static constexpr void add_to(annotation_rules) noexcept {}
#elif defined(CASE_not_static)
    constexpr annotation_rules add_to(annotation_rules rules) const noexcept { return rules; }
#else
    static constexpr annotation_rules add_to(annotation_rules rules) noexcept { return rules; }
#endif
};

/// All annotations of an archive in one policy of your own.
struct my_annotations {
    using kind = kinds::annotations;
    static constexpr std::string_view name = "my_annotations";
#ifndef CASE_no_rules
    static constexpr annotation_rules rules{.checksums = true};
#endif
};

struct my_format {
    using kind = kinds::format;
    static constexpr std::string_view name = "my_format";
    static constexpr format_facts facts{};
    static result<record_listing> index(any_reader&, const listing_request&) { return record_listing(); }
};

#if defined(CASE_no_policy)
using wishes = annotate<names, int>;
#elif defined(CASE_another_kind)
using wishes = annotate<names, durable>;
#elif defined(CASE_twice)
using wishes = annotate<align<8>, checksum, align<64>>;
#elif defined(CASE_odd_alignment)
using wishes = annotate<align<48>>;
#else
using wishes = annotate<names, my_annotation, align<64>>;
#endif
static_assert(wishes::rules.any());

#if defined(CASE_no_rules)
static_assert(sizeof(archive<my_annotations>) > 0);
#elif defined(CASE_no_place)
static_assert(sizeof(archive<my_format, annotate<checksum>>) > 0);
#else
static_assert(sizeof(archive<my_annotations>) > 0 && sizeof(archive<my_format, annotate<>>) > 0);
#endif
