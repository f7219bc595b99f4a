#ifndef WHERRY_FORMAT_FORMAT_HPP
#define WHERRY_FORMAT_FORMAT_HPP

#include <wherry/base/limits.hpp>
#include <wherry/base/policy_set.hpp>
#include <wherry/base/result.hpp>
#include <wherry/base/sequence.hpp>
#include <wherry/policy/layout.hpp>
#include <wherry/record/annotated.hpp>
#include <wherry/record/any_reader.hpp>
#include <wherry/record/load_plan.hpp>
#include <wherry/record/record_index.hpp>
#include <wherry/record/save_plan.hpp>
#include <wherry/tensor/tensor.hpp>
#include <wherry/version.hpp>

#include <concepts>
#include <span>
#include <string_view>

namespace wherry::inline WHERRY_ABI {

namespace kinds {
struct format;
}  // namespace kinds

namespace format {
/// Paddle's files: tensor streams one after another, in the order of their names. The only format with annotations and with records of
/// one variable each. Source: save_combine_op.cc, save_op.cc of Paddle 1.8.
struct streams {
    using kind = kinds::format;
    static constexpr std::string_view name = "streams";
    static constexpr bool annotates = true;
};
}  // namespace format

namespace detail {
template <class F>
concept SaysAnnotates = requires {
    { F::annotates } -> std::convertible_to<bool>;  // whether `annotate` has a place in it
};
template <class F>
concept PlansItself = std::same_as<F, format::streams> || requires(std::span<const tensor_ref> tensors, const limits& caps) {
    { F::plan(tensors, caps) } -> std::same_as<result<save_plan>>;
};
template <class F>
concept IndexesItself = std::same_as<F, format::streams> || requires(any_reader& reader, const limits& caps) {
    { F::index(reader, caps) } -> std::same_as<result<sequence<indexed_array>>>;
};
}  // namespace detail

/// How arrays lie in a file. Beside Paddle's streams, a format keeps names, and the elements of all arrays as they are in memory:
/// - `plan(tensors, caps)` makes a record: its head, and the order of the elements after it (`save_plan::headed`). Names and elements
///   are known to be good (`check_tensor`); what the format cannot hold is an error.
/// - `index(reader, caps)` lists all arrays of a record by its headers alone. Elements are read, or lent, by whoever asked.
template <class F>
concept Format = Named<F> && detail::SaysAnnotates<F> && detail::PlansItself<F> && detail::IndexesItself<F>;

static_assert(Format<format::streams>);

namespace kinds {
/// How arrays lie in a file: a `Format`.
struct format {
    template <class P>
    static constexpr bool check() noexcept {
        static_assert(detail::SaysAnnotates<P>, "wherry: format: needs `static constexpr bool annotates` (see wherry/format/format.hpp)");
        static_assert(detail::PlansItself<P>,
                      "wherry: format: needs `static result<save_plan> plan(std::span<const tensor_ref>, const limits&)`");
        static_assert(detail::IndexesItself<P>,
                      "wherry: format: needs `static result<sequence<indexed_array>> index(any_reader&, const limits&)`");
        return Format<P>;
    }
};
}  // namespace kinds

namespace detail {
template <Format F, Layout L>
constexpr bool fits_layout() noexcept {
    static_assert(std::same_as<F, format::streams> || L::single_record,
                  "wherry: this format has all arrays in one file: use layout::combined (see wherry/format/format.hpp)");
    return true;
}

/// Errors: those of `save_plan::make`, and of the format.
template <Format F, annotation_rules Rules, Layout L>
result<save_plan> plan_of(std::span<const tensor_ref> tensors, const L& layout, const limits& caps) {
    static_assert(fits_layout<F, L>());
    if constexpr (std::same_as<F, format::streams>) {
        return save_plan::make(tensors, layout, caps, header_maker_of<Rules>());
    } else {
        sequence<std::string_view> names;
        names.reserve(tensors.size());
        for (const auto& one : tensors) {
            if (one.rows != nullptr) return rows_among_others(one.name);
            names.push_back(one.name);
        }
        if (auto checked = check_tensors(tensors, names, caps); !checked) return checked.failure();
        return F::plan(tensors, caps);
    }
}

template <Format F, Layout L, annotation_rules Rules>
constexpr record_rules rules_of_format() noexcept {
    static_assert(fits_layout<F, L>());
    if constexpr (std::same_as<F, format::streams>) return record_rules_of<L, Rules>();
    else return {.single_record = L::single_record, .index = F::index, .place = index_arrays};
}
}  // namespace detail

}  // namespace wherry::inline WHERRY_ABI

#endif
