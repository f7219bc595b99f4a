#ifndef WHERRY_FORMAT_PICKLE_WRITE_HPP
#define WHERRY_FORMAT_PICKLE_WRITE_HPP

#include <wherry/base/number.hpp>
#include <wherry/base/result.hpp>
#include <wherry/base/sequence.hpp>
#include <wherry/base/utf8.hpp>
#include <wherry/format/pickle/emitter.hpp>
#include <wherry/format/pickle/extra.hpp>
#include <wherry/format/pickle/keep.hpp>
#include <wherry/format/pickle/write_kept.hpp>
#include <wherry/record/save_plan.hpp>
#include <wherry/tensor/tensor.hpp>
#include <wherry/version.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <utility>

namespace wherry::inline WHERRY_ABI::pickle {

namespace detail {
/// A part of an array that is too large for its protocol.
struct slice {
    std::string name;
    array_data data;
    std::uint64_t count;
};

inline sequence<slice> slices_of(const tensor_ref& tensor, const write_options& options) {
    const auto width = size_of(tensor.dtype);
    const auto most = std::max<std::uint64_t>(options.cut_bytes / width, 1);
    sequence<slice> made;
    for (std::uint64_t at = 0; at < tensor.dims.count(); at += most) {
        const auto count = std::min<std::uint64_t>(most, tensor.dims.count() - at);
        made.push_back(
            {std::string(tensor.name) + "@@." + std::string(decimal(made.size()).view()), {&tensor, at * width, count * width}, count});
    }
    return made;
}

/// Source: paddle/framework/io_utils.py, _unpack_saved_dict.
inline void describe(emitter& out, std::span<const tensor_ref* const> cut, std::span<const sequence<std::uint32_t>> slots) {
    out.text(big_parameters_key);
    const auto top = out.begin_dict(cut.size());
    auto shape_key = emitter::none;
    auto slices_key = emitter::none;
    for (std::size_t i = 0; i < cut.size(); ++i) {
        out.text(cut[i]->name);
        const auto all = out.begin_dict(2);
        out.text_once("OriginShape", shape_key);
        out.shape(cut[i]->dims);
        out.end_item();
        out.text_once("slices", slices_key);
        out.list(slots[i].size(), [&](std::size_t at) { out.got(slots[i][at]); });
        out.end_item();
        out.end_dict(all);
        out.end_item();
    }
    out.end_dict(top);
}

/// Source: paddle/framework/io.py, _build_saved_state_dict.
inline void tell_names(emitter& out, const kept_writer& kept, const structured_names& names) {
    out.text(structured_names_key);
    const auto top = out.begin_dict(names.size());
    for (const auto& one : names) {
        auto key = kept.slot_of(one.structured);
        out.text_once(one.structured, key);
        out.text(one.parameter);
        out.end_item();
    }
    out.end_dict(top);
}

inline result<void> emit(save_plan& into, std::span<const tensor_ref> tensors, const write_options& options, const extra& beside) {
    emitter out(options, into);
    kept_writer kept(out, into, beside, tensors);
    if (auto checked = kept.check(); !checked) return checked;
    sequence<const tensor_ref*> cut;
    const bool may_cut = options.cut && options.protocol < 4;
    for (std::size_t i = 0; i < tensors.size(); ++i) {
        const auto& tensor = tensors[i];
        const bool large = may_cut && !kept.is_nested(i) && tensor.dims.count() > options.cut_bytes / size_of(tensor.dtype);
        if (large) cut.push_back(&tensor), kept.leave_out(i);
        else if (options.protocol < 4 && tensor.size_bytes() > most_bytes(options.protocol))
            return failure(errc::too_large, "an array is too large for this protocol")
                .of_variable(tensor.name)
                .expected(most_bytes(options.protocol))
                .found(tensor.size_bytes());
    }
    const auto& names = beside.structured_names;
    const bool has_table = beside.has_names_table || !names.empty();
    if (kept.is_whole()) kept.write();
    else {
        sequence<sequence<slice>> slices;
        std::size_t count = kept.item_count() + (cut.empty() ? 0 : 1) + (has_table ? 1 : 0);
        for (const auto* tensor : cut) count += slices.emplace_back(slices_of(*tensor, options)).size();
        (void)out.begin_dict(count, kept.is_ordered());
        kept.write_items();
        sequence<sequence<std::uint32_t>> slots;
        for (std::size_t i = 0; i < cut.size(); ++i) {
            auto& held = slots.emplace_back();
            for (const auto& part : slices[i]) {
                held.push_back(out.text(part.name));
                out.array(cut[i]->dtype, {static_cast<std::int64_t>(part.count)}, part.data);
                out.end_item();
            }
        }
        if (has_table) tell_names(out, kept, names), out.end_item();
        if (!cut.empty()) describe(out, cut, slots), out.end_item();
    }
    const auto stretches = out.finish();
    const auto bytes = into.keep(out.take_buffer());
    for (const auto& held : stretches) {
        if (held.later.tensor.source != nullptr) into.print_later(held.later, held.printed_bytes);
        else into.point_at(held.outside.empty() ? as_bytes(bytes.substr(held.begin, held.end - held.begin)) : held.outside);
    }
    return {};
}
}  // namespace detail

/// Adds arrays as a pickle to a plan, each in its place among the objects that `beside` keeps: an array without a place there comes after
/// the items of the outermost dict, and a place whose array is not given is left out of its dict. Elements of protocol 3 and 4 that are 64 KiB and more are only pointed at; protocol 2 writes bytes
/// of 0x80 and more as two. Errors: bad_argument for another protocol; bad_name; too_large for an array that the protocol has no room for.
inline result<void> plan(save_plan& into, std::span<const tensor_ref> tensors, const write_options& options, const extra& beside = {}) {
    if (options.protocol < 2 || options.protocol > 4)
        return failure(errc::bad_argument, {"Expected 1<'protocol'<5, but received protocol=", decimal(options.protocol)})
            .expected("2 to 4")
            .found(options.protocol);
    if (options.python2 && options.protocol != 2)
        return failure(errc::bad_argument, "Python 2 writes protocol 2 only").found(options.protocol);
    for (const auto& tensor : tensors)
        if (!is_utf8(tensor.name))
            return failure(errc::bad_name, "a name in a pickle must be UTF-8").of_variable(tensor.name.substr(0, 64));
    return detail::emit(into, tensors, options, beside);
}

}  // namespace wherry::inline WHERRY_ABI::pickle

#endif
