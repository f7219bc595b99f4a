#ifndef WHERRY_INTEROP_PIR_HPP
#define WHERRY_INTEROP_PIR_HPP

#include <wherry/base/budget.hpp>
#include <wherry/base/dtype.hpp>
#include <wherry/base/limits.hpp>
#include <wherry/base/number.hpp>
#include <wherry/base/result.hpp>
#include <wherry/base/sequence.hpp>
#include <wherry/interop/detail/pir_rules.hpp>
#include <wherry/interop/detail/pir_unknown.hpp>
#include <wherry/interop/detail/pir_values.hpp>
#include <wherry/program/program.hpp>
#include <wherry/version.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

/// Paddle 3's `inference.json`: a program in the PIR dialect, read into a Program of 2.x operators. It runs, and its
/// `serialize_to_string` is the `.pdmodel` that Paddle 3 no longer writes. Needs nlohmann_json.
namespace wherry::inline WHERRY_ABI {

/// Which operators a reader of PIR takes.
enum class pir_operators : bool {
    known,  ///< those that have a counterpart here: the program runs and is written as a `.pdmodel`
    any,    ///< all: others keep the name and attributes they have in Paddle 3, for those who look at a program or want its weights
};

namespace detail {

/// Reads one PIR document. Values are numbered there; parameters and fed variables keep their names, others get "value_N".
class pir_reader : pir_values {
  public:
    pir_reader(const limits& caps, pir_operators take) : caps_(caps), take_(take) {}

    result<Program> read(std::string_view bytes) {
        auto root = parse(bytes, caps_);
        if (!root) return root.failure();
        const auto* ops = operators(*root);
        if (ops == nullptr)
            return failure(errc::not_a_paddle_file, "this is not a PIR program")
                .expected("base_code.magic \"pir\" and one block of operators");
        const auto version = integer(at(at(&*root, "base_code"), "version"));
        if (version < 1 || version > newest_version)
            return failure(errc::bad_version, "this version of the PIR format is not known").expected("1 to 4").found(version);
        program_.blocks.emplace_back();
        add_list_variable("feed", wire::VarKind::FEED_MINIBATCH);
        add_list_variable("fetch", wire::VarKind::FETCH_LIST);
        if (auto added = add_ops(ops); !added) return added.failure();
        if (take_ == pir_operators::known && !unknown_.empty()) return unknown_.to_error();
        program_.version.emplace().version = program_version;
        return Program::from_desc(std::move(program_), caps_);
    }

  private:
    static constexpr std::int64_t newest_version = 4;
    static constexpr std::int64_t program_version = 2'006'002;  // whose operators the rules below write

    /// After one that is not known others may lack what it makes: all those are told.
    result<void> add_ops(const json* ops) {
        for (std::size_t i = 0; const auto* op = at(ops, i); ++i)
            if (auto added = add_op(*op); !added && (take_ == pir_operators::any || unknown_.empty())) return added;
        return {};
    }

    result<void> add_op(const json& op) {
        const auto type = text_of(at(&op, "#"));
        if (type == "p") return add_parameter(op);
        if (type == "0.combine") return add_combined(op);
        if (type == "0.split") return add_split(op);
        const auto name = rule_name(op);
        if (name == "data") return add_data(op);
        if (name == "fetch") return add_fetch(op);
        if (name == "full" || name == "full_int_array") return add_constant(op);
        if (const auto* rule = find_pir_rule(name); rule != nullptr && type.starts_with("1.")) {
            auto added = add_by_rule(op, *rule);
            if (added || take_ == pir_operators::known) return added;
        } else if (type != "2.yield") {  // the end of an inner block, and what it gives
            unknown_.note(type);
        }
        return add_as_it_is(op);
    }

    /// Variables in one slot X and one slot Out, in the file's order; inputs that are constants become attributes "input_N".
    result<void> add_as_it_is(const json& op) {
        named_slots inputs{{"X", {}}};
        named_slots outputs{{"Out", {}}};
        sequence<Attr> attrs;
        const auto* given = at(&op, "I");
        for (std::size_t i = 0; const auto* one = at(given, i); ++i)
            if (const auto found = values_.find(integer(at(one, "%"))); found != values_.end())
                read_as_it_is(found->second, i, inputs[0].second, attrs);
        const auto* named = at(&op, "A");
        for (std::size_t i = 0; const auto* one = at(named, i); ++i)
            if (auto attr = attribute_as_it_is(text_of(at(one, "N")), value_of(at(one, "AT")))) attrs.push_back(*std::move(attr));
        if (auto added = add_regions(op, attrs); !added) return added;
        const auto* made = at(&op, "O");
        for (std::size_t i = 0; const auto* one = at(made, i); ++i) {
            auto names = define_any(op, one);
            if (!names) return names.failure();
            for (auto& name : *names) outputs[0].second.push_back(std::move(name));
        }
        add(full_name(op), inputs, outputs, std::move(attrs));
        return {};
    }
    /// The blocks of `if` and `while` as blocks of the program; attributes sub_block_0, sub_block_1, ... of the operator name them.
    result<void> add_regions(const json& op, sequence<Attr>& attrs) {
        const auto outer = block_;
        std::size_t count = 0;
        for (std::size_t i = 0; const auto* region = at(at(&op, "regions"), i); ++i)
            for (std::size_t k = 0; const auto* inner = at(at(region, "blocks"), k); ++k) {
                block_ = program_.blocks.size();
                auto& made = program_.blocks.emplace_back();
                made.idx = static_cast<std::int32_t>(block_);
                made.parent_idx = static_cast<std::int32_t>(outer);
                attrs.push_back(make_block_attr("sub_block_" + std::string(decimal(count++).view()), made.idx));
                for (std::size_t arg = 0; const auto* one = at(at(inner, "args"), arg); ++arg)
                    if (auto defined = define_argument(op, *one); !defined) return defined;
                if (auto added = add_ops(at(inner, "ops")); !added) return added;
                block_ = outer;
            }
        return {};
    }
    /// What `while` hands to its block: the file numbers it -1, -2, ...
    result<void> define_argument(const json& op, const json& argument) {
        const auto id = integer(at(&argument, "#"));
        if (id >= 0) return bad(op, "an argument of a block has no number");
        value made{.name = "argument_" + std::string(decimal(-(id + 1)).view()), .type = {}};
        if (const auto* is = at(&argument, "TT"); text_of(at(is, "#")) == "0.t_dtensor") {
            auto type = type_of(op, is);
            if (!type) return type.failure();
            made.type = *std::move(type);
            add_variable(made.name, made.type, false);
        } else {
            add_raw(made.name);
        }
        return define(op, id, std::move(made));
    }
    void read_as_it_is(const value& read, std::size_t i, sequence<std::string>& names, sequence<Attr>& attrs) {
        if (!read.name.empty()) return void(names.push_back(read.name));
        if (read.constant != nullptr)
            if (auto attr = attribute_as_it_is("input_" + std::string(decimal(i).view()), attribute(*read.constant, "value")))
                attrs.push_back(*std::move(attr));
        for (const auto id : read.combined)
            if (const auto part = values_.find(id); part != values_.end() && !part->second.name.empty()) names.push_back(part->second.name);
    }
    /// Variables of whatever a value is, several of a list; one that is no tensor has neither element type nor dims.
    result<sequence<std::string>> define_any(const json& op, const json* out) {
        const auto type = text_of(at(at(out, "TT"), "#"));
        if (integer(at(out, "%")) == 0) return sequence<std::string>(1);  // an optional output that nobody wants
        if (type == "0.t_vec") return define_list(op, out);
        auto name = value_name(integer(at(out, "%")));
        if (type == "0.t_dtensor") {
            if (auto defined = define_variable(op, out, name); !defined) return defined.failure();
            return sequence<std::string>{name};
        }
        add_raw(name);
        if (auto defined = define(op, out, {.name = name, .type = {}}); !defined) return defined.failure();
        return sequence<std::string>{name};
    }
    result<void> add_parameter(const json& op) {
        const auto* out = at(&op, "O");
        const auto name = text_of(at(at(&op, "A"), 3));
        auto type = type_of(op, at(out, "TT"));
        if (!type) return type.failure();
        if (std::any_of(type->tensor.dims.begin(), type->tensor.dims.end(), [](auto dim) { return dim < 0; }))
            return bad(op, "a dim of a parameter is negative");
        auto& var = add_variable(name, *type, true);
        var.is_parameter = true;
        var.stop_gradient = integer(at(at(&op, "OA"), 1)) == 1;
        return define(op, out, {.name = std::string(name), .type = *std::move(type)});
    }
    result<void> add_combined(const json& op) {
        value made;
        const auto* inputs = at(&op, "I");
        for (std::size_t i = 0; const auto* one = at(inputs, i); ++i) made.combined.push_back(integer(at(one, "%")));
        return define(op, at(at(&op, "O"), std::size_t{0}), std::move(made));
    }
    result<void> add_split(const json& op) {
        auto read = input(op, 0);
        if (!read) return read.failure();
        const auto parts = (*read)->parts;
        if (parts.empty() && take_ == pir_operators::any) return add_as_it_is(op);
        for (std::size_t i = 0; const auto* one = at(at(&op, "O"), i); ++i) {
            if (i >= parts.size()) return bad(op, "a list has fewer tensors than are taken of it");
            if (integer(at(one, "%")) == 0) continue;
            if (auto defined = define(op, one, {.name = parts[i].first, .type = parts[i].second}); !defined) return defined;
        }
        return {};
    }
    /// A variable for each tensor of a list.
    result<sequence<std::string>> define_list(const json& op, const json* out) {
        value made{.name = {}, .type = {}};
        sequence<std::string> names;
        for (std::size_t k = 0; const auto* one = at(at(at(out, "TT"), "D"), k); ++k) {
            auto type = type_of(op, one);
            if (!type) return type.failure();
            names.push_back(value_name(integer(at(out, "%"))) + "_" + std::string(decimal(k).view()));
            add_variable(names.back(), *type, false);
            made.parts.push_back({names.back(), *std::move(type)});
        }
        if (auto defined = define(op, out, std::move(made)); !defined) return defined.failure();
        return names;
    }
    result<void> add_constant(const json& op) {
        const auto* out = at(at(&op, "O"), std::size_t{0});
        auto type = type_of(op, at(out, "TT"));
        if (!type) return type.failure();
        return define(op, out, {.name = {}, .type = *std::move(type), .constant = &op});
    }
    result<void> add_data(const json& op) {
        auto made = define_variable(op, at(at(&op, "O"), std::size_t{0}), std::string(text_of(attribute(op, "name"))));
        if (!made) return made.failure();
        auto& var = block().vars.back();
        var.need_check_feed = true;
        var.stop_gradient = true;
        add("feed", {{"X", {"feed"}}}, {{"Out", {*made}}}, {make_attr("col", fed_++)});
        return {};
    }
    result<void> add_fetch(const json& op) {
        auto read = input(op, 0);
        if (!read) return read.failure();
        auto name = tensor_of(op, **read, integer(at(at(at(&op, "I"), std::size_t{0}), "%")));
        if (!name) return name.failure();
        const auto col = integer(attribute(op, "col"));
        if (!std::in_range<std::int32_t>(col) || col < 0) return bad(op, "a fetch has no column");
        add("fetch", {{"X", {*name}}}, {{"Out", {"fetch"}}}, {make_attr("col", static_cast<std::int32_t>(col))});
        return {};
    }

    result<void> add_by_rule(const json& op, const pir_rule& rule) {
        named_slots inputs;
        named_slots outputs;
        sequence<Attr> attrs;
        const auto* made = at(&op, "O");
        for (std::size_t i = 0; at(made, i) != nullptr; ++i)
            if (i >= rule.outputs.size() || rule.outputs[i].empty())
                return bad(op, "an operator makes more values than its counterpart here");
        const auto* given = at(&op, "I");
        for (std::size_t i = 0; const auto* one = at(given, i); ++i) {
            if (i >= rule.inputs.size() || rule.inputs[i].name.empty()) return bad(op, "an operator reads more values than it takes");
            if (auto taken = take_input(op, rule.inputs[i], i, integer(at(one, "%")), inputs, attrs); !taken) return taken;
        }
        for (const auto& wanted : rule.attrs) {
            if (wanted.from.empty()) break;
            if (auto taken = take_attribute(op, wanted, attrs); !taken) return taken;
        }
        if (rule.to == "range")  // reads what it makes
            if (auto made_alike = read_as(op, inputs); !made_alike) return made_alike;
        for (std::size_t i = 0; const auto* one = at(made, i); ++i) {
            if (integer(at(one, "%")) == 0) continue;  // an output that nobody wants
            if (text_of(at(at(one, "TT"), "#")) == "0.t_vec") {
                auto names = define_list(op, one);
                if (!names) return names.failure();
                if (names->empty()) return bad(op, "an operator makes an empty list");
                outputs.push_back({rule.outputs[i], *std::move(names)});
                continue;
            }
            auto name = define_variable(op, one);
            if (!name) return name.failure();
            outputs.push_back({rule.outputs[i], {*std::move(name)}});
        }
        if (rule.to == "tril_triu") attrs.push_back(make_attr("lower", rule.from == "tril"));
        add(rule.to, inputs, outputs, std::move(attrs));
        if (rule.from == "shape64" && !outputs.empty()) widen_last();
        // what works in place leaves its result to all that read its first input later; batch_norm_ writes nothing that is read here
        if (text_of(at(&op, "#")).ends_with('_') && !outputs.empty() && !rule.from.ends_with("batch_norm"))
            if (const auto over = values_.find(integer(at(at(given, std::size_t{0}), "%"))); over != values_.end())
                over->second.name = block().ops.back().outputs[0].arguments[0];
        return {};
    }
    /// `shape` gives int32 where Paddle 3 has int64.
    void widen_last() {
        auto& narrow = block().ops.back().outputs[0].arguments[0];
        const auto wide = std::exchange(narrow, narrow + "_32");
        auto type = *block().vars.back().type.lod_tensor;
        type.tensor.data_type = DType::INT32;
        add_variable(wide + "_32", std::move(type), false);
        add_cast(wide + "_32", DType::INT32, wide, DType::INT64);
    }
    /// Inputs as elements of the type that attribute `dtype` of an operator names.
    result<void> read_as(const json& op, named_slots& inputs) {
        const auto wanted = dtype_named(text_of(attribute(op, "dtype")));
        if (!wanted) return bad(op, "an attribute names no element type", "dtype");
        for (std::size_t i = 0; i < inputs.size(); ++i) {
            auto& name = inputs[i].second[0];
            const auto read = input(op, i);
            if (!read) return read.failure();
            auto type = (*read)->type;
            const auto given = std::exchange(type.tensor.data_type, *wanted);
            if (given == *wanted) continue;
            const auto made = name + "_" + std::string(decimal(block().ops.size()).view());
            add_variable(made, std::move(type), false);
            add_cast(name, given, made, *wanted);
            name = made;
        }
        return {};
    }

    result<void> take_input(const json& op, const pir_input& wanted, std::size_t i, std::int64_t id, named_slots& inputs,
                            sequence<Attr>& attrs) {
        if (id == 0) return {};  // an input that is not there
        auto found = input(op, i);
        if (!found) return found.failure();
        auto& read = **found;
        const auto* constant = read.constant != nullptr ? attribute(*read.constant, "value") : nullptr;
        switch (wanted.kind) {
            case pir_input_kind::unused: return {};
            case pir_input_kind::tensor: {
                auto name = tensor_of(op, read, id);
                if (!name) return name.failure();
                inputs.push_back({wanted.name, {*std::move(name)}});
                return {};
            }
            case pir_input_kind::tensors: {
                auto& slot = inputs.emplace_back(wanted.name, sequence<std::string>{});
                for (const auto one : read.combined) {
                    const auto part = values_.find(one);
                    if (part == values_.end()) return bad(op, "a list holds a value that nothing makes");
                    auto name = tensor_of(op, part->second, one);
                    if (!name) return name.failure();
                    slot.second.push_back(*std::move(name));
                }
                return {};
            }
            case pir_input_kind::number:
                if (constant == nullptr && !wanted.computed.empty()) break;
                if (constant == nullptr || !constant->is_number()) return computed(op, wanted.name);
                attrs.push_back(make_attr(wanted.name, constant->get<float>()));
                return {};
            case pir_input_kind::integer: {
                const double whole = constant != nullptr && constant->is_number() ? constant->get<double>() : 0.5;
                if (whole != static_cast<double>(static_cast<std::int32_t>(std::clamp(whole, -2e9, 2e9)))) return computed(op, wanted.name);
                attrs.push_back(make_attr(wanted.name, static_cast<std::int32_t>(whole)));
                return {};
            }
            case pir_input_kind::integers: break;
        }
        if (constant == nullptr && !wanted.computed.empty()) {
            auto name = tensor_of(op, read, id);
            if (!name) return name.failure();
            inputs.push_back({wanted.computed, {*std::move(name)}});
            return {};
        }
        if (constant == nullptr || !constant->is_array()) return computed(op, wanted.name);
        sequence<std::int32_t> all;
        for (std::size_t k = 0; k < constant->size(); ++k) {
            const auto n = integer(at(at(constant, k), "D"));
            if (!std::in_range<std::int32_t>(n)) return bad(op, "a number of a list does not fit 32 bits");
            all.push_back(static_cast<std::int32_t>(n));
        }
        if (wanted.name == "dim") attrs.push_back(make_attr("reduce_all", all.empty()));
        attrs.push_back(make_attr(wanted.name, std::move(all)));
        return {};
    }

    const limits& caps_;
    pir_operators take_;
    pir_unknown unknown_;
    std::int32_t fed_ = 0;
};

}  // namespace detail

/// The program of an `inference.json` by Paddle 3, as 2.x operators with feed and fetch. Its parameters lie in the `.pdiparams`
/// beside it: a combined file, sorted by name as ever.
/// With `pir_operators::any` no operator is refused: one that has no counterpart here, or attributes that this one does not take, is
/// there under its name of Paddle 3, such as "pd_op.conv2d", and nothing runs it.
/// Errors: not_a_paddle_file, bad_version, too_large; unknown_op (all such operators with their counts, named as the file names them),
/// unsupported, bad_attribute, no_such_variable, duplicate_name; those of `Program::from_desc`.
inline result<Program> read_pir(std::string_view json, const limits& caps = {}, pir_operators take = pir_operators::known) {
    return caught([&] { return detail::pir_reader(caps, take).read(json); });
}

}  // namespace wherry::inline WHERRY_ABI

#endif
