#ifndef WHERRY_EMBED_PLANNER_HPP
#define WHERRY_EMBED_PLANNER_HPP

#include <wherry/embed/lower/table.hpp>
#include <wherry/embed/plan.hpp>
#include <wherry/embed/policy.hpp>
#include <wherry/version.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace wherry::inline WHERRY_ABI::embed::detail {

/// Makes the plan of Model: drops operators that no output needs, lowers the others to steps, places values. It walks the program once; what
/// an operator becomes is a function in lower/, which finds here how to read the operator and to add to the plan.
template <class Model>
class planner {
    using file = program_of<Model>;
    static constexpr auto& g = graph_of<Model>;

  public:
    static constexpr plan_size capacity{g.size.arguments + 2 * g.size.operators + max_ports,
                                        g.size.arguments + 2 * g.size.operators + max_ports};
    using plan_type = plan<capacity>;

    constexpr explicit planner(const network_options& given) noexcept : options(given) {}

    constexpr plan_type make() noexcept {
        if (counts_of<Model>.failed || g.size.operators == 0)
            return refuse_name(reason::not_a_program, {}, counts_of<Model>.fault_offset), made;
        if (records_of<Model>.wrong.why != reason::nothing) return made.wrong = records_of<Model>.wrong, made;
        for (auto& v : current_) v = none;
        find_outputs();
        find_trained();
        find_needed();
        for (std::uint32_t i = 0; i < g.size.operators && accepted(); ++i)
            if (needed_[i]) add(g.operators[i]);
        if (accepted()) take_outputs();
        for (std::size_t i = 0; i < records_of<Model>.count; ++i) made.trained_bytes += trained_bytes(i);
        if (!accepted()) return made;
        find_lifetimes(made);
        work_in_place(made);
        place_in_arena(made);
        if (made.arena_bytes > options.ram_bytes) refuse_name(reason::arena_too_small, {}, made.arena_bytes, options.ram_bytes);
        return made;
    }

    /// Floats of each record of the stream that are trained, in the order of the stream.
    template <class Counts>
    constexpr Counts trained_counts() noexcept {
        find_trained();
        Counts counts;
        for (std::size_t i = 0; i < records_of<Model>.count; ++i) counts.all[i] = trained_bytes(i) / sizeof(float);
        return counts;
    }

    // ---- for the functions in lower/: what they make

    const network_options options;
    plan_type made{};

    [[nodiscard]] constexpr bool accepted() const noexcept { return made.wrong.why == reason::nothing; }
    /// Refuses the model because of the operator, unless it is refused already.
    constexpr void refuse(reason why, std::size_t found = 0, std::size_t expected = 0) noexcept {
        refuse_name(why, op_->type, found, expected);
    }
    /// The same because of a variable.
    constexpr void refuse_variable(reason why, std::uint32_t variable, std::size_t found = 0, std::size_t expected = 0) noexcept {
        refuse_name(why, g.variables[variable].name, found, expected);
    }

    constexpr std::uint32_t new_value(std::int32_t dtype, const shape& dims, place where = place::arena, std::size_t offset = 0) noexcept {
        const auto v = static_cast<std::uint32_t>(made.value_count++), s = static_cast<std::uint32_t>(made.storage_count++);
        made.storages[s] = {.where = where, .offset = offset, .bytes = dims.count() * dtype_bytes(dtype)};
        made.values[v] = {.dtype = dtype, .dims = dims, .storage = s};
        return v;
    }
    /// A step that makes a new value of float.
    constexpr step& add_step(kind what, const shape& dims) noexcept {
        auto& one = made.steps[made.step_count++];
        one.what = what;
        one.out = new_value(fp32, dims);
        return one;
    }
    constexpr std::uint32_t add_input(std::uint32_t variable, std::size_t index) noexcept {
        if (index >= max_ports) return refuse_name(reason::too_many_inputs_or_outputs, {}, index + 1, max_ports), none;
        auto desc = declared<file>(g.variables[variable]);
        if (!sized(variable, desc)) return none;
        if (desc.dtype != fp32 && desc.dtype != int64 && desc.dtype != int32)
            return refuse_variable(reason::wrong_dtype, variable, static_cast<std::size_t>(desc.dtype), fp32), none;
        current_[variable] = new_value(desc.dtype, desc.dims, place::input, index);
        made.inputs[index] = {g.variables[variable].name, current_[variable]};
        if (index >= made.input_count) made.input_count = index + 1;
        return current_[variable];
    }

    // ---- for the functions in lower/: the operator and its values

    [[nodiscard]] constexpr bool is(std::string_view type) const noexcept { return is(*op_, type); }
    [[nodiscard]] constexpr bool same(slice a, std::string_view b) const noexcept { return detail::same<file>(a, b); }
    /// The variable in a slot; `none` when there is none.
    [[nodiscard]] constexpr std::uint32_t input(std::string_view slot, std::size_t index = 0) const noexcept {
        return variable_at(*op_, false, slot, index);
    }
    [[nodiscard]] constexpr std::uint32_t output(std::string_view slot) const noexcept { return variable_at(*op_, true, slot); }
    [[nodiscard]] constexpr bool has(std::string_view slot, std::size_t index = 0) const noexcept { return input(slot, index) != none; }
    /// The value in an input slot; refuses the model where there is none.
    constexpr std::uint32_t read(std::string_view slot, std::size_t index = 0) noexcept {
        const auto variable = input(slot, index);
        if (variable == none) return refuse(reason::undeclared_variable), none;
        if (current_[variable] != none) return current_[variable];
        if (g.variables[variable].persistable) return add_param(variable);
        if (has_feeds_) return refuse_variable(reason::not_computed, variable), none;
        return add_input(variable, made.input_count);
    }
    /// The same, of float.
    constexpr std::uint32_t read_float(std::string_view slot, std::size_t index = 0) noexcept {
        const auto v = read(slot, index);
        if (accepted() && at(v).dtype != fp32)
            refuse_variable(reason::wrong_dtype, input(slot, index), static_cast<std::size_t>(at(v).dtype), fp32);
        return v;
    }
    constexpr void write(std::uint32_t v, std::string_view slot = "Out") noexcept {
        const auto variable = output(slot);
        if (variable == none) refuse(reason::undeclared_variable);
        else current_[variable] = v;
    }
    constexpr void write_if_there(std::uint32_t v, std::string_view slot) noexcept {
        if (output(slot) != none) write(v, slot);
    }
    [[nodiscard]] constexpr const value& at(std::uint32_t v) const noexcept { return made.values[v]; }
    [[nodiscard]] constexpr bool is_param(std::uint32_t v) const noexcept {
        if (v == none) return false;
        const auto where = made.storages[made.values[v].storage].where;
        return where == place::params || where == place::trained;
    }
    /// Element type and dims that the program declares for an output.
    constexpr tensor_desc declared_output(std::string_view slot) noexcept {
        const auto variable = output(slot);
        if (variable == none) return refuse(reason::undeclared_variable), tensor_desc{};
        auto desc = declared<file>(g.variables[variable]);
        static_cast<void>(sized(variable, desc));
        return desc;
    }
    /// The step of the fc layer that makes the value in a slot, when nobody else reads that and no activation is joined to it yet; otherwise `none`.
    constexpr std::uint32_t layer_before(std::string_view slot) const noexcept {
        const auto variable = input(slot);
        if (variable == none || reads_[variable] != 1) return none;
        for (auto s = static_cast<std::uint32_t>(made.step_count); s-- > 0;) {
            const auto& one = made.steps[s];
            if (one.out == current_[variable]) return one.what == kind::dense && one.f == function::identity ? s : none;
        }
        return none;
    }
    /// The value of an attribute as T, bool, std::int32_t, std::int64_t or float; `otherwise` where it is absent. Refuses what is not read as T.
    template <class T>
    constexpr T attr(std::string_view name, T otherwise) noexcept {
        const auto a = find_attribute<file>(*op_, name);
        if (a.found && (a.is_list() || a.size == 0 || !a.read(0, otherwise))) refuse(reason::unsupported_attribute);
        return otherwise;
    }
    /// Reads the values of a list attribute as T each; leaves `to` as it is where there is no such attribute.
    template <class T>
    constexpr void attr(std::string_view name, list_of<T>& to) noexcept {
        const auto a = find_attribute<file>(*op_, name);
        if (!a.found) return;
        if (!a.is_list()) return refuse(reason::unsupported_attribute);
        to.size = a.size;
        for (std::size_t i = 0; i < a.size && i < max_rank; ++i)
            if (!a.read(i, to.values[i])) refuse(reason::unsupported_attribute);
    }
    [[nodiscard]] constexpr bool attr_is(std::string_view name, std::string_view text) noexcept {
        const auto a = find_attribute<file>(*op_, name);
        if (a.found && a.type != wire::AttrType::STRING) refuse(reason::unsupported_attribute);
        return a.found && detail::same<file>(a.text, text);
    }
    /// An axis that may count from the end; refuses others.
    constexpr std::size_t axis(std::int64_t given, std::size_t rank) noexcept {
        const auto from_start = given < 0 ? given + static_cast<std::int64_t>(rank) : given;
        if (from_start < 0 || from_start >= static_cast<std::int64_t>(rank)) return refuse(reason::shape_mismatch), 0;
        return static_cast<std::size_t>(from_start);
    }

  private:
    constexpr void refuse_name(reason why, slice name, std::size_t found = 0, std::size_t expected = 0) noexcept {
        if (accepted()) made.wrong = {why, name, found, expected};
    }

    // ---- which operators matter

    [[nodiscard]] static constexpr bool is(const operation& op, std::string_view type) noexcept {
        return detail::same<file>(op.type, type);
    }

    /// The variable in a slot of an operator; `none` where there is none.
    [[nodiscard]] constexpr std::uint32_t variable_at(const operation& op, bool output, std::string_view slot,
                                                      std::size_t index = 0) const noexcept {
        for (auto i = op.first; i < op.first + op.count; ++i)
            if (g.arguments[i].output == output && detail::same<file>(g.arguments[i].slot, slot) && index-- == 0)
                return g.arguments[i].variable;
        return none;
    }

    constexpr void add_output(std::uint32_t variable, std::size_t index) noexcept {
        if (index >= max_ports) return refuse_name(reason::too_many_inputs_or_outputs, {}, index + 1, max_ports);
        outputs_[index] = variable;
        if (index >= made.output_count) made.output_count = index + 1;
    }

    constexpr void find_outputs() noexcept {
        for (std::size_t i = 0; i < max_ports; ++i) outputs_[i] = none;
        for (std::size_t i = 0; i < options.output_count; ++i)
            for (std::uint32_t v = 0; v < g.size.variables; ++v)
                if (detail::same<file>(g.variables[v].name, options.outputs[i])) add_output(v, i);
        for (std::uint32_t i = 0; i < g.size.operators; ++i) {
            const auto& op = g.operators[i];
            has_feeds_ |= is(op, "feed");
            if (options.output_count != 0 || !is(op, "fetch")) continue;
            op_ = &op;
            add_output(variable_at(op, false, "X"), static_cast<std::size_t>(attr("col", 0)));
        }
        if ((made.output_count == 0 && !options.trains) || made.output_count < options.output_count) refuse_name(reason::no_outputs, {});
        for (std::size_t i = 0; i < made.output_count; ++i)
            if (outputs_[i] == none) refuse_name(reason::no_outputs, {});
    }

    /// Parameters that an optimizer of the program changes.
    constexpr void find_trained() noexcept {
        for (std::uint32_t i = 0; i < g.size.operators && options.trained; ++i) {
            const auto param = is(g.operators[i], "sgd") ? variable_at(g.operators[i], true, "ParamOut") : none;
            if (param != none) trained_[param] = true;
        }
    }

    /// Backwards from the outputs; what they do not need may be unsupported, and may be training.
    constexpr void find_needed() noexcept {
        bool wanted[g.size.variables + 1]{};
        for (std::size_t i = 0; i < made.output_count; ++i) {
            if (outputs_[i] == none) continue;
            wanted[outputs_[i]] = true;
            ++reads_[outputs_[i]];
        }
        for (auto i = static_cast<std::uint32_t>(g.size.operators); i-- > 0;) {
            const auto& op = g.operators[i];
            bool needed = is(op, "feed") || (options.trains && is(op, "sgd"));
            for (auto a = op.first; a < op.first + op.count; ++a)
                if (g.arguments[a].output && g.arguments[a].variable != none) needed |= wanted[g.arguments[a].variable];
            if (!needed || is(op, "fetch")) continue;
            needed_[i] = true;
            const bool adds = is(op, "elementwise_add_grad");
            for (auto a = op.first; a < op.first + op.count; ++a)
                if (g.arguments[a].output && g.arguments[a].variable != none) wanted[g.arguments[a].variable] = false;
            for (auto a = op.first; a < op.first + op.count; ++a) {
                if (g.arguments[a].output || g.arguments[a].variable == none) continue;
                const bool of_shape_only = adds && !detail::same<file>(g.arguments[a].slot, "Out@GRAD");
                wanted[g.arguments[a].variable] = true;
                if (!of_shape_only) ++reads_[g.arguments[a].variable];
            }
        }
    }

    // ---- values

    [[nodiscard]] constexpr bool sized(std::uint32_t variable, tensor_desc& desc) noexcept {
        const auto name = g.variables[variable].name;
        if (desc.dtype == unknown || desc.failed) return refuse_name(reason::no_tensor, name), false;
        if (desc.dims.rank > max_rank) return refuse_name(reason::too_many_dims, name, desc.dims.rank, max_rank), false;
        std::uint64_t count = 1;
        for (std::size_t i = 0; i < desc.dims.rank; ++i) {
            auto& dim = desc.dims.dims[i];
            if (dim < 0 && i == 0) dim = static_cast<std::int64_t>(options.batch);
            if (dim < 0) return refuse_name(reason::unknown_dim, name), false;
            count *= static_cast<std::uint64_t>(dim);
            if (dim > 0x7fff'ffff || count > 0x7fff'ffff) return refuse_name(reason::unknown_dim, name), false;
        }
        return true;
    }

    constexpr std::uint32_t add_param(std::uint32_t variable) noexcept {
        const auto name = g.variables[variable].name;
        auto desc = declared<file>(g.variables[variable]);
        if (!sized(variable, desc)) return none;
        for (std::size_t i = 0; i < records_of<Model>.count; ++i) {
            const auto& record = records_of<Model>.all[i];
            if (record.variable != variable) continue;
            if (options.aligned_bytes > 1 && record.offset % options.aligned_bytes != 0)
                return refuse_name(reason::params_unaligned, name, record.offset, options.aligned_bytes), none;
            const bool trained = trained_[variable];
            if (trained && record.dtype != fp32)
                return refuse_name(reason::wrong_dtype, name, static_cast<std::size_t>(record.dtype), fp32), none;
            const auto v = new_value(record.dtype, desc.dims, trained ? place::trained : place::params,
                                     trained ? trained_offset(variable) : record.offset);
            made.values[v].scales = record.scales;
            made.parameter_bytes += made.storages[made.values[v].storage].bytes;
            if (record.dtype == int8) made.parameter_bytes += 4 * static_cast<std::size_t>(desc.dims.dims[desc.dims.rank - 1]);
            return current_[variable] = v;
        }
        return refuse_name(reason::not_computed, name), none;
    }

    /// Trained parameters lie one after the other in the order of the stream, needed by this plan or not.
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

    // ---- steps

    constexpr void add(const operation& op) noexcept {
        op_ = &op;
        if (!whole<file>(op)) return refuse(reason::damaged_operator);
        for (const auto& one : lower::operators<planner>)
            if (is(one.type)) return one.lower(*this);
        for (const auto& one : lower::gradients<planner>)
            if (is(one.type)) return one.lower(*this);
        refuse(reason::unsupported_operator);
    }

    // ---- outputs

    constexpr void take_outputs() noexcept {
        for (std::size_t i = 0; i < made.output_count; ++i) {
            const auto variable = outputs_[i];
            auto v = current_[variable];
            if (v == none) return refuse_variable(reason::not_computed, variable);
            if (made.storages[at(v).storage].where != place::arena) {  // an input, or fetched twice
                const auto from = v;
                auto& copied = add_step(kind::copy, at(from).dims);
                copied.x = from;
                copied.rows = 1;
                copied.cols = at(from).dims.count();
                v = copied.out;
            }
            auto& held = made.storages[at(v).storage];
            held.where = place::output;
            held.offset = i;
            made.outputs[i] = {g.variables[variable].name, v};
        }
        for (std::size_t i = 0; i < made.input_count; ++i)
            if (made.inputs[i].value == none) refuse_name(reason::no_outputs, {});
    }

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
