#ifndef WHERRY_LAYERS_BUILDER_BASE_HPP
#define WHERRY_LAYERS_BUILDER_BASE_HPP

#include <wherry/base/dtype.hpp>
#include <wherry/base/result.hpp>
#include <wherry/base/sequence.hpp>
#include <wherry/base/shape.hpp>
#include <wherry/exec/op_list.hpp>
#include <wherry/exec/slot_check.hpp>
#include <wherry/layers/param_attr.hpp>
#include <wherry/program/block.hpp>
#include <wherry/program/name_scope.hpp>
#include <wherry/program/operator.hpp>
#include <wherry/program/program.hpp>
#include <wherry/program/unique_name.hpp>
#include <wherry/program/variable.hpp>
#include <wherry/version.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace wherry::inline WHERRY_ABI {

/// The variables of one slot of an operator that is being built: `{"X", x}`, `{"X", several}`, `{"X", {a, b}}`. Borrows both.
struct slot_args {
    std::string_view slot;
    std::span<const Variable> vars;

    slot_args(std::string_view name, const Variable& var) : slot(name), vars(&var, 1) {}
    slot_args(std::string_view name, std::span<const Variable> several) : slot(name), vars(several) {}
    slot_args(std::string_view name, std::initializer_list<Variable> several) : slot(name), vars(several.begin(), several.size()) {}
};

namespace detail {
/// The operators of initializers.
struct initializer_ops {
    const op_info* constant;
    const op_info* uniform;
    const op_info* normal;
    const op_info* truncated_normal;
};
}  // namespace detail

/// Shared by builders, whatever their operators carry.
class BuilderBase {
  public:
    BuilderBase(Program& main, Program& startup, UniqueNameGenerator& names, NameScope& scopes)
        : main_(main), startup_(startup), names_(names), scopes_(scopes) {}

    [[nodiscard]] Program& main() const noexcept { return main_; }
    [[nodiscard]] Program& startup() const noexcept { return startup_; }
    /// The block that operators are appended to.
    [[nodiscard]] Block& block() const noexcept { return main_.blocks()[block_]; }
    /// A variable of that block or of one around it; an empty handle when there is none.
    [[nodiscard]] Variable find_var(std::string_view name) const noexcept { return main_.find_var(block_, name); }
    [[nodiscard]] UniqueNameGenerator& names() const noexcept { return names_; }
    [[nodiscard]] NameScope& scopes() const noexcept { return scopes_; }

    /// The name of a layer: the given one, or the type and a number.
    [[nodiscard]] std::string layer_name(std::string_view type, std::string_view given = {}) const {
        return given.empty() ? names_.generate(type) : std::string(given);
    }

    /// A result of a layer, `fc_0.tmp_0`: no dims until an operator writes it.
    [[nodiscard]] Variable create_tmp(std::string_view layer, DType dtype) const {
        wire::VarDesc<> desc;
        desc.name = names_.generate(std::string(layer) + ".tmp");
        desc.type.lod_tensor.emplace().tensor.data_type = dtype;
        desc.persistable = false;
        return block().create_var(std::move(desc));
    }

    /// A result of maths with a number, `tmp_0`, whose description says nothing of persistable. Source: fluid's math_op_patch.
    [[nodiscard]] Variable create_math_tmp(DType dtype) const {
        wire::VarDesc<> desc;
        desc.name = names_.generate("tmp");
        desc.type.lod_tensor.emplace().tensor.data_type = dtype;
        return block().create_var(std::move(desc));
    }

    /// A variable of these dims in a program. One of that name must be alike.
    /// Errors: shape_mismatch, dtype_mismatch, duplicate_name (one of them persists, the other does not).
    result<Variable> create_var(Program& program, std::string_view name, const Shape& dims, DType dtype, bool persistable) const;

    /// Appends an operator to the main program, which then carries it: input slots that are declared and not given are empty, unless none
    /// is given at all; attributes that are not given have their defaults, and the outputs take the dims that the operator infers.
    /// Errors: what the operator's `infer` says.
    result<void> append_op(const op_info& info, std::initializer_list<slot_args> inputs, std::initializer_list<slot_args> outputs,
                           sequence<Attr> attrs = {}) const;

    /// Infers the dims of the outputs of an operator of the main program's root block.
    /// Errors: unknown_op for one that carries no implementation; what its `infer` says.
    result<void> infer_outputs(const Operator& op) const;

    /// Puts an initializer's operator first in the startup program, as 1.8.5 does.
    void prepend_startup_op(const op_info& info, const Variable& out, bool with_empty_inputs, sequence<Attr> attrs,
                            std::string_view device = {}) const;

    /// Operators appended while this lives have that role: `const auto guard = builder.optimizing({param, grad});`
    class role_guard {
      public:
        role_guard(BuilderBase& builder, std::int32_t role, sequence<std::string> vars)
            : builder_(builder), role_(std::exchange(builder.role_, role)), vars_(std::exchange(builder.role_vars_, std::move(vars))) {}
        role_guard(const role_guard&) = delete;
        role_guard& operator=(const role_guard&) = delete;
        ~role_guard() {
            builder_.role_ = role_;
            builder_.role_vars_ = std::move(vars_);
        }

      private:
        BuilderBase& builder_;
        std::int32_t role_;
        sequence<std::string> vars_;
    };
    /// Operators and variables made while this lives belong to a new block of the main program.
    class block_guard {
      public:
        explicit block_guard(BuilderBase& builder) : builder_(builder), around_(builder.block_) {
            builder.block_ = static_cast<std::size_t>(builder.main_.create_block(static_cast<std::int32_t>(around_)).idx());
        }
        block_guard(const block_guard&) = delete;
        block_guard& operator=(const block_guard&) = delete;
        ~block_guard() { builder_.block_ = around_; }

      private:
        BuilderBase& builder_;
        std::size_t around_;
    };

    [[nodiscard]] role_guard optimizing(sequence<std::string> vars) { return {*this, op_role::optimize, std::move(vars)}; }
    [[nodiscard]] role_guard with_role(std::int32_t role) { return {*this, role, {}}; }

  protected:
    result<Parameter> make_parameter(std::string_view layer, const ParamAttr& attr, const Shape& dims, DType dtype,
                                     const Initializer& otherwise, bool is_bias, const detail::initializer_ops& ops) const;
    result<Variable> make_global_var(std::string_view name, const Shape& dims, DType dtype, float value, std::string_view device,
                                     bool persistable, bool force_cpu, const op_info& fill_constant) const;

  private:
    friend class role_guard;

    void initialize(const Variable& var, const Initializer& how, const detail::initializer_ops& ops) const;
    /// Gives an operator its attributes: these, its defaults, and those of every operator. Most are those of `like`.
    void write_attributes(Operator& op, sequence<Attr> attrs, const Operator* like, std::string_view device = {}) const;
    static Operator::slots written_slots(std::span<const slot> declared, std::initializer_list<slot_args> given, bool with_empty);

    Program& main_;
    Program& startup_;
    UniqueNameGenerator& names_;
    NameScope& scopes_;
    std::size_t block_ = 0;
    std::int32_t role_ = op_role::forward;
    sequence<std::string> role_vars_;
};

}  // namespace wherry::inline WHERRY_ABI

#ifndef WHERRY_COMPILED
#include <wherry/layers/detail/builder_base.ipp>
#endif

#endif
