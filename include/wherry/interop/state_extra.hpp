#ifndef WHERRY_INTEROP_STATE_EXTRA_HPP
#define WHERRY_INTEROP_STATE_EXTRA_HPP

#include <wherry/base/limits.hpp>
#include <wherry/base/result.hpp>
#include <wherry/base/utf8.hpp>
#include <wherry/format/pickle.hpp>
#include <wherry/interop/detail/json_text.hpp>
#include <wherry/interop/safetensors.hpp>
#include <wherry/record/kept_extra.hpp>
#include <wherry/tensor/structured_names.hpp>
#include <wherry/version.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

/// What a file holds beside its arrays, on the way from one form to another.
namespace wherry::inline WHERRY_ABI::state_file {

namespace detail {
/// The names of parameters as one text of JSON in `__metadata__`, under the key that they have in a pickle.
/// Errors: bad_safetensors; bad_name, duplicate_name.
inline result<structured_names> names_of_json(std::string_view text, const limits& caps) {
    const auto bad = [] {
        return failure(errc::bad_safetensors, "the names of parameters in the metadata are not a JSON object of texts")
            .of_variable(wherry::pickle::structured_names_key);
    };
    constexpr int depth = 4;
    const auto table = wherry::detail::parse_json(text, depth).root;
    if (!table.is_object()) return bad();
    structured_names names;
    for (const auto& [structured, held] : table.items()) {
        if (!held.is_string()) return bad();
        const auto& parameter = held.get_ref<const std::string&>();
        for (const std::string_view name : {std::string_view(structured), std::string_view(parameter)})
            if (name.empty() || name.size() > caps.name_bytes || name.find('\0') != std::string_view::npos)
                return failure(errc::bad_name, "a name is empty or too long").of_variable(name.substr(0, 64));
        if (auto added = names.add(structured, parameter); !added) return added.failure();
    }
    return names;
}
inline result<std::string> json_of_names(const structured_names& names) {
    auto table = nlohmann::json::object();
    for (const auto& one : names) {
        if (!is_utf8(one.structured) || !is_utf8(one.parameter))
            return failure(errc::bad_name, "metadata must be UTF-8").of_variable(one.structured.substr(0, 64));
        table[one.structured] = one.parameter;
    }
    return table.dump();
}
inline const safetensors::metadata_entry* names_entry(const safetensors::metadata& held) noexcept {
    const auto at = std::find_if(held.entries.begin(), held.entries.end(),
                                 [](const auto& one) { return one.key == wherry::pickle::structured_names_key; });
    return at != held.entries.end() ? &*at : nullptr;
}
}  // namespace detail

/// The names of parameters that a file told: of a pickle, or of safetensors that were made of one. None where it told none.
/// Errors: duplicate_name, bad_name, bad_safetensors.
inline result<structured_names> names_in(const kept_extra& held, const limits& caps = {}) {
    if (const auto* const rest = held.as<pickle::extra>(); rest != nullptr) return rest->names();
    const auto* const metadata = held.as<safetensors::metadata>();
    const auto* const entry = metadata != nullptr ? detail::names_entry(*metadata) : nullptr;
    return entry != nullptr ? detail::names_of_json(entry->value, caps) : structured_names();
}

/// The metadata of safetensors: those that a file of that form had or, of any other, `format` and the names of parameters.
/// `format` is that of arrays of NumPy, the only one that PaddleNLP loads. Errors: those of `names_in`.
inline result<safetensors::metadata> metadata_of(const kept_extra& held) {
    if (const auto* const metadata = held.as<safetensors::metadata>(); metadata != nullptr) return *metadata;
    safetensors::metadata made{{{"format", "np"}}};
    const auto names = names_in(held);
    if (!names) return names.failure();
    if (names->empty()) return made;
    auto text = detail::json_of_names(*names);
    if (!text) return text.failure();
    made.entries.push_back({std::string(wherry::pickle::structured_names_key), *std::move(text)});
    return made;
}

/// What a pickle gets beside the arrays: all that a pickle had or, of safetensors, the names of parameters. Errors: those of `names_in`.
inline result<pickle::extra> pickle_extra_of(const kept_extra& held) {
    if (const auto* const rest = held.as<pickle::extra>(); rest != nullptr) return *rest;
    auto names = names_in(held);
    if (!names) return names.failure();
    return pickle::extra{.structured_names = *std::move(names)};
}

namespace detail {
/// What one file holds beside its arrays, with that of those before it: shards have parts of one `__metadata__`.
inline void join(kept_extra& into, kept_extra more) {
    const auto* const here = into.as<safetensors::metadata>();
    const auto* const there = more.as<safetensors::metadata>();
    if (here == nullptr || there == nullptr) return void(into = std::move(more));
    auto all = *here;
    for (const auto& one : there->entries)
        if (std::none_of(here->entries.begin(), here->entries.end(), [&](const auto& held) { return held.key == one.key; }))
            all.entries.push_back(one);
    into = kept_extra(std::move(all));
}

}  // namespace detail

/// Nothing that a file held beside its arrays is lost in another form: values of a pickle in any other, of the metadata but `format` in any other,
/// names of parameters where only arrays have names. Errors: unsupported, with the first value.
inline result<void> check_extra(const kept_extra& held, bool to_pickle, bool to_safetensors, bool only_arrays) {
    const auto refused = [](const char* message, std::string_view name, std::string_view value) {
        return failure(errc::unsupported, message).of_variable(name).found(value.substr(0, 100));
    };
    const char* const no_place = "a value beside the arrays has no place in this form: save as pdparams, or drop it";
    if (const auto* const rest = held.as<pickle::extra>(); rest != nullptr && !to_pickle)
        if (const auto values = rest->values(1); !values.empty()) return refused(no_place, values[0].name, values[0].text);
    if (const auto* const metadata = held.as<safetensors::metadata>(); metadata != nullptr && !to_safetensors)
        for (const auto& one : metadata->entries)
            if (one.key != "format" && one.key != wherry::pickle::structured_names_key)
                return refused("a value of the metadata has no place in this form: save as safetensors, or drop it", one.key, one.value);
    if (!only_arrays) return {};
    const auto names = names_in(held);
    if (names && names->empty()) return {};
    return refused("the names of parameters have no place in this form: save as pdparams, safetensors or one pdiparams, or drop them",
                   wherry::pickle::structured_names_key, names ? (*names)[0].structured : "");
}

}  // namespace wherry::inline WHERRY_ABI::state_file

#endif
