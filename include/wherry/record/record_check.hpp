#ifndef WHERRY_RECORD_RECORD_CHECK_HPP
#define WHERRY_RECORD_RECORD_CHECK_HPP

#include <wherry/base/limits.hpp>
#include <wherry/base/order.hpp>
#include <wherry/base/result.hpp>
#include <wherry/base/sequence.hpp>
#include <wherry/policy/layout.hpp>
#include <wherry/version.hpp>

#include <cstddef>
#include <span>
#include <string_view>

namespace wherry::inline WHERRY_ABI {

namespace detail {
/// Errors: bad_name.
inline result<void> check_each_name(std::span<const std::string_view> names, const limits& caps) {
    for (const auto name : names)
        if (name.empty() || name.size() > caps.name_bytes || name.find('\0') != std::string_view::npos)
            return failure(errc::bad_name, "a tensor's name is empty, too long or holds a NUL").of_variable(name.substr(0, 64));
    return {};
}
/// Errors: duplicate_name.
inline result<void> check_distinct(std::span<const std::string_view> names, std::span<const std::size_t> order) {
    if (const auto twice = find_repeated(names, order); twice != names.size())
        return failure(errc::duplicate_name, "two tensors have one name").of_variable(names[twice]);
    return {};
}
}  // namespace detail

/// Checks names of tensors: 1 to `name_bytes` bytes, no NUL, each once. Errors: bad_name, duplicate_name.
inline result<void> check_tensor_names(std::span<const std::string_view> names, const limits& caps = {}) {
    if (auto checked = detail::check_each_name(names, caps); !checked) return checked;
    return detail::check_distinct(names, order_of(names));
}

namespace detail {
/// Every index in exactly one record; a single record is single and has no name. Errors: bad_argument.
inline result<void> check_records(std::span<const record> records, std::span<const std::string_view> names, std::string_view layout,
                                  bool single) {
    const auto wrong = [&](const char* message, std::string_view name = {}) {
        return failure(errc::bad_argument, message).of_variable(name).of_op(layout);
    };
    sequence<bool> placed(names.size(), false);
    for (const auto& held : records)
        for (const auto at : held.tensors) {
            if (at >= names.size()) return wrong("a layout names a tensor that does not exist");
            if (placed[at]) return wrong("a layout puts a tensor into two records", names[at]);
            placed[at] = true;
        }
    for (std::size_t i = 0; i < names.size(); ++i)
        if (!placed[i]) return wrong("a layout leaves out a tensor", names[i]);
    if (single && (records.size() != 1 || !records.front().name.empty()))
        return wrong("a layout of a single record gives another number, or a name");
    return {};
}
}  // namespace detail

/// Checks names, asks a layout and checks the answer, since users write layouts too.
/// Errors: those of `check_tensor_names`; bad_argument when a tensor is in no record or in two, or when a single record is not single or has
/// a name.
template <Layout L>
result<sequence<record>> records_of(std::span<const std::string_view> names, const L& layout = {}, const limits& caps = {}) {
    // Sorted once: by the layout that says that it does, which is asked about names that repeat, or here.
    auto checked = sorts_by_name<L> ? detail::check_each_name(names, caps) : check_tensor_names(names, caps);
    if (!checked) return checked.failure();
    sequence<record> records = layout.records(names);
    checked = detail::check_records(records, names, L::name, L::single_record);
    if (checked && sorts_by_name<L>) checked = detail::check_distinct(names, records.front().tensors);
    if (!checked) return checked.failure();
    return records;
}

}  // namespace wherry::inline WHERRY_ABI

#endif
