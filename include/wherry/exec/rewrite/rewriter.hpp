#ifndef WHERRY_EXEC_REWRITE_REWRITER_HPP
#define WHERRY_EXEC_REWRITE_REWRITER_HPP

#include <wherry/base/dtype.hpp>
#include <wherry/base/name_map.hpp>
#include <wherry/base/result.hpp>
#include <wherry/base/sequence.hpp>
#include <wherry/base/shape.hpp>
#include <wherry/program/attribute.hpp>
#include <wherry/program/program.hpp>
#include <wherry/tensor/scope.hpp>
#include <wherry/tensor/tensor.hpp>
#include <wherry/version.hpp>
#include <wherry/wire/framework.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

/// Programs made faster without another result: rules that replace a few operators by fewer. A rule is a struct with
/// `static void apply(rewriter&)`; a program is rewritten by those that are named, in their order.
namespace wherry::inline WHERRY_ABI::rewrite {

/// What a rule sees: the operators of a program, who reads and writes which variable, and the weights. A rule that is unsure leaves an
/// operator as it is.
class rewriter {
  public:
    using op = wire::OpDesc<>;
    static constexpr std::size_t none = std::numeric_limits<std::size_t>::max();

    rewriter(wire::BlockDesc<>& block, Scope& scope, std::span<const std::string> fetched, std::int64_t program_version)
        : block_(block), scope_(scope), version_(program_version) {
        for (std::size_t i = 0; i < block.ops.size(); ++i) {
            for (const auto& slot : block.ops[i].inputs)
                for (const auto& name : slot.arguments) note(uses_[name].reader, uses_[name].readers, i);
            for (const auto& slot : block.ops[i].outputs)
                for (const auto& name : slot.arguments) note(uses_[name].writer, uses_[name].writers, i);
        }
        for (const auto& name : fetched) ++uses_[name].readers;
    }

    [[nodiscard]] sequence<op>& ops() noexcept { return block_.ops; }
    [[nodiscard]] std::int64_t program_version() const noexcept { return version_; }

    /// The only variable in a slot; empty for none or several.
    [[nodiscard]] static std::string_view only(const sequence<wire::Slot<>>& slots, std::string_view slot) {
        for (const auto& held : slots)
            if (held.parameter == slot && held.arguments.size() == 1) return held.arguments[0];
        return {};
    }
    [[nodiscard]] static std::string_view input(const op& of, std::string_view slot) { return only(of.inputs, slot); }
    [[nodiscard]] static std::string_view output(const op& of, std::string_view slot) { return only(of.outputs, slot); }

    /// The operator that alone reads a variable which one operator alone writes, and which is not fetched; none otherwise.
    [[nodiscard]] std::size_t only_reader(std::string_view name) const {
        const auto* held = uses_.find(name);
        return held != nullptr && held->readers == 1 && held->writers == 1 && held->reader != none && !is_persistable(name) ? held->reader
                                                                                                                            : none;
    }
    [[nodiscard]] bool is_written_once(std::string_view name) const {
        const auto* held = uses_.find(name);
        return held != nullptr && held->writers == 1 && !is_persistable(name);
    }
    /// Whether another operator than that one reads it, or it is fetched.
    [[nodiscard]] bool is_read_besides(std::string_view name, std::size_t by) const {
        const auto* held = uses_.find(name);
        return held != nullptr && held->readers > (held->reader == by ? 1u : 0u);
    }
    /// A float parameter that no operator writes, but perhaps that one; null otherwise.
    [[nodiscard]] const Tensor* weight(std::string_view name, std::size_t by = none) const {
        const auto* held = uses_.find(name);
        if (name.empty() || !is_persistable(name) || held == nullptr || held->writers > (held->writer == by ? 1u : 0u)) return nullptr;
        const auto* tensor = scope_.root().find_var(name);
        return tensor != nullptr && tensor->is_initialized() && tensor->dtype() == DType::FP32 ? tensor : nullptr;
    }
    /// Another parameter, made of those of the program: its value is set in the root of the scope.
    void add_weight(const std::string& name, Tensor value) {
        wire::VarDesc<> desc;
        desc.name = name;
        desc.persistable = true;
        auto& tensor = desc.type.lod_tensor.emplace().tensor;
        tensor.data_type = value.dtype();
        tensor.dims.assign(value.dims().begin(), value.dims().end());
        block_.vars.push_back(std::move(desc));
        scope_.root().var(name) = std::move(value);
    }

    template <class T>
    [[nodiscard]] static T attribute(const op& of, std::string_view name, T otherwise) {
        for (const auto& held : of.attrs)
            if (held.name == name)
                if (auto read = WHERRY_ABI::detail::attr_rule<T>::read(held)) return *std::move(read);
        return otherwise;
    }
    template <class T>
    static void set_attribute(op& of, std::string_view name, T value) {
        erase_if(of.attrs, [&](const auto& held) { return held.name == name; });
        of.attrs.push_back(make_attr(name, std::move(value)));
    }
    static void set(sequence<wire::Slot<>>& slots, std::string_view slot, std::string_view name) {
        for (auto& held : slots)
            if (held.parameter == slot) return void(held.arguments = sequence<std::string>(1, std::string(name)));
        auto& made = slots.emplace_back();
        made.parameter = slot;
        made.arguments.push_back(std::string(name));
    }
    /// Whoever reads a variable reads another one from now on. False, and nothing is changed, where the variable is fetched.
    bool rename_reads(std::string_view from, const std::string& to) {
        std::size_t seen = 0;
        for (const auto& held : block_.ops)
            if (held.type != "fetch")
                for (const auto& slot : held.inputs)
                    seen += static_cast<std::size_t>(std::count(slot.arguments.begin(), slot.arguments.end(), from));
        auto& held_from = uses_[from];
        if (held_from.readers != seen) return false;
        for (auto& held : block_.ops)
            for (auto& slot : held.inputs) std::replace(slot.arguments.begin(), slot.arguments.end(), std::string(from), to);
        const auto moved = held_from;
        held_from.readers = 0;
        auto& others = uses_[to];
        others.readers += moved.readers - 1;  // the operator that goes read it
        others.reader = moved.reader;
        return true;
    }
    /// Takes an operator away. Numbers of others stay until the program is made.
    void drop(std::size_t at) { block_.ops[at] = op{}; }

  private:
    struct uses {
        std::size_t readers = 0, writers = 0, reader = none, writer = none;
    };
    static void note(std::size_t& at, std::size_t& count, std::size_t i) {
        at = i;
        ++count;
    }
    [[nodiscard]] bool is_persistable(std::string_view name) const {
        for (const auto& var : block_.vars)
            if (var.name == name) return var.persistable.value_or(false);
        return false;
    }

    wire::BlockDesc<>& block_;
    Scope& scope_;
    std::int64_t version_;
    name_map<uses> uses_;
};

/// The program after these rules; weights that they make are added to the root of `scope`, those that were there stay. What is in `fetched`,
/// or is fetched by an operator, is as it was; other variables may be gone. A program of several blocks is only copied.
/// Errors: those of Program::from_desc.
template <class... Rules>
result<Program> apply(const Program& program, Scope& scope, std::span<const std::string> fetched = {}) {
    auto desc = program.to_desc();
    if (desc.blocks.size() == 1) {
        [[maybe_unused]] const auto by = [&]<class Rule>(Rule) {
            rewriter seen(desc.blocks[0], scope, fetched, program.version());
            Rule::apply(seen);
            erase_if(desc.blocks[0].ops, [](const auto& held) { return held.type.empty(); });
        };
        (by(Rules{}), ...);
    }
    return Program::from_desc(std::move(desc));
}

}  // namespace wherry::inline WHERRY_ABI::rewrite

#endif
