#ifndef WHERRY_TESTS_SUPPORT_OWN_POLICIES_HPP
#define WHERRY_TESTS_SUPPORT_OWN_POLICIES_HPP

#include <wherry/base/limits.hpp>
#include <wherry/policy/annotate.hpp>
#include <wherry/policy/codec.hpp>
#include <wherry/policy/filter.hpp>
#include <wherry/policy/layout.hpp>
#include <wherry/policy/transformed.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

/// Policies as users write them. Their sink and source: map_store in support/scratch.hpp.
namespace mine {

/// Every persistable but the learning rate.
struct not_lr {
    using kind = wherry::kinds::filter;
    static constexpr std::string_view name = "not_lr";
    bool operator()(const wherry::Variable& var) const noexcept { return wherry::is_persistable(var) && var.name() != "lr"; }
};

/// Two files, by the first letter.
struct by_letter {
    using kind = wherry::kinds::layout;
    static constexpr std::string_view name = "by_letter";
    static constexpr bool single_record = false;
    [[nodiscard]] std::vector<wherry::record> records(std::span<const std::string_view> names) const {
        std::vector<wherry::record> shards{{"shards/0", {}}, {"shards/1", {}}};
        for (std::size_t i = 0; i < names.size(); ++i) shards[names[i] < "l" ? 0 : 1].tensors.push_back(i);
        return shards;
    }
};

/// Elements that start at flash pages, and checked.
struct flash_pages {
    using kind = wherry::kinds::annotation<"flash_pages">;
    static constexpr std::string_view name = "flash_pages";
    static constexpr wherry::annotation_rules add_to(wherry::annotation_rules rules) noexcept {
        rules.alignment = 512;
        rules.checksums = true;
        return rules;
    }
};

/// Every byte is turned around, in place of an encryption.
struct inverted {
    using kind = wherry::kinds::codec;
    static constexpr std::string_view name = "inverted";

    static void invert(std::span<std::byte> bytes, std::uint64_t) noexcept {
        for (auto& b : bytes) b = ~b;
    }
    static auto encode(auto& sink) { return wherry::transformed(sink, invert); }
    static auto decode(auto& source, const wherry::limits&) { return wherry::transformed(source, invert); }
};

static_assert(wherry::VariableFilter<not_lr> && wherry::Layout<by_letter> && wherry::Annotation<flash_pages> && wherry::Codec<inverted>);

}  // namespace mine

#endif
