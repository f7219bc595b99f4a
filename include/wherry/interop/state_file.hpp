#ifndef WHERRY_INTEROP_STATE_FILE_HPP
#define WHERRY_INTEROP_STATE_FILE_HPP

#include <wherry/archive/load_all.hpp>
#include <wherry/archive/select.hpp>
#include <wherry/archive/stored.hpp>
#include <wherry/base/budget.hpp>
#include <wherry/base/dtype.hpp>
#include <wherry/base/limits.hpp>
#include <wherry/base/result.hpp>
#include <wherry/base/sequence.hpp>
#include <wherry/base/shape.hpp>
#include <wherry/format/numpy.hpp>
#include <wherry/format/pickle.hpp>
#include <wherry/interop/gzip.hpp>
#include <wherry/interop/safetensors_shards.hpp>
#include <wherry/interop/state_extra.hpp>
#include <wherry/interop/state_file_folder.hpp>
#include <wherry/policy/disk.hpp>
#include <wherry/policy/paths.hpp>
#include <wherry/policy/progress.hpp>
#include <wherry/program/variable.hpp>
#include <wherry/tensor/copied.hpp>
#include <wherry/tensor/state_dict.hpp>
#include <wherry/tensor/structured_names.hpp>
#include <wherry/tensor/tensor.hpp>
#include <wherry/version.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>

/// Arrays by name from any file or folder that holds some, told by its content: what `archive<format::any, gzip_or_plain>` loads, and
/// folders. Needs zlib (`-lz`) and nlohmann_json.
namespace wherry::inline WHERRY_ABI::state_file {

/// All arrays of a file or folder, with their names; the kind is told by content. A folder with an index of safetensors shards, and the
/// index itself, are those of the shards; a folder without one and without Paddle's files is its one `.pdparams`, `.npz` or safetensors.
/// Headers alone are read: elements are fetched when the arrays are saved or asked for, and checksums are checked then. One compressed
/// file is held as what it becomes.
/// Errors: not_found, not_regular_file, cannot_open; not_a_paddle_file (a program, say); bad_argument for a combined file without names
/// when `in_order` is empty, and for a folder where several files would do; duplicate_name, missing_record, extra_record, mixed_kinds; those
/// of the formats and `gunzip`.
inline result<stored_state> list(const std::string& path, const load_options& options = {}) {
    stored_state made;
    const auto files = wherry::detail::record_keeper<disk, gzip_or_plain>::make(disk{path}, options.caps);
    const auto done = caught([&]() -> result<void> {
        if (wherry::paths::is_folder(path))
            return options.of_folder.empty() ? detail::add_folder(path, files, options, made)
                                             : detail::add_wanted(path, files, options, made);
        const auto name = wherry::paths::to_utf8(wherry::paths::of_utf8(path).filename());
        if (name.ends_with(safetensors::index_suffix)) {
            auto folder = wherry::paths::to_utf8(wherry::paths::of_utf8(path).parent_path());
            const auto beside =
                wherry::detail::record_keeper<disk, gzip_or_plain>::make(disk{folder.empty() ? "." : std::move(folder)}, options.caps);
            return detail::add_shards(beside, name, options, made);
        }
        detail::file_request wish{.name = name};
        if (!options.in_order.empty()) {
            auto names = detail::names_in_order(options.in_order);
            if (!names) return names.failure();
            wish.names = *std::move(names);
        }
        return detail::add_record(files, {}, wish, options, made);
    });
    if (!done) return done.failure().in_file(path);
    if (auto once = detail::check_once(made.arrays); !once) return once.failure().in_file(path);
    made.report.tensor_count = made.arrays.size();
    return made;
}

/// Listed arrays with their elements in memory. A progress is told after each one how many bytes of elements are there.
/// Errors: too_large where all are more than `total_bytes`, and nothing is read then; out_of_memory, bad_checksum, those of reading; cancelled.
template <Progress P = silent>
result<state_dict> fetch(sequence<stored_tensor> listed, const limits& caps = {}, const P& progress = {}) {
    budget room(caps);
    for (const auto& one : listed)
        if (auto taken = room.take(byte_count(one.dtype, one.dims).value_or(~std::uint64_t{0})); !taken)
            return taken.failure().of_variable(one.name);
    const auto all = caps.total_bytes - room.left_bytes();
    return caught([&]() -> result<state_dict> {
        state_dict made;
        std::uint64_t done = 0;
        for (auto& one : listed) {
            auto tensor = one.tensor();
            if (!tensor) return tensor.failure();
            done += tensor->bytes().size();
            made.add(std::move(one.name), *std::move(tensor));
            one.elements = {};
            if (!progress(done, all)) return wherry::detail::cancelled_error();
        }
        return made;
    });
}

/// As `list`, with the elements in memory; a folder must stay as it is meanwhile, too. Errors: as `list` and `fetch`.
template <Progress P = silent>
result<loaded_state> load(const std::string& path, const load_options& options = {}, const P& progress = {}) {
    auto listed = list(path, options);
    if (!listed) return listed.failure();
    auto arrays = fetch(std::move(listed->arrays), options.caps, progress);
    if (!arrays) return arrays.failure().in_file(path);
    return loaded_state{*std::move(arrays), std::move(listed->report)};
}

namespace detail {
/// The name under which the arrays hold a variable, its own or its structured one; empty when there is none. `holds(name)` is asked.
template <class Holds>
std::string name_held(const Variable& var, const structured_names& names, Holds holds) {
    if (holds(var.name())) return var.name();
    for (auto& structured : names.structured_of(var.name()))
        if (holds(structured)) return std::move(structured);
    return {};
}
inline failure lacking(const Variable& var, std::size_t count) {
    return failure(errc::missing_record, "the program has a variable that the arrays lack")
        .of_variable(var.name())
        .found(wherry::detail::tensor_count_text(count));
}
/// Errors: dtype_mismatch, shape_mismatch.
inline result<void> check_fits(const Variable& var, DType dtype, const Shape& dims) {
    if (numpy::kind_of(var.dtype()) != numpy::kind_of(dtype))
        return failure(errc::dtype_mismatch, "the program has a variable of another element type")
            .of_variable(var.name())
            .expected(name_of(var.dtype()))
            .found(name_of(dtype));
    const auto shape = var.shape();
    const bool scalar = dims.count() == 1 && std::all_of(shape.begin(), shape.end(), [](auto dim) { return dim == 1; });
    if (scalar || agrees(shape, dims)) return {};
    return failure(errc::shape_mismatch, "the program has a variable of another shape")
        .of_variable(var.name())
        .expected(wherry::to_string(shape))
        .found(to_string(dims));
}
}  // namespace detail

/// The arrays of these variables. Bits that a file without bfloat16 or float8 held as unsigned numbers become those types
/// again where the variables say so; a variable may be held by its structured name.
/// Errors: mixed_kinds, nothing_to_save; missing_record, dtype_mismatch; shape_mismatch where a known dim differs (Paddle 3 writes [] for [1]).
inline result<state_dict> pick(const loaded_state& from, std::span<const Variable> variables) {
    const auto wanted = tensors_among(variables);
    if (!wanted) return wanted.failure();
    const auto names = names_in(from.report.extra);
    if (!names) return names.failure();
    state_dict made;
    for (const auto& var : *wanted) {
        const auto name = detail::name_held(var, *names, [&](std::string_view one) { return from.arrays.find(one) != nullptr; });
        if (name.empty()) return detail::lacking(var, from.arrays.size());
        const auto& held = *from.arrays.find(name);
        if (auto fits = detail::check_fits(var, held.dtype(), held.dims()); !fits) return fits.failure();
        auto copy = copied(held.ref(var.name()));
        if (!copy) return copy.failure();
        made.add(var.name(), reinterpreted(*std::move(copy), var.dtype()));
    }
    return made;
}
/// As above, with the elements where they are.
inline result<sequence<stored_tensor>> pick(const stored_state& from, std::span<const Variable> variables) {
    const auto wanted = tensors_among(variables);
    if (!wanted) return wanted.failure();
    const auto names = names_in(from.report.extra);
    if (!names) return names.failure();
    sequence<stored_tensor> made;
    for (const auto& var : *wanted) {
        const auto name = detail::name_held(var, *names, [&](std::string_view one) { return from.find(one) != nullptr; });
        if (name.empty()) return detail::lacking(var, from.arrays.size());
        auto held = *from.find(name);
        if (auto fits = detail::check_fits(var, held.dtype, held.dims); !fits) return fits.failure();
        held.name = var.name();
        const auto dtype = var.dtype();
        if (held.dtype != dtype) {
            const auto dims = held.dims;
            held = changed(std::move(held), dtype, dims, [dtype](Tensor&& bits) { return result<Tensor>(reinterpreted(bits, dtype)); });
        }
        made.push_back(std::move(held));
    }
    return made;
}

}  // namespace wherry::inline WHERRY_ABI::state_file

#endif
