#ifndef WHERRY_LAYERS_DETAIL_BUILDER_BASE_IPP
#define WHERRY_LAYERS_DETAIL_BUILDER_BASE_IPP

#include <wherry/base/dtype.hpp>
#include <wherry/base/result.hpp>
#include <wherry/base/sequence.hpp>
#include <wherry/base/shape.hpp>
#include <wherry/exec/op_list.hpp>
#include <wherry/exec/slot_check.hpp>
#include <wherry/layers/builder_base.hpp>
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

WHERRY_INLINE Operator::slots BuilderBase::written_slots(std::span<const slot> declared, std::initializer_list<slot_args> given,
                                                         bool with_empty) {
    Operator::slots written;
    written.reserve(with_empty ? std::max(declared.size(), given.size()) : given.size());
    const auto is_there = [&](std::string_view name) {
        for (const auto& held : written)
            if (held.parameter == name) return true;
        return false;
    };
    for (const auto& one : given) {
        auto& made = written.emplace_back();
        made.parameter = one.slot;
        made.arguments.reserve(one.vars.size());
        for (const auto& var : one.vars) made.arguments.push_back(var.name());
    }
    for (const auto& known : declared) {
        if (with_empty && !is_there(known.name) && known.arity != slot_arity::since_2x) written.emplace_back().parameter = known.name;
    }
    Operator::sort(written);
    return written;
}

namespace detail {
/// The first of the next few operators that has this implementation, or else the first of all; null where there is none.
template <class I>
const Operator* nearest(const op_info& info, I first, I last) {
    if (first == last) return nullptr;
    auto at = first;
    for (int few = 16; few > 0 && at != last; --few, ++at)
        if (at->implementation() == &info) return &*at;
    return &*first;
}
}  // namespace detail

WHERRY_INLINE void BuilderBase::write_attributes(Operator& op, sequence<Attr> attrs, const Operator* like, std::string_view device) const {
    op.desc().attrs.reserve(like != nullptr ? like->desc().attrs.size() : 16);
    for (auto& attr : attrs) op.set_attr(std::move(attr), like);
    op.implementation()->write_defaults(op, like);
    op.set_attr("op_device", std::string(device), like);
    op.set_attr("op_namescope", scopes_.path(), like);
    op.set_attr("op_role", role_, like);
    op.set_attr("op_role_var", role_vars_, like);
    op.sort_attrs();
}

WHERRY_INLINE result<void> BuilderBase::append_op(const op_info& info, std::initializer_list<slot_args> inputs,
                                                  std::initializer_list<slot_args> outputs, sequence<Attr> attrs) const {
    wire::OpDesc<> desc;
    desc.type = info.type;
    desc.inputs = written_slots(info.inputs, inputs, inputs.size() > 0);
    desc.outputs = written_slots(info.outputs, outputs, false);
    Operator op(std::move(desc), &info);
    const auto& before = std::as_const(block()).ops();
    write_attributes(op, std::move(attrs), detail::nearest(info, before.rbegin(), before.rend()));
    if (auto inferred = infer_outputs(op); !inferred) return inferred;
    block().append_op(std::move(op.desc()), &info);
    return {};
}

namespace detail {
/// Element type, dims and LoD level of a variable as a program has them. Errors: bad_dims for more dims than a tensor may have.
inline result<tensor_meta> meta_of(const Variable& var) {
    auto dims = Shape::from(var.shape());
    if (!dims) return dims.failure().of_variable(var.name());
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

WHERRY_INLINE result<void> BuilderBase::infer_outputs(const Operator& op) const {
    const auto known = require_op({}, op);
    if (!known) return known.failure();
    const auto* info = *known;
    auto attributes = info->read_attributes(op);
    if (!attributes) return attributes.failure();
    const auto in = bind_slots(info->inputs, op.desc().inputs);
    if (!in) return in.failure().of_op(op.type());
    const auto out = bind_slots(info->outputs, op.desc().outputs);
    if (!out) return out.failure().of_op(op.type());
    sequence<tensor_meta> in_metas;
    sequence<VarKind> in_kinds;
    in_metas.reserve(in->names.size());
    in_kinds.reserve(in->names.size());
    for (const auto* name : in->names) {
        const auto var = find_var(*name);
        if (!var) return failure(errc::no_such_variable, {"var ", *name, " not in this block"}).of_variable(*name).of_op(op.type());
        auto meta = detail::meta_of(var);
        if (!meta) return meta.failure().of_op(op.type());
        in_metas.push_back(*meta);
        in_kinds.push_back(var.kind());
    }
    sequence<Variable> out_vars;
    out_vars.reserve(out->names.size());
    for (const auto* name : out->names) out_vars.push_back(find_var(*name));
    sequence<tensor_meta> out_metas(out_vars.size());
    infer_context context({op.type(), info->inputs, in->ranges, out->ranges, in_metas, out_metas, main_.version(), true});
    if (auto inferred = info->infer(attributes->get(), context); !inferred) return inferred.failure().of_op(op.type());
    if (info->is_conditional) return {};  // its block has inferred what it writes
    const bool rows = info->out_kind != nullptr && info->out_kind(attributes->get(), in_kinds) == VarKind::SELECTED_ROWS;
    for (std::size_t i = 0; i < out_vars.size(); ++i) {
        if (!out_vars[i]) continue;
        if (rows) detail::make_selected_rows(out_vars[i]);
        detail::set_meta(out_vars[i], out_metas[i]);
    }
    return {};
}

WHERRY_INLINE result<Variable> BuilderBase::create_var(Program& program, std::string_view name, const Shape& dims, DType dtype,
                                                       bool persistable) const {
    if (auto existing = program.global_block().find_var(name)) {
        const bool same_dims = std::equal(dims.begin(), dims.end(), existing.shape().begin(), existing.shape().end());
        if (!same_dims)
            return failure(errc::shape_mismatch,
                           {"Variable ", name, " has been created before. the previous shape is ", to_tuple(existing.shape()),
                            "; the new shape is ", to_tuple(dims.dims()), ". They are not matched."})
                .of_variable(name)
                .expected(to_tuple(existing.shape()))
                .found(to_tuple(dims.dims()));
        if (existing.dtype() != dtype)
            return failure(errc::dtype_mismatch,
                           {"Variable ", name, " has been created before. The previous data type is ", name_of(existing.dtype()),
                            "; the new data type is ", name_of(dtype), ". They are not matched."})
                .of_variable(name)
                .expected(name_of(existing.dtype()))
                .found(name_of(dtype));
        if (existing.persistable() != persistable) {
            const auto shown = [](bool flag) { return std::string(flag ? "True" : "False"); };
            return failure(errc::duplicate_name,
                           {"Variable ", name, " has been created before.The previous persistable is ", shown(!persistable),
                            "; the new persistable is ", shown(persistable), ". They are not matched"})
                .of_variable(name);
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

WHERRY_INLINE void BuilderBase::prepend_startup_op(const op_info& info, const Variable& out, bool with_empty_inputs, sequence<Attr> attrs,
                                                   std::string_view device) const {
    wire::OpDesc<> desc;
    desc.type = info.type;
    auto& slot = desc.outputs.emplace_back();
    slot.parameter = "Out";
    slot.arguments.push_back(out.name());
    if (with_empty_inputs) desc.inputs = written_slots(info.inputs, {}, true);
    Operator op(std::move(desc), &info);
    const auto& after = std::as_const(startup_).global_block().ops();
    write_attributes(op, std::move(attrs), detail::nearest(info, after.begin(), after.end()), device);
    startup_.global_block().prepend_op(std::move(op.desc()), &info);
}

WHERRY_INLINE result<Parameter> BuilderBase::make_parameter(std::string_view layer, const ParamAttr& attr, const Shape& dims, DType dtype,
                                                            const Initializer& otherwise, bool is_bias,
                                                            const detail::initializer_ops& ops) const {
    for (const auto dim : dims)
        if (dim <= 0)
            return failure(errc::bad_dims, {"Each dimension of shape for Parameter must be greater than 0, but received ", to_string(dims)})
                .of_variable(attr.name.empty() ? layer : std::string_view(attr.name))
                .found(to_string(dims));
    const auto name = attr.name.empty() ? names_.generate(std::string(layer) + (is_bias ? ".b" : ".w")) : attr.name;
    const parameter_traits traits{.trainable = attr.trainable,
                                  .learning_rate = attr.learning_rate,
                                  .regularizer = attr.regularizer,
                                  .do_model_average = attr.do_model_average};
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

WHERRY_INLINE result<Variable> BuilderBase::make_global_var(std::string_view name, const Shape& dims, DType dtype, float value,
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
WHERRY_INLINE void BuilderBase::initialize(const Variable& var, const Initializer& how, const detail::initializer_ops& ops) const {
    const auto dims = var.shape();
    const auto seeded = [&](std::int32_t seed) { return make_attr("seed", seed != 0 ? seed : startup_.random_seed()); };
    sequence<Attr> attrs;
    attrs.reserve(5);
    attrs.push_back(make_attr("shape", sequence<std::int64_t>(dims.begin(), dims.end())));
    attrs.push_back(make_attr("dtype", var.dtype()));
    const auto uniform = [&](float low, float high, std::int32_t seed) {
        attrs.insert(attrs.end(), {make_attr("min", low), make_attr("max", high), seeded(seed)});
        prepend_startup_op(*ops.uniform, var, true, std::move(attrs));
    };
    const auto normal = [&](const op_info& op, float mean, float std, std::int32_t seed) {
        if (&op == ops.truncated_normal) attrs[0] = make_attr("shape", *value_of<sequence<std::int32_t>>(attrs[0]));  // INTS there
        attrs.insert(attrs.end(), {make_attr("mean", mean), make_attr("std", std), seeded(seed)});
        prepend_startup_op(op, var, false, std::move(attrs));
    };
    const auto fans = initializer::fans_of(dims);
    if (const auto* c = std::get_if<initializer::Constant>(&how)) {
        attrs.push_back(make_attr("value", c->value));
        prepend_startup_op(*ops.constant, var, false, std::move(attrs));
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
