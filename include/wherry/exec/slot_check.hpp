#ifndef WHERRY_EXEC_SLOT_CHECK_HPP
#define WHERRY_EXEC_SLOT_CHECK_HPP

#include <wherry/base/number.hpp>
#include <wherry/base/result.hpp>
#include <wherry/exec/gradient.hpp>
#include <wherry/exec/slot.hpp>
#include <wherry/program/operator.hpp>
#include <wherry/version.hpp>

#include <algorithm>
#include <span>
#include <string>

namespace wherry::inline WHERRY_ABI::detail {

/// The variables that a program names in a slot are as many as the operator takes. Errors: missing_slot.
inline result<void> check_arity(const slot& declared, std::span<const std::string> names) {
    const auto count = names.size();
    const bool required = declared.arity == slot_arity::one || declared.arity == slot_arity::many;
    const bool named = declared.arity != slot_arity::one || count == 0 || (!names[0].empty() && names[0] != empty_var_name);
    if (required && (count == 0 || !named))
        return error{.code = errc::missing_slot, .message = "an operator lacks a slot that it needs", .variable = declared.name};
    if (declared.arity != slot_arity::many && declared.arity != slot_arity::any && count > 1)
        return error{.code = errc::missing_slot,
                     .message = "a slot holds more variables than it takes",
                     .variable = declared.name,
                     .expected = "1",
                     .found = decimal(count)};
    return {};
}
/// The slots that a program uses are declared. Errors: unsupported.
inline result<void> check_known(std::span<const slot> declared, const Operator::slots& used) {
    for (const auto& held : used)
        if (!held.arguments.empty() &&
            std::none_of(declared.begin(), declared.end(), [&](const slot& s) { return s.name == held.parameter; }))
            return error{
                .code = errc::unsupported, .message = "an operator uses a slot that is not known here", .variable = held.parameter};
    return {};
}

}  // namespace wherry::inline WHERRY_ABI::detail

#endif
