#ifndef WHERRY_FORMAT_STREAMS_HPP
#define WHERRY_FORMAT_STREAMS_HPP

#include <wherry/base/limits.hpp>
#include <wherry/base/result.hpp>
#include <wherry/base/sequence.hpp>
#include <wherry/format/format.hpp>
#include <wherry/record/annotated.hpp>
#include <wherry/record/record_index.hpp>
#include <wherry/record/save_plan.hpp>
#include <wherry/record/stream_index.hpp>
#include <wherry/tensor/tensor.hpp>
#include <wherry/version.hpp>
#include <wherry/wire/annotation.hpp>
#include <wherry/wire/file_kind.hpp>

#include <concepts>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace wherry::inline WHERRY_ABI::format {

/// Paddle's files: tensor streams one after another, in the order of their names. The only format with annotations.
/// Source: save_combine_op.cc, save_op.cc of Paddle 1.8.
struct streams {
    using kind = kinds::format;
    static constexpr std::string_view name = "streams";
    static constexpr format_facts facts{.annotates = true, .holds_names = false, .holds_lod = true, .fills_many_records = true};

    static constexpr bool recognises(std::string_view head, std::uint64_t size_bytes) noexcept {
        return wire::kind_of(head, size_bytes) == wire::file_kind::tensors;
    }

    /// Streams with whatever annotations they have. Without names it stops after `request.count` of them; streams that have names are
    /// listed to the last byte. Errors: those of `stream_indexer::next` and `wire::read_annotation`; bad_checksum; missing_required where
    /// some streams have checksums and others have none: a flipped bit can hide an annotation as a whole.
    static result<record_listing> index(any_reader& reader, const listing_request& request) {
        byte_buffer window;
        stream_indexer indexer(reader, window, request.caps);
        record_listing made;
        bool named = false;
        do {
            auto next = indexer.next();
            if (!next) return next.failure();
            const auto header = indexer.header_bytes(*next);
            const auto held = wire::read_annotation(header);
            if (!held) return held.failure().shifted(next->stream_offset);
            indexed_array one{std::string(held->name), std::move(next->header)};
            const auto placed = [&](error wrong) {
                if (wrong.offset == no_offset) wrong.offset = next->stream_offset;
                return error(std::move(wrong).of_variable(one.name));
            };
            if (held->header_checksum)
                if (auto checked = wire::check_header(header, *held); !checked) return placed(checked.error());
            if (held->data_checksum) one.check = {detail::check_elements, *held->data_checksum};
            if (!made.arrays.empty() && (one.check.run == nullptr) != (made.arrays.front().check.run == nullptr))
                return detail::some_checksums(one.name, made.end_offset);
            named = named || !one.name.empty();
            made.arrays.push_back(std::move(one));
            made.end_offset = indexer.offset();
        } while (!indexer.at_end() && (named || made.arrays.size() < request.count));
        return made;
    }

    /// Errors: none; tensors are checked before.
    static result<void> plan(save_plan& into, std::span<const tensor_ref> tensors, const limits&) {
        for (const auto& one : tensors) into.add_stream(one);
        return {};
    }
};

static_assert(WritableFormat<streams>);

}  // namespace wherry::inline WHERRY_ABI::format

namespace wherry::inline WHERRY_ABI::detail {

/// Errors: those of `save_plan::make` and of the format.
template <annotation_rules Rules, Format F, Layout L>
result<save_plan> plan_of(const F& format, std::span<const tensor_ref> tensors, const L& layout, const limits& caps) {
    static_assert(fits_layout<F, L>());
    if constexpr (std::same_as<F, format::streams>) return save_plan::make(tensors, layout, caps, header_maker_of<Rules>());
    else return plan_by(planner_of(format), tensors, layout, caps);
}

/// The rules of a load. Paddle's streams have rules of their own: they are read in the order of the wanted, small ones with their headers.
template <annotation_rules Rules, Layout L, Format F>
constexpr record_rules rules_of(const F& format) noexcept {
    static_assert(fits_layout<F, L>());
    if constexpr (std::same_as<F, format::streams>) return record_rules_of<L, Rules>();
    else return rules_of_format<L>(format);
}

}  // namespace wherry::inline WHERRY_ABI::detail

#endif
