#ifndef WHERRY_POLICY_ANNOTATE_HPP
#define WHERRY_POLICY_ANNOTATE_HPP

#include <wherry/base/fixed_string.hpp>
#include <wherry/base/policy_set.hpp>
#include <wherry/version.hpp>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace wherry::inline WHERRY_ABI {

/// The annotations that an archive adds to Paddle's files and expects in them.
struct annotation_rules {
    std::uint64_t alignment = 1;  ///< of the elements of every tensor, in bytes from the file's start
    bool checksums = false;
    bool names = false;

    [[nodiscard]] constexpr bool any() const noexcept { return alignment > 1 || checksums || names; }
    friend constexpr bool operator==(const annotation_rules&, const annotation_rules&) noexcept = default;
};

/// One kind of annotation: what it changes of the rules.
template <class A>
concept Annotation = Named<A> && requires(annotation_rules rules) {
    { A::add_to(rules) }
    noexcept->std::same_as<annotation_rules>;
};

/// A policy that says what is added to files.
template <class P>
concept Annotator = Named<P> && requires {
    { P::rules } -> std::convertible_to<annotation_rules>;
};

namespace kinds {
/// An addition to files. Each annotation is a kind of its own, by this name.
template <fixed_string Name>
struct annotation {
    using adds_to = annotation_rules;
    template <class P>
    static constexpr bool check() noexcept {
        static_assert(Annotation<P>,
                      "wherry: annotation: add_to(annotation_rules) must be static, noexcept and return annotation_rules (see "
                      "wherry/policy/annotate.hpp)");
        return Annotation<P>;
    }
};
/// All annotations of an archive.
struct annotations {
    template <class P>
    static constexpr bool check() noexcept {
        static_assert(Annotator<P>,
                      "wherry: annotations: needs `static constexpr annotation_rules rules` (see wherry/policy/annotate.hpp)");
        return Annotator<P>;
    }
};
}  // namespace kinds

/// The elements of every tensor start at a multiple of N bytes, so that a mapping or a microcontroller reads them in place.
template <std::uint64_t N>
struct align {
    static_assert(N != 0 && (N & (N - 1)) == 0 && N <= 65536,
                  "wherry: align takes a power of two up to 65536 (see wherry/policy/annotate.hpp)");
    using kind = kinds::annotation<"align">;
    static constexpr std::string_view name = "align";
    static constexpr annotation_rules add_to(annotation_rules rules) noexcept {
        rules.alignment = N;
        return rules;
    }
};

/// Every tensor carries a CRC-32C of its header and one of its elements. Every load checks what is there, but that elements which stay in a
/// mapping are read only for a type that names this; such a type also refuses a tensor without checksums.
struct checksum {
    using kind = kinds::annotation<"checksum">;
    static constexpr std::string_view name = "checksum";
    static constexpr annotation_rules add_to(annotation_rules rules) noexcept {
        rules.checksums = true;
        return rules;
    }
};

/// Every tensor carries its variable's name. Every load compares the names that are there. One whose type names this goes by them: some of a
/// combined file's tensors may be wanted, and a tensor without a name is an error.
struct names {
    using kind = kinds::annotation<"names">;
    static constexpr std::string_view name = "names";
    static constexpr annotation_rules add_to(annotation_rules rules) noexcept {
        rules.names = true;
        return rules;
    }
};

/// Annotations of an archive, in any order: `annotate<align<64>, checksum, names>`. Paddle reads such files as its own.
template <class... As>
struct annotate {
    static_assert(adds_up<annotation_rules, As...>,
                  "wherry: annotate takes align<N>, checksum, names and annotations of your own (see wherry/policy/annotate.hpp)");
    using kind = kinds::annotations;
    static constexpr std::string_view name = "annotate";
    static constexpr annotation_rules rules = added_up<annotation_rules, As...>();
};

static_assert(Annotation<align<64>> && Annotation<checksum> && Annotation<names>);
static_assert(Annotator<annotate<>> && !annotate<>::rules.any());
static_assert(annotate<checksum, align<8>>::rules == annotation_rules{8, true, false});

}  // namespace wherry::inline WHERRY_ABI

#endif
