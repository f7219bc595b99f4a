#include "inspect.hpp"
#include "names.hpp"
#include "operators.hpp"
#include "said.hpp"
#include "text.hpp"

#include <wherry/base/utf8.hpp>
#include <wherry/program/dot_attributes.hpp>

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

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
                   tensor ? wherry::to_string(var.shape()) : "", tensor && var.lod_level() > 0 ? std::to_string(var.lod_level()) : "",
                   flags_of(var)});
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

/// Whether an attribute is one that every operator has and says nothing here: no device, no namespace, no text, the forward pass.
bool goes_without_saying(const wherry::Attr& attr) {
    if (attr.name == "op_callstack") return true;  // where in a Python source it was made
    if (attr.s) return attr.s->empty() || (attr.name == "op_namescope" && *attr.s == "/");
    if (attr.name == "op_role_var") return attr.strings->empty();
    if (attr.name == "op_role") return attr.i == 0;
    return (attr.name == "use_mkldnn" || attr.name == "use_cudnn" || attr.name == "use_quantizer" || attr.name == "with_quant_attr") &&
           !attr.b.value_or(false);
}

/// Those that a picture shows come first: a narrow terminal cuts the others. --json has all of them.
std::string attributes_text(const wherry::Operator& op) {
    const auto shown = wherry::shown_attributes(op);
    const auto matters = [&shown](const wherry::Attr& attr) {
        return std::any_of(shown.begin(), shown.end(), [&](const auto& one) { return one.starts_with(attr.name + "="); });
    };
    std::string first;
    std::string rest;
    for (const auto& attr : op.desc().attrs) {
        if (goes_without_saying(attr)) continue;
        json_writer value;
        write_value(value, attr);
        (matters(attr) ? first : rest) += "  " + wherry::printable(attr.name) + "=" + value.take();
    }
    const auto line = first + rest;
    return line.empty() ? line : "      attr" + line + "\n";
}

std::string text_of(const wherry::Block& block) {
    std::string made = "block " + std::to_string(block.idx()) + ", parent " + std::to_string(block.parent_idx()) + ": " +
                       counted(block.vars().size(), "variable") + ", " + counted(block.ops().size(), "operator") + "\n";
    if (!block.vars().empty()) made += text_of(block.vars());
    if (!block.ops().empty()) made += "  operator\n";
    for (std::size_t i = 0; i < block.ops().size(); ++i) {
        const auto& op = block.ops()[i];
        made += "  " + std::to_string(i) + " " + wherry::printable(op.type()) + (can_run(op.type()) ? "" : "  (cannot be run here)") +
                "\n" + text_of("in  ", op.desc().inputs) + text_of("out ", op.desc().outputs) + attributes_text(op);
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

void add_columns(std::vector<table::column>& columns) {
    for (const auto* title : {"min", "max", "mean", "NaN"}) columns.push_back({title, align::right});
}
void add_cells(std::vector<std::string>& cells, const value_stats& stats) {
    const bool some = stats.count > 0;
    for (const auto value : {stats.min, stats.max, stats.mean()}) cells.push_back(some ? short_number(value) : "-");
    cells.push_back(std::to_string(stats.nan_count));
}

/// With values, no places: both do not fit 80 columns.
std::string text_of(const tensors& held) {
    const bool places = held.stats.empty();
    std::vector<table::column> columns{{places ? "tensor" : "#", align::right}, {"name"}, {"dtype"}, {"dims"}};
    if (places) columns.push_back({"data at", align::right});
    columns.push_back({"bytes", align::right});
    if (!places) add_columns(columns);
    columns.push_back({"lod"});
    table lines(std::move(columns));
    for (std::size_t i = 0; i < held.streams.size(); ++i) {
        const auto& header = held.streams[i].header;
        std::vector<std::string> cells{std::to_string(i), i < held.names.size() ? wherry::printable(held.names[i]) : "-",
                                       std::string(wherry::name_of(header.dtype)), to_string(header.dims)};
        if (places) cells.push_back(std::to_string(header.data_offset));
        cells.push_back(std::to_string(header.data_bytes));
        if (!places) add_cells(cells, held.stats[i]);
        cells.push_back(text_of(header.lod));
        lines.add(std::move(cells));
    }
    return lines.to_string();
}

struct text_maker {
    std::string title;  ///< file and its size
    std::string total;  ///< of several arrays
    bool with_stats;

    std::string operator()(const error& e) const {
        return title + (e.code == errc::not_a_paddle_file && !e.found.empty() ? wherry::printable(e.found) : "not read: " + told(e)) + "\n";
    }
    std::string operator()(const Program& program) const {
        auto made = title + "program, " + version_text(program.version()) + ", " + counted(program.blocks().size(), "block") + "\n";
        for (const auto& block : program.blocks()) made += text_of(block);
        made += total;
        const auto missing = missing_operators(program);
        if (!missing.empty()) made += "  cannot be run here: " + wherry::printable(missing) + "\n";
        return made;
    }
    std::string operator()(const tensors& held) const {
        return title + counted(held.streams.size(), "tensor") + (held.checksums ? ", with checksums" : "") + "\n" + text_of(held) + total;
    }
    std::string operator()(const named_arrays& read) const {
        auto made = title + (read.kind == wherry::wire::file_kind::npz ? "npz" : std::string(name_of(read.kind))) + ", " +
                    counted(read.held.arrays.size(), "array") + "\n";
        const bool structured = !read.held.structured_names.empty();
        std::vector<table::column> columns{{"name"}, {"dtype"}, {"dims"}, {"bytes", align::right}};
        if (with_stats) add_columns(columns);
        columns.push_back({structured ? "parameter" : ""});
        table lines(std::move(columns));
        for (std::size_t i = 0; i < read.held.arrays.size(); ++i) {
            const auto& one = read.held.arrays[i];
            std::vector<std::string> cells{wherry::printable(one.name), std::string(wherry::name_of(one.dtype)), to_string(one.dims),
                                           std::to_string(one.ref().size_bytes())};
            if (with_stats) add_cells(cells, read.stats[i]);
            cells.push_back(wherry::printable(read.held.parameter_of(one.name)));
            lines.add(std::move(cells));
        }
        if (!read.held.arrays.empty()) made += lines.to_string() + total;
        if (const auto values = values_in(read.held.extra); !values.empty()) {
            table beside({{"name"}, {"value"}});
            for (const auto& [name, text] : values) beside.add({wherry::printable(name), wherry::printable(text)});
            made += beside.to_string();
        }
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

void totals::add(const file_contents& file) {
    const auto add_one = [this](std::uint64_t element_count, std::uint64_t size_bytes) {
        ++arrays;
        elements += element_count;
        bytes += size_bytes;
    };
    if (const auto* held = std::get_if<tensors>(&file.held))
        for (const auto& one : held->streams)
            add_one(one.header.data_bytes / std::max<std::size_t>(wherry::size_of(one.header.dtype), 1), one.header.data_bytes);
    if (const auto* held = std::get_if<named_arrays>(&file.held))
        for (const auto& one : held->held.arrays) add_one(one.dims.count(), one.ref().size_bytes());
}

std::string totals::text() const { return counted(arrays, "array") + ", " + counted(elements, "element") + ", " + size_text(bytes); }

namespace {
/// The parameters of a program, which has no values.
std::string parameters_of(const Program& program) {
    std::uint64_t elements = 0;
    std::uint64_t bytes = 0;
    const auto variables = wherry::select(program, wherry::filter::persistables{});
    for (const auto& var : variables) {
        if (var.tensor_desc() == nullptr) continue;
        std::uint64_t count = 1;
        for (const auto dim : var.shape()) count *= static_cast<std::uint64_t>(std::max<std::int64_t>(dim, 1));
        elements += count;
        bytes += count * wherry::size_of(var.dtype());
    }
    if (variables.empty()) return {};
    return "  in all " + counted(variables.size(), "persistable") + ", " + counted(elements, "element") + ", " + size_text(bytes) + "\n";
}
}  // namespace

std::string text_of(const file_contents& file, bool with_stats) {
    auto title = wherry::printable(file.name) + ": ";
    if (!std::holds_alternative<error>(file.held))
        title += counted(file.size_bytes, "byte") + ", " + (file.compressed ? "gzip data of " : "");
    totals all;
    all.add(file);
    auto total = all.arrays > 1 ? "  in all " + all.text() + "\n" : std::string();
    if (const auto* program = std::get_if<Program>(&file.held)) total = parameters_of(*program);
    return std::visit(text_maker{std::move(title), std::move(total), with_stats}, file.held);
}

}  // namespace tool
