#include "names.hpp"

#include "files.hpp"

#include <wherry/format/pickle.hpp>
#include <wherry/model/names_file.hpp>
#include <wherry/record/whole_record.hpp>
#include <wherry/wire/file_kind.hpp>
#include <wherry/wire/sniff.hpp>
#include <wherry/wire/var_desc.hpp>

#include <filesystem>
#include <system_error>

namespace tool {

result<known_names> names_for(const std::string& names_from, const std::string& in) {
    const auto beside = in + ".info";
    if (names_from.empty() && (is_folder(in) || !exists(beside))) return known_names();
    auto names = wherry::load_structured_names(names_from.empty() ? beside : names_from);
    if (!names && names_from.empty()) return known_names();  // some other file of that name
    if (!names) return std::move(names).error();
    return known_names{*std::move(names), !names_from.empty()};
}

wherry::Program program_of(const wherry::structured_names& names) {
    wherry::Program made;
    for (const auto& name : names.parameters()) {
        wherry::wire::VarDesc<> desc;
        desc.name = name;
        desc.type.lod_tensor.emplace();
        desc.persistable = true;
        made.global_block().create_var(std::move(desc));
    }
    return made;
}

bool is_tensor_file(const std::string& path) {
    auto file = is_folder(path) ? result<wherry::disk::reader>(error{}) : open_file(path);
    if (!file) return false;
    const auto head = wherry::read_head(*file, wherry::wire::kind_bytes);
    return head && wherry::wire::kind_of(*head, file->size_bytes()) == wherry::wire::file_kind::tensors;
}

namespace {
/// Errors: duplicate_name.
result<wherry::structured_names> with_new_names(const wherry::structured_names& names,
                                                const std::map<std::string, std::string, std::less<>>& renames) {
    wherry::structured_names made;
    for (const auto& one : names) {
        const auto other = renames.find(one.structured);
        auto added = made.add(other != renames.end() ? other->second : one.structured, one.parameter);
        if (!added) return std::move(added).error();
    }
    return made;
}
/// A file of streams has the names of variables alone: those that layers have for them are written as Paddle does. Where none differs there is
/// no such file, nor that of an older OUT.
result<void> save_beside(std::span<const wherry::tensor_ref> arrays, const wherry::structured_names& names, const std::string& path) {
    wherry::structured_names kept;
    bool differs = false;
    for (const auto& one : arrays)
        for (const auto& structured : names.structured_of(one.name)) {
            differs = differs || structured != one.name;
            if (auto added = kept.add(structured, std::string(one.name)); !added) return std::move(added).error();
        }
    if (differs) return wherry::save_structured_names(kept, path);
    std::error_code ignored;
    std::filesystem::remove(path, ignored);
    return {};
}
}  // namespace

result<void> save_named(std::span<const wherry::tensor_ref> arrays, const naming& how, state_target target, const progress_bar& bar) {
    const auto* const held = how.kept.as<wherry::pickle::extra>();
    if (!target.drop && !how.picked)
        if (auto checked = check_extra(how.kept, target); !checked) return checked;
    target.extra = how.kept;
    wherry::pickle::extra rest;
    if (held != nullptr) {
        const std::vector<std::pair<std::string, std::string>> renames(how.renames.begin(), how.renames.end());
        auto renamed = held->renamed(renames);
        if (!renamed) return std::move(renamed).error();
        rest = *std::move(renamed);
        target.extra = wherry::kept_extra(rest);
    } else if (auto told = names_in(how.kept); !told.empty()) {
        auto renamed = with_new_names(told, how.renames);
        if (!renamed) return std::move(renamed).error();
        target.extra = with_names(how.kept, *renamed);
    }
    const bool to_pickle = target.form == "pdparams";
    auto names = how.beside.names;
    if (!how.beside.asked && held != nullptr) {
        auto told = rest.names();
        if (!told) return std::move(told).error();
        names = *std::move(told);
    } else if (auto told = names_in(target.extra); !how.beside.asked && !told.empty()) {
        names = std::move(told);
    }
    if (how.picked && !to_pickle) target.extra = with_names(target.extra, {});  // arrays have the names of variables, as was asked for
    const bool beside = target.form == "paddle" && target.combined;
    if (names.empty()) {
        auto saved = save_state(arrays, target, bar);
        return saved && beside ? save_beside(arrays, names, target.path + ".info") : saved;
    }
    if (target.form == "paddle") {
        const auto parameters = wherry::by_parameter(arrays, names);
        if (!parameters) return parameters.error();
        if (auto saved = save_state(parameters->refs(), target, bar); !saved || !beside) return saved;
        return save_beside(parameters->refs(), names, target.path + ".info");
    }
    const bool wanted = how.beside.asked || (to_pickle && (held == nullptr || how.picked));
    if (!wanted) return save_state(arrays, target, bar);
    const auto structured = wherry::by_structured(arrays, names);
    if (to_pickle) {  // its table is of the arrays that it holds
        const auto& table = held != nullptr && !how.beside.asked ? rest.structured_names : names;
        wherry::structured_names kept;
        for (const auto& one : structured.refs())
            if (const auto parameter = table.parameter_of(one.name); !parameter.empty())
                if (auto added = kept.add(std::string(one.name), std::string(parameter)); !added) return std::move(added).error();
        rest.structured_names = std::move(kept);
        target.extra = wherry::kept_extra(rest);
    }
    return save_state(structured.refs(), target, bar);
}

std::vector<std::pair<std::string, std::string>> values_in(const wherry::kept_extra& kept) {
    auto made = metadata_in(kept);
    if (const auto* const rest = kept.as<wherry::pickle::extra>(); rest != nullptr)
        for (auto& one : rest->values()) made.emplace_back(std::move(one.name), std::move(one.text));
    return made;
}

}  // namespace tool
