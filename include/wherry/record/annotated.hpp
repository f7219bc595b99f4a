#ifndef WHERRY_RECORD_ANNOTATED_HPP
#define WHERRY_RECORD_ANNOTATED_HPP

#include <wherry/base/lod.hpp>
#include <wherry/base/result.hpp>
#include <wherry/policy/annotate.hpp>
#include <wherry/record/save_plan.hpp>
#include <wherry/tensor/tensor.hpp>
#include <wherry/version.hpp>
#include <wherry/wire/annotation.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

/// Annotations on their way into and out of records.
namespace wherry::inline WHERRY_ABI::detail {

/// The header of a tensor under the rules of an archive: a `header_maker`.
template <annotation_rules Rules>
void annotated_header(byte_buffer& out, const tensor_ref& tensor, std::uint64_t offset) {
    const LoD none;
    wire::annotation_wishes wishes{.name = {}, .data_checksum = {}, .alignment = Rules.alignment};
    if constexpr (Rules.names) wishes.name = tensor.name;
    if constexpr (Rules.checksums) wishes.data_checksum = crc32c(as_chars(tensor.bytes));
    wire::append_annotated_header(out, tensor.dtype, tensor.dims, tensor.lod != nullptr ? *tensor.lod : none, offset, wishes);
}

/// How an archive with these rules writes headers. One without annotations knows nothing of them.
template <annotation_rules Rules>
constexpr header_maker header_maker_of() noexcept {
    if constexpr (Rules.any()) return annotated_header<Rules>;
    else return plain_header;
}

/// Notes of a loader about a header.
struct note {
    std::string name;
    std::optional<std::uint32_t> data_checksum;
};

/// The name that a broken header had: the one it shows, unless another makes its checksum right.
inline std::string_view name_before(std::string_view header, const wire::annotation& held, std::span<const std::string_view> candidates) {
    if (!held.header_checksum || held.name.empty()) return held.name;
    for (const auto name : candidates) {
        if (name.size() != held.name.size()) continue;
        std::string mended(header);
        mended.replace(static_cast<std::size_t>(held.name.data() - header.data()), name.size(), name);
        if (wire::check_header(mended, held)) return name;
    }
    return held.name;
}

/// Reads the annotation of a header whose stream starts at `offset`. A checksum that is there is checked, whatever the rules ask.
/// Errors: missing_required for what the rules ask and the header lacks, bad_checksum, those of `wire::read_annotation`; the variable is the
/// best that can be known.
inline result<note> note_of(std::string_view header, annotation_rules rules, std::uint64_t offset,
                            std::span<const std::string_view> candidates) {
    const auto held = wire::read_annotation(header);
    if (!held) return held.failure().shifted(offset);
    if (rules.checksums || held->header_checksum)
        if (auto checked = wire::check_header(header, *held); !checked) {
            auto broken = std::move(checked).error();
            broken.offset = offset;
            return std::move(broken).of_variable(name_before(header, *held, candidates));
        }
    if (rules.names && held->name.empty()) return failure(errc::missing_required, "a tensor has no name").at(offset).expected("a name");
    return note{std::string(held->name), held->data_checksum};
}

}  // namespace wherry::inline WHERRY_ABI::detail

#endif
