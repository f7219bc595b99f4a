#ifndef WHERRY_PROGRAM_DOT_COMPACT_HPP
#define WHERRY_PROGRAM_DOT_COMPACT_HPP

#include <wherry/base/dtype.hpp>
#include <wherry/base/name_map.hpp>
#include <wherry/base/shape.hpp>
#include <wherry/program/attribute.hpp>
#include <wherry/program/block.hpp>
#include <wherry/program/dot.hpp>
#include <wherry/program/operator.hpp>
#include <wherry/program/program.hpp>
#include <wherry/program/variable.hpp>
#include <wherry/version.hpp>

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace wherry::inline WHERRY_ABI {

namespace detail {
/// Draws operators, and arrows from each to those that read what it wrote.
class dot_compact_writer {
  public:
    explicit dot_compact_writer(const Program& program) : program_(program), places_(program.blocks().size()) { find_places(); }

    [[nodiscard]] std::string draw() {
        made_ = "digraph program {\n"
                "  compound=true;\n  rankdir=TB;\n"
                "  node [fontname=\"Helvetica\" fontsize=11];\n  edge [fontname=\"Helvetica\" fontsize=9];\n";
        for (std::size_t at = 0; at < places_.size(); ++at) draw_block(at);
        return made_ + arrows_ + "}\n";
    }

  private:
    static constexpr std::size_t none = ~std::size_t{0};
    /// Where a block is run from, and which of its operators write a name, in order.
    struct place {
        std::size_t block = none;
        std::size_t op = 0;
        name_map<std::vector<std::size_t>> writers{};
    };
    struct writer {
        std::size_t block;
        std::size_t op;
    };

    [[nodiscard]] const auto& ops_of(std::size_t block) const { return program_.blocks()[block].ops(); }

    template <class Use>
    static void for_each_argument(const Operator::slots& slots, Use use) {
        for (const auto& slot : slots)
            for (const auto& name : slot.arguments)
                if (!name.empty() && name != "@EMPTY@") use(slot.parameter, name);
    }
    template <class Use>
    void for_each_inner(std::size_t at, const Operator& op, Use use) const {
        for (const auto& attr : op.desc().attrs) {
            auto blocks = attr.more->blocks_idx;
            if (attr.more->block_idx) blocks.push_back(*attr.more->block_idx);
            for (const auto idx : blocks)
                if (const auto inner = static_cast<std::size_t>(idx); idx > 0 && inner < places_.size() && inner > at) use(inner);
        }
    }
    void find_places() {
        for (std::size_t at = 0; at < places_.size(); ++at)
            for (std::size_t i = 0; i < ops_of(at).size(); ++i) {
                for_each_argument(ops_of(at)[i].desc().outputs, [&](std::string_view, const std::string& name) {
                    auto& writers = places_[at].writers[name];
                    if (writers.empty() || writers.back() != i) writers.push_back(i);
                });
                for_each_inner(at, ops_of(at)[i], [&](std::size_t inner) {
                    if (places_[inner].block == none) places_[inner].block = at, places_[inner].op = i;
                });
            }
    }
    /// The last operator that writes a name before another one reads it, in its block or in those around it.
    [[nodiscard]] std::optional<writer> writer_of(std::size_t block, std::size_t op, std::string_view name) const {
        for (; block != none; op = places_[block].op, block = places_[block].block) {
            const auto* const found = places_[block].writers.find(name);
            if (found == nullptr) continue;
            const auto after = std::lower_bound(found->begin(), found->end(), op);
            if (after != found->begin()) return writer{block, *(after - 1)};
        }
        return std::nullopt;
    }
    /// A variable as an operator of a block sees it; none where nothing declares it.
    [[nodiscard]] Variable variable(std::size_t block, std::string_view name) const {
        for (; block < places_.size(); block = places_[block].block)
            if (auto found = program_.blocks()[block].find_var(name)) return found;
        return {};
    }
    /// "[-1, 10]", with the element type where it is not float32.
    [[nodiscard]] std::string shape_text(std::size_t block, std::string_view name) const {
        const auto var = variable(block, name);
        if (!var || var.tensor_desc() == nullptr) return {};
        const auto type = var.dtype() == DType::FP32 ? std::string() : std::string(name_of(var.dtype())) + " ";
        return type + to_string(var.shape());
    }
    static std::string id_of(std::size_t block, std::size_t op) { return "op" + dot_number(block) + "_" + dot_number(op); }

    void draw_port(const std::string& id, std::size_t block, std::string_view name) {
        const auto shape = shape_text(block, name);
        made_ += "  " + id + " [label=\"" + dot_text(name) + (shape.empty() ? "" : "\\n" + dot_text(shape)) +
                 "\" shape=box style=\"rounded,filled\" fillcolor=\"#ffffff\"];\n";
    }
    /// What no operator wrote: persistables are lines in the box, anything else is an input of its own.
    std::string draw_input(std::size_t block, std::string_view slot, const std::string& name) {
        if (const auto var = variable(block, name); var && is_persistable(var))
            return "\\n" + dot_text(slot) + " " + dot_text(shape_text(block, name));
        if (inputs_.find(name) != nullptr) return {};
        const auto number = inputs_.size();
        inputs_[name] = number;
        draw_port("in" + dot_number(number), block, name);
        return {};
    }
    void draw_arrow(const std::string& from, const std::string& to, const std::string& says = {}) {
        arrows_ += "  " + from + " -> " + to + (says.empty() ? ";\n" : " [label=\"" + dot_text(says) + "\"];\n");
    }

    void draw_op(std::size_t block, std::size_t at) {
        const auto& op = ops_of(block)[at];
        const auto id = id_of(block, at);
        if (op.type() == "feed" && !op.output("Out").empty()) return draw_port(id, block, op.output("Out")[0]);
        auto label = dot_label(op);
        for_each_argument(op.desc().inputs, [&](std::string_view slot, const std::string& name) {
            if (const auto from = writer_of(block, at, name)) {
                const bool said = op.type() == "fetch" || ops_of(from->block)[from->op].type() == "feed";  // by the box at that end
                draw_arrow(id_of(from->block, from->op), id, said ? std::string() : shape_text(block, name));
                return;
            }
            label += draw_input(block, slot, name);
            if (const auto* const input = inputs_.find(name); input != nullptr) draw_arrow("in" + dot_number(*input), id);
        });
        if (op.type() == "fetch" && !op.input("X").empty()) return draw_port(id, block, op.input("X")[0]);
        made_ += "  " + id + " [label=\"" + label + "\" " + std::string(dot_operator) + "];\n";
        for_each_inner(block, op, [&](std::size_t inner) {
            if (places_[inner].block == block && places_[inner].op == at && !ops_of(inner).empty())
                arrows_ += "  " + id + " -> " + id_of(inner, 0) + " [style=dashed lhead=cluster_" + dot_number(inner) + "];\n";
        });
    }
    void draw_block(std::size_t at) {
        if (at != 0) made_ += "  subgraph cluster_" + dot_number(at) + " {\n  label=\"block " + dot_number(at) + "\"; style=rounded;\n";
        for (std::size_t i = 0; i < ops_of(at).size(); ++i) draw_op(at, i);
        if (at != 0) made_ += "  }\n";
    }

    const Program& program_;
    std::vector<place> places_;
    name_map<std::size_t> inputs_;  ///< that no operator writes, numbered
    std::string made_;
    std::string arrows_;
};
}  // namespace detail

/// A program as a small picture in Graphviz's language: operators alone, and between them arrows that say the dims of what goes from one
/// to the other (float32, unless an element type is said). Persistables that an operator reads are lines in its box, with dims; inputs and
/// outputs are rounded boxes. An operator reads what the last one before it wrote, so nothing is drawn upwards. All is escaped as by `to_dot`.
[[gnu::cold]] inline std::string to_compact_dot(const Program& program) { return detail::dot_compact_writer(program).draw(); }

}  // namespace wherry::inline WHERRY_ABI

#endif
