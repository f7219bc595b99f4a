#ifndef WHERRY_ARCHIVE_LOAD_ALL_HPP
#define WHERRY_ARCHIVE_LOAD_ALL_HPP

#include <wherry/base/limits.hpp>
#include <wherry/base/result.hpp>
#include <wherry/base/sequence.hpp>
#include <wherry/record/any_reader.hpp>
#include <wherry/record/load_plan.hpp>
#include <wherry/record/record_check.hpp>
#include <wherry/record/record_index.hpp>
#include <wherry/tensor/scope.hpp>
#include <wherry/tensor/state_dict.hpp>
#include <wherry/version.hpp>

#include <cstddef>
#include <numeric>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace wherry::inline WHERRY_ABI {

/// All arrays of a record, in its order, and what else was found.
struct loaded_state {
    state_dict arrays;
    load_report report;
};

namespace detail {
/// The last part of a path, without the suffix that a format gives to its files: what the only array of a file is called there.
inline std::string name_of_file(std::string_view path, std::string_view suffix) {
    path.remove_prefix(path.find_last_of('/') + 1);
    if (!suffix.empty() && path.ends_with(suffix)) path.remove_suffix(suffix.size());
    return std::string(path);
}

/// Names the arrays of a listing that has no names: a single one after its file. Errors: bad_argument.
inline result<void> name_arrays(record_listing& listing, std::string_view path, std::string_view suffix) {
    if (listing.arrays.size() == 1 && listing.arrays[0].name.empty()) listing.arrays[0].name = name_of_file(path, suffix);
    for (const auto& one : listing.arrays)
        if (one.name.empty())
            return failure(errc::bad_argument, "a combined file without names is read with the program that it belongs to")
                .expected("a program")
                .found(tensor_count_text(listing.arrays.size()));
    return {};
}

/// The arrays of a listing with names, read from the record that was listed. Errors: bad_name, duplicate_name; those of `load_tensors`.
inline result<loaded_state> load_listed(record_listing listing, any_reader reader, const record_rules& rules, const limits& caps) {
    sequence<std::string> names;
    sequence<wanted_tensor> wanted;
    sequence<std::string_view> views;
    names.reserve(listing.arrays.size());
    for (const auto& one : listing.arrays) {
        names.push_back(one.name);
        views.push_back(names.back());
        wanted.push_back({names.back()});
    }
    if (auto checked = check_tensor_names(views, caps); !checked) return checked.failure().in_file(reader.path());
    record whole{{}, sequence<std::size_t>(names.size())};
    std::iota(whole.tensors.begin(), whole.tensors.end(), std::size_t{0});
    Scope scope;
    loader loader(wanted, rules, scope, caps);
    if (auto taken = loader.take_listed(whole, listing, reader); !taken) return taken.failure();
    auto report = loader.finish();
    if (!report) return report.failure();
    loaded_state made{{}, *std::move(report)};
    for (auto& name : names) {
        auto& tensor = *scope.find_var(name);
        made.arrays.add(std::move(name), std::move(tensor));
    }
    return made;
}

/// All arrays of a record. Errors: those of the format's index, of `name_arrays` and of `load_listed`.
inline result<loaded_state> load_record(any_reader reader, const record_rules& rules, const limits& caps) {
    auto listing = rules.format.index(reader, {caps});
    if (!listing) return listing.failure().in_file(reader.path());
    if (auto named = name_arrays(*listing, reader.path(), rules.suffix); !named) return named.failure().in_file(reader.path());
    return load_listed(*std::move(listing), reader, rules, caps);
}
}  // namespace detail

}  // namespace wherry::inline WHERRY_ABI

#endif
