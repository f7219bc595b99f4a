#ifndef WHERRY_PROGRAM_DOT_HPP
#define WHERRY_PROGRAM_DOT_HPP

#include <wherry/base/number.hpp>
#include <wherry/base/sequence.hpp>
#include <wherry/base/shape.hpp>
#include <wherry/base/utf8.hpp>
#include <wherry/program/attribute.hpp>
#include <wherry/program/block.hpp>
#include <wherry/program/dot_attributes.hpp>
#include <wherry/program/operator.hpp>
#include <wherry/program/program.hpp>
#include <wherry/program/variable.hpp>
#include <wherry/version.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace wherry::inline WHERRY_ABI {

namespace detail {
/// A text as it is written between quotes of Graphviz: backslashes, quotes and entities mean nothing there, other bytes than
/// printable UTF-8 are \xNN.
inline std::string dot_text(std::string_view raw) {
    std::string made;
    for (const char c : printable(raw, "")) {
        if (c == '"' || c == '\\') made += '\\';
        made += c;
        if (c == '&') made += "amp;";
    }
    return made;
}
inline std::string dot_number(std::size_t n) { return std::string(decimal(n).view()); }

/// How a kind of variable looks.
struct dot_look {
    std::string_view kind;
    std::string_view attributes;
};
inline constexpr dot_look dot_parameter{"parameter", R"(shape=hexagon style=filled fillcolor="#9ad0a8")"};
inline constexpr dot_look dot_persistable{"persistable", R"(shape=cylinder style=filled fillcolor="#f6cf8b")"};
inline constexpr dot_look dot_temporary{"temporary", R"(shape=ellipse style=filled fillcolor="#ffffff")"};
inline constexpr dot_look dot_undeclared{"not declared", R"(shape=ellipse style="filled,dashed" fillcolor="#f4c2c2")"};
inline constexpr std::string_view dot_operator = R"(shape=box style=filled fillcolor="#c7d8f0")";

inline const dot_look& dot_look_of(const Variable& var) noexcept {
    if (!var) return dot_undeclared;
    if (var.is_parameter()) return dot_parameter;
    return is_persistable(var) ? dot_persistable : dot_temporary;
}

/// What an operator's box says: its type, and a line for each attribute that is shown.
inline std::string dot_label(const Operator& op) {
    auto made = dot_text(op.type());
    for (const auto& line : shown_attributes(op)) made += "\\n" + dot_text(line);
    return made;
}

/// Draws one program. Nodes are numbered, so that no name is ever part of Graphviz's own language.
class dot_writer {
  public:
    explicit dot_writer(const Program& program) : program_(&program) { find_variables(); }

    [[nodiscard]] std::string draw() {
        made_ = "digraph program {\n"
                "  compound=true;\n  rankdir=TB;\n"
                "  node [fontname=\"Helvetica\" fontsize=11];\n  edge [fontname=\"Helvetica\" fontsize=9];\n";
        draw_legend();
        draw_block(0, 1);
        for (std::size_t i = 0; i < nodes_.size(); ++i)
            if (nodes_[i].block == no_block) draw_node(i, 1);
        for (std::size_t block = 0; block < program_->blocks().size(); ++block) draw_edges(block);
        return made_ + "}\n";
    }

  private:
    static constexpr std::size_t no_block = ~std::size_t{0};
    struct node {
        std::string_view name;
        std::size_t block = no_block;  ///< that declares it; none: nowhere on the way up
        Variable var;
    };

    [[nodiscard]] const Block& block(std::size_t at) const { return program_->blocks()[at]; }
    /// The block around another; none for the root and for what is not a tree.
    [[nodiscard]] std::size_t parent_of(std::size_t at) const {
        const auto parent = block(at).parent_idx();
        return parent >= 0 && static_cast<std::size_t>(parent) < at ? static_cast<std::size_t>(parent) : no_block;
    }
    void indent(std::size_t depth) { made_.append(2 * depth, ' '); }

    template <class Use>
    static void for_each_argument(const Operator::slots& slots, Use use) {
        for (const auto& slot : slots)
            for (const auto& name : slot.arguments)
                if (!name.empty() && name != "@EMPTY@") use(slot.parameter, name);
    }

    /// Every variable that an operator names, in the block that declares it.
    void find_variables() {
        nodes_of_.resize(program_->blocks().size());
        for (std::size_t at = 0; at < program_->blocks().size(); ++at)
            for (const auto& op : block(at).ops())
                for (const auto* slots : {&op.desc().inputs, &op.desc().outputs})
                    for_each_argument(*slots, [&](std::string_view, const std::string& name) { remember(at, name); });
    }
    void remember(std::size_t at, const std::string& name) {
        node wanted{name, at, {}};
        while (wanted.block != no_block && !(wanted.var = block(wanted.block).find_var(name))) wanted.block = parent_of(wanted.block);
        auto& known = nodes_of_[wanted.block == no_block ? 0 : wanted.block];
        const auto place =
            std::lower_bound(known.begin(), known.end(), wanted, [this](std::size_t i, const node& n) { return before(nodes_[i], n); });
        if (place != known.end() && !before(wanted, nodes_[*place])) return;
        known.insert(place, nodes_.size());
        nodes_.push_back(std::move(wanted));
    }
    static bool before(const node& a, const node& b) noexcept { return a.block != b.block ? a.block < b.block : a.name < b.name; }
    [[nodiscard]] std::size_t node_of(std::size_t at, std::string_view name) const {
        node wanted{name, at, {}};
        while (true) {
            const auto& known = nodes_of_[wanted.block == no_block ? 0 : wanted.block];
            const auto place =
                std::lower_bound(known.begin(), known.end(), wanted, [this](std::size_t i, const node& n) { return before(nodes_[i], n); });
            if ((place != known.end() && !before(wanted, nodes_[*place])) || wanted.block == no_block) return *place;
            wanted.block = parent_of(wanted.block);
        }
    }

    void draw_legend() {
        made_ += "  subgraph cluster_legend {\n    label=\"legend\"; style=dotted; fontsize=10;\n"
                 "    legend_op [label=\"operator\" " +
                 std::string(dot_operator) + "];\n";
        for (const auto* look : {&dot_parameter, &dot_persistable, &dot_temporary})
            made_ += "    legend_" + std::string(look->kind) + " [label=\"" + std::string(look->kind) + "\" " +
                     std::string(look->attributes) + "];\n";
        made_ += "  }\n";
    }
    void draw_node(std::size_t at, std::size_t depth) {
        const auto& one = nodes_[at];
        const auto& look = dot_look_of(one.var);
        auto label = dot_text(one.name);
        if (one.var && one.var.tensor_desc() != nullptr)
            label += "\\n" + std::string(name_of(one.var.dtype())) + " " + to_string(one.var.shape());
        indent(depth);
        made_ += "v" + dot_number(at) + " [label=\"" + label + "\" " + std::string(look.attributes) + "];\n";
    }
    /// A block and those within it; the root is drawn on the page itself.
    void draw_block(std::size_t at, std::size_t depth) {
        if (at >= program_->blocks().size()) return;
        for (const auto i : nodes_of_[at])
            if (nodes_[i].block == at) draw_node(i, depth);
        for (std::size_t op = 0; op < block(at).ops().size(); ++op) {
            indent(depth);
            made_ += op_id(at, op) + " [label=\"" + dot_label(block(at).ops()[op]) + "\" " + std::string(dot_operator) + "];\n";
        }
        for (std::size_t inner = at + 1; inner < program_->blocks().size(); ++inner) {
            if (parent_of(inner) != at && !(at == 0 && parent_of(inner) == no_block)) continue;
            indent(depth);
            made_ += "subgraph cluster_" + dot_number(inner) + " {\n";
            indent(depth + 1);
            made_ += "label=\"block " + dot_number(inner) + "\"; style=rounded; color=\"#808080\";\n";
            draw_block(inner, depth + 1);
            indent(depth);
            made_ += "}\n";
        }
    }
    static std::string op_id(std::size_t block, std::size_t op) { return "op" + dot_number(block) + "_" + dot_number(op); }

    void draw_edges(std::size_t at) {
        for (std::size_t i = 0; i < block(at).ops().size(); ++i) {
            const auto& op = block(at).ops()[i];
            const auto id = op_id(at, i);
            const auto labelled = [](std::string_view slot) { return " [label=\"" + dot_text(slot) + "\"];\n"; };
            for_each_argument(op.desc().inputs, [&](std::string_view slot, const std::string& name) {
                made_ += "  v" + dot_number(node_of(at, name)) + " -> " + id;
                if (op.writes(name)) made_ += " [dir=both label=\"" + dot_text(slot) + "\"];\n";
                else made_ += labelled(slot);
            });
            for_each_argument(op.desc().outputs, [&](std::string_view slot, const std::string& name) {
                if (!op.reads(name)) made_ += "  " + id + " -> v" + dot_number(node_of(at, name)) + labelled(slot);
            });
            for (const auto& attr : op.desc().attrs) draw_sub_blocks(id, attr);
        }
    }
    /// From an operator to the blocks that it runs.
    void draw_sub_blocks(const std::string& id, const Attr& attr) {
        auto blocks = attr.more->blocks_idx;
        if (attr.more->block_idx) blocks.push_back(*attr.more->block_idx);
        for (const auto idx : blocks) {
            const auto inner = static_cast<std::size_t>(idx);
            if (idx <= 0 || inner >= program_->blocks().size() || block(inner).ops().empty()) continue;
            made_ += "  " + id + " -> " + op_id(inner, 0) + " [lhead=cluster_" + dot_number(inner) + " style=dashed label=\"" +
                     dot_text(attr.name) + "\"];\n";
        }
    }

    const Program* program_;
    sequence<node> nodes_;
    sequence<sequence<std::size_t>> nodes_of_;  ///< by block, sorted by name; those of no block are with the root's
    std::string made_;
};
}  // namespace detail

/// A program as a picture in Graphviz's language: `dot -Tsvg`. Operators are boxes; parameters, persistables and
/// temporaries have a shape and a colour each, which a legend tells; a block within another is a frame. What an operator
/// reads and writes has one arrow with two heads, so that it stands above it. Boxes show `shown_attributes`. Programs of fluid 1.8 flag no
/// Parameter, so that theirs are persistables. Any bytes may occur in names.
inline std::string to_dot(const Program& program) { return detail::dot_writer(program).draw(); }

}  // namespace wherry::inline WHERRY_ABI

#endif
