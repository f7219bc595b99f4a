#include <wherry/policy/annotate.hpp>

#include <doctest/doctest.h>

using namespace wherry;

namespace mine {
/// An annotation of your own: both of wherry's that guard against mistakes.
struct guarded {
    using kind = kinds::annotation<"guarded">;
    static constexpr std::string_view name = "guarded";
    static constexpr annotation_rules add_to(annotation_rules rules) noexcept { return names::add_to(checksum::add_to(rules)); }
};
static_assert(Annotation<guarded>);
}  // namespace mine

TEST_CASE("annotations come in any order and add up to rules") {
    static_assert(annotate<align<64>, checksum, names>::rules == annotate<names, align<64>, checksum>::rules);
    static_assert(annotate<align<64>, checksum, names>::rules == annotation_rules{64, true, true});
    static_assert(annotate<mine::guarded>::rules == annotation_rules{1, true, true});
    static_assert(!annotate<>::rules.any() && !annotate<align<1>>::rules.any() && annotate<names>::rules.any());
    static_assert(Annotator<annotate<align<8>>> && !Annotator<align<8>> && !Annotation<annotate<>>);
    CHECK(annotate<checksum>::rules.checksums);
}
