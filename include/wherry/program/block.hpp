#ifndef WHERRY_PROGRAM_BLOCK_HPP
#define WHERRY_PROGRAM_BLOCK_HPP

#include <wherry/base/name_index.hpp>
#include <wherry/base/revision.hpp>
#include <wherry/base/sequence.hpp>
#include <wherry/program/operator.hpp>
#include <wherry/program/operator_list.hpp>
#include <wherry/program/variable.hpp>
#include <wherry/version.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <utility>

namespace wherry::inline WHERRY_ABI {

/// A list of operators and the variables they name. Block 0 is the program's root; others belong to control flow.
class Block {
  public:
    Block(std::int32_t idx, std::int32_t parent_idx, const revision& program) : program_revision_(program.shared()) {
        rest_.idx = idx;
        rest_.parent_idx = parent_idx;
    }
    /// From a parsed message, which is taken apart.
    Block(wire::BlockDesc<> desc, const revision& program) : program_revision_(program.shared()) {
        ops_.reserve(desc.ops.size());
        for (auto& op : std::exchange(desc.ops, {})) ops_.push_back(Operator(std::move(op)));
        vars_.reserve(desc.vars.size());
        for (auto& var : std::exchange(desc.vars, {})) vars_.emplace_back(make_node(std::move(var)));
        index_names();
        rest_ = std::move(desc);
    }

    /// Memory of one variable, besides what its message holds: a node with its counts, a handle and an entry of the index.
    static constexpr std::size_t bytes_of_a_variable =
        sizeof(detail::variable_node) + 2 * sizeof(void*) + sizeof(Variable) + name_index::name_bytes;

    [[nodiscard]] std::int32_t idx() const noexcept { return rest_.idx; }
    [[nodiscard]] std::int32_t parent_idx() const noexcept { return rest_.parent_idx; }
    [[nodiscard]] wire::BlockDesc<>& rest() noexcept { return changed(), rest_; }
    [[nodiscard]] const wire::BlockDesc<>& rest() const noexcept { return rest_; }

    /// In order of creation, or of the file.
    [[nodiscard]] const sequence<Variable>& vars() const noexcept { return vars_; }
    [[nodiscard]] const operator_list& ops() const noexcept { return ops_; }
    [[nodiscard]] operator_list& ops() noexcept { return changed(), ops_; }

    /// The variable of that name in this block; an empty handle when there is none.
    [[nodiscard]] Variable find_var(std::string_view name) const noexcept {
        const auto at = by_name_.closest(name);
        return at < vars_.size() && vars_[at].name() == name ? vars_[at] : Variable();
    }

    /// Adds a variable; one of that name that exists already is handed out instead.
    Variable create_var(wire::VarDesc<> desc) {
        if (auto existing = find_var(desc.name)) return existing;
        changed();
        return insert(std::move(desc));
    }
    /// Removes every variable that `gone` answers true for.
    template <class Predicate>
    void remove_vars_if(Predicate gone) {
        changed();
        erase_if(vars_, gone);
        index_names();
    }

    Operator& append_op(wire::OpDesc<> desc, const op_info* implementation = nullptr) {
        return changed(), ops_.push_back(Operator(std::move(desc), implementation));
    }
    Operator& prepend_op(wire::OpDesc<> desc, const op_info* implementation = nullptr) {
        return changed(), ops_.push_front(Operator(std::move(desc), implementation));
    }

    /// The message again: what came from a file comes out as it was.
    [[nodiscard]] wire::BlockDesc<> to_desc() const {
        auto desc = rest_;
        desc.vars.reserve(vars_.size());
        for (const auto& var : vars_) desc.vars.push_back(var.desc());
        desc.ops.reserve(ops_.size());
        for (const auto& op : ops_) desc.ops.push_back(op.desc());
        return desc;
    }

  private:
    void index_names() {
        by_name_.clear();
        by_name_.reserve(vars_.size());
        for (const auto& var : vars_) add_name(var.name());
    }
    void add_name(std::string_view name) {
        by_name_.make_room();
        const auto at = by_name_.closest(name);
        by_name_.insert(name, vars_[at].name());
    }
    [[nodiscard]] std::shared_ptr<detail::variable_node> make_node(wire::VarDesc<>&& desc) const {
        auto node = std::make_shared<detail::variable_node>();
        if (desc.is_parameter.value_or(false)) node->parameter.emplace().trainable = !desc.stop_gradient.value_or(false);
        node->stop_gradient = desc.stop_gradient.value_or(false);
        node->desc = std::move(desc);
        node->program_revision = program_revision_;
        return node;
    }
    Variable insert(wire::VarDesc<>&& desc) {
        auto node = make_node(std::move(desc));
        auto& made = vars_.emplace_back(std::move(node));
        add_name(made.name());
        return made;
    }
    void changed() const noexcept { ++*program_revision_; }

    wire::BlockDesc<> rest_;  ///< all but vars and ops
    sequence<Variable> vars_;
    name_index by_name_;
    operator_list ops_;
    std::shared_ptr<std::uint64_t> program_revision_;
};

}  // namespace wherry::inline WHERRY_ABI

#endif
