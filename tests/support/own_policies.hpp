#ifndef WHERRY_TESTS_SUPPORT_OWN_POLICIES_HPP
#define WHERRY_TESTS_SUPPORT_OWN_POLICIES_HPP

#include <wherry/base/limits.hpp>
#include <wherry/policy/annotate.hpp>
#include <wherry/policy/codec.hpp>
#include <wherry/policy/filter.hpp>
#include <wherry/policy/layout.hpp>
#include <wherry/policy/sink.hpp>
#include <wherry/policy/source.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <utility>
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

    static void invert(std::span<std::byte> bytes) {
        for (auto& b : bytes) b = ~b;
    }

    template <wherry::Sink S>
    struct sink_for {
        static constexpr std::string_view name = "inverted";
        static constexpr bool many_records = S::many_records;
        S* inner;
        wherry::result<void> start(std::span<const wherry::record_size> records, wherry::durability_steps how) {
            return inner->start(records, how);
        }
        wherry::result<void> write_at(std::size_t at, std::uint64_t offset, std::span<const wherry::piece> pieces) {
            for (const auto& bytes : pieces) {
                std::vector<std::byte> copy(bytes.begin(), bytes.end());
                invert(copy);
                const wherry::piece turned(copy);
                if (auto written = inner->write_at(at, offset, std::span(&turned, 1)); !written) return written;
                offset += bytes.size();
            }
            return {};
        }
        wherry::result<void> commit(std::size_t at) { return inner->commit(at); }
        auto finish() { return inner->finish(); }
    };
    template <wherry::Source S>
    struct source_for {
        static constexpr std::string_view name = "inverted";
        static constexpr bool many_records = S::many_records;
        using inner_reader = typename decltype(std::declval<S&>().open({}))::value_type;
        struct reader {
            inner_reader inner;
            [[nodiscard]] std::uint64_t size_bytes() const { return inner.size_bytes(); }
            [[nodiscard]] std::string_view path() const { return inner.path(); }
            wherry::result<void> read_at(std::uint64_t offset, std::span<std::byte> into) {
                auto read = inner.read_at(offset, into);
                if (read) invert(into);
                return read;
            }
        };
        S* inner;
        wherry::result<void> expect(std::span<const std::string_view> names) { return inner->expect(names); }
        wherry::result<reader> open(std::string_view record) {
            auto opened = inner->open(record);
            if (!opened) return std::move(opened).error();
            return reader{*std::move(opened)};
        }
    };

    template <wherry::Sink S>
    static sink_for<S> encode(S& sink) {
        return {&sink};
    }
    template <wherry::Source S>
    static source_for<S> decode(S& source, const wherry::limits&) {
        return {&source};
    }
};

static_assert(wherry::VariableFilter<not_lr> && wherry::Layout<by_letter> && wherry::Annotation<flash_pages> && wherry::Codec<inverted>);

}  // namespace mine

#endif
