#ifndef WHERRY_INTEROP_STATE_FILE_SAVE_HPP
#define WHERRY_INTEROP_STATE_FILE_SAVE_HPP

#include <wherry/archive/archive.hpp>
#include <wherry/base/dtype.hpp>
#include <wherry/base/result.hpp>
#include <wherry/base/sequence.hpp>
#include <wherry/format/pickle.hpp>
#include <wherry/format/text_file.hpp>
#include <wherry/interop/gzip.hpp>
#include <wherry/interop/npz.hpp>
#include <wherry/interop/safetensors.hpp>
#include <wherry/interop/safetensors_shards.hpp>
#include <wherry/interop/state_extra.hpp>
#include <wherry/policy/disk.hpp>
#include <wherry/policy/durability.hpp>
#include <wherry/policy/layout.hpp>
#include <wherry/policy/paths.hpp>
#include <wherry/policy/progress.hpp>
#include <wherry/policy/with_progress.hpp>
#include <wherry/record/annotation_choice.hpp>
#include <wherry/record/save_plan.hpp>
#include <wherry/tensor/tensor.hpp>
#include <wherry/version.hpp>

#include <algorithm>
#include <concepts>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

/// Arrays into a file of any form. With `state_file::load` every form becomes every other:
///
///     auto state = state_file::load("model.pdparams");
///     if (state) state_file::save(state->arrays.refs(), "model.safetensors", state_file::form::safetensors);
namespace wherry::inline WHERRY_ABI::state_file {

/// The forms that arrays can be saved in.
enum class form : std::uint8_t {
    combined,  ///< one Paddle file
    per_file,  ///< a folder, one Paddle file per variable
    pdparams,  ///< a pickle, as fluid.save and paddle.save write it
    npz,
    safetensors,
    text,  ///< a folder of numbers in text, one NAME.txt per variable, for numpy.loadtxt and for eyes
};

/// How `save` writes.
struct save_options {
    annotation_rules rules{};  ///< of Paddle's own forms
    bool gzip = false;         ///< of Paddle's own forms: every file
    int protocol = 2;          ///< of `.pdparams`: 2, 3 or 4
    kept_extra extra{};        ///< of a load, for the same form: metadata of safetensors, all that a pickle holds beside its arrays
    /// Safetensors: not 0, files of at most so many bytes of elements, NAME-00001-of-00002.safetensors, and an index.
    std::uint64_t shard_bytes = 0;
    bool bits = false;  ///< npz: bfloat16 and float8 as unsigned numbers, which is what `.pdparams` does always
    bool drop = false;  ///< LoD and values beside the arrays are left out where the form has no place for them
};

namespace detail {
/// What is lost in a form is an error, unless it may be dropped. Errors: lod_mismatch, unsupported.
inline result<void> check_place(std::span<const tensor_ref> tensors, form as, const save_options& options) {
    if (options.drop) return {};
    if (as == form::safetensors)
        for (const auto& one : tensors)
            if (!format::safetensors::holds(one.dtype)) return {};  // which says so
    const bool paddle = as == form::combined || as == form::per_file;
    for (const auto& one : tensors)
        if (!paddle && one.lod != nullptr && !one.lod->empty())
            return failure(errc::lod_mismatch, "LoD has no place in this form: save in one of Paddle's own, or drop it")
                .of_variable(one.name);
    return check_extra(options.extra, as == form::pdparams, as == form::safetensors, as == form::npz || as == form::text);
}
inline result<void> check(std::span<const tensor_ref> tensors, form as, const save_options& options) {
    const bool paddle = as == form::combined || as == form::per_file;
    const auto* const rest = options.extra.as<pickle::extra>();
    const bool only_values = as == form::pdparams && rest != nullptr && (rest->top.kind != pickle::kind::none || rest->has_names_table);
    if (tensors.empty() && !only_values) return failure(errc::nothing_to_save, "there is no array to save");
    if (!paddle && (options.gzip || options.rules.any()))
        return failure(errc::bad_argument, "only Paddle's own files take annotations and gzip");
    if (options.shard_bytes != 0 && as != form::safetensors) return failure(errc::bad_argument, "only safetensors are written as shards");
    if (header_maker_for(options.rules) == nullptr)
        return failure(errc::bad_argument, "elements cannot start at multiples of this")
            .expected("a power of two up to 65536")
            .found(options.rules.alignment);
    if (as != form::npz || options.bits) return check_place(tensors, as, options);
    for (const auto& one : tensors)
        if (one.dtype == DType::BF16 || one.dtype == DType::FP8_E4M3FN || one.dtype == DType::FP8_E5M2)
            return failure(errc::bad_dtype, "NumPy has no such element type: convert the values, or save their bits")
                .of_variable(one.name)
                .found(name_of(one.dtype));
    return check_place(tensors, as, options);
}

/// Where a file lies, and its name without the ending.
struct place {
    std::string folder;
    std::string base;
};
inline place place_of(const std::string& path) {
    const auto at = paths::of_utf8(path);
    return {at.has_parent_path() ? paths::to_utf8(at.parent_path()) : std::string("."), paths::to_utf8(at.stem())};
}

inline failure shards_are_left(const std::string& folder, const std::error_code& why) {
    return failure(errc::cannot_write, "shards of an earlier save are still there").in_file(folder).found(why.message());
}
/// Shards of an earlier save of the same name, of which there were more or fewer: they would be read beside the new ones. Their index goes
/// first, since it is what names them.
inline result<void> remove_other_shards(const sequence<record_size>& kept, const std::string& folder, std::string_view base) {
    const auto is_kept = [&](std::string_view name) {
        return std::any_of(kept.begin(), kept.end(), [&](const auto& one) { return one.name == name; });
    };
    std::error_code failed;
    if (const auto index = std::string(base) + std::string(wherry::safetensors::index_suffix); !is_kept(index))
        std::filesystem::remove(paths::of_utf8(folder, index), failed);
    if (failed) return shards_are_left(folder, failed);
    for (std::filesystem::directory_iterator at(paths::of_utf8(folder), failed), end; !failed && at != end; at.increment(failed)) {
        const auto name = paths::to_utf8(at->path().filename());
        if (!wherry::safetensors::is_of_shards(name, base)) continue;
        if (!is_kept(name)) std::filesystem::remove(at->path(), failed);
        if (failed) break;
    }
    return failed ? result<void>(shards_are_left(folder, failed)) : result<void>();
}

/// Writes, and tells a progress.
template <class S, Progress P>
result<void> write_told(const save_plan& plan, S& sink, const P& progress) {
    auto&& to = wherry::detail::told(sink, progress);
    return write(plan, to, atomic::steps);
}

/// PATH is what a single file would be called.
template <Progress P>
result<void> save_shards(std::span<const tensor_ref> tensors, const std::string& path, const save_options& options, const P& progress) {
    const auto [folder, base] = place_of(path);
    auto metadata = metadata_of(options.extra);
    if (!metadata) return metadata.failure();
    const auto plan = wherry::safetensors::plan_shards(tensors, base, options.shard_bytes, format::safetensors{*std::move(metadata)});
    if (!plan) return plan.failure();
    disk files{folder};
    if (auto written = write_told(*plan, files, progress); !written) return written;
    return remove_other_shards(plan->records(), folder, base);
}

/// Shards of that name would be read in place of the file: it replaces them.
template <Progress P>
result<void> save_safetensors(std::span<const tensor_ref> tensors, const std::string& path, const save_options& options,
                              const P& progress) {
    auto metadata = metadata_of(options.extra);
    if (!metadata) return metadata.failure();
    auto saved = archive<format::safetensors>::save(tensors, disk{path}, format::safetensors{*std::move(metadata)}, progress);
    if (!saved) return saved;
    const auto [folder, base] = place_of(path);
    const auto name = base + ".safetensors";
    if (paths::to_utf8(paths::of_utf8(path).filename()) != name ||
        !paths::exists(paths::to_utf8(paths::of_utf8(folder, base + std::string(wherry::safetensors::index_suffix)))))
        return {};
    sequence<record_size> kept;
    kept.push_back({name, 0});
    return remove_other_shards(kept, folder, base);
}

template <Progress P>
result<void> save_pickle(std::span<const tensor_ref> tensors, const std::string& path, const save_options& options, const P& progress) {
    auto extra = pickle_extra_of(options.extra);
    if (!extra) return extra.failure();
    const format::pickle<> form{{.protocol = options.protocol}, *std::move(extra)};
    if (!tensors.empty()) return archive<format::pickle<>>::save(tensors, disk{path}, form, progress);
    save_plan plan;  // an archive has arrays, a checkpoint may have none
    plan.begin_record();
    if (auto planned = form.plan(plan, tensors, {}); !planned) return planned;
    disk file{path};
    return write(plan, file, atomic::steps);
}

template <class L, Progress P>
result<void> save_streams(std::span<const tensor_ref> tensors, const std::string& path, const save_options& options, const P& progress) {
    const auto plan = save_plan::make<L>(tensors, {}, {}, header_maker_for(options.rules));
    if (!plan) return plan.failure();
    disk files{path};
    if (!options.gzip) return write_told(*plan, files, progress);
    auto packed = gzip<>::encode(files);
    return write_told(*plan, packed, progress);
}
}  // namespace detail

/// Saves arrays in one of the forms. Each file is replaced whole; names and elements are checked before the first byte is
/// written. LoD has a place in Paddle's own forms alone, values beside the arrays in pdparams.
/// Errors: lod_mismatch, unsupported for what the form has no place for, without `drop`; nothing_to_save, bad_argument, bad_dtype (what the form has no element type for); those of `archive::save`.
template <Progress P = silent>
result<void> save(std::span<const tensor_ref> tensors, const std::string& path, form as, const save_options& options = {},
                  const P& progress = {}) {
    if (auto checked = detail::check(tensors, as, options); !checked) return checked;
    switch (as) {
        case form::combined: return detail::save_streams<layout::combined>(tensors, path, options, progress);
        case form::per_file: return detail::save_streams<layout::per_file>(tensors, path, options, progress);
        case form::pdparams: return detail::save_pickle(tensors, path, options, progress);
        case form::npz: return archive<format::npz<>>::save(tensors, disk{path}, progress);
        case form::safetensors: {
            if (options.shard_bytes != 0) return detail::save_shards(tensors, path, options, progress);
            return detail::save_safetensors(tensors, path, options, progress);
        }
        case form::text: return archive<format::text, layout::per_file>::save(tensors, disk{path}, progress);
    }
    return failure(errc::bad_argument, "no form has this number");
}

}  // namespace wherry::inline WHERRY_ABI::state_file

#endif
