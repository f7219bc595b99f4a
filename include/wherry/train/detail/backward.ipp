#ifndef WHERRY_TRAIN_DETAIL_BACKWARD_IPP
#define WHERRY_TRAIN_DETAIL_BACKWARD_IPP

#include <wherry/base/name_map.hpp>
#include <wherry/base/result.hpp>
#include <wherry/base/sequence.hpp>
#include <wherry/exec/op/fill_constant.hpp>
#include <wherry/exec/op/sum.hpp>
#include <wherry/layers/builder.hpp>
#include <wherry/program/block.hpp>
#include <wherry/program/operator.hpp>
#include <wherry/program/variable.hpp>
#include <wherry/train/backward.hpp>
#include <wherry/version.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace wherry::inline WHERRY_ABI {

namespace detail {

template <class Visit>
void for_each_argument(const Operator::slots& slots, Visit&& visit) {
    for (const auto& slot : slots)
        for (const auto& name : slot.arguments) visit(name);
}
inline bool any_argument(const Operator::slots& slots, const name_set& names) {
    bool any = false;
    for_each_argument(slots, [&](const std::string& name) { any = any || names.contains(name); });
    return any;
}
inline void rename_arguments(Operator::slots& slots, std::string_view from, std::string_view to) {
    for (auto& slot : slots)
        for (auto& name : slot.arguments)
            if (name == from) name = to;
}

/// Operators that lie between what needs a gradient and the loss, in program order. Source: _find_op_path_.
inline sequence<std::size_t> find_op_path(const Block& block, const std::string& loss, const name_set& no_grad) {
    name_set needed(std::span(&loss, 1));
    sequence<std::size_t> path;
    for (std::size_t i = block.ops().size(); i-- > 0;) {
        const auto& op = block.ops()[i];
        if (!any_argument(op.desc().outputs, needed)) continue;
        path.push_back(i);
        for_each_argument(op.desc().inputs, [&](const std::string& name) {
            if (!no_grad.contains(name)) needed.insert(name);
        });
    }
    std::reverse(path.begin(), path.end());
    return path;
}

/// Outputs on the path that lead nowhere: they get no gradient. Source: _find_no_grad_vars.
inline name_set find_dead_ends(const Block& block, std::span<const std::size_t> path, const std::string& loss, const name_set& no_grad) {
    name_set needed(std::span(&loss, 1));
    name_set dead;
    for (std::size_t i = path.size(); i-- > 0;) {
        const auto& op = block.ops()[path[i]];
        for_each_argument(op.desc().outputs, [&](const std::string& name) {
            if (!needed.contains(name) && !op.reads(name)) dead.insert(name);
        });
        for_each_argument(op.desc().inputs, [&](const std::string& name) {
            if (!no_grad.contains(name)) needed.insert(name);
        });
    }
    return dead;
}

/// An output nobody needs is dropped from its slot, or keeps its place in a slot of several.
inline void drop_unneeded_outputs(Operator& op, const name_set& no_grad) {
    for (auto& slot : op.desc().outputs) {
        if (slot.arguments.size() > 1) {
            for (auto& name : slot.arguments)
                if (no_grad.contains(name)) name = empty_var_name;
        } else {
            erase_if(slot.arguments, [&](const std::string& name) { return no_grad.contains(name); });
        }
    }
}

/// True when a gradient operator gives nothing that is needed. What hangs on it is then not needed either.
inline bool is_useless(const Operator& op, name_set& no_grad) {
    bool gives = false;
    for_each_argument(op.desc().outputs,
                      [&](const std::string& name) { gives = gives || (name != empty_var_name && !no_grad.contains(name)); });
    bool flows = false;
    for_each_argument(op.desc().inputs, [&](const std::string& name) {
        flows = flows || (name.find("@GRAD") != std::string::npos && !no_grad.contains(name));
    });
    if (gives && flows) return false;
    for_each_argument(op.desc().outputs, [&](const std::string& name) { no_grad.insert(name); });
    return true;
}

/// A `sum` that the reference makes outside of its layers: it has few attributes.
inline Operator sum_of_gradients(sequence<std::string> parts, const std::string& whole) {
    wire::OpDesc<> sum;
    sum.type = "sum";
    auto& in = sum.inputs.emplace_back();
    in.parameter = "X";
    in.arguments = std::move(parts);
    auto& out = sum.outputs.emplace_back();
    out.parameter = "Out";
    out.arguments.push_back(whole);
    sum.attrs = {make_attr("op_device", ""), make_attr("op_role", op_role::backward), make_attr("use_mkldnn", false)};
    return Operator(std::move(sum), &implementation_of<op::sum>);
}

/// A variable that several operators read gets several gradients: each is renamed, and a `sum` comes before the first
/// reader of the whole, or at the end. Source: _addup_repetitive_outputs_.
inline sequence<Operator> add_up_repeated_outputs(sequence<Operator> ops) {
    struct parts {
        sequence<std::string> names;
        std::size_t first_op = 0;
        std::size_t renamed = 0;
    };
    name_map<parts> grads;
    sequence<std::string> order;                      // of first appearance
    sequence<std::pair<std::size_t, Operator>> sums;  // by the operator they precede, ascending
    const auto next_name = [](const std::string& whole, parts& p) { return whole + "@RENAME@block0@" + std::to_string(p.renamed++); };
    for (std::size_t i = 0; i < ops.size(); ++i) {
        for_each_argument(ops[i].desc().inputs, [&](const std::string& name) {
            auto* const held = grads.find(name);
            if (held == nullptr || held->names.size() < 2) return;
            sums.emplace_back(i, sum_of_gradients(std::exchange(held->names, {name}), name));
        });
        for (auto& slot : ops[i].desc().outputs) {
            for (auto& name : slot.arguments) {
                if (name == empty_var_name || ops[i].reads(name)) continue;
                auto& p = grads[name];
                if (p.names.empty()) {
                    p.names.push_back(name);
                    p.first_op = i;
                    order.push_back(name);
                    continue;
                }
                const auto whole = name;
                if (p.names.size() == 1) {
                    const auto first = next_name(whole, p);
                    p.names[0] = first;
                    for (std::size_t j = p.first_op; j < i; ++j) {
                        rename_arguments(ops[j].desc().inputs, whole, first);
                        rename_arguments(ops[j].desc().outputs, whole, first);
                    }
                    for (auto& [at, sum] : sums) rename_arguments(sum.desc().outputs, whole, first);
                    bool before = true;
                    for (auto& earlier : ops[i].desc().outputs)
                        for (auto& other : earlier.arguments) {
                            before = before && &other != &name;
                            if (before && other == whole) other = first;
                        }
                }
                name = next_name(whole, p);
                p.names.push_back(name);
            }
        }
    }
    for (const auto& name : order)
        if (auto& p = grads[name]; p.names.size() > 1) sums.emplace_back(ops.size(), sum_of_gradients(p.names, name));
    sequence<Operator> merged;
    merged.reserve(ops.size() + sums.size());
    auto* next = sums.begin();
    for (std::size_t i = 0; i <= ops.size(); ++i) {
        for (; next != sums.end() && next->first == i; ++next) merged.push_back(std::move(next->second));
        if (i < ops.size()) merged.push_back(std::move(ops[i]));
    }
    return merged;
}

/// A later backward pass over one program must not write an earlier one's gradients: those get a name of the generator, or the same
/// with a prefix where there is none. Source: _append_backward_ops_ and _rename_grad_.
inline void rename_existing_gradients(std::span<Operator> ops, const Block& block, name_map<std::string>& renamed,
                                      const std::string& prefix, UniqueNameGenerator* names = nullptr) {
    for (auto& op : ops) {
        for (auto& slot : op.desc().inputs)
            for (auto& name : slot.arguments)
                if (const auto* to = renamed.find(name); to != nullptr) name = *to;
        for (auto& slot : op.desc().outputs)
            for (auto& name : slot.arguments) {
                if (name.find("@GRAD") == std::string::npos || !block.find_var(name)) continue;
                auto& other = renamed[name];
                if (other.empty()) other = names != nullptr ? names->generate(name) : prefix + name;
                name = other;
            }
    }
}

/// "grad/" once for every pass, this one included; nothing for the first.
inline std::string prefix_of_pass(const Block& block) {
    std::string prefix;
    for (const auto& op : block.ops())
        if (op.role() == (op_role::backward | op_role::loss)) prefix += prefix.empty() ? "grad/grad/" : "grad/";
    return prefix;
}

/// The gradient of the loss itself: 1.
inline Operator seed_of(const Variable& loss, bool scalar_shape) {
    wire::OpDesc<> seed;
    seed.type = "fill_constant";
    auto& out = seed.outputs.emplace_back();
    out.parameter = "Out";
    out.arguments.push_back(grad_name(loss.name()));
    seed.attrs = {make_attr("dtype", loss.dtype()),
                  make_attr("force_cpu", false),
                  make_attr("op_device", ""),
                  make_attr("op_role", op_role::backward | op_role::loss),
                  make_attr("shape", scalar_shape ? sequence<std::int64_t>{} : sequence<std::int64_t>{1}),
                  make_attr("value", 1.0F)};
    return Operator(std::move(seed), &implementation_of<op::fill_constant>);
}

/// The attributes of a gradient operator besides those it copied: its role and device.
inline void add_backward_role(Operator& op, const Operator* before) {
    op.set_attr(make_attr("op_role", op_role::backward), before);
    if (op.find_attr("op_device") == nullptr) op.set_attr(make_attr("op_device", ""), before);
    op.sort_attrs();
}

}  // namespace detail

WHERRY_INLINE result<sequence<param_and_grad>> append_backward(Builder<>& b, const Variable& loss, const backward_options& options) {
    auto& block = b.block();
    const auto maker = std::find_if(block.ops().rbegin(), block.ops().rend(), [&](const Operator& op) { return op.writes(loss.name()); });
    if (maker == block.ops().rend()) return failure(errc::no_such_variable, "no operator makes the loss").of_variable(loss.name());
    maker->set_attr(make_attr("op_role", op_role::forward | op_role::loss));

    name_set no_grad(options.no_grad_set);
    for (const auto& var : block.vars())
        if (var.stop_gradient()) no_grad.insert(var.name());
    const auto path = detail::find_op_path(block, loss.name(), no_grad);
    for (const auto& dead : detail::find_dead_ends(block, path, loss.name(), no_grad)) no_grad.insert(dead.name);
    name_set no_grad_names;
    for (const auto& held : no_grad) no_grad_names.insert(grad_name(held.name));

    sequence<Operator> ops;
    for (std::size_t i = path.size(); i-- > 0;) {
        const auto& forward = block.ops()[path[i]];
        const auto known = require_op({}, forward);
        if (!known) return known.failure();
        const auto* info = *known;
        if (info->has_gradient && info->gradient == nullptr)
            return failure(errc::unknown_op, {"Operator \"", info->type, "\" was named without its gradient."})
                .of_op(info->type)
                .expected("a program built by Builder<carries::gradients>, or bind_ops(program, op_list<...>::table)");
        if (info->gradient == nullptr) {
            bool needed = false;
            detail::for_each_argument(forward.desc().inputs, [&](const std::string& name) { needed = needed || !no_grad.contains(name); });
            if (!needed) continue;
            return failure(errc::no_gradient, "an operator on the way to the loss has no gradient").of_op(forward.type());
        }
        gradient_maker grads(forward);
        info->gradient(grads);
        for (auto& made : grads.ops()) {
            auto op = std::move(made).take();
            detail::drop_unneeded_outputs(op, no_grad_names);
            if (detail::is_useless(op, no_grad_names)) continue;
            detail::add_backward_role(op, ops.empty() ? nullptr : &ops.back());
            ops.push_back(std::move(op));
        }
    }
    name_map<std::string> renamed;
    detail::rename_existing_gradients(ops, block, renamed, detail::prefix_of_pass(block));
    ops.insert(ops.begin(), detail::seed_of(loss, loss.shape().empty()));
    ops = detail::add_up_repeated_outputs(std::move(ops));
    detail::rename_existing_gradients(ops, block, renamed, {}, &b.names());

    for (auto& op : ops) {
        detail::for_each_argument(op.desc().outputs, [&](const std::string& name) {
            if (name == empty_var_name || block.find_var(name)) return;
            wire::VarDesc<> grad;
            grad.name = name;
            grad.type.lod_tensor.emplace().tensor.data_type = loss.dtype();
            block.create_var(std::move(grad));
        });
        if (auto inferred = b.infer_outputs(block.append_op(std::move(op.desc()), op.implementation())); !inferred)
            return inferred.failure();
    }

    sequence<Variable> wanted;
    for (const auto& name : options.parameter_list)
        if (auto var = block.find_var(name)) wanted.push_back(std::move(var));
    if (options.parameter_list.empty()) {
        wanted = b.main().all_parameters();
        erase_if(wanted, [](const Variable& param) { return !param.parameter()->trainable; });
    }
    name_map<std::size_t> last_writers;
    for (std::size_t i = 0; i < block.ops().size(); ++i)
        detail::for_each_argument(std::as_const(block).ops()[i].desc().outputs, [&](const std::string& name) { last_writers[name] = i; });
    sequence<param_and_grad> pairs;
    for (const auto& param : wanted) {
        auto name = grad_name(param.name());
        if (const auto* to = renamed.find(name); to != nullptr) name = *to;
        const auto* at = last_writers.find(name);
        if (at == nullptr) continue;
        auto* const writer = &block.ops()[*at];
        auto role_vars = writer->attr_or("op_role_var", sequence<std::string>{});
        role_vars.insert(role_vars.begin(), {param.name(), name});
        writer->set_attr(make_attr("op_role_var", role_vars));
        pairs.push_back({param, block.find_var(name)});
    }
    return pairs;
}

}  // namespace wherry::inline WHERRY_ABI

#endif
