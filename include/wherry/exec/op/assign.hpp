#ifndef WHERRY_EXEC_OP_ASSIGN_HPP
#define WHERRY_EXEC_OP_ASSIGN_HPP

#include <wherry/base/result.hpp>
#include <wherry/base/sequence.hpp>
#include <wherry/exec/op_list.hpp>
#include <wherry/version.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace wherry::inline WHERRY_ABI::op {

namespace detail {

/// The elements of an input as they are, whatever their type. In one memory, or in two.
inline void copy_elements(const run_context& c, std::size_t in_slot, std::size_t out_slot) {
    const auto from = c.in_bytes(in_slot);
    const auto to = c.out_bytes(out_slot);
    if (to.data() != from.data()) std::copy_n(from.begin(), std::min(from.size(), to.size()), to.begin());
}

/// Names of gradients, for an operator whose gradient is an operator of its own kind.
[[gnu::cold]] inline sequence<std::string> grad_names(std::span<const std::string> variables) {
    sequence<std::string> made;
    for (const auto& name : variables) made.push_back(grad_name(name));
    return made;
}

}  // namespace detail

/// A copy. Shapes: X and Out alike, any element type. Source: paddle operator `assign`.
struct assign {
    static constexpr std::string_view type = "assign";
    static constexpr std::array inputs = {slot{"X"}};
    static constexpr std::array outputs = {slot{"Out"}};
    static constexpr bool keeps_dims = true;
    using attributes = no_attributes;

    [[gnu::cold]] static result<void> infer(const attributes&, infer_context& c) {
        c.set_out(0, c.in(0).with(c.in(0).dims));
        return {};
    }
    /// A copy the other way.
    [[gnu::cold]] static void gradient(gradient_maker& g) {
        const auto& op = g.forward();
        g.append<assign>().reads("X", detail::grad_names(op.output("Out"))).makes("Out", detail::grad_names(op.input("X")));
    }
    static result<void> run(const attributes&, run_context& c) {
        detail::copy_elements(c, 0, 0);
        return {};
    }
};

}  // namespace wherry::inline WHERRY_ABI::op

#endif
