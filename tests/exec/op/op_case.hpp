#ifndef WHERRY_TESTS_EXEC_OP_OP_CASE_HPP
#define WHERRY_TESTS_EXEC_OP_OP_CASE_HPP

#include <support/check_error.hpp>

#include <wherry/exec/op_list.hpp>
#include <wherry/tensor/tensor.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// Drives one operator through its row of an op_table, as an executor does, without a program:
///
///     auto out = op_case(ops, "mul").in("X", x).in("Y", y).attr("x_num_col_dims", 1).run();
///     REQUIRE(out);
///     CHECK(out->at("Out").elements<float>()[0] == doctest::Approx(1));
///
/// Variables are named like their slots; the second one of a slot is "X.1", the third "X.2".
namespace op_test {

using namespace wherry;

using variables = std::map<std::string, Tensor, std::less<>>;
using metas = std::map<std::string, tensor_meta, std::less<>>;

inline constexpr std::int64_t fluid_18 = 1'008'005;
inline constexpr std::int64_t paddle_26 = 2'006'002;

inline std::string nth_name(std::string_view slot, std::size_t k) { return std::string(slot) + (k == 0 ? "" : "." + std::to_string(k)); }

inline void flatten_slots(std::span<const slot> declared, const Operator& op, bool of_outputs, std::vector<std::string>& names,
                          std::vector<slot_range>& ranges) {
    for (const auto& s : declared) {
        const auto held = of_outputs ? op.output(s.name) : op.input(s.name);
        ranges.push_back({static_cast<std::uint32_t>(names.size()), static_cast<std::uint32_t>(held.size())});
        names.insert(names.end(), held.begin(), held.end());
    }
}

/// An operator's infer on metas; those of its outputs are added to `known`.
inline result<void> infer_op(const op_info& info, const Operator& op, metas& known, std::int64_t version, bool building,
                             std::map<std::string, LoD>* lods = nullptr) {
    auto attributes = info.read_attributes(op);
    if (!attributes) return std::move(attributes).error();
    std::vector<std::string> in_names, out_names;
    std::vector<slot_range> in_slots, out_slots;
    flatten_slots(info.inputs, op, false, in_names, in_slots);
    flatten_slots(info.outputs, op, true, out_names, out_slots);
    std::vector<tensor_meta> in_metas;
    for (const auto& name : in_names) in_metas.push_back(known.at(name));
    std::vector<tensor_meta> out_metas(out_names.size());
    std::vector<std::optional<LoD>> made_lods(out_names.size());
    infer_context c({.op_type = info.type,
                     .declared_inputs = info.inputs,
                     .input_slots = in_slots,
                     .output_slots = out_slots,
                     .inputs = in_metas,
                     .outputs = out_metas,
                     .program_version = version,
                     .building = building,
                     .made_lods = made_lods});
    if (auto inferred = info.infer(attributes->get(), c); !inferred) return inferred;
    for (std::size_t i = 0; i < out_names.size(); ++i) {
        known.insert_or_assign(out_names[i], out_metas[i]);
        if (lods != nullptr && made_lods[i]) lods->insert_or_assign(out_names[i], *std::move(made_lods[i]));
    }
    return {};
}

/// Infers, allocates the outputs (a name that is there already with these dims keeps its memory) and runs.
inline result<void> run_op(const op_info& info, const Operator& op, variables& vars, std::int64_t version = fluid_18) {
    metas known;
    for (const auto& [name, tensor] : vars) {
        known[name] = {tensor.dtype(), tensor.dims()};
        if (!tensor.lod().empty()) known[name].lod = &tensor.lod();
    }
    std::map<std::string, LoD> lods;
    if (auto inferred = infer_op(info, op, known, version, false, &lods); !inferred) return inferred;
    auto attributes = info.read_attributes(op);
    std::vector<std::string> in_names, out_names;
    std::vector<slot_range> in_slots, out_slots;
    flatten_slots(info.inputs, op, false, in_names, in_slots);
    flatten_slots(info.outputs, op, true, out_names, out_slots);
    for (const auto& name : out_names) {
        auto& to = vars[name];
        const auto& meta = known.at(name);
        if (!to.is_initialized() || to.dtype() != meta.dtype || to.dims() != meta.dims) {
            to = Tensor(meta.dtype, meta.dims);
            std::fill(to.bytes().begin(), to.bytes().end(), std::byte{0xA5});  // what is not written shows
        }
        if (lods.contains(name)) to.set_lod(lods.at(name));
    }
    std::map<std::string, operand> operands;
    const auto operand_of = [&](const std::string& name) {
        auto& tensor = vars.at(name);
        return &(operands[name] = {tensor.bytes().data(), tensor.dtype(), tensor.dims(), tensor.count(), false, &tensor.lod()});
    };
    std::vector<operand*> ins, outs;
    for (const auto& name : in_names) ins.push_back(operand_of(name));
    for (const auto& name : out_names) outs.push_back(operand_of(name));
    run_context c({.op_type = info.type,
                   .declared_outputs = info.outputs,
                   .input_slots = in_slots,
                   .output_slots = out_slots,
                   .inputs = ins,
                   .outputs = outs,
                   .program_version = version});
    return info.run(attributes->get(), c);
}

/// One operator with its inputs and attributes.
class op_case {
  public:
    op_case(op_table table, std::string_view type) : table_(table), info_(find_op(table, type)) {
        REQUIRE_MESSAGE(info_, "the operator is in the list");
        op_.desc().type = type;
        for (const auto& s : info_->outputs)
            if (s.arity != slot_arity::since_2x) out(s.name);
    }

    /// Appends to an input slot.
    op_case& in(std::string_view slot_name, Tensor tensor) {
        auto name = add(op_.desc().inputs, slot_name);
        vars_.insert_or_assign(std::move(name), std::move(tensor));
        return *this;
    }
    /// For `infer`: what is known while a program is built, -1 for unknown dims.
    op_case& in(std::string_view slot_name, tensor_meta meta) {
        auto name = add(op_.desc().inputs, slot_name);
        metas_.insert_or_assign(std::move(name), meta);
        return *this;
    }
    /// How many variables an output slot names: one unless it is said, 0 for a gradient nobody wants.
    op_case& out(std::string_view slot_name, std::size_t count = 1) {
        erase_if(op_.desc().outputs, [&](const auto& s) { return s.parameter == slot_name; });
        auto& made = op_.desc().outputs.emplace_back();
        made.parameter = slot_name;
        for (std::size_t k = 0; k < count; ++k) made.arguments.push_back(nth_name(slot_name, k));
        return *this;
    }
    /// Writes an output over an input, as optimizers do: in_place("ParamOut", "Param").
    op_case& in_place(std::string_view output, std::string_view input_variable) {
        out(output, 0);
        op_.desc().outputs.back().arguments.emplace_back(input_variable);
        return *this;
    }
    template <class T>
    op_case& attr(std::string_view name, T value) {
        op_.set_attr(make_attr(name, std::move(value)));
        return *this;
    }
    op_case& version(std::int64_t program_version) { return version_ = program_version, *this; }

    [[nodiscard]] const op_info& info() const noexcept { return *info_; }
    /// The operator with its defaults filled in, as a layer would append it.
    [[nodiscard]] Operator written() const {
        Operator op = op_;
        info_->write_defaults(op);
        return op;
    }
    /// All variables after a run, by name.
    [[nodiscard]] result<variables> run() const {
        auto vars = vars_;
        if (auto ran = run_op(*info_, op_, vars, version_); !ran) return std::move(ran).error();
        return vars;
    }
    /// Metas of inputs and outputs, as a program is built (or, with false, as a plan is made).
    [[nodiscard]] result<metas> infer(bool building = true) const {
        auto known = metas_;
        for (const auto& [name, tensor] : vars_) known.insert_or_assign(name, tensor_meta{tensor.dtype(), tensor.dims(), 0});
        if (auto inferred = infer_op(*info_, op_, known, version_, building); !inferred) return std::move(inferred).error();
        return known;
    }
    /// The gradient operators, as append_backward would ask for them.
    [[nodiscard]] std::vector<Operator> gradients() const {
        const bool has_gradient = info_->gradient != nullptr;
        REQUIRE_MESSAGE(has_gradient, "the operator has a gradient");
        const auto forward = written();
        gradient_maker maker(forward);
        info_->gradient(maker);
        std::vector<Operator> made;
        for (auto& op : maker.ops()) made.emplace_back(std::move(op).take());
        return made;
    }

    /// Compares the gradient operators with central differences of sum(w * output), w fixed and uneven. `wrt` are names of
    /// FP64 inputs, `output` is the output variable that flows on.
    void check_gradient(std::initializer_list<std::string_view> wrt, std::string_view output = "Out", double step = 1e-5,
                        double tolerance = 1e-6) const {
        auto forward = run();
        REQUIRE_MESSAGE(forward, (forward ? std::string() : to_string(forward.error())));
        auto vars = *forward;
        const auto weight = [](std::size_t i) { return 0.5 + 0.37 * std::sin(1.0 + 2.3 * static_cast<double>(i)); };
        const auto& out_tensor = vars.at(std::string(output));
        Tensor seed(out_tensor.dtype(), out_tensor.dims());
        for (std::size_t i = 0; i < seed.count(); ++i) seed.elements<double>()[i] = weight(i);
        vars.insert_or_assign(grad_name(output), std::move(seed));
        for (const auto& grad : gradients()) {
            const auto* grad_info = find_op(table_, grad.type());
            REQUIRE_MESSAGE(grad_info, grad.type());
            const auto ran = run_op(*grad_info, grad, vars, version_);
            REQUIRE_MESSAGE(ran, (ran ? std::string() : to_string(ran.error())));
        }
        for (const auto name : wrt) {
            const auto& analytic = vars.at(grad_name(name));
            REQUIRE(analytic.dims() == vars_.at(std::string(name)).dims());
            for (std::size_t i = 0; i < analytic.count(); ++i) {
                const auto at = [&](double by) {
                    auto moved = *this;
                    moved.vars_.at(std::string(name)).elements<double>()[i] += by;
                    const auto there = moved.run();
                    double total = 0;
                    const auto& values = there->at(std::string(output));
                    for (std::size_t k = 0; k < values.count(); ++k) total += weight(k) * values.elements<double>()[k];
                    return total;
                };
                const double numeric = (at(step) - at(-step)) / (2 * step);
                CAPTURE(name);
                CAPTURE(i);
                CHECK(std::abs(analytic.elements<double>()[i] - numeric) <= tolerance * std::max(1.0, std::abs(numeric)));
            }
        }
    }

  private:
    static std::string add(Operator::slots& slots, std::string_view slot_name) {
        auto at = std::find_if(slots.begin(), slots.end(), [&](const auto& s) { return s.parameter == slot_name; });
        if (at == slots.end()) {
            slots.emplace_back().parameter = slot_name;
            at = slots.end() - 1;
        }
        return at->arguments.emplace_back(nth_name(slot_name, at->arguments.size()));
    }

    op_table table_;
    const op_info* info_;
    Operator op_;
    variables vars_;
    metas metas_;
    std::int64_t version_ = fluid_18;
};

// Tensors in short.
inline Tensor f32(const Shape& dims, std::initializer_list<float> v) { return Tensor::of<float>(dims, v); }
inline Tensor f64(const Shape& dims, std::initializer_list<double> v) { return Tensor::of<double>(dims, v); }
inline Tensor i32(const Shape& dims, std::initializer_list<std::int32_t> v) { return Tensor::of<std::int32_t>(dims, v); }
inline Tensor i64(const Shape& dims, std::initializer_list<std::int64_t> v) { return Tensor::of<std::int64_t>(dims, v); }
/// FP64 values that differ from each other, none near 0, within [-2, 2].
inline Tensor some(const Shape& dims, double phase = 0.3) {
    Tensor made(DType::FP64, dims);
    for (std::size_t i = 0; i < made.count(); ++i) {
        const double wave = std::sin(phase + 1.7 * static_cast<double>(i));
        made.elements<double>()[i] = wave + (wave < 0 ? -0.5 : 0.5);
    }
    return made;
}
/// The same, all positive.
inline Tensor some_positive(const Shape& dims, double phase = 0.3) {
    auto made = some(dims, phase);
    for (auto& v : made.elements<double>()) v = std::abs(v);
    return made;
}

/// Compares elements: `tolerance` relative to the larger of 1 and the expected value; NaN equals NaN, infinities themselves.
template <class T>
void check_values(const Tensor& tensor, std::initializer_list<std::type_identity_t<T>> expected, double tolerance = 1e-6) {
    REQUIRE(tensor.dtype() == dtype_of<T>);
    REQUIRE(tensor.count() == expected.size());
    std::size_t i = 0;
    for (const auto value : expected) {
        const auto found = static_cast<double>(tensor.elements<T>()[i]);
        const auto wanted = static_cast<double>(value);
        CAPTURE(i);
        CAPTURE(found);
        CAPTURE(wanted);
        CHECK((found == wanted || (std::isnan(found) && std::isnan(wanted)) ||
               std::abs(found - wanted) <= tolerance * std::max(1.0, std::abs(wanted))));
        ++i;
    }
}

using support::check_error;

}  // namespace op_test

#endif
