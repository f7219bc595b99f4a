#ifndef WHERRY_LAYERS_ACT_NAME_HPP
#define WHERRY_LAYERS_ACT_NAME_HPP

#include <wherry/base/result.hpp>
#include <wherry/exec/op/activation.hpp>
#include <wherry/exec/op/softmax.hpp>
#include <wherry/exec/op/unary.hpp>
#include <wherry/exec/op_list.hpp>
#include <wherry/version.hpp>

#include <string_view>

namespace wherry::inline WHERRY_ABI::layers {

/// The operators that `act` of a layer may name.
using activations = op_list<op::relu, op::sigmoid, op::softmax, op::sqrt, op::square, op::tanh, op::relu6, op::leaky_relu, op::hard_sigmoid,
                            op::hard_swish, op::swish, op::silu, op::mish, op::gelu, op::elu, op::softplus, op::exp, op::log, op::abs>;

/// The activation of a layer, or none: `{.size = 10, .act = "softmax"}`. The compiler looks a literal up, so that no other activation is
/// compiled; a name that is known when the program runs is looked up by `act_name<>::of(name)`, which compiles all of them.
template <carries C = carries::gradients>
class act_name {
  public:
    constexpr act_name() noexcept = default;
    consteval act_name(const char* type) : type_(type) {  // NOLINT(google-explicit-constructor): a string names an activation
#ifndef WHERRY_COMPILED                                   // there the library has them all, and looks them up by itself
        op_ = among(activations(), type);
#endif
    }
    /// `type` is borrowed.
    static act_name of(std::string_view type) {
        act_name made;
        made.type_ = type;
        made.op_ = find_op(table(), type);
        return made;
    }

    [[nodiscard]] constexpr bool empty() const noexcept { return type_.empty(); }
    /// Errors: unknown_op.
    [[nodiscard]] result<const op_info*> implementation() const {
        const auto* op = op_;
#ifdef WHERRY_COMPILED
        if (op == nullptr) op = find_op(table(), type_);
#endif
        if (op != nullptr) return op;
        return failure(errc::unknown_op, {"Operator \"", type_, "\" has not been registered."}).of_op(type_);
    }

  private:
    template <class... Ops>
    static consteval const op_info* among(op_list<Ops...>, std::string_view type) {
        const op_info* found = nullptr;
        ((Ops::type == type ? void(found = &implementation_of<Ops, C>) : void()), ...);
        return found;
    }
    static constexpr op_table table() noexcept {
        if constexpr (C == carries::gradients) return activations::table;
        else return activations::run_table;
    }

    std::string_view type_;
    const op_info* op_ = nullptr;
};

}  // namespace wherry::inline WHERRY_ABI::layers

#endif
