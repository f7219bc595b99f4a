#include "states.hpp"
#include "memory.hpp"

#if __has_include(<zlib.h>) && __has_include(<nlohmann/json.hpp>)
#include <wherry/interop/state_file.hpp>
#include <wherry/interop/state_file_save.hpp>
#endif

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <set>
#include <utility>

namespace tool {

#if __has_include(<zlib.h>) && __has_include(<nlohmann/json.hpp>)
namespace {
namespace state_file = wherry::state_file;

/// A warning of arrays that no variable took.
void warn_of_unused(const wherry::stored_state& read, const wherry::sequence<wherry::stored_tensor>& taken, const std::string& path,
                    wherry::sequence<error>& warnings) {
    if (read.arrays.size() <= taken.size()) return;
    const std::set<std::string_view> names = [&] {
        std::set<std::string_view> made;
        for (const auto& one : taken) made.insert(one.name);
        return made;
    }();
    std::string first;
    for (const auto& held : read.arrays)
        if (first.empty() && !names.contains(held.name)) first = held.name;
    warnings.push_back({.code = errc::extra_record,
                        .message = "the file holds arrays that the program does not name",
                        .file = path,
                        .variable = first,
                        .expected = wherry::decimal(taken.size()),
                        .found = wherry::decimal(read.arrays.size())});
}

state_file::form form_of(const state_target& target) {
    if (target.form == "pdparams") return state_file::form::pdparams;
    if (target.form == "npz") return state_file::form::npz;
    if (target.form == "safetensors") return state_file::form::safetensors;
    if (target.form == "text") return state_file::form::text;
    return target.combined ? state_file::form::combined : state_file::form::per_file;
}
}  // namespace

result<listing> list_state(const std::string& path, const state_wish& wish) {
    auto read = state_file::list(path, {.in_order = wish.in_order, .of_folder = wish.wanted, .caps = chosen_limits::caps});
    if (!read) return std::move(read).error();
    listing made;
    made.extra = read->report.extra;
    for (const auto& held : names_in(made.extra)) made.structured_names.push_back({held.structured, held.parameter});
    if (wish.wanted.empty()) {
        made.arrays = std::move(read->arrays);
    } else {
        auto picked = state_file::pick(*read, wish.wanted);
        if (!picked) return picked.failure().in_file(path);
        if (wish.tell_unused) warn_of_unused(*read, *picked, path, read->report.warnings);
        made.arrays = *std::move(picked);
    }
    made.warnings = std::move(read->report.warnings);
    return made;
}

result<state> load_state(const std::string& path, const progress_bar& bar, const state_wish& wish) {
    auto listed = list_state(path, wish);
    if (!listed) return std::move(listed).error();
    auto arrays = state_file::fetch(std::move(listed->arrays), chosen_limits::caps, bar);
    if (!arrays) return arrays.failure().in_file(path);
    return state{*std::move(arrays), std::move(listed->warnings), std::move(listed->extra)};
}

wherry::structured_names names_in(const wherry::kept_extra& kept) {
    auto names = state_file::names_in(kept);
    return names ? *std::move(names) : wherry::structured_names();
}

wherry::kept_extra with_names(const wherry::kept_extra& kept, const wherry::structured_names& names) {
    if (const auto* const rest = kept.as<wherry::pickle::extra>(); rest != nullptr) {
        auto made = *rest;
        made.structured_names = names;
        return wherry::kept_extra(std::move(made));
    }
    const auto* const metadata = kept.as<wherry::safetensors::metadata>();
    if (metadata == nullptr) return kept;
    auto made = *metadata;
    erase_if(made.entries, [](const auto& one) { return one.key == wherry::pickle::structured_names_key; });
    const auto told = state_file::metadata_of(wherry::kept_extra(wherry::pickle::extra{.structured_names = names}));
    if (told)
        for (const auto& one : told->entries)
            if (one.key == wherry::pickle::structured_names_key) made.entries.push_back(one);
    return wherry::kept_extra(std::move(made));
}

std::vector<std::pair<std::string, std::string>> metadata_in(const wherry::kept_extra& kept) {
    std::vector<std::pair<std::string, std::string>> made;
    if (const auto* const metadata = kept.as<wherry::safetensors::metadata>(); metadata != nullptr)
        for (const auto& one : metadata->entries)
            if (one.key != wherry::pickle::structured_names_key) made.emplace_back(one.key, one.value);
    return made;
}

result<void> check_extra(const wherry::kept_extra& kept, const state_target& target) {
    return state_file::check_extra(kept, target.form == "pdparams", target.form == "safetensors",
                                   target.form == "npz" || target.form == "text" || (target.form == "paddle" && !target.combined));
}

result<std::string> unpacked(std::string_view bytes) {
    const auto made = wherry::gunzip(bytes, chosen_limits::caps);
    if (!made) return made.error();
    return std::string(wherry::view_of(*made));
}

result<void> save_state(std::span<const wherry::tensor_ref> arrays, const state_target& target, const progress_bar& bar) {
    return state_file::save(arrays, target.path, form_of(target),
                            {.rules = target.rules,
                             .gzip = target.gzip,
                             .protocol = target.protocol,
                             .extra = target.extra,
                             .shard_bytes = target.shard_bytes,
                             .bits = target.bits,
                             .drop = target.drop},
                            bar);
}
#else
namespace {
error without_forms() {
    return {.code = errc::unsupported,
            .message = "this command was built without zlib and nlohmann_json, which convert, diff and infer-model need"};
}
}  // namespace
result<state> load_state(const std::string&, const progress_bar&, const state_wish&) { return without_forms(); }
result<listing> list_state(const std::string&, const state_wish&) { return without_forms(); }
result<std::string> unpacked(std::string_view) { return without_forms(); }
wherry::structured_names names_in(const wherry::kept_extra&) { return {}; }
wherry::kept_extra with_names(const wherry::kept_extra& kept, const wherry::structured_names&) { return kept; }
std::vector<std::pair<std::string, std::string>> metadata_in(const wherry::kept_extra&) { return {}; }
result<void> check_extra(const wherry::kept_extra&, const state_target&) { return without_forms(); }
result<void> save_state(std::span<const wherry::tensor_ref>, const state_target&, const progress_bar&) { return without_forms(); }
#endif

void tell(const wherry::sequence<error>& warnings) {
    for (const auto& warning : warnings) std::fprintf(stderr, "wherry: warning: %s\n", to_string(warning).c_str());
}

}  // namespace tool
