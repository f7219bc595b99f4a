#ifndef WHERRY_TESTS_SUPPORT_PROGRAM_TEXT_HPP
#define WHERRY_TESTS_SUPPORT_PROGRAM_TEXT_HPP

#include <wherry/base/shape.hpp>
#include <wherry/program/program.hpp>

#include <algorithm>
#include <cctype>
#include <string>
#include <vector>

namespace support {

/// An attribute's value, whatever its type.
inline std::string text_of(const wherry::Attr& a) {
    std::string out(wherry::name_of(a.type));
    const auto add = [&](const std::string& value) { out += " " + value; };
    if (a.i) add(std::to_string(*a.i));
    if (a.f) add(std::to_string(std::bit_cast<std::uint32_t>(*a.f)));
    if (a.s) add("'" + *a.s + "'");
    for (const auto v : *a.ints) add(std::to_string(v));
    for (const auto v : *a.floats) add(std::to_string(v));
    for (const auto& v : *a.strings) add("'" + v + "'");
    if (a.b) add(*a.b ? "true" : "false");
    if (a.more->block_idx) add("block " + std::to_string(*a.more->block_idx));
    for (const auto v : a.more->blocks_idx) add("block " + std::to_string(v));
    if (a.more->l) add(std::to_string(*a.more->l));
    for (const auto v : a.more->longs) add(std::to_string(v));
    return out;
}

/// Name scopes count up within one process: /optimizer_18/ in one is /optimizer/ in another.
inline std::string without_scope_number(std::string path) {
    for (std::size_t at = path.find('_'); at != std::string::npos; at = path.find('_', at)) {
        std::size_t end = at + 1;
        while (end < path.size() && std::isdigit(static_cast<unsigned char>(path[end])) != 0) ++end;
        if (end > at + 1 && path[end] == '/') path.erase(at, end - at);
        else at = end;
    }
    return path;
}

/// A program as lines that two writers of the same program agree on: operators in order; slots, attributes and variables
/// sorted; op_callstack left out.
inline std::vector<std::string> lines_of(const wherry::Program& program) {
    std::vector<std::string> lines;
    for (const auto& block : program.blocks()) {
        lines.push_back("block " + std::to_string(block.idx()) + " parent " + std::to_string(block.parent_idx()));
        for (const auto& op : block.ops()) {
            lines.push_back("op " + op.type());
            const auto add_slots = [&](const char* what, const wherry::Operator::slots& slots) {
                for (const auto& slot : slots) {
                    lines.push_back(std::string("  ") + what + " " + slot.parameter + ":");
                    for (const auto& name : slot.arguments) lines.back() += " " + name;
                }
            };
            add_slots("in", op.desc().inputs);
            add_slots("out", op.desc().outputs);
            std::vector<std::string> attrs;
            for (const auto& attr : op.desc().attrs) {
                if (attr.name == "op_callstack") continue;
                auto text = text_of(attr);
                if (attr.name == "op_namescope") text = without_scope_number(text);
                attrs.push_back("  attr " + attr.name + " = " + text);
            }
            std::sort(attrs.begin(), attrs.end());
            lines.insert(lines.end(), attrs.begin(), attrs.end());
        }
        std::vector<std::string> vars;
        for (const auto& var : block.vars()) {
            auto line = "var " + var.name() + " kind " + std::to_string(static_cast<int>(var.kind())) + " " +
                        std::string(wherry::name_of(var.dtype())) + " " + wherry::to_string(var.shape());
            const auto& desc = var.desc();
            line += desc.persistable ? (*desc.persistable ? " persistable" : " not persistable") : "";
            line += desc.need_check_feed ? (*desc.need_check_feed ? " checked" : " unchecked") : "";
            if (desc.type.lod_tensor && desc.type.lod_tensor->lod_level) line += " lod " + std::to_string(*desc.type.lod_tensor->lod_level);
            vars.push_back(line);
        }
        std::sort(vars.begin(), vars.end());
        lines.insert(lines.end(), vars.begin(), vars.end());
    }
    return lines;
}

/// The first lines that differ, for a message; empty when none does.
inline std::string difference(const std::vector<std::string>& ours, const std::vector<std::string>& theirs) {
    std::string report;
    int shown = 0;
    const auto all = std::max(ours.size(), theirs.size());
    for (std::size_t i = 0; i < all && shown < 12; ++i) {
        const auto left = i < ours.size() ? ours[i] : "(nothing)";
        const auto right = i < theirs.size() ? theirs[i] : "(nothing)";
        if (left == right) continue;
        report += "line " + std::to_string(i) + "\n  ours   " + left + "\n  theirs " + right + "\n";
        ++shown;
    }
    return report;
}

}  // namespace support

#endif
