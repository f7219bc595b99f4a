#include "inspect.hpp"
#include "said.hpp"
#include "text.hpp"

#include <wherry/base/utf8.hpp>

#include <algorithm>

namespace tool {

namespace {
/// 1008005 is "1.8.5".
std::string version_text(std::int64_t version) {
    if (version <= 0) return "no version";
    return "version " + std::to_string(version / 1'000'000) + "." + std::to_string(version / 1000 % 1000) + "." +
           std::to_string(version % 1000);
}

std::string flags_of(const wherry::Variable& var) {
    std::string flags;
    const auto add = [&](bool set, std::string_view word) {
        if (set) flags.append(flags.empty() ? "" : " ").append(word);
    };
    add(var.is_parameter(), "parameter");
    add(var.persistable(), "persistable");
    add(var.need_check_feed(), "need_check_feed");
    add(var.stop_gradient(), "stop_gradient");
    return flags;
}

std::string text_of(std::span<const wherry::Variable> variables) {
    table lines({{"variable"}, {"kind"}, {"dtype"}, {"dims"}, {"lod", align::right}, {"flags"}});
    for (const auto& var : variables) {
        const bool tensor = var.tensor_desc() != nullptr;
        lines.add({wherry::printable(var.name()), std::string(name_of(var.kind())), tensor ? std::string(wherry::name_of(var.dtype())) : "",
                   tensor ? wherry::to_string(var.shape()) : "", tensor ? std::to_string(var.lod_level()) : "", flags_of(var)});
    }
    return lines.to_string();
}

std::string text_of(std::string_view label, const wherry::Operator::slots& slots) {
    std::string line;
    for (const auto& held : slots) {
        if (held.arguments.empty()) continue;
        line += "  " + wherry::printable(held.parameter) + ":";
        for (const auto& name : held.arguments) line += " " + wherry::printable(name);
    }
    return line.empty() ? line : "      " + std::string(label) + line + "\n";
}

/// All but where in a Python source the operator was made.
std::string attributes_text(const wherry::Operator& op) {
    std::string line;
    for (const auto& attr : op.desc().attrs) {
        if (attr.name == "op_callstack") continue;
        json_writer value;
        write_value(value, attr);
        line += "  " + wherry::printable(attr.name) + "=" + value.take();
    }
    return line.empty() ? line : "      attr" + line + "\n";
}

std::string text_of(const wherry::Block& block) {
    std::string made = "block " + std::to_string(block.idx()) + ", parent " + std::to_string(block.parent_idx()) + ": " +
                       counted(block.vars().size(), "variable") + ", " + counted(block.ops().size(), "operator") + "\n";
    if (!block.vars().empty()) made += text_of(block.vars());
    if (!block.ops().empty()) made += "  operator\n";
    for (std::size_t i = 0; i < block.ops().size(); ++i) {
        const auto& op = block.ops()[i];
        made += "  " + std::to_string(i) + " " + wherry::printable(op.type()) + "\n" + text_of("in  ", op.desc().inputs) +
                text_of("out ", op.desc().outputs) + attributes_text(op);
    }
    return made;
}

std::string text_of(const wherry::LoD& lod) {
    std::string made;
    for (const auto& level : lod) {
        const std::vector<std::int64_t> offsets(level.begin(), level.end());
        made += (made.empty() ? "" : " ") + wherry::to_string(offsets);
    }
    return made;
}

std::string text_of(const tensors& held) {
    table lines({{"tensor", align::right}, {"name"}, {"dtype"}, {"dims"}, {"data at", align::right}, {"bytes", align::right}, {"lod"}});
    for (std::size_t i = 0; i < held.streams.size(); ++i) {
        const auto& header = held.streams[i].header;
        lines.add({std::to_string(i), i < held.names.size() ? wherry::printable(held.names[i]) : "-",
                   std::string(wherry::name_of(header.dtype)), to_string(header.dims), std::to_string(header.data_offset),
                   std::to_string(header.data_bytes), text_of(header.lod)});
    }
    return lines.to_string();
}

struct text_maker {
    std::string title;  ///< file and its size

    std::string operator()(const error& e) const {
        return title + (e.code == errc::not_a_paddle_file && !e.found.empty() ? wherry::printable(e.found) : "not read: " + to_string(e)) +
               "\n";
    }
    std::string operator()(const Program& program) const {
        auto made = title + "program, " + version_text(program.version()) + ", " + counted(program.blocks().size(), "block") + "\n";
        for (const auto& block : program.blocks()) made += text_of(block);
        return made;
    }
    std::string operator()(const tensors& held) const {
        return title + counted(held.streams.size(), "tensor") + (held.checksums ? ", with checksums" : "") + "\n" + text_of(held);
    }
    std::string operator()(const named_arrays& read) const {
        auto made = title + std::string(name_of(read.kind)) + ", " + counted(read.held.arrays.size(), "array") + "\n";
        const bool structured = !read.held.structured_names.empty();
        table lines({{"name"}, {"dtype"}, {"dims"}, {"bytes", align::right}, {structured ? "parameter" : ""}});
        for (const auto& [name, array] : read.held.arrays)
            lines.add({wherry::printable(name), std::string(wherry::name_of(array.dtype())), to_string(array.dims()),
                       std::to_string(array.bytes().size()), wherry::printable(read.held.parameter_of(name))});
        made += lines.to_string();
        for (const auto& note : read.held.warnings) made += "  " + to_string(note) + "\n";
        return made;
    }
    std::string operator()(const selected_rows& held) const {
        return title + "SelectedRows of height " + std::to_string(held.height) + "\n  rows   " + wherry::to_string(held.rows) +
               "\n  value  " + std::string(wherry::name_of(held.value.dtype)) + " " + to_string(held.value.dims) + ", " +
               counted(held.value.data_bytes, "byte") + " at " + std::to_string(held.value.data_offset) + "\n";
    }
};
}  // namespace

std::string text_of(const file_contents& file) {
    auto title = wherry::printable(file.name) + ": ";
    if (!std::holds_alternative<error>(file.held))
        title += counted(file.size_bytes, "byte") + ", " + (file.compressed ? "gzip data of " : "");
    return std::visit(text_maker{std::move(title)}, file.held);
}

}  // namespace tool
