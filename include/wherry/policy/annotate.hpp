#ifndef WHERRY_POLICY_ANNOTATE_HPP
#define WHERRY_POLICY_ANNOTATE_HPP

#include <wherry/version.hpp>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace wherry::inline WHERRY_ABI {

/// What an archive adds to Paddle's files and expects in them.
struct annotation_rules {
    std::uint64_t alignment = 1;  ///< of the elements of every tensor, in bytes from the file's start
    bool checksums = false;
    bool names = false;

    [[nodiscard]] constexpr bool any() const noexcept { return alignment > 1 || checksums || names; }
    friend constexpr bool operator==(const annotation_rules&, const annotation_rules&) noexcept = default;
};

/// One kind of annotation: what it changes of the rules.
template <class A>
concept Annotation = requires(annotation_rules rules) {
    { A::name } -> std::convertible_to<std::string_view>;
    { A::add_to(rules) }
    noexcept->std::same_as<annotation_rules>;
};

/// The elements of every tensor start at a multiple of N bytes, so that a mapping or a microcontroller reads them in place.
template <std::uint64_t N>
struct align {
    static_assert(N != 0 && (N & (N - 1)) == 0 && N <= 65536,
                  "wherry: align takes a power of two up to 65536 (see wherry/policy/annotate.hpp)");
    static constexpr std::string_view name = "align";
    static constexpr annotation_rules add_to(annotation_rules rules) noexcept {
        rules.alignment = N;
        return rules;
    }
};

/// Every tensor carries a CRC-32C of its header and one of its elements. Loading checks both.
struct checksum {
    static constexpr std::string_view name = "checksum";
    static constexpr annotation_rules add_to(annotation_rules rules) noexcept {
        rules.checksums = true;
        return rules;
    }
};

/// Every tensor carries its variable's name. Loading goes by names: some of a combined file's tensors may be wanted, and
/// a file of other tensors is an error.
struct names {
    static constexpr std::string_view name = "names";
    static constexpr annotation_rules add_to(annotation_rules rules) noexcept {
        rules.names = true;
        return rules;
    }
};

namespace detail {
template <Annotation... As>
constexpr annotation_rules rules_of() noexcept {
    annotation_rules rules;
    ((rules = As::add_to(rules)), ...);
    return rules;
}
template <Annotation... As>
constexpr bool each_name_once() noexcept {
    constexpr std::string_view all[] = {As::name..., std::string_view()};
    for (std::size_t i = 0; i < sizeof...(As); ++i)
        for (std::size_t k = 0; k < i; ++k)
            if (all[i] == all[k]) return false;
    return true;
}
}  // namespace detail

/// Annotations of an archive, in any order: `annotate<align<64>, checksum, names>`. Paddle reads such files as its own.
template <class... As>
struct annotate {
    static_assert(
        (Annotation<As> && ...),
        "wherry: annotate is given a type that is no annotation: it takes align<N>, checksum and names (see wherry/policy/annotate.hpp)");
    static constexpr std::string_view name = "annotate";
    static constexpr annotation_rules rules = [] {
        if constexpr ((Annotation<As> && ...)) {
            static_assert(detail::each_name_once<As...>(),
                          "wherry: annotate is given one annotation twice (see wherry/policy/annotate.hpp)");
            return detail::rules_of<As...>();
        } else {
            return annotation_rules{};
        }
    }();
};

/// A policy that says what is added to files.
template <class P>
concept Annotator = requires {
    { P::name } -> std::convertible_to<std::string_view>;
    { P::rules } -> std::convertible_to<annotation_rules>;
};

static_assert(Annotation<align<64>> && Annotation<checksum> && Annotation<names>);
static_assert(Annotator<annotate<>> && !annotate<>::rules.any());
static_assert(annotate<checksum, align<8>>::rules == annotation_rules{8, true, false});

}  // namespace wherry::inline WHERRY_ABI

#endif
