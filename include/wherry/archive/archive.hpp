#ifndef WHERRY_ARCHIVE_ARCHIVE_HPP
#define WHERRY_ARCHIVE_ARCHIVE_HPP

#include <wherry/archive/arrays.hpp>
#include <wherry/archive/load_all.hpp>
#include <wherry/archive/select.hpp>
#include <wherry/base/budget.hpp>
#include <wherry/base/policy_set.hpp>
#include <wherry/base/result.hpp>
#include <wherry/base/sequence.hpp>
#include <wherry/format/format.hpp>
#include <wherry/format/streams.hpp>
#include <wherry/policy/annotate.hpp>
#include <wherry/policy/capped.hpp>
#include <wherry/policy/codec.hpp>
#include <wherry/policy/commit.hpp>
#include <wherry/policy/durability.hpp>
#include <wherry/policy/filter.hpp>
#include <wherry/policy/layout.hpp>
#include <wherry/policy/progress.hpp>
#include <wherry/policy/sink.hpp>
#include <wherry/policy/source.hpp>
#include <wherry/policy/with_progress.hpp>
#include <wherry/program/program.hpp>
#include <wherry/record/claimed.hpp>
#include <wherry/record/load_plan.hpp>
#include <wherry/record/save_plan.hpp>
#include <wherry/record/whole_record.hpp>
#include <wherry/tensor/scope.hpp>
#include <wherry/tensor/selected_rows.hpp>
#include <wherry/tensor/tensor.hpp>
#include <wherry/version.hpp>

#include <concepts>
#include <initializer_list>
#include <memory>
#include <span>
#include <string_view>
#include <type_traits>
#include <utility>

namespace wherry::inline WHERRY_ABI {

namespace detail {
template <class S>
struct saved_by {
    using type = result<void>;
};
template <Sink S>
struct saved_by<S> {
    using type = decltype(std::declval<S&>().finish());
};
}  // namespace detail

/// Saves and loads tensors the way its policies say. Policies come in any order; of each kind at most one:
/// | kind       | default                | others                                                     |
/// | filter     | `filter::persistables` | `all`, `parameters`, `optimizer_state`, `named`, your own  |
/// | format     | `format::streams`      | `pickle<>`, `npy`, `text` (format/), `npz`, `safetensors` (interop/), `any_of`, your own |
/// | layout     | `layout::combined`     | `per_file`, your own                                       |
/// | durability | `atomic`               | `fast`, `durable`                                          |
/// | codec      | `plain`                | `gzip<Level>` (interop/gzip.hpp), your own                 |
/// | caps       | `capped<limits{}>`     | other numbers                                              |
/// | annotation | `annotate<>`           | `annotate<align<64>, checksum, names>`, any of these       |
/// | commit     | `all_at_once`          | `in_place`: a load reads into the memory that tensors have  |
/// | progress   | `silent`               | `callback{function, stop_token}`, `terminal_bar` (policy/terminal_bar.hpp), your own |
///
/// Guarantee: a save checks every variable before the first byte is written, a load every byte count before the first
/// tensor changes; a load that fails leaves the scope exactly as it was (but for `in_place`, which says what it leaves). Memory that is
/// not to be had is the error out_of_memory, more than `limits::total_bytes` in all too_large.
template <class... Policies>
struct archive {
    /// The chosen policies, by kind. A kind that an archive takes is a default here.
    using chosen = policy_set<
        policies<filter::persistables, layout::combined, format::streams, atomic, plain, capped<limits{}>, annotate<>, all_at_once, silent>,
        Policies...>;

    using filter_policy = typename chosen::template get<kinds::filter>;
    using layout_policy = typename chosen::template get<kinds::layout>;
    using format_policy = typename chosen::template get<kinds::format>;
    using durability_policy = typename chosen::template get<kinds::durability>;
    using codec_policy = typename chosen::template get<kinds::codec>;
    using caps_policy = typename chosen::template get<kinds::caps>;
    using annotate_policy = typename chosen::template get<kinds::annotations>;
    using commit_policy = typename chosen::template get<kinds::commit>;
    using progress_policy = typename chosen::template get<kinds::progress>;
    static_assert(detail::fits_layout<format_policy, layout_policy>());
    static_assert(format_policy::facts.annotates || !annotate_policy::rules.any(),
                  "wherry: this format has no place for annotations: use format::streams (see wherry/format/format.hpp)");

    /// The result of `save` for a sink: nothing for files, the bytes for memory.
    template <class S>
    using saved = typename detail::saved_by<std::remove_reference_t<S>>::type;

    /// Saves every variable of a program that passes the filter and is not RAW, with the value it has in the scope or in
    /// a parent of it. SelectedRows have a place in records of one variable alone. `held` are policies with state, at most one
    /// filter, such as `filter::where(...)`, one format, layout, codec and progress, in any order; each is used in place of the type's.
    /// Errors: nothing_to_save, mixed_kinds, not_initialized (nothing is written); those of the sink.
    template <class S, class... Held>
    static saved<S> save(const Program& program, const Scope& scope, S&& sink, const Held&... held) {
        if constexpr (holds<kinds::filter, kinds::format, kinds::layout, kinds::codec, kinds::progress>::template all<Held...>())
            return caught([&]() -> saved<S> {
                return save_vars(select(program, one_of<filter_policy>(held...)), scope, std::forward<S>(sink), held...);
            });
        else return unreachable();
    }

    /// Saves these variables; the filter is not asked. Errors: as above.
    template <class S, class... Held>
    static saved<S> save(std::span<const Variable> variables, const Scope& scope, S&& sink, const Held&... held) {
        if constexpr (holds<kinds::format, kinds::layout, kinds::codec, kinds::progress>::template all<Held...>())
            return caught([&]() -> saved<S> { return save_vars(variables, scope, std::forward<S>(sink), held...); });
        else return unreachable();
    }

    /// Saves arrays of your own; no Program is needed.
    /// Errors: nothing_to_save, bad_name, duplicate_name, bad_dtype, bad_dims, overflow, shape_mismatch, bad_lod (nothing
    /// is written); those of the sink.
    template <class S, class... Held>
    static saved<S> save(std::span<const tensor_ref> tensors, S&& sink, const Held&... held) {
        if constexpr (holds<kinds::format, kinds::layout, kinds::codec, kinds::progress>::template all<Held...>())
            return caught([&]() -> saved<S> { return save_refs(tensors, std::forward<S>(sink), held...); });
        else return unreachable();
    }

    /// As above, of anything that has elements: `archive<>::save({{"a", a}, {"b", b}}, sink)`. Vectors, spans, `std::array`, C arrays,
    /// Tensors; arrays of xtensor and Eigen with their header of interop/. Errors: as above; those of `named_array::ref`.
    template <class S, class... Held>
    static saved<S> save(std::initializer_list<named_array> arrays, S&& sink, const Held&... held) {
        if constexpr (!holds<kinds::format, kinds::layout, kinds::codec, kinds::progress>::template all<Held...>()) return unreachable();
        sequence<tensor_ref> refs;
        refs.reserve(arrays.size());
        for (const auto& one : arrays) {
            auto ref = one.ref();
            if (!ref) return ref.failure();
            refs.push_back(*ref);
        }
        return save(std::span<const tensor_ref>(refs), std::forward<S>(sink), held...);
    }

    /// Loads every variable of a program that passes the filter and is not RAW. Parameters must have the program's shape.
    /// Errors: nothing_to_save when no variable passes the filter, mixed_kinds; those of `load_tensors`.
    template <class S, class... Held>
    static result<load_report> load(const Program& program, Scope& scope, S&& source, const Held&... held) {
        if constexpr (holds<kinds::filter, kinds::format, kinds::layout, kinds::codec, kinds::progress>::template all<Held...>())
            return caught([&]() -> result<load_report> {
                return load_vars(select(program, one_of<filter_policy>(held...)), scope, source, held...);
            });
        else return unreachable();
    }

    /// Loads these variables; the filter is not asked. Errors: as above.
    template <class S, class... Held>
    static result<load_report> load(std::span<const Variable> variables, Scope& scope, S&& source, const Held&... held) {
        if constexpr (holds<kinds::format, kinds::layout, kinds::codec, kinds::progress>::template all<Held...>())
            return caught([&]() -> result<load_report> { return load_vars(variables, scope, source, held...); });
        else return unreachable();
    }

    /// Loads tensors of these names; no Program is needed, no shape is compared. Errors: as above; bad_name, duplicate_name.
    template <class S, class... Held>
    static result<load_report> load(std::span<const std::string_view> names, Scope& scope, S&& source, const Held&... held) {
        if constexpr (!holds<kinds::format, kinds::layout, kinds::codec, kinds::progress>::template all<Held...>()) return unreachable();
        if (names.empty()) return failure(errc::nothing_to_save, "there is no tensor to load");
        return caught([&]() -> result<load_report> {
            sequence<wanted_tensor> wanted;
            wanted.reserve(names.size());
            for (const auto name : names) wanted.push_back({name, {}});
            return load_wanted(wanted, scope, source, held...);
        });
    }

    /// Loads into arrays of your own: `archive<>::load_into({{"a", a}, {"b", b, {28, 28}}}, source)`. Element types must be those of the
    /// file and so must dims, unless an array has none of its own, as a vector: then it is the number of elements. LoD is left out.
    /// Guarantee: after an error no array has changed. Errors: dtype_mismatch, shape_mismatch; those of loading by names.
    template <class S, class... Held>
    static result<load_report> load_into(std::initializer_list<target_array> arrays, S&& source, const Held&... held) {
        if constexpr (!holds<kinds::format, kinds::layout, kinds::codec, kinds::progress>::template all<Held...>()) return unreachable();
        if (arrays.size() == 0) return failure(errc::nothing_to_save, "there is no array to load into");
        sequence<wanted_tensor> wanted;
        wanted.reserve(arrays.size());
        for (const auto& one : arrays) wanted.push_back({.name = one.name(), .form = &one.form()});
        Scope fresh;
        auto report = load_wanted(wanted, fresh, source, held...);
        if (!report) return report;
        for (const auto& one : arrays) one.assign(*fresh.find_var(one.name()));
        return report;
    }

    /// Loads all arrays of a record, under the names that the file has; no Program is needed. An array without a name takes that of its
    /// file. Errors: bad_argument for several arrays without names; those of the format, the source and `load_tensors`.
    template <class S, class... Held>
    static result<loaded_state> load_all(S&& source, const Held&... held) {
        if constexpr (!holds<kinds::format, kinds::codec, kinds::progress>::template all<Held...>()) return unreachable();
        using source_type = std::remove_reference_t<S>;
        if constexpr (kinds::source::check<source_type>()) {
            const auto& format = one_of<format_policy>(held...);
            static_assert(may_lend<source_type, std::remove_cvref_t<decltype(format)>>());
            const auto& codec = one_of<codec_policy>(held...);
            return caught([&] {
                return counted<loaded_state>(
                    source,
                    [&](auto& from) -> result<loaded_state> {
                        auto&& decoded = codec.decode(from, caps_policy::caps);
                        auto reader = open_record(decoded);
                        if (!reader) return reader.failure();
                        return detail::load_record(*reader, detail::rules_of_format<layout::combined>(format), caps_policy::caps);
                    },
                    held...);
            });
        } else {
            return unreachable();
        }
    }

  private:
    /// Elements that are decoded lie in memory of their own, so a source that lends has nothing to lend.
    template <class S, class F>
    static constexpr bool may_lend() noexcept {
        using reader_type = typename decltype(std::declval<S&>().open(std::string_view()))::value_type;
        static_assert(!LendingReader<reader_type> || F::facts.lends,
                      "wherry: nothing of this format can be lent, since its elements are decoded: use disk instead of mapped");
        return true;
    }
    /// Policies that a call may hold, by kind.
    template <class... Kinds>
    struct holds {
        template <class... Held>
        static constexpr bool all() noexcept {
            constexpr bool taken = (detail::is_taken<Held, Kinds...>() && ...);
            if constexpr (taken) {
                constexpr bool once = (detail::is_given_once<Kinds, Held...>() && ...);
                return (one<Held>() && ...) && once;
            } else {
                return false;
            }
        }
        template <class P>
        static constexpr bool one() noexcept {
            using kind = typename P::kind;
            static_assert(!chosen::template gives<kind> || std::is_same_v<typename chosen::template get<kind>, P>,
                          "wherry: a policy is given to archive and another one of its kind to the call: name one; filters combine with && "
                          "or ||");
            if constexpr (std::is_same_v<kind, kinds::filter>) return kind::template check_value<P>();
            else return kind::template check<P>();
        }
    };
    /// The held policy of the kind of P, or a P.
    template <class P>
    static P one_of() {
        static_assert(std::default_initializable<P>,
                      "wherry: this policy holds state: hand one to the call, save(program, scope, sink, my_codec{key})");
        return P{};
    }
    template <class P, class First, class... Rest>
    static decltype(auto) one_of(const First& first, const Rest&... rest) {
        if constexpr (std::is_same_v<typename P::kind, typename First::kind>) return (first);
        else return one_of<P>(rest...);
    }
    template <class... Held>
    static constexpr bool single_record =
        std::remove_cvref_t<decltype(one_of<layout_policy>(std::declval<const Held&>()...))>::single_record;

    template <class S, class... Held>
    static saved<S> save_vars(std::span<const Variable> variables, const Scope& scope, S&& sink, const Held&... held) {
        const auto tensors = tensors_among(variables, !single_record<Held...>);
        if (!tensors) return tensors.failure();
        sequence<std::unique_ptr<SelectedRows>> gathered;
        const auto refs = refs_of(*tensors, scope, gathered);
        if (!refs) return refs.failure();
        return save_refs(*refs, std::forward<S>(sink), held...);
    }
    template <class S, class... Held>
    static saved<S> save_refs(std::span<const tensor_ref> tensors, S&& sink, const Held&... held) {
        using sink_type = std::remove_reference_t<S>;
        if constexpr (kinds::sink::check<sink_type>()) {
            static_assert(sink_type::many_records || single_record<Held...>,
                          "wherry: this layout makes many records and this sink holds one: use layout::combined or a sink of files (see "
                          "wherry/policy/layout.hpp)");
            static_assert(
                std::is_lvalue_reference_v<S> || !result_borrows_sink<sink_type>,
                "wherry: save returns bytes that lie in this sink, so the sink must be a named variable (see wherry/policy/memory.hpp)");
            if (tensors.empty()) return failure(errc::nothing_to_save, "there is no tensor to save");
            const auto& format = one_of<format_policy>(held...);
            static_assert(WritableFormat<std::remove_cvref_t<decltype(format)>>,
                          "wherry: this format only reads: name one with `plan` to save (see wherry/format/format.hpp)");
            auto plan = detail::plan_of<annotate_policy::rules>(format, tensors, one_of<layout_policy>(held...), caps_policy::caps);
            if (!plan) return plan.failure();
            const auto& codec = one_of<codec_policy>(held...);
            auto&& coded = codec.encode(sink);
            const auto& progress = one_of<progress_policy>(held...);
            if constexpr (std::same_as<std::remove_cvref_t<decltype(progress)>, silent>) {
                return write(*plan, coded, durability_policy::steps);
            } else {
                with_progress counted(coded, progress);
                return write(*plan, counted, durability_policy::steps);
            }
        } else {
            return unreachable();
        }
    }

    template <class S, class... Held>
    static result<load_report> load_vars(std::span<const Variable> variables, Scope& scope, S& source, const Held&... held) {
        const auto tensors = tensors_among(variables, !single_record<Held...>);
        if (!tensors) return tensors.failure();
        return load_wanted(detail::wanted_of(*tensors), scope, source, held...);
    }
    /// Loads from the source, or from what tells the progress how far it is.
    template <class Loaded, class S, class Load, class... Held>
    static result<Loaded> counted(S& source, const Load& load, const Held&... held) {
        const auto& progress = one_of<progress_policy>(held...);
        if constexpr (std::same_as<std::remove_cvref_t<decltype(progress)>, silent>) {
            return load(source);
        } else {
            with_progress from(source, progress);
            auto loaded = load(from);
            if (loaded) from.finish_load();
            return loaded;
        }
    }
    static error unreachable() { return {.code = errc::unsupported}; }

    template <class S, class... Held>
    static result<load_report> load_wanted(std::span<const wanted_tensor> wanted, Scope& scope, S& source, const Held&... held) {
        if constexpr (kinds::source::check<S>()) {
            static_assert(S::many_records || single_record<Held...>,
                          "wherry: this layout reads many records and this source holds one: use layout::combined or a source of files "
                          "(see wherry/policy/layout.hpp)");
            const auto& codec = one_of<codec_policy>(held...);
            const auto& layout = one_of<layout_policy>(held...);
            const auto& format = one_of<format_policy>(held...);
            static_assert(may_lend<S, std::remove_cvref_t<decltype(format)>>());
            auto rules = detail::rules_of<annotate_policy::rules, std::remove_cvref_t<decltype(layout)>>(format);
            if constexpr (commit_policy::reads_in_place) {
                static_assert(single_record<Held...> && std::same_as<std::remove_cvref_t<decltype(codec)>, plain>,
                              "wherry: in_place reads one record that was checked before: layout::combined without a codec (see "
                              "wherry/policy/commit.hpp)");
                rules.claim = detail::claim;
            }
            return counted<load_report>(
                source,
                [&](auto& from) {
                    auto&& decoded = codec.decode(from, caps_policy::caps);
                    return detail::load_by(rules, wanted, scope, decoded, layout, caps_policy::caps);
                },
                held...);
        } else {
            return unreachable();
        }
    }
};

}  // namespace wherry::inline WHERRY_ABI

#endif
