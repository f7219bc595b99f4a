#include "commands.hpp"
#include "files.hpp"
#include "inputs.hpp"
#include "names.hpp"
#include "progress.hpp"
#include "said.hpp"
#include "states.hpp"
#include "strip.hpp"

#include <wherry/archive/select.hpp>
#include <wherry/archive/stored.hpp>
#include <wherry/base/utf8.hpp>
#include <wherry/policy/durability.hpp>
#include <wherry/record/whole_record.hpp>
#include <wherry/tensor/converted.hpp>
#include <wherry/tensor/transposed.hpp>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#ifdef __GLIBC__
#include <malloc.h>
#endif

namespace tool {

namespace {
/// Arrays that are freed go back to the system: a conversion that holds one at a time has the memory of the largest. The C library of
/// GNU keeps up to 32 MiB of each size otherwise.
void free_large_arrays() noexcept {
#ifdef __GLIBC__
    ::mallopt(M_MMAP_THRESHOLD, 1 << 20);
#endif
}

result<wherry::sequence<Variable>> chosen(const Program& program, bool parameters_only) {
    const auto persistables = wherry::select(program, wherry::filter::persistables{});
    auto variables = parameters_only ? program.all_parameters() : persistables;
    if (!variables.empty()) return variables;
    const std::string hint =
        persistables.empty() ? "" : "; this program flags no Parameter, as files of fluid 1.8 never do: use --filter persistables";
    return error{.code = errc::nothing_to_save, .message = "no variable passes the filter" + hint};
}

error wrong(std::string_view message, std::string_view expected = {}, std::string_view found = {}) {
    return {.code = errc::bad_argument, .message = message, .expected = expected, .found = found};
}

/// Forms by the ending of OUT.
struct ending {
    std::string_view text;
    std::string_view form;
};
constexpr ending endings[] = {
    {".npz", "npz"}, {".safetensors", "safetensors"}, {".pdparams", "pdparams"}, {".pdopt", "pdparams"}, {".pdiparams", "paddle"}};

/// Whether a name ends as those of files do, in a dot, a letter and so on: `b.dat`, not `v1.5`.
bool has_ending(std::string_view ending) {
    const auto letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
    return ending.size() > 1 && letter(ending[1]);
}

/// The form that was asked for or, without --to, the one that the ending of OUT names; paddle for a folder, which has no ending or is there.
/// A file whose name ends in .pdiparams is the one of all. Errors: bad_argument for an ending that names no form that is written here.
result<void> choose_form(convert_arguments& given) {
    if (given.paths.empty()) return {};
    if (given.form.empty() && given.shard_bytes != 0) given.form = "safetensors";
    if (given.paths.back() == "-" && given.form.empty())
        return wrong("--to says which form standard output gets", "npz, safetensors, pdparams or paddle");
    if (!given.form.empty()) return {};
    given.form = "paddle";
    if (!given.out_filename.empty() || is_folder(given.paths.back())) return {};
    const std::filesystem::path out(given.paths.back());
    auto written = out.extension().string();
    for (char& c : written) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    const auto wrong_ending = [&] {
        return wrong("the ending of OUT names no form that is written here; --to says which is meant",
                     "npz, safetensors, pdparams, pdiparams", out.extension().string());
    };
    for (const auto& known : endings) {
        if (written != known.text) continue;
        given.form = known.form;
        if (known.text != ".pdiparams") return {};
        given.out_filename = out.filename().string();
        given.paths.back() = out.has_parent_path() ? out.parent_path().string() : ".";
        return {};
    }
    return has_ending(written) ? result<void>(wrong_ending()) : result<void>();
}

/// Checks what belongs together, before any file is opened.
result<void> check(const convert_arguments& given) {
    const bool has_program = given.paths.size() == 3;
    const bool paddle = given.form == "paddle";
    if (given.paths.size() < 2 || given.paths.size() > 3) return wrong("convert wants IN and OUT, or PROGRAM, IN and OUT");
    if (!has_program && !given.filter.empty()) return wrong("--filter chooses among the variables of PROGRAM, and there is none");
    if (given.strip && given.program_out.empty()) return wrong("--strip is for what --program-out writes, and it is not given");
    if (!has_program && !given.program_out.empty()) return wrong("--program-out writes PROGRAM, and there is none");
    if (!given.program_out.empty() && !(given.casts.empty() && given.transposed.empty()))
        return wrong("--cast and --transpose change the arrays alone: what --program-out writes would not fit them");
    if (!paddle && !given.out_filename.empty())
        return wrong("--out-filename is for --to paddle: in all other forms OUT is the file, or the folder of text");
    if (!paddle && (given.align != 0 || given.checksum || given.names || given.gzip))
        return wrong("--align, --checksum, --names and --gzip are for --to paddle", "paddle", given.form);
    if (given.shard_bytes != 0 && given.form != "safetensors")
        return wrong("--shard-size is for --to safetensors", "safetensors", given.form);
    if (given.protocol != 0 && given.form != "pdparams") return wrong("--protocol is for --to pdparams", "pdparams", given.form);
    if (!given.names_from.empty() && !given.program_out.empty())
        return wrong("--names-from changes the arrays alone: what --program-out writes would not fit them");
    if (given.bits && given.form != "npz") return wrong("--bits is for --to npz: all other forms hold bfloat16 or its bits anyway");
    return {};
}

struct cast_rule {
    wherry::DType from;
    wherry::DType to;
};
/// Rules from arguments FROM=TO.
result<std::vector<cast_rule>> cast_rules(std::span<const std::string> arguments) {
    std::vector<cast_rule> rules;
    for (const auto& argument : arguments) {
        const auto equals = std::min(argument.find('='), argument.size());
        const auto from = wherry::dtype_named(argument.substr(0, equals));
        const auto to = wherry::dtype_named(argument.substr(std::min(equals + 1, argument.size())));
        if (!from || !to) return wrong("--cast wants two element types", "FROM=TO, such as bfloat16=float32", argument);
        rules.push_back({*from, *to});
    }
    return rules;
}

using stored_tensors = wherry::sequence<wherry::stored_tensor>;

/// Gives the arrays the element types that were asked for; each is changed once at most. Errors: those of `converted`, of the type alone.
result<void> cast(stored_tensors& arrays, std::span<const cast_rule> rules) {
    for (auto& one : arrays) {
        const auto rule = std::find_if(rules.begin(), rules.end(), [&](const cast_rule& each) { return each.from == one.dtype; });
        if (rule == rules.end()) continue;
        const auto to = rule->to;
        if (auto none = wherry::converted(wherry::Tensor(one.dtype, {0}).ref(one.name), to); !none) return std::move(none).error();
        const auto dims = one.dims;
        one = wherry::changed(std::move(one), to, dims, [to](wherry::Tensor&& from) { return wherry::converted(from.ref({}), to); });
    }
    return {};
}

/// Matrices of these names get rows and columns exchanged. Errors: no_such_variable, bad_dims.
result<void> transpose(stored_tensors& arrays, std::span<const std::string> names) {
    for (const auto& name : names) {
        const auto held = std::find_if(arrays.begin(), arrays.end(), [&](const wherry::stored_tensor& one) { return one.name == name; });
        if (held == arrays.end())
            return error{.code = errc::no_such_variable, .message = "--transpose names an array that is not there", .variable = name};
        if (held->dims.rank() != 2) return wherry::transposed({name, held->dtype, held->dims}).error();
        const wherry::Shape turned{held->dims[1], held->dims[0]};
        *held =
            wherry::changed(std::move(*held), held->dtype, turned, [](wherry::Tensor&& from) { return wherry::transposed(from.ref({})); });
    }
    return {};
}

struct rename_rule {
    std::string from;
    std::string to;
    bool prefix = false;  ///< both sides ended in *
    bool used = false;

    /// The new name, if the rule is about this one.
    [[nodiscard]] std::optional<std::string> applied(const std::string& name) const {
        if (!prefix) return name == from ? std::optional(to) : std::nullopt;
        return name.starts_with(from) ? std::optional(to + name.substr(from.size())) : std::nullopt;
    }
};
/// Rules from arguments OLD=NEW and OLD*=NEW*.
result<std::vector<rename_rule>> rename_rules(std::span<const std::string> arguments) {
    std::vector<rename_rule> rules;
    for (const auto& argument : arguments) {
        const auto equals = argument.find('=');
        rename_rule rule{argument.substr(0, equals), equals < argument.size() ? argument.substr(equals + 1) : ""};
        rule.prefix = rule.from.ends_with('*');
        if (rule.from.empty() || rule.to.empty() || rule.prefix != rule.to.ends_with('*'))
            return wrong("--rename wants two names, or two beginnings with a * after each", "OLD=NEW or OLD*=NEW*", argument);
        if (rule.prefix) {
            rule.from.pop_back();
            rule.to.pop_back();
        }
        rules.push_back(std::move(rule));
    }
    return rules;
}

/// New names by old ones.
using new_names = std::map<std::string, std::string, std::less<>>;

/// Gives arrays the names that were asked for; the first rule that fits one counts. Errors: no_such_variable, duplicate_name.
result<new_names> rename(stored_tensors& arrays, std::vector<rename_rule> rules) {
    new_names made;
    std::set<std::string> taken;
    for (auto& one : arrays) {
        auto name = one.name;
        for (auto& rule : rules)
            if (auto other = rule.applied(one.name)) {
                name = *std::move(other);
                rule.used = true;
                break;
            }
        if (!taken.insert(name).second)
            return error{
                .code = errc::duplicate_name, .message = "--rename gives two arrays one name", .variable = name, .found = one.name};
        if (name != one.name) made.emplace(one.name, name);
        one.name = std::move(name);
    }
    for (const auto& rule : rules)
        if (!rule.used)
            return error{.code = errc::no_such_variable, .message = "--rename names an array that is not there", .variable = rule.from};
    return made;
}

/// The program with its variables under the new names, in all of its blocks, so that it still fits the arrays.
/// Errors: duplicate_name for one that another variable has.
result<Program> renamed(const Program& program, const new_names& names) {
    auto desc = program.to_desc();
    const auto rename_one = [&](std::string& name) {
        const auto found = names.find(name);
        if (found != names.end()) name = found->second;
        return found != names.end();
    };
    std::set<std::string_view> taken;
    for (const auto& [old, name] : names) taken.insert(name);
    for (auto& block : desc.blocks) {
        for (auto& var : block.vars) {
            if (rename_one(var.name)) continue;
            if (taken.contains(var.name))
                return error{.code = errc::duplicate_name,
                             .message = "--rename gives an array the name of another variable of the program",
                             .variable = var.name};
        }
        for (auto& op : block.ops)
            for (auto* slots : {&op.inputs, &op.outputs})
                for (auto& slot : *slots)
                    for (auto& name : slot.arguments) rename_one(name);
    }
    return Program::from_desc(std::move(desc));
}

void warn_of_lod(const stored_tensors& arrays, const std::string& form, wherry::sequence<error>& warnings) {
    for (const auto& held : arrays)
        if (!held.lod.empty())
            warnings.push_back({.code = errc::lod_mismatch,
                                .message = "LoD has no place in this form and is left out",
                                .variable = held.name,
                                .found = form});
}

state_target target_of(const convert_arguments& given) {
    const bool combined = !given.out_filename.empty();
    const auto& out = given.paths.back();
    const bool names_file = std::filesystem::path(out).extension() == ".safetensors" && !is_folder(out);
    return {.path = combined                                ? joined(out, given.out_filename)
                    : given.shard_bytes != 0 && !names_file ? joined(out, "model.safetensors")
                                                            : out,
            .form = given.form,
            .combined = combined,
            .gzip = given.gzip,
            .bits = given.bits,
            .shard_bytes = given.shard_bytes,
            .drop = given.drop,
            .protocol = given.protocol == 0 ? 2 : given.protocol,
            .rules = {.alignment = given.align == 0 ? 1 : given.align, .checksums = given.checksum, .names = given.names}};
}

/// A report of what was written, in one line or two.
std::string said(std::span<const wherry::tensor_ref> arrays, const convert_arguments& given, double seconds) {
    std::uint64_t bytes = 0;
    for (const auto& held : arrays) bytes += held.size_bytes();
    const auto target = target_of(given);
    auto line = "wrote " + counted(arrays.size(), "array") + ", " + size_text(bytes) + ", as " + given.form + " in " + time_text(seconds) +
                ": " + wherry::printable(target.path) + "\n";
    if (!given.program_out.empty()) line += "wrote the program: " + wherry::printable(given.program_out) + "\n";
    return line;
}

result<void> write_program(const Program& program, const std::string& path) {
    wherry::disk file{path};
    return wherry::write_whole(file, program.serialize_to_string(), wherry::atomic::steps);
}
}  // namespace

result<std::string> convert(const convert_arguments& as_given) {
    auto given = as_given;
    const stopwatch running;
    free_large_arrays();
    temporary_folder folder;
    if (auto chosen = choose_form(given); !chosen) return std::move(chosen).error();
    const bool to_output = !given.paths.empty() && given.paths.back() == "-";
    if (to_output) {
        if (given.form == "text" || !given.out_filename.empty() || given.shard_bytes != 0)
            return wrong("standard output takes one file, not a folder");
        const auto path = folder.path();
        if (!path) return path.error();
        given.paths.back() = given.form == "paddle" ? *path : joined(*path, "output");
        if (given.form == "paddle") given.out_filename = "output";
    }
    if (auto checked = check(given); !checked) return std::move(checked).error();
    const auto rules = cast_rules(given.casts);
    if (!rules) return rules.error();
    const auto renames = rename_rules(given.renames);
    if (!renames) return renames.error();
    Program program;
    state_wish wish;
    if (given.paths.size() == 3) {
        auto loaded = load_program(given.paths[0], given.program_out.empty() ? operators::any : operators::known);
        if (!loaded) return std::move(loaded).error();
        program = *std::move(loaded);
        auto variables = chosen(program, given.filter == "params");
        if (!variables) return variables.failure().in_file(given.paths[0]);
        wish = {.in_order = *variables, .wanted = *variables, .tell_unused = given.filter != "params"};
    }
    const auto& folder_or_file = given.paths[given.paths.size() - 2];
    const auto in = given.in_filename.empty() ? folder_or_file : joined(folder_or_file, given.in_filename);
    auto beside = given.program_out.empty() ? names_for(given.names_from, in) : result<known_names>(known_names());
    if (!beside) return std::move(beside).error();
    if (given.paths.size() == 2 && !beside->names.empty() && is_tensor_file(in)) {
        program = program_of(beside->names);
        wish.in_order = wherry::select(program, wherry::filter::persistables{});
    }
    auto read = list_state(in, wish);
    if (!read) return std::move(read).error();
    if (given.form != "paddle" && given.drop) warn_of_lod(read->arrays, given.form, read->warnings);
    if (auto changed = cast(read->arrays, *rules); !changed) return std::move(changed).error();
    if (auto turned = transpose(read->arrays, given.transposed); !turned) return std::move(turned).error();
    const auto named = rename(read->arrays, *renames);
    if (!named) return named.error();
    if (!given.program_out.empty()) {
        auto fitting = renamed(program, *named);
        if (!fitting) return fitting.failure().in_file(given.paths[0]);
        program = *std::move(fitting);
        if (given.strip) strip_callstacks(program);
    }
    const auto target = target_of(given);
    std::vector<wherry::tensor_ref> refs;
    for (const auto& one : read->arrays) refs.push_back(one.ref());
    const naming how{*std::move(beside), read->extra, *named, !wish.wanted.empty()};
    {
        const progress_bar bar(given.quiet);
        if (auto saved = save_named(refs, how, target, bar); !saved) return std::move(saved).error();
    }
    tell(read->warnings);
    if (!given.program_out.empty())
        if (auto written = write_program(program, given.program_out); !written) return std::move(written).error();
    if (to_output) return read_file(target.path);
    return given.quiet ? std::string() : said(refs, given, running.seconds());
}

}  // namespace tool
