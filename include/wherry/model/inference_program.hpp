#ifndef WHERRY_MODEL_INFERENCE_PROGRAM_HPP
#define WHERRY_MODEL_INFERENCE_PROGRAM_HPP

#include <wherry/base/dtype.hpp>
#include <wherry/base/number.hpp>
#include <wherry/base/result.hpp>
#include <wherry/base/sequence.hpp>
#include <wherry/model/clip_extra.hpp>
#include <wherry/model/op_compatible_map.hpp>
#include <wherry/program/block.hpp>
#include <wherry/program/operator.hpp>
#include <wherry/program/program.hpp>
#include <wherry/program/prune.hpp>
#include <wherry/program/unique_name.hpp>
#include <wherry/program/variable.hpp>
#include <wherry/version.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace wherry::inline WHERRY_ABI {

/// How a program becomes an inference model. The defaults are those of fluid 1.8.
struct export_options {
    bool skip_bool_targets = false;  ///< 2.x: a BOOL target stays as it is; else it is an error, as in 1.8
    bool skip_prune = false;         ///< 2.x: keep every operator
    bool clip_extra = false;         ///< 2.x: leave out what inference has no use for
    bool compatible_map = true;      ///< 1.8: add `op_compatible_map`
    const op_info* scale = nullptr;  ///< what the program then carries for the `scale` that it grows by
};

/// A program ready to be saved for inference, with its feed and fetch operators.
struct inference_program {
    Program program;
    sequence<std::string> feed_names;   ///< by column
    sequence<std::string> fetch_names;  ///< by column
};

namespace detail {
/// An operator as Python makes one outside of every scope.
inline wire::OpDesc<> plain_op(std::string_view type) {
    wire::OpDesc<> op;
    op.type = type;
    op.attrs = {make_attr("op_device", ""), make_attr("op_namescope", "/"), make_attr("op_role", op_role::forward),
                make_attr("op_role_var", sequence<std::string>())};
    return op;
}
inline wire::Slot<> slot_of(std::string_view slot, std::initializer_list<std::string> names) {
    wire::Slot<> made;
    made.parameter = slot;
    made.arguments = names;
    return made;
}

inline wire::OpDesc<> scale_op(const std::string& from, const std::string& into) {
    auto op = plain_op("scale");
    op.inputs = {slot_of("ScaleTensor", {}), slot_of("X", {from})};
    op.outputs = {slot_of("Out", {into})};
    op.attrs.push_back(make_attr("bias", 0.0F));
    op.attrs.push_back(make_attr("bias_after_scale", true));
    op.attrs.push_back(make_attr("scale", 1.0F));
    return op;
}
inline wire::VarDesc<> scale_result(const Variable& target, std::string name) {
    wire::VarDesc<> made;
    made.name = std::move(name);
    made.type.type = target.kind();
    if (target.kind() == VarKind::SELECTED_ROWS) made.type.selected_rows = target.desc().type.selected_rows;
    else if (target.tensor_desc() != nullptr) made.type.lod_tensor.emplace().tensor = *target.tensor_desc();
    if (made.type.lod_tensor) made.type.lod_tensor->lod_level = target.lod_level();
    made.persistable = false;
    return made;
}

/// The program's own variable of a target's name: targets may be handles into the program this one is a clone of.
inline result<Variable> own_target(const Program& program, const Variable& target) {
    const auto own = target ? program.global_block().find_var(target.name()) : Variable();
    if (own) return own;
    return failure(errc::no_such_variable, "a target is not a variable of the program's root block")
        .of_variable(target ? std::string_view(target.name()) : "");
}
inline result<void> check_scaled(const Variable& target) {
    constexpr std::array scaled{DType::FP16, DType::FP32, DType::FP64, DType::INT8, DType::INT16, DType::INT32, DType::INT64, DType::UINT8};
    if (std::find(scaled.begin(), scaled.end(), target.dtype()) != scaled.end()) return {};
    constexpr std::string_view known = "['float16', 'float32', 'float64', 'int8', 'int16', 'int32', 'int64', 'uint8']";
    return failure(errc::argument_dtype,
                   {"The data type of 'x' in scale must be ", known, ", but received ", name_of(target.dtype()), ". "})
        .of_variable(target.name())
        .expected(known)
        .found(name_of(target.dtype()));
}

inline result<void> add_feed_ops(Block& block, std::span<const std::string> names) {
    if (names.empty()) return {};
    for (const auto& name : names)
        if (!block.find_var(name)) return failure(errc::no_such_variable, {"var ", name, " not in this block"}).of_variable(name);
    wire::VarDesc<> feed;
    feed.name = "feed";
    feed.type.type = VarKind::FEED_MINIBATCH;
    feed.persistable = true;
    block.create_var(std::move(feed));
    for (std::size_t i = 0; i < names.size(); ++i) {
        auto op = plain_op("feed");
        op.inputs = {slot_of("X", {"feed"})};
        op.outputs = {slot_of("Out", {names[i]})};
        op.attrs.push_back(make_attr("col", static_cast<std::int32_t>(i)));
        block.prepend_op(std::move(op));
    }
    return {};
}
inline void add_fetch_ops(Block& block, std::span<const std::string> names) {
    wire::VarDesc<> fetch;
    fetch.name = "fetch";
    fetch.type.type = VarKind::FETCH_LIST;
    fetch.persistable = true;
    block.create_var(std::move(fetch));
    for (std::size_t i = 0; i < names.size(); ++i) {
        auto op = plain_op("fetch");
        op.inputs = {slot_of("X", {names[i]})};
        op.outputs = {slot_of("Out", {"fetch"})};
        op.attrs.push_back(make_attr("col", static_cast<std::int32_t>(i)));
        block.append_op(std::move(op));
    }
}
}  // namespace detail

/// Empties `op_device` of the root block's operators, up to and with the first `auc`. True when there is an `auc`, whose
/// counts should be zero in a model. Source: save_inference_model.
inline bool clear_op_device(Program& program) {
    for (auto& op : program.global_block().ops()) {
        op.set_attr(make_attr("op_device", ""));
        if (op.type() == "auc") return true;
    }
    return false;
}

/// Appends a `scale` by 1 after every target, so that pruning keeps the operator that makes it, and answers what to
/// fetch instead: `save_infer_model/scale_0.tmp_0`, ... The program grows with every call, as in the reference.
/// Errors: no_such_variable, argument_dtype. Guarantee: after an error the program is unchanged.
/// Source: save_inference_model, layers.scale.
inline result<sequence<Variable>> append_target_scales(Program& program, UniqueNameGenerator& names, std::span<const Variable> targets,
                                                       const export_options& options = {}) {
    sequence<Variable> own;
    own.reserve(targets.size());
    const auto stays = [&](const Variable& target) { return options.skip_bool_targets && target.dtype() == DType::BOOL; };
    for (const auto& target : targets) {
        auto found = detail::own_target(program, target);
        if (!found) return found.failure();
        own.push_back(*found);
        if (stays(own.back())) continue;
        if (auto checked = detail::check_scaled(own.back()); !checked) return checked.failure();
    }
    sequence<Variable> scaled;
    scaled.reserve(targets.size());
    for (std::size_t i = 0; i < targets.size(); ++i) {
        if (stays(own[i])) {
            scaled.push_back(own[i]);
            continue;
        }
        auto& block = program.global_block();
        auto name = names.generate("save_infer_model/scale_" + std::string(decimal(i).view()) + ".tmp");
        while (block.find_var(name)) name = names.generate("save_infer_model/scale_" + std::string(decimal(i).view()) + ".tmp");
        scaled.push_back(block.create_var(detail::scale_result(own[i], std::move(name))));
        block.append_op(detail::scale_op(own[i].name(), scaled.back().name()), options.scale);
    }
    return scaled;
}

/// An inference model's program: without feed and fetch operators of its own, pruned to what `targets` need, fit for
/// inference, with a `feed` operator a name and a `fetch` operator a target. What the targets need and nobody feeds is no
/// error; a feed that they do not need is.
/// Errors: those of `prune`; no_such_variable for a feed that is not left in the pruned program.
/// Source: save_inference_model, steps 8 to 10 of spec/fluid-io.md section 7; static.normalize_program.
inline result<inference_program> make_inference_program(const Program& program, std::span<const std::string> feeds,
                                                        std::span<const std::string> targets, const export_options& options = {}) {
    auto bare = program.clone();
    erase_if(bare.global_block().ops(), [](const Operator& op) { return op.type() == "feed" || op.type() == "fetch"; });
    auto pruned = options.skip_prune ? result<Program>(std::move(bare)) : prune(bare, feeds, targets);
    if (!pruned) return pruned.failure();
    optimize_for_inference(*pruned);
    if (options.clip_extra) clip_extra(*pruned);
    auto& root = pruned->global_block();
    if (auto fed = detail::add_feed_ops(root, feeds); !fed) return fed.failure();
    detail::add_fetch_ops(root, targets);
    auto& rest = pruned->rest();
    rest.version.emplace().version = fluid_version;
    rest.op_version_map.reset();
    if (options.compatible_map) rest.op_compatible_map = op_compatible_map();
    else rest.op_compatible_map.reset();
    return inference_program{*std::move(pruned), {feeds.begin(), feeds.end()}, {targets.begin(), targets.end()}};
}

namespace detail {
/// Names in the column order of feed or fetch operators.
inline result<sequence<std::string>> names_by_column(const Block& root, std::string_view type, bool of_outputs, std::string_view slot) {
    sequence<const Operator*> ops;
    for (const auto& op : root.ops())
        if (op.type() == type) ops.push_back(&op);
    sequence<std::string> names(ops.size());
    for (const auto* op : ops) {
        const auto args = of_outputs ? op->output(slot) : op->input(slot);
        const auto column = op->attr_or<std::int32_t>("col", 0);
        const auto at = static_cast<std::size_t>(column);
        const auto wrong = [&](errc code, const char* message) {
            return failure(code, message)
                .of_variable("col")
                .of_op(type)
                .expected({"each of 0 to ", decimal(ops.size() - 1), " once"})
                .found(column);
        };
        if (args.size() != 1 || args[0].empty())
            return failure(errc::missing_slot, "a feed or fetch operator must name one variable").of_variable(slot).of_op(type);
        if (at >= names.size() || !names[at].empty())
            return wrong(errc::bad_attribute, "columns of feed or fetch operators are not counted up");
        names[at] = args[0];
    }
    return names;
}
}  // namespace detail

/// The fed and fetched names of a program, in the order of their columns. Errors: missing_slot, bad_attribute.
inline result<sequence<std::string>> feed_target_names(const Program& program) {
    return detail::names_by_column(program.global_block(), "feed", true, "Out");
}
inline result<sequence<std::string>> fetch_target_names(const Program& program) {
    return detail::names_by_column(program.global_block(), "fetch", false, "X");
}

}  // namespace wherry::inline WHERRY_ABI

#endif
