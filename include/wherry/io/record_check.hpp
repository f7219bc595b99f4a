#ifndef WHERRY_IO_RECORD_CHECK_HPP
#define WHERRY_IO_RECORD_CHECK_HPP

#include <wherry/base/limits.hpp>
#include <wherry/base/order.hpp>
#include <wherry/base/result.hpp>
#include <wherry/policy/layout.hpp>

#include <algorithm>
#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

namespace wherry::inline v0 {

/// Checks names of tensors: 1 to `name_bytes` bytes, no NUL, each once. Errors: bad_name, duplicate_name.
inline result<void> check_tensor_names(std::span<const std::string_view> names, const limits& caps = {}) {
    for (const auto name : names)
        if (name.empty() || name.size() > caps.name_bytes || name.find('\0') != std::string_view::npos)
            return error{
                .code = errc::bad_name, .message = "a tensor's name is empty, too long or holds a NUL", .variable = name.substr(0, 64)};
    if (const auto twice = find_repeated(names); twice != names.size())
        return error{.code = errc::duplicate_name, .message = "two tensors have one name", .variable = names[twice]};
    return {};
}

/// Asks a layout and checks the answer, since users write layouts too.
/// Errors: bad_argument when a tensor is in no record or in two, or when a single record is not single or has a name.
template <Layout L>
result<std::vector<record>> records_of(std::span<const std::string_view> names, const L& layout = {}) {
    auto records = layout.records(names);
    const auto wrong = [](std::string_view message, std::string_view name = {}) {
        return error{.code = errc::bad_argument, .message = message, .variable = name, .op = L::name};
    };
    std::vector<bool> placed(names.size(), false);
    for (const auto& held : records)
        for (const auto at : held.tensors) {
            if (at >= names.size()) return wrong("a layout names a tensor that does not exist");
            if (placed[at]) return wrong("a layout puts a tensor into two records", names[at]);
            placed[at] = true;
        }
    if (const auto lost = std::find(placed.begin(), placed.end(), false); lost != placed.end())
        return wrong("a layout leaves out a tensor", names[static_cast<std::size_t>(lost - placed.begin())]);
    if (L::single_record && (records.size() != 1 || !records.front().name.empty()))
        return wrong("a layout of a single record gives another number, or a name");
    return records;
}

}  // namespace wherry::inline v0

#endif
