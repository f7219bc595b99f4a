#ifndef WHERRY_INTEROP_DETAIL_PIR_VALUES_HPP
#define WHERRY_INTEROP_DETAIL_PIR_VALUES_HPP

#include <wherry/base/dtype.hpp>
#include <wherry/base/number.hpp>
#include <wherry/base/result.hpp>
#include <wherry/base/sequence.hpp>
#include <wherry/interop/detail/pir_attributes.hpp>
#include <wherry/program/program.hpp>
#include <wherry/version.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace wherry::inline WHERRY_ABI::detail {

/// The values of a PIR document, and the program of 2.x whose variables they become.
class pir_values : protected pir_attributes {
  protected:
    struct value {
        std::string name;  ///< empty for a constant that no operator reads as a tensor yet
        wire::LoDTensorDesc<> type;
        const json* constant = nullptr;                                   ///< the `full` or `full_int_array` that makes it
        sequence<std::int64_t> combined{};                                ///< the values of a `combine`
        sequence<std::pair<std::string, wire::LoDTensorDesc<>>> parts{};  ///< of a list that an operator makes
        std::size_t block = 0;                                            ///< where it is made
    };

    /// The block that is read.
    wire::BlockDesc<>& block() { return program_.blocks[block_]; }

    result<void> define(const json& op, const json* out, value made) {
        const auto id = integer(at(out, "%"));
        if (id < 1) return bad(op, "a value has no number");
        return define(op, id, std::move(made));
    }
    result<void> define(const json& op, std::int64_t id, value made) {
        made.block = block_;
        if (!values_.try_emplace(id, std::move(made)).second)
            return failure(errc::duplicate_name, "two operators make one value").of_op(name_of_op(op)).found(id);
        return {};
    }

    static std::string value_name(std::int64_t id) { return "value_" + std::string(decimal(id).view()); }

    /// A variable of the program for each tensor that operators make.
    result<std::string> define_variable(const json& op, const json* out, std::string name = {}) {
        auto type = type_of(op, at(out, "TT"));
        if (!type) return type.failure();
        if (name.empty()) name = value_name(integer(at(out, "%")));
        add_variable(name, *type, false);
        if (auto defined = define(op, out, {.name = name, .type = *std::move(type)}); !defined) return defined.failure();
        return name;
    }

    wire::VarDesc<>& add_variable(std::string_view name, wire::LoDTensorDesc<> type, bool persistable) {
        auto& var = block().vars.emplace_back();
        var.name = name;
        var.type.lod_tensor = std::move(type);
        var.persistable = persistable;
        return var;
    }
    void add_list_variable(std::string_view name, wire::VarKind kind) {
        auto& var = block().vars.emplace_back();
        var.name = name;
        var.type.type = kind;
        var.persistable = true;
    }
    /// What is not a tensor.
    void add_raw(std::string_view name) {
        add_list_variable(name, wire::VarKind::RAW);
        block().vars.back().persistable = false;
    }

    result<value*> input(const json& op, std::size_t i) {
        const auto found = values_.find(integer(at(at(at(&op, "I"), i), "%")));
        if (found == values_.end())
            return failure(errc::no_such_variable, "an operator reads a value that nothing makes").of_op(name_of_op(op));
        return &found->second;
    }

    /// The variable of a value that is read as a tensor; a constant becomes an operator of its own then.
    result<std::string> tensor_of(const json& op, value& read, std::int64_t id) {
        if (!read.name.empty()) return read.name;
        if (read.constant == nullptr || name_of_op(*read.constant) != "full") return bad(op, "a list where a tensor is meant");
        const auto* held = attribute(*read.constant, "value");
        if (held == nullptr || !(held->is_number() || held->is_boolean())) return bad(*read.constant, "a constant is not a number");
        read.name = value_name(id);
        const auto reading = std::exchange(block_, read.block);
        add_variable(read.name, read.type, false);
        sequence<std::int64_t> dims(read.type.tensor.dims);
        add("fill_constant", {}, {{"Out", {read.name}}},
            {make_attr("shape", std::move(dims)), make_attr("dtype", read.type.tensor.data_type), make_attr("value", number(*held))});
        block_ = reading;
        return read.name;
    }

    using named_slots = sequence<std::pair<std::string_view, sequence<std::string>>>;

    void add(std::string_view type, const named_slots& inputs, const named_slots& outputs, sequence<Attr> attrs) {
        auto& op = block().ops.emplace_back();
        op.type = type;
        const auto fill = [](auto& slots, const named_slots& from) {
            for (const auto& [name, arguments] : from) {
                auto& slot = slots.emplace_back();
                slot.parameter = name;
                slot.arguments = arguments;
            }
        };
        fill(op.inputs, inputs);
        fill(op.outputs, outputs);
        op.attrs = std::move(attrs);
    }
    void add_cast(const std::string& from, DType given, const std::string& to, DType wanted) {
        add("cast", {{"X", {from}}}, {{"Out", {to}}}, {make_attr("in_dtype", given), make_attr("out_dtype", wanted)});
    }

    wire::ProgramDesc<> program_;
    std::size_t block_ = 0;
    std::unordered_map<std::int64_t, value> values_;
};

}  // namespace wherry::inline WHERRY_ABI::detail

#endif
