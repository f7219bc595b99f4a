#ifndef WHERRY_RECORD_SELECTED_ROWS_HPP
#define WHERRY_RECORD_SELECTED_ROWS_HPP

#include <wherry/base/limits.hpp>
#include <wherry/base/result.hpp>
#include <wherry/base/sequence.hpp>
#include <wherry/record/byte_order.hpp>
#include <wherry/record/save_plan.hpp>
#include <wherry/record/whole_record.hpp>
#include <wherry/tensor/selected_rows.hpp>
#include <wherry/tensor/tensor.hpp>
#include <wherry/version.hpp>
#include <wherry/wire/selected_rows.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <type_traits>
#include <utility>

namespace wherry::inline WHERRY_ABI {

/// Saves SelectedRows as a record of their own, the only form there is for them: `save_selected_rows(g, disk{"dir/w@GRAD"})`.
/// Errors: not_initialized, those of `check_tensor` (nothing is written); those of the sink.
template <class S>
    requires Sink<std::remove_reference_t<S>>
auto save_selected_rows(const SelectedRows& held, S&& sink, durability_steps how = atomic::steps) -> decltype(sink.finish()) {
    if (!held.value.is_initialized()) return failure(errc::not_initialized, "the values of SelectedRows are not there yet");
    const auto tensor = held.ref({});
    if (auto checked = check_tensor(tensor); !checked) return checked.failure();
    save_plan plan;
    plan.begin_record();
    plan.add_stream(tensor);
    return write(plan, sink, how);
}

namespace detail {
/// SelectedRows of some bytes, and where they end.
struct parsed_rows {
    SelectedRows rows;
    std::uint64_t end = 0;
};
inline result<parsed_rows> parse_selected_rows(std::string_view bytes, const limits& caps) {
    byte_cursor in(bytes);
    auto header = wire::read_selected_rows_header(in, caps);
    if (!header) return header.failure();
    const auto values = in.take(header->value.data_bytes, "the values of SelectedRows are cut short");
    if (!values) return values.failure();
    parsed_rows made{{std::move(header->rows), header->height, {}}, in.offset()};
    if (!made.rows.value.try_resize(header->value.dtype, header->value.dims)) return out_of_memory(values->size());
    const auto into = made.rows.value.bytes();
    std::copy_n(as_bytes(*values).begin(), into.size(), into.begin());
    elements_from_file(made.rows.value.dtype(), into);
    return made;
}
}  // namespace detail

/// Loads SelectedRows from a record of their own. Bytes after the values are ignored, as the reference does.
/// Errors: those of `wire::read_selected_rows_header` and of the source; truncated when the values are not all there.
template <class S>
    requires Source<std::remove_reference_t<S>> result<SelectedRows> load_selected_rows(S&& source, const limits& caps = {}) {
        const auto file = read_whole(source, caps.arena_bytes);
        if (!file) return file.failure();
        auto parsed = detail::parse_selected_rows(file->bytes, caps);
        if (!parsed) return parsed.failure().in_file(file->path);
        return std::move(parsed->rows);
    }

}  // namespace wherry::inline WHERRY_ABI

#endif
