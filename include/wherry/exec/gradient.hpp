#ifndef WHERRY_EXEC_GRADIENT_HPP
#define WHERRY_EXEC_GRADIENT_HPP

#include <wherry/base/sequence.hpp>
#include <wherry/program/operator.hpp>
#include <wherry/version.hpp>

#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace wherry::inline WHERRY_ABI {

/// "x@GRAD". Source: framework/operator.h, kGradVarSuffix.
inline std::string grad_name(std::string_view variable) { return std::string(variable) + "@GRAD"; }
/// In a list of gradients: nobody needs this one. Source: kEmptyVarName.
inline constexpr std::string_view empty_var_name = "@EMPTY@";

namespace detail {
/// The implementation of a gradient operator. (exec/op_list.hpp)
template <class Op>
const op_info& gradient_implementation() noexcept;
}  // namespace detail

/// One gradient operator under construction. Slot and variable names come from the forward operator.
class gradient_op {
  public:
    [[gnu::noinline, gnu::cold]] gradient_op(std::string_view type, const Operator& forward, const op_info* implementation = nullptr)
        : forward_(forward), implementation_(implementation) {
        desc_.type = type;
        desc_.attrs = forward.desc().attrs;
    }

    /// Passes a forward input or output on.
    [[gnu::noinline, gnu::cold]] gradient_op& reads(std::string_view slot) {
        const auto names = forward_.input(slot).empty() ? forward_.output(slot) : forward_.input(slot);
        return add(desc_.inputs, std::string(slot), {names.begin(), names.end()});
    }
    /// Passes the gradient of a forward output on.
    [[gnu::noinline, gnu::cold]] gradient_op& reads_grad(std::string_view slot) {
        return add(desc_.inputs, grad_name(slot), grads(forward_.output(slot)));
    }
    /// Makes the gradient of a forward input.
    [[gnu::noinline, gnu::cold]] gradient_op& makes_grad(std::string_view slot) {
        return add(desc_.outputs, grad_name(slot), grads(forward_.input(slot)));
    }

    /// Names given outright, for gradients that are other operators.
    gradient_op& reads(std::string_view slot, sequence<std::string> names) {
        return add(desc_.inputs, std::string(slot), std::move(names));
    }
    gradient_op& makes(std::string_view slot, sequence<std::string> names) {
        return add(desc_.outputs, std::string(slot), std::move(names));
    }

    /// The forward operator's attributes are not copied. (The role attributes are set by append_backward.)
    gradient_op& without_attributes() { return desc_.attrs.clear(), *this; }
    [[gnu::noinline, gnu::cold]] gradient_op& with(Attr attr) {
        erase_if(desc_.attrs, [&](const Attr& held) { return held.name == attr.name; });
        desc_.attrs.push_back(std::move(attr));
        return *this;
    }

    /// Slots are sorted by name, as the reference writes them.
    [[nodiscard]] Operator take() && {
        Operator::sort(desc_.inputs);
        Operator::sort(desc_.outputs);
        return Operator(std::move(desc_), implementation_);
    }

  private:
    [[gnu::noinline, gnu::cold]] static sequence<std::string> grads(std::span<const std::string> names) {
        sequence<std::string> made;
        for (const auto& name : names) made.push_back(grad_name(name));
        return made;
    }
    [[gnu::noinline, gnu::cold]] gradient_op& add(Operator::slots& slots, std::string slot, sequence<std::string> names) {
        auto& made = slots.emplace_back();
        made.parameter = std::move(slot);
        made.arguments = std::move(names);
        return *this;
    }

    const Operator& forward_;
    wire::OpDesc<> desc_;
    const op_info* implementation_;
};

/// The view of an operator's `gradient`: the forward operator, and room for the operators that undo it.
class gradient_maker {
  public:
    explicit gradient_maker(const Operator& forward) : forward_(forward) {}
    [[nodiscard]] const Operator& forward() const noexcept { return forward_; }
    /// Appends an operator that the program then carries: `g.append<op::mul_grad>()`. `Op` must be complete: a gradient's struct comes
    /// before its operator's.
    template <class Op>
    gradient_op& append() {
        return append(Op::type, &detail::gradient_implementation<Op>());
    }
    /// By type alone: a training program runs such an operator only where a list names it.
    [[gnu::noinline, gnu::cold]] gradient_op& append(std::string_view type, const op_info* implementation = nullptr) {
        return ops_.emplace_back(type, forward_, implementation);
    }
    [[nodiscard]] sequence<gradient_op>& ops() noexcept { return ops_; }

  private:
    const Operator& forward_;
    sequence<gradient_op> ops_;
};

}  // namespace wherry::inline WHERRY_ABI

#endif
