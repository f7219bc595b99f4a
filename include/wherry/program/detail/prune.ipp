#ifndef WHERRY_PROGRAM_DETAIL_PRUNE_IPP
#define WHERRY_PROGRAM_DETAIL_PRUNE_IPP

#include <wherry/base/result.hpp>
#include <wherry/base/sequence.hpp>
#include <wherry/program/block.hpp>
#include <wherry/program/operator.hpp>
#include <wherry/program/program.hpp>
#include <wherry/program/prune.hpp>
#include <wherry/program/variable.hpp>
#include <wherry/version.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace wherry::inline WHERRY_ABI {

namespace detail {
/// A set of names out of a fixed list: one sort, then no insertion moves anything.
class name_marks {
  public:
    explicit name_marks(sequence<std::string_view> names) : names_(std::move(names)) {
        std::sort(names_.begin(), names_.end());
        names_.erase(std::unique(names_.begin(), names_.end()), names_.end());
        marked_.resize(names_.size());
    }
    /// True for a name that was not marked before. Names that the list lacks are ignored.
    bool mark(std::string_view name) {
        const auto at = place(name);
        return at < names_.size() && !std::exchange(marked_[at], true);
    }
    [[nodiscard]] bool marked(std::string_view name) const {
        const auto at = place(name);
        return at < names_.size() && marked_[at];
    }
    /// The marked names, sorted.
    [[nodiscard]] sequence<std::string_view> all_marked() const {
        sequence<std::string_view> found;
        for (std::size_t i = 0; i < names_.size(); ++i)
            if (marked_[i]) found.push_back(names_[i]);
        return found;
    }

  private:
    [[nodiscard]] std::size_t place(std::string_view name) const {
        const auto at = std::lower_bound(names_.begin(), names_.end(), name);
        return at != names_.end() && *at == name ? static_cast<std::size_t>(at - names_.begin()) : names_.size();
    }

    sequence<std::string_view> names_;
    sequence<bool> marked_;
};

/// Calls with every name in the slots.
template <class Call>
void for_names(const Operator::slots& slots, Call call) {
    for (const auto& slot : slots)
        for (const auto& name : slot.arguments) call(std::string_view(name));
}
inline sequence<std::string_view> names_of(const Block& block) {
    sequence<std::string_view> names;
    const auto add = [&](std::string_view name) { names.push_back(name); };
    for (const auto& op : block.ops()) {
        for_names(op.desc().inputs, add);
        for_names(op.desc().outputs, add);
    }
    return names;
}

/// The work of one `prune`. Source: framework/prune.cc of fluid 1.8.5.
class pruner {
  public:
    pruner(const Program& program, std::span<const std::string> feeds)
        : program_(&program), feeds_({feeds.begin(), feeds.end()}), taken_(program.blocks().size()) {
        for (const auto& name : feeds) feeds_.mark(name);
        made_.version = program.rest().version;
        made_.unknown = program.rest().unknown;
    }

    /// Copies what a block needs to make `targets` (operators, by position) and `needed` (names), then the blocks of the
    /// operators that stay. Blocks are numbered in the order of this visit.
    result<void> add_block(std::size_t index, std::int32_t parent, const sequence<bool>& targets,
                           std::span<const std::string_view> needed) {
        const auto& block = program_->blocks()[index];
        if (taken_[index]) return wrong_block(block.idx());
        taken_[index] = true;
        if (auto checked = check_ends(block); !checked) return checked;
        const auto stays = ops_that_stay(block, targets, needed);
        const auto made_at = made_.blocks.size();
        made_.blocks.push_back(block.rest());
        made_.blocks[made_at].idx = static_cast<std::int32_t>(made_at);
        made_.blocks[made_at].parent_idx = parent;
        origins_.push_back({index, {}});
        name_marks named(names_of(block));
        const auto mark = [&](std::string_view name) { named.mark(name); };
        for (std::size_t i = 0; i < stays.size(); ++i) {
            if (!stays[i]) continue;
            auto op = block.ops()[i].desc();
            op.is_target.reset();
            for_names(op.inputs, mark);
            for_names(op.outputs, mark);
            if (auto below = add_sub_blocks(op, made_at); !below) return below;
            made_.blocks[made_at].ops.push_back(std::move(op));
            origins_[made_at].ops.push_back(i);
        }
        for (const auto name : named.all_marked())
            if (const auto var = block.find_var(name)) made_.blocks[made_at].vars.push_back(var.desc());
        return {};
    }

    /// The pruned program; Parameters, stopped gradients and implementations of operators are those of the original.
    result<Program> finish() {
        auto made = Program::from_desc(std::move(made_));
        if (!made) return made;
        for (std::size_t i = 0; i < origins_.size(); ++i) {
            const auto& original = program_->blocks()[origins_[i].block];
            auto& block = made->blocks()[i];
            for (std::size_t k = 0; k < origins_[i].ops.size(); ++k)
                block.ops()[k].set_implementation(original.ops()[origins_[i].ops[k]].implementation());
            for (const auto& var : std::as_const(block).vars()) {
                const auto twin = original.find_var(var.name());
                var.set_parameter(twin.parameter());
                var.set_stop_gradient(twin.stop_gradient());
            }
        }
        return made;
    }

    [[nodiscard]] bool is_fed(std::string_view name) const { return feeds_.marked(name); }

  private:
    static failure wrong_block(std::int32_t index) {
        return failure(errc::bad_block, "a sub-block does not exist or has two owners").found(index);
    }
    static result<void> check_ends(const Block& block) {
        const auto& ops = block.ops();
        const auto is = [](std::string_view type) { return [type](const Operator& op) { return op.type() == type; }; };
        const auto wrong = [](const char* message, std::string_view op) { return failure(errc::bad_argument, message).of_op(op); };
        const auto body = std::find_if_not(ops.begin(), ops.end(), is("feed"));
        if (std::any_of(body, ops.end(), is("feed"))) return wrong("All FeedOps are at the beginning of the ProgramDesc", "feed");
        const auto tail = std::find_if_not(ops.rbegin(), ops.rend(), is("fetch"));
        if (std::any_of(tail, ops.rend(), is("fetch"))) return wrong("All FetchOps must at the end of the ProgramDesc", "fetch");
        return {};
    }

    [[nodiscard]] sequence<bool> ops_that_stay(const Block& block, const sequence<bool>& targets,
                                               std::span<const std::string_view> needed) const {
        name_marks wanted(names_of(block));
        for (const auto name : needed) wanted.mark(name);
        sequence<bool> stays(block.ops().size());
        for (auto i = stays.size(); i-- > 0;) {
            const auto& op = block.ops()[i];
            bool makes_wanted = false;
            for_names(op.desc().outputs, [&](std::string_view name) { makes_wanted = makes_wanted || wanted.marked(name); });
            const bool updates = (op.role() & op_role::optimize) != 0;
            if (!(i < targets.size() && targets[i]) && (!makes_wanted || updates)) continue;
            stays[i] = true;
            for_names(op.desc().inputs, [&](std::string_view name) {
                if (!is_fed(name)) wanted.mark(name);
            });
        }
        return stays;
    }

    /// Visits the blocks that an operator owns and gives them their new numbers.
    result<void> add_sub_blocks(wire::OpDesc<>& op, std::size_t parent) {
        sequence<std::string_view> needed;
        const auto need = [&](std::string_view name) {
            if (!is_fed(name)) needed.push_back(name);
        };
        for_names(op.inputs, need);
        for_names(op.outputs, need);
        const auto visit = [&](std::int32_t& index) -> result<void> {
            const auto at = static_cast<std::size_t>(index);
            if (at >= program_->blocks().size()) return wrong_block(index);
            index = static_cast<std::int32_t>(made_.blocks.size());
            return add_block(at, static_cast<std::int32_t>(parent), {}, needed);
        };
        for (std::size_t i = 0; i < op.attrs.size(); ++i) {
            const auto type = std::as_const(op.attrs)[i].type;
            if (type != AttrType::BLOCK && type != AttrType::BLOCKS) continue;
            auto& attr = op.attrs[i];
            if (type == AttrType::BLOCK && attr.more->block_idx)
                if (auto visited = visit(*attr.more->block_idx); !visited) return visited.failure().of_op(op.type);
            if (type == AttrType::BLOCKS)
                for (auto& index : attr.more->blocks_idx)
                    if (auto visited = visit(index); !visited) return visited.failure().of_op(op.type);
        }
        return {};
    }

    const Program* program_;
    name_marks feeds_;
    wire::ProgramDesc<> made_;
    /// The origin of a block that is made: its number in the original, and those of its operators.
    struct origin {
        std::size_t block;
        sequence<std::size_t> ops;
    };
    sequence<origin> origins_;  ///< of each block made
    sequence<bool> taken_;
};

/// The operators of the root block that make the targets, by position.
inline result<sequence<bool>> target_ops(const Block& root, std::span<const std::string> targets, const pruner& work) {
    sequence<bool> found(root.ops().size());
    name_marks made({targets.begin(), targets.end()});
    std::size_t at = 0;
    for (const auto& op : root.ops()) {
        const auto makes = [&](std::string_view name) {
            if (made.mark(name) && !work.is_fed(name)) found[at] = true;
        };
        if ((op.role() & op_role::optimize) == 0) for_names(op.desc().outputs, makes);
        ++at;
    }
    for (const auto& name : targets)
        if (!work.is_fed(name) && !made.marked(name))
            return failure(errc::no_such_variable,
                           "The target variable used for pruning should have an associated operator that generates it.")
                .of_variable(name);
    return found;
}

/// Gradient operators declare no attributes of their own, so the reference stores Python's True as the number it is.
inline Attr testing_attr(std::string_view op) {
    return op.ends_with("_grad") ? make_attr("is_test", std::int32_t{1}) : make_attr("is_test", true);
}
}  // namespace detail

WHERRY_INLINE result<Program> prune(const Program& program, std::span<const std::string> feeds, std::span<const std::string> targets) {
    detail::pruner work(program, feeds);
    const auto wanted = detail::target_ops(program.global_block(), targets, work);
    if (!wanted) return wanted.failure();
    if (auto added = work.add_block(0, -1, *wanted, {}); !added) return added.failure();
    return work.finish();
}

WHERRY_INLINE void optimize_for_inference(Program& program) {
    auto& ops = program.global_block().ops();
    const auto read = std::find_if(ops.begin(), ops.end(), [](const Operator& op) { return op.type() == "read"; });
    if (read != ops.end()) ops.erase(ops.begin(), read + 1);
    program.global_block().remove_vars_if([](const Variable& var) { return var.kind() == VarKind::READER; });
    for (auto& block : program.blocks()) {
        for (auto& op : block.ops())
            if (op.find_attr("is_test") != nullptr) op.set_attr(detail::testing_attr(op.type()));
        for (const auto& var : block.vars()) {
            var.set_parameter(std::nullopt);
            var.edit().is_parameter.reset();
            var.edit().stop_gradient.reset();
        }
    }
}

}  // namespace wherry::inline WHERRY_ABI

#endif
