#ifndef WHERRY_FORMAT_FORMAT_HPP
#define WHERRY_FORMAT_FORMAT_HPP

#include <wherry/base/dtype.hpp>
#include <wherry/base/limits.hpp>
#include <wherry/base/number.hpp>
#include <wherry/base/policy_set.hpp>
#include <wherry/base/result.hpp>
#include <wherry/base/sequence.hpp>
#include <wherry/policy/layout.hpp>
#include <wherry/record/any_reader.hpp>
#include <wherry/record/load_plan.hpp>
#include <wherry/record/record_check.hpp>
#include <wherry/record/record_index.hpp>
#include <wherry/record/save_plan.hpp>
#include <wherry/tensor/tensor.hpp>
#include <wherry/version.hpp>

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace wherry::inline WHERRY_ABI {

/// The abilities of a format. The defaults are those of a file of many arrays, stored as they are under their names.
struct format_facts {
    bool annotates = false;           ///< `annotate` has a place in it
    bool holds_names = true;          ///< otherwise arrays are told apart by their order
    bool holds_many = true;           ///< otherwise a record is one array
    bool holds_lod = false;           ///< otherwise LoD is not kept
    bool fills_many_records = false;  ///< one file per variable makes sense
    bool known_sizes = true;          ///< sizes and positions follow from element types and dims alone: several writers can fill a file
    bool lends = true;                ///< elements lie in the file as in memory, so that `mapped` may lend them
    std::string_view suffix{};        ///< of the file of one variable
};

namespace detail {
template <class F>
concept SaysFacts = requires {
    { F::facts } -> std::convertible_to<format_facts>;
};
template <class F>
concept IndexesRecords = requires(const F& format, any_reader& reader, const listing_request& request) {
    { format.index(reader, request) } -> std::same_as<result<record_listing>>;
};
}  // namespace detail

/// How arrays lie in a record: a file, or bytes in memory. A format states its `facts` and has two functions, which may use what state
/// the format holds:
/// - `index(reader, request)` lists the arrays of a record by its headers. Elements are read, lent or decoded by whoever asked.
/// - `plan(into, tensors, caps)` adds what one record is made of to a plan. Names, element types and bytes are known to be good
///   (`check_tensor`, `holds`); what else the format cannot hold is an error. Elements are added by `add_elements` and looked at by `visit`,
///   since those of a tensor with a source are not in memory. A format without `plan` only reads.
///
/// Optional: `holds(dtype)`, when not every element type has a place; `recognises(head, size_bytes)`, for `format::any_of`.
template <class F>
concept Format = Named<F> && detail::SaysFacts<F> && detail::IndexesRecords<F>;

/// A format that saves, too.
template <class F>
concept WritableFormat = Format<F> && requires(const F& format, save_plan& into, std::span<const tensor_ref> tensors, const limits& caps) {
    { format.plan(into, tensors, caps) } -> std::same_as<result<void>>;
};

namespace kinds {
/// How arrays lie in a file: a `Format`.
struct format {
    template <class P>
    static constexpr bool check() noexcept {
        static_assert(detail::SaysFacts<P>,
                      "wherry: format: needs `static constexpr wherry::format_facts facts` (see wherry/format/format.hpp)");
        static_assert(detail::IndexesRecords<P>,
                      "wherry: format: needs `result<record_listing> index(any_reader&, const listing_request&) const`");
        return Format<P>;
    }
};
}  // namespace kinds

namespace detail {
template <class F, class L>
constexpr bool fits_layout() noexcept {
    static_assert(F::facts.fills_many_records || L::single_record,
                  "wherry: this format has all arrays in one file: use layout::combined (see wherry/format/format.hpp)");
    return true;
}

template <Format F>
constexpr any_format erased_format(const F& format) noexcept {
    return {&format, [](const void* held, any_reader& reader, const listing_request& request) {
                return static_cast<const F*>(held)->index(reader, request);
            }};
}

/// A format that saves, as one type.
struct any_planner {
    const void* format = nullptr;
    result<void> (*plan)(const void* format, save_plan& into, std::span<const tensor_ref> tensors, const limits& caps) = nullptr;
    bool (*holds)(DType dtype) noexcept = nullptr;  ///< null: every element type
    std::string_view name{};
    std::string_view suffix{};
    bool holds_many = true;
};
template <WritableFormat F>
constexpr any_planner planner_of(const F& format) noexcept {
    any_planner made{&format,
                     [](const void* held, save_plan& into, std::span<const tensor_ref> tensors, const limits& caps) {
                         return static_cast<const F*>(held)->plan(into, tensors, caps);
                     },
                     nullptr,
                     F::name,
                     F::facts.suffix,
                     F::facts.holds_many};
    if constexpr (requires(DType dtype) { F::holds(dtype); }) made.holds = [](DType dtype) noexcept -> bool { return F::holds(dtype); };
    return made;
}

/// Errors: mixed_kinds for SelectedRows, which only Paddle's streams hold; bad_dtype.
inline result<void> check_held(const any_planner& format, std::span<const tensor_ref> tensors) {
    for (const auto& one : tensors) {
        if (one.rows != nullptr) return rows_among_others(one.name);
        if (format.holds != nullptr && !format.holds(one.dtype))
            return failure(errc::bad_dtype, {format.name, " has no such element type"}).of_variable(one.name).found(name_of(one.dtype));
    }
    return {};
}

/// Errors: unsupported for elements with a source that the format did not ask for: it takes `tensor_ref::bytes`.
inline result<void> check_taken(std::span<const tensor_ref> tensors, std::size_t visits, std::string_view format) {
    const auto with_source = std::count_if(tensors.begin(), tensors.end(), [](const tensor_ref& one) { return one.source != nullptr; });
    if (std::cmp_greater_equal(visits, with_source)) return {};
    return failure(errc::unsupported, {format, " takes elements in memory alone: a format adds them by add_elements"});
}

/// Errors: those of `save_plan::make` and of the format.
template <Layout L>
result<save_plan> plan_by(const any_planner& format, std::span<const tensor_ref> tensors, const L& layout, const limits& caps) {
    auto records = checked_records(tensors, layout, caps);
    if (!records) return records.failure();
    if (auto checked = check_held(format, tensors); !checked) return checked.failure();
    save_plan plan;
    for (auto& held : *records) {
        if (!format.holds_many && held.tensors.size() > 1)
            return failure(errc::bad_argument, {"a file of ", format.name, " is one array: use layout::per_file"})
                .expected("1 array")
                .found({decimal(held.tensors.size()), " arrays"});
        std::sort(held.tensors.begin(), held.tensors.end());  // as they were given
        sequence<tensor_ref> of_record;
        of_record.reserve(held.tensors.size());
        for (const auto at : held.tensors) of_record.push_back(tensors[at]);
        plan.begin_record(L::single_record ? std::string() : std::move(held.name) + std::string(format.suffix));
        const auto before = plan.visits();
        if (auto planned = format.plan(format.format, plan, of_record, caps); !planned) return planned.failure();
        if (auto taken = check_taken(of_record, plan.visits() - before, format.name); !taken) return taken.failure();
    }
    if (auto checked = plan.checked(); !checked) return checked.failure();
    return plan;
}

template <Layout L, Format F>
constexpr record_rules rules_of_format(const F& format) noexcept {
    return {.single_record = L::single_record,
            .tolerates_trailing_bytes = tolerates_trailing_bytes<L>,
            .format = erased_format(format),
            .suffix = F::facts.suffix,
            .place = place_arrays};
}
}  // namespace detail

}  // namespace wherry::inline WHERRY_ABI

#endif
