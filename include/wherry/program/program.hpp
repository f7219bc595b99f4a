#ifndef WHERRY_PROGRAM_PROGRAM_HPP
#define WHERRY_PROGRAM_PROGRAM_HPP

#include <wherry/base/budget.hpp>
#include <wherry/base/limits.hpp>
#include <wherry/base/name_map.hpp>
#include <wherry/base/order.hpp>
#include <wherry/base/result.hpp>
#include <wherry/base/sequence.hpp>
#include <wherry/program/block.hpp>
#include <wherry/program/operator.hpp>
#include <wherry/program/variable.hpp>
#include <wherry/version.hpp>
#include <wherry/wire/sniff.hpp>

#include <cassert>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace wherry::inline WHERRY_ABI {

/// The version that programs built here carry: fluid 1.8.5. Source: framework/version.h.
inline constexpr std::int64_t fluid_version = 1'008'005;

/// The purpose of a copy of a program.
enum class clone_for : bool { training, test };

/// A network as a list of blocks of operators. Built by layers, or parsed from `__model__` and `.pdmodel` bytes.
/// Move-only: `clone()` says that a copy is made.
class Program {
  public:
    /// One empty root block, version 1.8.5.
    Program() {
        blocks_.emplace_back(0, -1, revision_);
        rest_.version.emplace().version = fluid_version;
    }
    Program(Program&&) noexcept = default;
    Program& operator=(Program&&) noexcept = default;
    Program(const Program&) = delete;
    Program& operator=(const Program&) = delete;
    ~Program() = default;

    /// Checks and takes a parsed message. Variables flagged `is_parameter` (2.x) become Parameters.
    /// Errors: bad_block (also for a program without a root block), bad_name, duplicate_name, bad_lod, too_large.
    static result<Program> from_desc(wire::ProgramDesc<> desc, const limits& caps = {}) {
        if (auto checked = check(desc, caps); !checked) return checked.failure();
        Program made{empty{}};
        made.blocks_.reserve(desc.blocks.size());
        for (auto& block : std::exchange(desc.blocks, {})) made.blocks_.emplace_back(std::move(block), made.revision_);
        made.rest_ = std::move(desc);
        return made;
    }

    /// Parses bytes of a program file. Takes no more memory than sixteen times the bytes and a mebibyte, within `limits::parsed_bytes` and
    /// `total_bytes`. Errors: not_a_paddle_file, too_large, out_of_memory, those of `wire::parse` and of `from_desc`.
    static result<Program> parse_from_string(std::string_view bytes, const limits& caps = {}) {
        if (bytes.size() > caps.program_bytes)
            return failure(errc::too_large, "a program is larger than the limit").expected(caps.program_bytes).found(bytes.size());
        return caught([&]() -> result<Program> {
            wire::allowance allowed(bytes.size(), caps);
            auto desc = wire::parse<wire::ProgramDesc<>>(bytes, allowed);
            if (!desc) {
                const auto kind = wire::kind_instead_of_program(bytes);
                if (kind.empty()) return desc.failure();
                return failure(errc::not_a_paddle_file, "this is not a program").at(0).expected("a ProgramDesc").found(kind);
            }
            if (auto taken = allowed.take(made_bytes(*desc), bytes.size()); !taken) return taken.failure();
            return from_desc(*std::move(desc), caps);
        });
    }

    /// The bytes of `__model__` and `.pdmodel`. A program that was parsed and not changed gives the bytes it came from.
    [[nodiscard]] std::string serialize_to_string() const {
        const auto bytes = wire::serialize(to_desc());
        return {bytes.data(), bytes.size()};
    }
    [[nodiscard]] wire::ProgramDesc<> to_desc() const {
        auto desc = rest_;
        desc.blocks.reserve(blocks_.size());
        for (const auto& block : blocks_) desc.blocks.push_back(block.to_desc());
        return desc;
    }

    [[nodiscard]] const sequence<Block>& blocks() const noexcept { return blocks_; }
    [[nodiscard]] sequence<Block>& blocks() noexcept { return blocks_; }
    [[nodiscard]] Block& global_block() noexcept { return assert(!blocks_.empty()), blocks_.front(); }
    [[nodiscard]] const Block& global_block() const noexcept { return assert(!blocks_.empty()), blocks_.front(); }

    /// Adds an empty block for control flow. References to blocks end. Source: Program._create_block.
    Block& create_block(std::int32_t parent_idx) {
        revision_.bump();
        return blocks_.emplace_back(static_cast<std::int32_t>(blocks_.size()), parent_idx, revision_);
    }

    /// major * 1000000 + minor * 1000 + patch of the Paddle that wrote it; 0 when it does not say.
    [[nodiscard]] std::int64_t version() const noexcept { return rest_.version ? rest_.version->version.value_or(0) : 0; }
    /// All of the message but its blocks.
    [[nodiscard]] wire::ProgramDesc<>& rest() noexcept { return revision_.bump(), rest_; }
    [[nodiscard]] const wire::ProgramDesc<>& rest() const noexcept { return rest_; }

    /// Seed of initializers that have none of their own; 0 draws one at run time.
    [[nodiscard]] std::int32_t random_seed() const noexcept { return random_seed_; }
    void set_random_seed(std::int32_t seed) noexcept { random_seed_ = seed; }

    /// The variable of that name in a block or in one around it; an empty handle when there is none.
    [[nodiscard]] Variable find_var(std::size_t block, std::string_view name) const noexcept {
        for (;;) {
            const auto& held = blocks_[block];
            if (const auto var = held.find_var(name); var || block == 0) return var;
            block = static_cast<std::size_t>(held.parent_idx());
        }
    }
    /// Every variable of every block, in block order.
    [[nodiscard]] sequence<Variable> list_vars() const {
        sequence<Variable> all;
        for (const auto& block : blocks_)
            for (const auto& var : block.vars()) all.push_back(var);
        return all;
    }
    /// The Parameters, in order of creation.
    [[nodiscard]] sequence<Variable> all_parameters() const {
        auto all = list_vars();
        erase_if(all, [](const Variable& v) { return !v.is_parameter(); });
        return all;
    }

    /// A copy, Parameters, seeds, flags and implementations of operators included. For testing, what only training needs is left out: backward, update
    /// and learning-rate operators with the variables that nothing else names; `is_test` becomes true everywhere.
    /// Source: fluid.Program.clone(for_test).
    [[nodiscard]] Program clone(clone_for purpose = clone_for::training) const {
        Program copy{empty{}};
        copy.rest_ = rest_;
        copy.random_seed_ = random_seed_;
        for (const auto& block : blocks_) {
            auto& made = copy.blocks_.emplace_back(block.to_desc(), copy.revision_);
            for (const auto& var : block.vars()) {
                const auto twin = made.find_var(var.name());
                twin.set_stop_gradient(var.stop_gradient());
                twin.set_parameter(var.parameter());
            }
            for (std::size_t i = 0; i < block.ops().size(); ++i) made.ops()[i].set_implementation(block.ops()[i].implementation());
        }
        if (purpose == clone_for::test) copy.keep_what_testing_needs();
        return copy;
    }

    /// Changes with every edit; plans are then made again.
    [[nodiscard]] const revision& edits() const noexcept { return revision_; }

  private:
    struct empty {};
    explicit Program(empty) {}

    static result<void> check(const wire::ProgramDesc<>& desc, const limits& caps);
    /// Memory of what `from_desc` makes while the message is still there.
    static std::uint64_t made_bytes(const wire::ProgramDesc<>& desc) noexcept {
        std::uint64_t made = 0;
        for (const auto& block : desc.blocks)
            made += sizeof(Block) + block.ops.size() * sizeof(Operator) + block.vars.size() * Block::bytes_of_a_variable;
        return made;
    }
    void keep_what_testing_needs();

    sequence<Block> blocks_;
    wire::ProgramDesc<> rest_;
    std::int32_t random_seed_ = 0;
    revision revision_;
};

inline void Program::keep_what_testing_needs() {
    const auto is_trained = [](const Block& block) {
        return std::any_of(block.ops().begin(), block.ops().end(),
                           [](const Operator& op) { return op.role() == (op_role::backward | op_role::loss); });
    };
    const bool trained = std::any_of(blocks_.begin(), blocks_.end(), is_trained);
    for (auto& block : blocks_) {
        if (trained) {
            erase_if(block.ops(),
                     [](const Operator& op) { return (op.role() & (op_role::backward | op_role::optimize | op_role::lr_schedule)) != 0; });
            name_set named;
            for (const auto& op : block.ops())
                for (const auto* slots : {&op.desc().inputs, &op.desc().outputs})
                    for (const auto& slot : *slots)
                        for (const auto& name : slot.arguments) named.insert(name);
            block.remove_vars_if([&](const Variable& var) { return !named.contains(var.name()); });
        }
        for (auto& op : block.ops())
            if (op.find_attr("is_test") != nullptr) op.set_attr(make_attr("is_test", true));
    }
}

namespace detail {
inline result<void> check_var(const wire::VarDesc<>& var, const limits& caps) {
    if (var.name.size() > caps.name_bytes)
        return failure(errc::too_large, "a variable's name is longer than the limit")
            .of_variable(var.name.substr(0, 64))
            .expected(caps.name_bytes)
            .found(var.name.size());
    if (var.name.empty() || var.name.find('\0') != std::string::npos)
        return failure(errc::bad_name, "a variable's name is empty or holds a NUL").of_variable(var.name);
    for (const auto* held : {&var.type.lod_tensor, &var.type.tensor_array}) {
        if (!*held) continue;
        if (const auto level = (*held)->lod_level.value_or(0); level < 0)
            return failure(errc::bad_lod, "a LoD level is negative").of_variable(var.name).found(level);
    }
    return {};
}

/// Every BLOCK attribute must name a later block that no other operator names, so that blocks form a tree.
inline result<void> check_sub_blocks(const wire::BlockDesc<>& block, sequence<bool>& owned) {
    for (const auto& op : block.ops)
        for (const auto& attr : op.attrs) {
            auto named = attr.more->blocks_idx;
            if (attr.more->block_idx) named.push_back(*attr.more->block_idx);
            for (const auto index : named) {
                const auto at = static_cast<std::size_t>(index);
                if (index <= block.idx || at >= owned.size() || owned[at])
                    return failure(errc::bad_block, "a sub-block does not exist, is named twice or comes before its operator's block")
                        .of_variable(attr.name)
                        .of_op(op.type)
                        .found(index);
                owned[at] = true;
            }
        }
    return {};
}
}  // namespace detail

inline result<void> Program::check(const wire::ProgramDesc<>& desc, const limits& caps) {
    if (desc.blocks.empty()) return failure(errc::bad_block, "a program has no root block");
    sequence<bool> owned(desc.blocks.size(), false);
    sequence<std::size_t> depth(desc.blocks.size(), 0);
    for (std::size_t i = 0; i < desc.blocks.size(); ++i) {
        const auto& block = desc.blocks[i];
        const bool root = i == 0;
        const auto parent = static_cast<std::size_t>(block.parent_idx);
        if (!std::cmp_equal(block.idx, i)) return failure(errc::bad_block, "blocks are not numbered in order").expected(i).found(block.idx);
        if (root ? block.parent_idx != -1 : parent >= i)
            return failure(errc::bad_block, "a block's parent is not a block before it, or the root has one")
                .expected(root ? text("-1") : text())
                .found(block.parent_idx);
        if (!root) depth[i] = depth[parent] + 1;
        if (depth[i] > caps.block_depth)
            return failure(errc::too_large, "blocks are nested deeper than the limit").expected(caps.block_depth);
        sequence<std::string_view> names;
        names.reserve(block.vars.size());
        for (const auto& var : block.vars) {
            if (auto checked = detail::check_var(var, caps); !checked) return checked;
            names.push_back(var.name);
        }
        if (const auto twice = find_repeated(names); twice != names.size())
            return failure(errc::duplicate_name, "a variable occurs twice in one block").of_variable(names[twice]);
        if (auto checked = detail::check_sub_blocks(block, owned); !checked) return checked;
    }
    return {};
}

}  // namespace wherry::inline WHERRY_ABI

#endif
