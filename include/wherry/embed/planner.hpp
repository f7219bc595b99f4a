#ifndef WHERRY_EMBED_PLANNER_HPP
#define WHERRY_EMBED_PLANNER_HPP

#include <wherry/embed/plan.hpp>
#include <wherry/version.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace wherry::inline WHERRY_ABI::embed::detail {

/// What the policies of a network ask of its plan.
struct plan_options {
    std::size_t batch = 0;  ///< 0: one row where the program leaves it open
    std::size_t ram_bytes = ~std::size_t{0};
    bool quantized = false;
    std::size_t aligned_bytes = 0;
    bool trains = false;   ///< runs the optimizer's operators too
    bool trained = false;  ///< parameters that an optimizer changes are in RAM
    std::string_view outputs[max_ports]{};
    std::size_t output_count = 0;
};

/// Makes the plan of Model: drops operators that no output needs, works out shapes, joins fc layers into one step, places values.
template <class Model>
class planner {
    using file = program_of<Model>;
    static constexpr auto& g = graph_of<Model>;

  public:
    static constexpr plan_size capacity{g.size.arguments + 2 * g.size.operators + max_ports,
                                        g.size.arguments + 2 * g.size.operators + max_ports};
    using plan_type = plan<capacity>;

    constexpr explicit planner(const plan_options& options) noexcept : options_(options) {}

    constexpr plan_type make() noexcept {
        if (counts_of<Model>.failed || g.size.operators == 0)
            return refuse(reason::not_a_program, {}, counts_of<Model>.fault_offset), made_;
        if (records_of<Model>.wrong.why != reason::nothing) return made_.wrong = records_of<Model>.wrong, made_;
        for (auto& v : current_) v = none;
        find_outputs();
        find_trained();
        find_needed();
        for (std::uint32_t i = 0; i < g.size.operators && accepted(); ++i)
            if (needed_[i]) add(g.operators[i]);
        if (accepted()) take_outputs();
        for (std::size_t i = 0; i < records_of<Model>.count; ++i) made_.trained_bytes += trained_bytes(i);
        if (!accepted()) return made_;
        find_lifetimes(made_);
        work_in_place(made_);
        place_in_arena(made_);
        if (made_.arena_bytes > options_.ram_bytes) refuse(reason::arena_too_small, {}, made_.arena_bytes, options_.ram_bytes);
        return made_;
    }

    /// Floats of each record of the stream that are trained, in the order of the stream.
    template <class Counts>
    constexpr Counts trained_counts() noexcept {
        find_trained();
        Counts counts;
        for (std::size_t i = 0; i < records_of<Model>.count; ++i) counts.all[i] = trained_bytes(i) / sizeof(float);
        return counts;
    }

  private:
    // ---- refusals

    [[nodiscard]] constexpr bool accepted() const noexcept { return made_.wrong.why == reason::nothing; }
    constexpr void refuse(reason why, slice name, std::size_t found = 0, std::size_t expected = 0) noexcept {
        if (accepted()) made_.wrong = {why, name, found, expected};
    }
    constexpr void refuse_operator(reason why, std::size_t found = 0, std::size_t expected = 0) noexcept {
        refuse(why, op_->type, found, expected);
    }

    // ---- which operators matter

    [[nodiscard]] static constexpr bool is(const operation& op, std::string_view type) noexcept { return same<file>(op.type, type); }
    [[nodiscard]] constexpr bool is(std::string_view type) const noexcept { return is(*op_, type); }

    /// The variable in a slot of an operator; `none` where there is none.
    [[nodiscard]] constexpr std::uint32_t variable_at(const operation& op, bool output, std::string_view slot,
                                                      std::size_t index = 0) const noexcept {
        for (auto i = op.first; i < op.first + op.count; ++i)
            if (g.arguments[i].output == output && same<file>(g.arguments[i].slot, slot) && index-- == 0) return g.arguments[i].variable;
        return none;
    }

    constexpr void add_output(std::uint32_t variable, std::size_t index) noexcept {
        if (index >= max_ports) return refuse(reason::too_many_inputs_or_outputs, {}, index + 1, max_ports);
        outputs_[index] = variable;
        if (index >= made_.output_count) made_.output_count = index + 1;
    }

    constexpr void find_outputs() noexcept {
        for (std::size_t i = 0; i < max_ports; ++i) outputs_[i] = none;
        for (std::size_t i = 0; i < options_.output_count; ++i)
            for (std::uint32_t v = 0; v < g.size.variables; ++v)
                if (same<file>(g.variables[v].name, options_.outputs[i])) add_output(v, i);
        for (std::uint32_t i = 0; i < g.size.operators; ++i) {
            const auto& op = g.operators[i];
            has_feeds_ |= is(op, "feed");
            if (options_.output_count == 0 && is(op, "fetch"))
                add_output(variable_at(op, false, "X"), static_cast<std::size_t>(find_attribute<file>(op, "col").integer));
        }
        if ((made_.output_count == 0 && !options_.trains) || made_.output_count < options_.output_count) refuse(reason::no_outputs, {});
        for (std::size_t i = 0; i < made_.output_count; ++i)
            if (outputs_[i] == none) refuse(reason::no_outputs, {});
    }

    /// Parameters that an optimizer of the program changes.
    constexpr void find_trained() noexcept {
        for (std::uint32_t i = 0; i < g.size.operators && options_.trained; ++i) {
            const auto param = is(g.operators[i], "sgd") ? variable_at(g.operators[i], true, "ParamOut") : none;
            if (param != none) trained_[param] = true;
        }
    }

    /// Backwards from the outputs; what they do not need may be unsupported, and may be training.
    constexpr void find_needed() noexcept {
        bool wanted[g.size.variables + 1]{};
        for (std::size_t i = 0; i < made_.output_count; ++i) {
            if (outputs_[i] == none) continue;
            wanted[outputs_[i]] = true;
            ++reads_[outputs_[i]];
        }
        for (auto i = static_cast<std::uint32_t>(g.size.operators); i-- > 0;) {
            const auto& op = g.operators[i];
            bool needed = is(op, "feed") || (options_.trains && is(op, "sgd"));
            for (auto a = op.first; a < op.first + op.count; ++a)
                if (g.arguments[a].output && g.arguments[a].variable != none) needed |= wanted[g.arguments[a].variable];
            if (!needed || is(op, "fetch")) continue;
            needed_[i] = true;
            const bool adds = is(op, "elementwise_add_grad");
            for (auto a = op.first; a < op.first + op.count; ++a)
                if (g.arguments[a].output && g.arguments[a].variable != none) wanted[g.arguments[a].variable] = false;
            for (auto a = op.first; a < op.first + op.count; ++a) {
                if (g.arguments[a].output || g.arguments[a].variable == none) continue;
                const bool of_shape_only = adds && !same<file>(g.arguments[a].slot, "Out@GRAD");
                wanted[g.arguments[a].variable] = true;
                if (!of_shape_only) ++reads_[g.arguments[a].variable];
            }
        }
    }

    // ---- values

    constexpr std::uint32_t new_value(std::int32_t dtype, const shape& dims, place where = place::arena, std::size_t offset = 0) noexcept {
        const auto v = static_cast<std::uint32_t>(made_.value_count++), s = static_cast<std::uint32_t>(made_.storage_count++);
        made_.storages[s] = {.where = where, .offset = offset, .bytes = dims.count() * dtype_bytes(dtype)};
        made_.values[v] = {.dtype = dtype, .dims = dims, .storage = s};
        return v;
    }
    [[nodiscard]] constexpr const value& at(std::uint32_t v) const noexcept { return made_.values[v]; }
    [[nodiscard]] constexpr bool is_param(std::uint32_t v) const noexcept {
        if (v == none) return false;
        const auto where = made_.storages[made_.values[v].storage].where;
        return where == place::params || where == place::trained;
    }

    [[nodiscard]] constexpr bool sized(std::uint32_t variable, tensor_desc& desc) noexcept {
        const auto name = g.variables[variable].name;
        if (desc.dtype == unknown || desc.failed) return refuse(reason::no_tensor, name), false;
        if (desc.dims.rank > max_rank) return refuse(reason::too_many_dims, name, desc.dims.rank, max_rank), false;
        std::uint64_t count = 1;
        for (std::size_t i = 0; i < desc.dims.rank; ++i) {
            auto& dim = desc.dims.dims[i];
            if (dim == -1 && i == 0) dim = static_cast<std::int64_t>(options_.batch == 0 ? 1 : options_.batch);
            if (dim < 0) return refuse(reason::unknown_dim, name), false;
            count *= static_cast<std::uint64_t>(dim);
            if (dim > 0x7fff'ffff || count > 0x7fff'ffff) return refuse(reason::unknown_dim, name), false;
        }
        return true;
    }

    constexpr std::uint32_t add_input(std::uint32_t variable, std::size_t index) noexcept {
        if (index >= max_ports) return refuse(reason::too_many_inputs_or_outputs, {}, index + 1, max_ports), none;
        auto desc = declared<file>(g.variables[variable]);
        if (!sized(variable, desc)) return none;
        if (desc.dtype != fp32 && desc.dtype != int64 && desc.dtype != int32)
            return refuse(reason::wrong_dtype, g.variables[variable].name, static_cast<std::size_t>(desc.dtype), fp32), none;
        current_[variable] = new_value(desc.dtype, desc.dims, place::input, index);
        made_.inputs[index] = {g.variables[variable].name, current_[variable]};
        if (index >= made_.input_count) made_.input_count = index + 1;
        return current_[variable];
    }

    constexpr std::uint32_t add_param(std::uint32_t variable) noexcept {
        const auto name = g.variables[variable].name;
        auto desc = declared<file>(g.variables[variable]);
        if (!sized(variable, desc)) return none;
        for (std::size_t i = 0; i < records_of<Model>.count; ++i) {
            const auto& record = records_of<Model>.all[i];
            if (record.variable != variable) continue;
            if (options_.aligned_bytes > 1 && record.offset % options_.aligned_bytes != 0)
                return refuse(reason::params_unaligned, name, record.offset, options_.aligned_bytes), none;
            const bool trained = trained_[variable];
            if (trained && record.dtype != fp32)
                return refuse(reason::wrong_dtype, name, static_cast<std::size_t>(record.dtype), fp32), none;
            const auto made = new_value(record.dtype, desc.dims, trained ? place::trained : place::params,
                                        trained ? trained_offset(variable) : record.offset);
            made_.values[made].scales = record.scales;
            made_.parameter_bytes += made_.storages[made_.values[made].storage].bytes;
            if (record.dtype == int8) made_.parameter_bytes += 4 * static_cast<std::size_t>(desc.dims.dims[desc.dims.rank - 1]);
            return current_[variable] = made;
        }
        return refuse(reason::not_computed, name), none;
    }

    /// Trained parameters lie one behind the other in the order of the stream, needed by this plan or not.
    constexpr std::size_t trained_offset(std::uint32_t variable) const noexcept {
        std::size_t offset = 0;
        for (std::size_t i = 0; i < records_of<Model>.count && records_of<Model>.all[i].variable != variable; ++i)
            offset += trained_bytes(i);
        return offset;
    }
    constexpr std::size_t trained_bytes(std::size_t record) const noexcept {
        const auto variable = records_of<Model>.all[record].variable;
        return trained_[variable] ? declared<file>(g.variables[variable]).dims.count() * sizeof(float) : 0;
    }

    /// The value an operator reads; refuses the model where there is none.
    constexpr std::uint32_t read(std::string_view slot, std::size_t index = 0) noexcept {
        const auto variable = variable_at(*op_, false, slot, index);
        if (variable == none) return refuse_operator(reason::undeclared_variable), none;
        if (current_[variable] != none) return current_[variable];
        if (g.variables[variable].persistable) return add_param(variable);
        if (has_feeds_) return refuse(reason::not_computed, g.variables[variable].name), none;
        return add_input(variable, made_.input_count);
    }
    [[nodiscard]] constexpr bool has(std::string_view slot, std::size_t index = 0) const noexcept {
        return variable_at(*op_, false, slot, index) != none;
    }
    /// The same, of float.
    constexpr std::uint32_t read_float(std::string_view slot, std::size_t index = 0) noexcept {
        const auto v = read(slot, index);
        if (accepted() && at(v).dtype != fp32)
            refuse(reason::wrong_dtype, g.variables[variable_at(*op_, false, slot, index)].name, static_cast<std::size_t>(at(v).dtype),
                   fp32);
        return v;
    }

    constexpr void write(std::uint32_t v, std::string_view slot = "Out") noexcept {
        const auto variable = variable_at(*op_, true, slot);
        if (variable == none) refuse_operator(reason::undeclared_variable);
        else current_[variable] = v;
    }
    constexpr step& add_step(kind what, const shape& dims) noexcept {
        auto& made = made_.steps[made_.step_count++];
        made.what = what;
        made.out = new_value(fp32, dims);
        return made;
    }
    /// The step of the fc layer that makes the value in a slot, when nobody else reads that and no activation is joined to it yet; otherwise `none`.
    constexpr std::uint32_t layer_before(std::string_view slot) noexcept {
        const auto variable = variable_at(*op_, false, slot);
        if (variable == none || reads_[variable] != 1) return none;
        for (auto s = static_cast<std::uint32_t>(made_.step_count); s-- > 0;) {
            const auto& one = made_.steps[s];
            if (one.out == current_[variable]) return one.what == kind::dense && one.f == function::identity ? s : none;
        }
        return none;
    }
    [[nodiscard]] constexpr attribute attr(std::string_view name) const noexcept { return find_attribute<file>(*op_, name); }
    [[nodiscard]] constexpr std::int64_t integer(std::string_view name, std::int64_t otherwise) const noexcept {
        const auto a = attr(name);
        return a.found ? a.integer : otherwise;
    }
    [[nodiscard]] constexpr float number(std::string_view name, float otherwise) const noexcept {
        const auto a = attr(name);
        return a.found ? a.number : otherwise;
    }
    /// An axis that may count from the end; refuses others.
    constexpr std::size_t axis(std::int64_t given, std::size_t rank) noexcept {
        const auto from_start = given < 0 ? given + static_cast<std::int64_t>(rank) : given;
        if (from_start < 0 || from_start >= static_cast<std::int64_t>(rank)) return refuse_operator(reason::shape_mismatch), 0;
        return static_cast<std::size_t>(from_start);
    }

#include <wherry/embed/detail/operators.inc>

#include <wherry/embed/detail/gradients.inc>

    // ---- outputs

    constexpr void take_outputs() noexcept {
        for (std::size_t i = 0; i < made_.output_count; ++i) {
            const auto variable = outputs_[i];
            auto v = current_[variable];
            if (v == none) return refuse(reason::not_computed, g.variables[variable].name);
            if (made_.storages[at(v).storage].where != place::arena) {  // an input, or fetched twice
                const auto from = v;
                auto& copied = add_step(kind::copy, at(from).dims);
                copied.x = from;
                copied.rows = 1;
                copied.cols = at(from).dims.count();
                v = copied.out;
            }
            auto& held = made_.storages[at(v).storage];
            held.where = place::output;
            held.offset = i;
            made_.outputs[i] = {g.variables[variable].name, v};
        }
        for (std::size_t i = 0; i < made_.input_count; ++i)
            if (made_.inputs[i].value == none) refuse(reason::no_outputs, {});
    }

    plan_options options_;
    plan_type made_{};
    const operation* op_ = nullptr;
    bool has_feeds_ = false;
    std::uint32_t outputs_[max_ports]{};
    bool trained_[g.size.variables + 1]{};
    bool needed_[g.size.operators + 1]{};
    std::uint32_t reads_[g.size.variables + 1]{};
    std::uint32_t current_[g.size.variables + 1]{};  ///< the value a variable has at this operator
};

template <std::size_t N>
struct record_counts {
    std::size_t all[N + 1]{};
};
template <class Model>
constexpr auto trained_counts() noexcept {
    return planner<Model>({.trained = true}).template trained_counts<record_counts<records_of<Model>.count>>();
}

}  // namespace wherry::inline WHERRY_ABI::embed::detail

#endif
