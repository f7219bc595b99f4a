#ifndef WHERRY_MODEL_CHECKPOINT_HPP
#define WHERRY_MODEL_CHECKPOINT_HPP

#include <wherry/archive/archive.hpp>
#include <wherry/archive/select.hpp>
#include <wherry/base/budget.hpp>
#include <wherry/base/number.hpp>
#include <wherry/base/result.hpp>
#include <wherry/base/sequence.hpp>
#include <wherry/model/checkpoint_notes.hpp>
#include <wherry/policy/annotate.hpp>
#include <wherry/policy/claimed_folder.hpp>
#include <wherry/policy/disk.hpp>
#include <wherry/policy/durability.hpp>
#include <wherry/policy/joined.hpp>
#include <wherry/policy/progress.hpp>
#include <wherry/program/program.hpp>
#include <wherry/record/load_plan.hpp>
#include <wherry/record/whole_record.hpp>
#include <wherry/tensor/scope.hpp>
#include <wherry/tensor/selected_rows.hpp>
#include <wherry/tensor/tensor.hpp>
#include <wherry/version.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace wherry::inline WHERRY_ABI {

/// How many checkpoints stay: the newest K.
template <std::size_t K>
struct keep {
    static_assert(K > 0, "wherry: keep<K> keeps at least one checkpoint (see wherry/model/checkpoint.hpp)");
    static constexpr std::size_t count = K;
};

/// What a save has made.
struct saved_checkpoint {
    std::uint64_t number = 0;
    std::string folder;
    sequence<error> warnings;  ///< older checkpoints that could not be removed
};

/// What training goes on with.
struct resumed_checkpoint {
    std::uint64_t number = 0;
    std::string folder;
    checkpoint_notes notes;
    load_report report;
    sequence<error> passed_over;  ///< what is wrong with newer ones
};

namespace detail {
inline constexpr std::string_view checkpoint_prefix = "checkpoint-";
inline constexpr std::string_view checkpoint_notes_name = "checkpoint.txt";
inline constexpr std::string_view checkpoint_arrays_name = "persistables";
inline constexpr std::uint64_t checkpoint_notes_bytes = std::uint64_t{1} << 20U;
inline constexpr std::uint64_t last_checkpoint = 999'999'999'999'999'999;

/// Numbers of checkpoints in a folder, the newest first. Errors: cannot_open.
inline result<sequence<std::uint64_t>> checkpoint_numbers(const std::string& folder) {
    const auto names = names_in_folder(folder);
    if (!names) return names.failure();
    sequence<std::uint64_t> numbers;
    for (const auto& name : *names) {
        std::uint64_t number = 0;
        if (name.starts_with(checkpoint_prefix) && read_number(std::string_view(name).substr(checkpoint_prefix.size()), number) &&
            number <= last_checkpoint)
            numbers.push_back(number);
    }
    std::sort(numbers.begin(), numbers.end(), [](std::uint64_t a, std::uint64_t b) { return a > b; });
    return numbers;
}

/// Whether a checkpoint is to be passed over: not where the machine or the program is what does not fit.
constexpr bool is_damage(errc code) noexcept {
    return code != errc::out_of_memory && code != errc::shape_mismatch && code != errc::dtype_mismatch && code != errc::nothing_to_save &&
           code != errc::mixed_kinds && code != errc::cancelled;
}
}  // namespace detail

/// Numbered checkpoints in a folder, `checkpoint-1`, `checkpoint-2`, ...: each holds the persistables, as the archive's layout puts them
/// (the file `persistables`, or a file per variable), and `checkpoint.txt`, see `checkpoint_notes`. Real Paddle loads the persistables.
///
///     checkpoint_store<archive<durable, annotate<checksum, names>>, keep<3>> store("run");
///     const auto last = store.resume(program, scope);          // none in an empty folder
///     for (auto step = *last ? (*last)->notes.step : 0; step < 1000;) {
///         ...
///         if (++step % 100 == 0) store.save(program, scope, {.step = step});
///     }
///
/// A checkpoint is staged beside its place and renamed whole: it is there, complete, or not. Older ones than the newest K are removed
/// after that, with `durable` when the device holds the new one; a kill in between leaves K + 1. `resume` takes the newest whose checksums
/// hold (SelectedRows have none). One writer at a time, from its first save until the store goes; the second is refused, `locked`. Readers
/// are never blocked: what is removed while they read it, they pass over for what is newer. On Windows a kill may leave a checkpoint that
/// is not complete, which `resume` passes over; `durable` is `unsupported` there.
///
/// Room on the disk: K + 1 checkpoints. Memory: none, arrays go from the scope to the system, so nobody may write to them meanwhile;
/// `async_checkpoints` (`model/async_checkpoint.hpp`) saves from a copy.
template <class Archive = archive<durable, annotate<checksum, names>>, class Keep = keep<3>>
class checkpoint_store {
    static_assert(Archive::annotate_policy::rules.checksums,
                  "wherry: the newest valid checkpoint is told by its checksums: give its archive annotate<checksum> (see "
                  "wherry/model/checkpoint.hpp)");
    static_assert(Archive::durability_policy::steps.beside,
                  "wherry: a checkpoint is complete or not there: give its archive atomic or durable (see wherry/model/checkpoint.hpp)");

  public:
    using archive_type = Archive;

    explicit checkpoint_store(std::string folder) : folder_(std::move(folder)) {}
    [[nodiscard]] const std::string& folder() const noexcept { return folder_; }

    /// The variables of the program that are saved, as arrays of the scope. `gathered` as in `refs_of`. Errors: those of `tensors_among`
    /// and `refs_of`.
    static result<sequence<tensor_ref>> arrays_of(const Program& program, const Scope& scope,
                                                  sequence<std::unique_ptr<SelectedRows>>& gathered) {
        const auto chosen = select(program, typename Archive::filter_policy{});
        const auto tensors = tensors_among(chosen, !Archive::layout_policy::single_record);
        if (!tensors) return tensors.failure();
        return refs_of(*tensors, scope, gathered);
    }

    /// Claims the folder, which the first save does anyhow. Errors: locked; those of making a folder.
    result<void> claim() {
        if (claimed_) return {};
        auto taken = claimed_folder::take(folder_, Archive::durability_policy::steps.synced);
        if (!taken) return taken.failure();
        claimed_.emplace(*std::move(taken));
        return {};
    }

    /// Saves what the archive's filter chooses, the program's random seed and these notes. Errors: locked; nothing_to_save, not_initialized,
    /// mixed_kinds; bad_name for a variable called `checkpoint.txt`; duplicate_name, too_large for notes; those of `disk`: but where the
    /// device does not confirm the new checkpoint, nothing new is there, and nothing old goes.
    result<saved_checkpoint> save(const Program& program, const Scope& scope, checkpoint_notes notes = {}) {
        return caught([&]() -> result<saved_checkpoint> {
            sequence<std::unique_ptr<SelectedRows>> gathered;
            const auto arrays = arrays_of(program, scope, gathered);
            if (!arrays) return arrays.failure();
            notes.random_seed = program.random_seed();
            return save_arrays(*arrays, notes);
        });
    }
    /// Saves these arrays. Errors: as above.
    result<saved_checkpoint> save(std::span<const tensor_ref> arrays, const checkpoint_notes& notes) {
        return caught([&] { return save_arrays(arrays, notes); });
    }

    /// Loads the newest checkpoint that is whole into the scope, and the random seed into the program; none where there is no checkpoint.
    /// Errors: those of the newest where none is whole; out_of_memory, shape_mismatch, dtype_mismatch, nothing_to_save and mixed_kinds of one
    /// that is. Guarantee: after an error the scope is as it was.
    result<std::optional<resumed_checkpoint>> resume(Program& program, Scope& scope) const {
        return caught([&]() -> result<std::optional<resumed_checkpoint>> {
            disk(folder_ + "/").settle();
            for (int tries = 0;; ++tries) {
                const auto numbers = detail::checkpoint_numbers(folder_);
                if (!numbers) return numbers.failure();
                if (numbers->empty()) return std::optional<resumed_checkpoint>();
                sequence<error> passed;
                for (const auto number : *numbers) {
                    auto loaded = load_one(number, program, scope);
                    if (loaded) {
                        loaded->passed_over = std::move(passed);
                        return std::optional(*std::move(loaded));
                    }
                    if (!detail::is_damage(loaded.error().code)) return loaded.failure();
                    passed.push_back(std::move(loaded).error());
                }
                const auto again = detail::checkpoint_numbers(folder_);
                if (again && *again != *numbers && tries < 100) continue;  // a writer was faster
                return std::move(passed.front());
            }
        });
    }
    /// Loads this one. Errors: not_found; those of `parse_checkpoint_text` and of `archive::load`.
    result<resumed_checkpoint> load(std::uint64_t number, Program& program, Scope& scope) const {
        return caught([&] { return load_one(number, program, scope); });
    }
    /// The numbers that there are, the newest first, whole or not. Errors: cannot_open.
    [[nodiscard]] result<sequence<std::uint64_t>> numbers() const {
        return caught([&] { return detail::checkpoint_numbers(folder_); });
    }

  private:
    static std::string name_of(std::uint64_t number) { return std::string(detail::checkpoint_prefix).append(decimal(number).view()); }
    [[nodiscard]] std::string folder_of(std::uint64_t number) const {
        auto path = folder_;
        if (!path.empty() && path.back() != '/') path += '/';
        return path.append(name_of(number));
    }
    static disk arrays_in(const std::string& folder) {
        if constexpr (!Archive::layout_policy::single_record) return disk(folder);
        else return disk(folder + "/" + std::string(detail::checkpoint_arrays_name));
    }
    static disk notes_in(const std::string& folder) { return disk(folder + "/" + std::string(detail::checkpoint_notes_name)); }

    result<saved_checkpoint> save_arrays(std::span<const tensor_ref> arrays, const checkpoint_notes& notes) {
        const auto text = checkpoint_text(notes);
        if (!text) return text.failure();
        if (text->size() > detail::checkpoint_notes_bytes)
            return failure(errc::too_large, "the notes of a checkpoint are too long")
                .expected(detail::checkpoint_notes_bytes)
                .found(text->size());
        for (const auto& array : arrays)
            if (!Archive::layout_policy::single_record && array.name == detail::checkpoint_notes_name)
                return failure(errc::bad_name, "a variable and the notes of a checkpoint would be one file").of_variable(array.name);
        if (auto claimed = claim(); !claimed) return claimed.failure();
        const auto numbers = detail::checkpoint_numbers(folder_);
        if (!numbers) return numbers.failure();
        saved_checkpoint made;
        made.number = numbers->empty() ? 1 : numbers->front() + 1;
        if (made.number > detail::last_checkpoint)
            return failure(errc::overflow, "there is no number left for a checkpoint").in_file(folder_);
        made.folder = folder_of(made.number);
        {
            auto into = arrays_in(made.folder);
            auto last = notes_in(made.folder);
            const joined set(into, last);
            if (auto saved = Archive::save(arrays, into); !saved) return saved.failure();
            if (auto saved = write_whole(last, *text, Archive::durability_policy::steps); !saved) return saved.failure();
        }
        for (auto at = Keep::count - 1; at < numbers->size(); ++at)
            if (auto gone = claimed_->remove(name_of((*numbers)[at])); !gone) made.warnings.push_back(std::move(gone).error());
        return made;
    }

    result<resumed_checkpoint> load_one(std::uint64_t number, Program& program, Scope& scope) const {
        resumed_checkpoint made;
        made.number = number;
        made.folder = folder_of(number);
        auto from = notes_in(made.folder);
        const auto text = read_whole(from, detail::checkpoint_notes_bytes);
        if (!text) return text.failure();
        auto notes = parse_checkpoint_text(text->bytes);
        if (!notes) return notes.failure().in_file(text->path);
        auto report = Archive::load(program, scope, arrays_in(made.folder));
        if (!report) return report.failure();
        made.notes = *std::move(notes);
        made.report = *std::move(report);
        program.set_random_seed(made.notes.random_seed);
        return made;
    }

    std::string folder_;
    std::optional<claimed_folder> claimed_;
};

}  // namespace wherry::inline WHERRY_ABI

#endif
