#ifndef WHERRY_EXEC_OP_CONDITIONAL_BLOCK_HPP
#define WHERRY_EXEC_OP_CONDITIONAL_BLOCK_HPP

#include <wherry/base/dtype.hpp>
#include <wherry/base/result.hpp>
#include <wherry/base/sequence.hpp>
#include <wherry/exec/op_list.hpp>
#include <wherry/version.hpp>

#include <array>
#include <string>
#include <string_view>

namespace wherry::inline WHERRY_ABI::op {

/// Attributes of `conditional_block`, and their defaults. `sub_block`, which names the block, is read where a run is planned.
struct conditional_block_attributes {
    bool is_scalar_condition = false;
    sequence<std::string> skip_eager_deletion_vars;

    template <class Self, class Visitor>
    static void visit(Self& self, Visitor& attr) {
        attr("is_scalar_condition", self.is_scalar_condition);
        attr("skip_eager_deletion_vars", self.skip_eager_deletion_vars);
    }
};

/// Runs the operators of a block where a condition holds; where it does not, what the block would write stays as it is. It has no gradient.
/// Shapes: Cond one BOOL; what the block writes outside of itself was there before, in the same dims. Errors: unsupported (a condition that
/// asks whether inputs are empty), dtype_mismatch, shape_mismatch, bad_attribute, not_initialized.
/// Source: paddle operator `conditional_block`.
struct conditional_block {
    static constexpr std::string_view type = "conditional_block";
    static constexpr bool is_conditional = true;
    static constexpr std::array inputs = {slot{"Cond"}, slot{"Input", slot_arity::any}};
    static constexpr std::array outputs = {slot{"Out", slot_arity::any}, slot{"Scope", slot_arity::any}};
    using attributes = conditional_block_attributes;

    [[gnu::cold]] static result<void> infer(const attributes& a, infer_context& c) {
        if (!a.is_scalar_condition)
            return c.fail(errc::unsupported, "a condition that asks whether its inputs are empty is not supported",
                          "is_scalar_condition = true");
        if (c.building()) return {};
        if (c.in(0).dtype != DType::BOOL)
            return c.fail(errc::dtype_mismatch, "Cond should be a bool", name_of(DType::BOOL), name_of(c.in(0).dtype));
        if (c.in(0).dims.element_count() != 1)
            return c.fail(errc::shape_mismatch, "Cond should have 1 element", "1 element", to_string(c.in(0).dims));
        return {};
    }
    /// The plan skips the block's steps; there is nothing else to do.
    static result<void> run(const attributes&, run_context&) { return {}; }
};

}  // namespace wherry::inline WHERRY_ABI::op

#endif
