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
    [[nodiscard]] Block& block() const noexcept { return main_.global_block(); }
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
    void add_role_attributes(Operator& op, std::string_view device = {}) const {
        op.set_attr(make_attr("op_role", role_));
        op.set_attr(make_attr("op_role_var", role_vars_));
        op.set_attr(make_attr("op_namescope", scopes_.path()));
        op.set_attr(make_attr("op_device", std::string(device)));
        op.sort_attrs();
    }
    static Operator::slots written_slots(std::span<const slot> declared, std::initializer_list<slot_args> given, bool with_empty);

    Program& main_;
    Program& startup_;
    UniqueNameGenerator& names_;
    NameScope& scopes_;
    std::int32_t role_ = op_role::forward;
    sequence<std::string> role_vars_;
};

inline Operator::slots BuilderBase::written_slots(std::span<const slot> declared, std::initializer_list<slot_args> given, bool with_empty) {
    Operator::slots written;
    const auto is_there = [&](std::string_view name) {
        for (const auto& held : written)
            if (held.parameter == name) return true;
        return false;
    };
    for (const auto& one : given) {
        auto& made = written.emplace_back();
        made.parameter = one.slot;
        for (const auto& var : one.vars) made.arguments.push_back(var.name());
    }
    for (const auto& known : declared) {
        if (with_empty && !is_there(known.name) && known.arity != slot_arity::since_2x) written.emplace_back().parameter = known.name;
    }
    Operator::sort(written);
    return written;
}

inline result<void> BuilderBase::append_op(const op_info& info, std::initializer_list<slot_args> inputs,
                                           std::initializer_list<slot_args> outputs, sequence<Attr> attrs) const {
    wire::OpDesc<> desc;
    desc.type = info.type;
    desc.inputs = written_slots(info.inputs, inputs, inputs.size() > 0);
    desc.outputs = written_slots(info.outputs, outputs, false);
    desc.attrs = std::move(attrs);
    Operator op(std::move(desc), &info);
    info.write_defaults(op);
    add_role_attributes(op);
    if (auto inferred = infer_outputs(op); !inferred) return inferred;
    block().append_op(std::move(op.desc()), &info);
    return {};
}

namespace detail {
/// Element type, dims and LoD level of a variable as a program has them. Errors: bad_dims for more dims than a tensor may have.
inline result<tensor_meta> meta_of(const Variable& var) {
    auto dims = Shape::from(var.shape());
    if (!dims) return std::move(dims).error().of_variable(var.name());
    return tensor_meta{var.dtype(), *dims, var.lod_level()};
}

/// A gradient of rows: W@GRAD of a sparse embedding. What the variable was declared as before stays in its description, as in 1.8.5,
/// but for a gradient, which nobody has declared.
inline void make_selected_rows(const Variable& var) {
    auto& type = var.edit().type;
    if (type.type == VarKind::SELECTED_ROWS) return;
    type.type = VarKind::SELECTED_ROWS;
    type.selected_rows.emplace();
    if (!var.desc().persistable.has_value()) type.lod_tensor.reset();
}

inline void set_meta(const Variable& var, const tensor_meta& meta) {
    auto& type = var.edit().type;
    auto& tensor = type.selected_rows ? *type.selected_rows : (type.lod_tensor ? *type.lod_tensor : type.lod_tensor.emplace()).tensor;
    tensor.data_type = meta.dtype;
    tensor.dims.assign(meta.dims.begin(), meta.dims.end());
    if (meta.lod_level && type.lod_tensor && !type.selected_rows) type.lod_tensor->lod_level = meta.lod_level;
}
}  // namespace detail

inline result<void> BuilderBase::infer_outputs(const Operator& op) const {
    const auto known = require_op({}, op);
    if (!known) return known.failure();
    const auto* info = *known;
    auto attributes = info->read_attributes(op);
    if (!attributes) return attributes.failure();
    const auto in = bind_slots(info->inputs, op.desc().inputs);
    if (!in) return error(in.error()).of_op(op.type());
    const auto out = bind_slots(info->outputs, op.desc().outputs);
    if (!out) return error(out.error()).of_op(op.type());
    sequence<tensor_meta> in_metas;
    sequence<VarKind> in_kinds;
    for (const auto* name : in->names) {
        const auto var = block().find_var(*name);
        if (!var)
            return error{
                .code = errc::no_such_variable, .message = {"var ", *name, " not in this block"}, .variable = *name, .op = op.type()};
        auto meta = detail::meta_of(var);
        if (!meta) return std::move(meta).error().of_op(op.type());
        in_metas.push_back(*meta);
        in_kinds.push_back(var.kind());
    }
    sequence<Variable> out_vars;
    for (const auto* name : out->names) out_vars.push_back(block().find_var(*name));
    sequence<tensor_meta> out_metas(out_vars.size());
    infer_context context({op.type(), info->inputs, in->ranges, out->ranges, in_metas, out_metas, main_.version(), true});
    if (auto inferred = info->infer(attributes->get(), context); !inferred) return std::move(inferred).error().of_op(op.type());
    const bool rows = info->out_kind != nullptr && info->out_kind(attributes->get(), in_kinds) == VarKind::SELECTED_ROWS;
    for (std::size_t i = 0; i < out_vars.size(); ++i) {
        if (!out_vars[i]) continue;
        if (rows) detail::make_selected_rows(out_vars[i]);
        detail::set_meta(out_vars[i], out_metas[i]);
    }
    return {};
}

inline result<Variable> BuilderBase::create_var(Program& program, std::string_view name, const Shape& dims, DType dtype,
                                                bool persistable) const {
    if (auto existing = program.global_block().find_var(name)) {
        const bool same_dims = std::equal(dims.begin(), dims.end(), existing.shape().begin(), existing.shape().end());
        if (!same_dims)
            return error{.code = errc::shape_mismatch,
                         .message = {"Variable ", name, " has been created before. the previous shape is ", to_tuple(existing.shape()),
                                     "; the new shape is ", to_tuple(dims.dims()), ". They are not matched."},
                         .variable = name,
                         .expected = to_tuple(existing.shape()),
                         .found = to_tuple(dims.dims())};
        if (existing.dtype() != dtype)
            return error{.code = errc::dtype_mismatch,
                         .message = {"Variable ", name, " has been created before. The previous data type is ", name_of(existing.dtype()),
                                     "; the new data type is ", name_of(dtype), ". They are not matched."},
                         .variable = name,
                         .expected = name_of(existing.dtype()),
                         .found = name_of(dtype)};
        if (existing.persistable() != persistable) {
            const auto shown = [](bool flag) { return std::string(flag ? "True" : "False"); };
            return error{.code = errc::duplicate_name,
                         .message = {"Variable ", name, " has been created before.The previous persistable is ", shown(!persistable),
                                     "; the new persistable is ", shown(persistable), ". They are not matched"},
                         .variable = name};
        }
        return existing;
    }
    wire::VarDesc<> desc;
    desc.name = name;
    auto& tensor = desc.type.lod_tensor.emplace().tensor;
    tensor.data_type = dtype;
    tensor.dims.assign(dims.begin(), dims.end());
    desc.persistable = persistable;
    return program.global_block().create_var(std::move(desc));
}

inline void BuilderBase::prepend_startup_op(const op_info& info, const Variable& out, bool with_empty_inputs, sequence<Attr> attrs,
                                            std::string_view device) const {
    wire::OpDesc<> desc;
    desc.type = info.type;
    auto& slot = desc.outputs.emplace_back();
    slot.parameter = "Out";
    slot.arguments.push_back(out.name());
    desc.attrs = std::move(attrs);
    Operator op(std::move(desc));
    info.write_defaults(op);
    if (with_empty_inputs) op.desc().inputs = written_slots(info.inputs, {}, true);
    add_role_attributes(op, device);
    startup_.global_block().prepend_op(std::move(op.desc()), &info);
}

inline result<Parameter> BuilderBase::make_parameter(std::string_view layer, const ParamAttr& attr, const Shape& dims, DType dtype,
                                                     const Initializer& otherwise, bool is_bias, const detail::initializer_ops& ops) const {
    for (const auto dim : dims)
        if (dim <= 0)
            return error{.code = errc::bad_dims,
                         .message = {"Each dimension of shape for Parameter must be greater than 0, but received ", to_string(dims)},
                         .variable = attr.name.empty() ? layer : std::string_view(attr.name),
                         .found = to_string(dims)};
    const auto name = attr.name.empty() ? names_.generate(std::string(layer) + (is_bias ? ".b" : ".w")) : attr.name;
    const parameter_traits traits{.trainable = attr.trainable, .learning_rate = attr.learning_rate, .regularizer = attr.regularizer};
    const bool is_shared = static_cast<bool>(startup_.global_block().find_var(name));
    auto start = create_var(startup_, name, dims, dtype, true);
    if (!start) return start.failure();
    auto made = create_var(main_, name, dims, dtype, true);
    if (!made) return made.failure();
    for (const auto& var : {*start, *made}) {
        var.set_parameter(traits);
        var.set_stop_gradient(false);  // of a frozen one too: optimizers leave those out by themselves
    }
    const auto& before = startup_.global_block().ops();
    const bool has_start = is_shared && std::any_of(before.begin(), before.end(), [&](const Operator& op) { return op.writes(name); });
    if (!has_start) initialize(*start, attr.initializer ? *attr.initializer : otherwise, ops);
    return Parameter(*made);
}

inline result<Variable> BuilderBase::make_global_var(std::string_view name, const Shape& dims, DType dtype, float value,
                                                     std::string_view device, bool persistable, bool force_cpu,
                                                     const op_info& fill_constant) const {
    auto start = create_var(startup_, name, dims, dtype, true);
    if (!start) return start;
    auto made = create_var(main_, name, dims, dtype, persistable);
    if (!made) return made;
    made->set_stop_gradient(true);
    prepend_startup_op(fill_constant, *start, false,
                       {make_attr("shape", sequence<std::int64_t>(dims.begin(), dims.end())), make_attr("dtype", dtype),
                        make_attr("value", value), make_attr("force_cpu", force_cpu)},
                       device);
    return made;
}

/// Puts the operator that gives `var` its first value first in the startup program.
inline void BuilderBase::initialize(const Variable& var, const Initializer& how, const detail::initializer_ops& ops) const {
    const auto dims = var.shape();
    const auto seeded = [&](std::int32_t seed) { return make_attr("seed", seed != 0 ? seed : startup_.random_seed()); };
    sequence<Attr> attrs{make_attr("shape", sequence<std::int64_t>(dims.begin(), dims.end())), make_attr("dtype", var.dtype())};
    const auto uniform = [&](float low, float high, std::int32_t seed) {
        attrs.insert(attrs.end(), {make_attr("min", low), make_attr("max", high), seeded(seed)});
        prepend_startup_op(*ops.uniform, var, true, attrs);
    };
    const auto normal = [&](const op_info& op, float mean, float std, std::int32_t seed) {
        if (&op == ops.truncated_normal) attrs[0] = make_attr("shape", *value_of<sequence<std::int32_t>>(attrs[0]));  // INTS there
        attrs.insert(attrs.end(), {make_attr("mean", mean), make_attr("std", std), seeded(seed)});
        prepend_startup_op(op, var, false, attrs);
    };
    const auto fans = initializer::fans_of(dims);
    if (const auto* c = std::get_if<initializer::Constant>(&how)) {
        attrs.push_back(make_attr("value", c->value));
        prepend_startup_op(*ops.constant, var, false, attrs);
    } else if (const auto* u = std::get_if<initializer::Uniform>(&how)) {
        uniform(u->low, u->high, u->seed);
    } else if (const auto* n = std::get_if<initializer::Normal>(&how)) {
        normal(*ops.normal, n->loc, n->scale, n->seed);
    } else if (const auto* t = std::get_if<initializer::TruncatedNormal>(&how)) {
        normal(*ops.truncated_normal, t->loc, t->scale, t->seed);
    } else if (const auto* x = std::get_if<initializer::Xavier>(&how)) {
        const double both = x->fan_in.value_or(fans.in) + x->fan_out.value_or(fans.out);
        if (x->uniform) uniform(-static_cast<float>(std::sqrt(6.0 / both)), static_cast<float>(std::sqrt(6.0 / both)), x->seed);
        else normal(*ops.normal, 0, static_cast<float>(std::sqrt(2.0 / both)), x->seed);
    } else if (const auto* m = std::get_if<initializer::MSRA>(&how)) {
        const double in = m->fan_in.value_or(fans.in);
        if (m->uniform) uniform(-static_cast<float>(std::sqrt(6.0 / in)), static_cast<float>(std::sqrt(6.0 / in)), m->seed);
        else normal(*ops.normal, 0, static_cast<float>(std::sqrt(2.0 / in)), m->seed);
    }
}

}  // namespace wherry::inline WHERRY_ABI

#endif
