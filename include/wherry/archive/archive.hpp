#ifndef WHERRY_ARCHIVE_ARCHIVE_HPP
#define WHERRY_ARCHIVE_ARCHIVE_HPP

#include <wherry/archive/select.hpp>
#include <wherry/base/sequence.hpp>
#include <wherry/policy/annotate.hpp>
#include <wherry/policy/capped.hpp>
#include <wherry/policy/codec.hpp>
#include <wherry/policy/durability.hpp>
#include <wherry/policy/filter.hpp>
#include <wherry/policy/layout.hpp>
#include <wherry/policy/pick.hpp>
#include <wherry/policy/sink.hpp>
#include <wherry/policy/source.hpp>
#include <wherry/record/load_plan.hpp>
#include <wherry/record/save_plan.hpp>
#include <wherry/version.hpp>

#include <memory>
#include <span>
#include <string_view>
#include <type_traits>
#include <utility>

namespace wherry::inline WHERRY_ABI {

namespace detail {
template <class P>
using is_filter = std::bool_constant<VariableFilter<P>>;
template <class P>
using is_layout = std::bool_constant<Layout<P>>;
template <class P>
using is_durability = std::bool_constant<Durability<P>>;
template <class P>
using is_caps = std::bool_constant<Caps<P>>;
template <class P>
using is_annotator = std::bool_constant<Annotator<P>>;
template <class P>
using is_codec = std::bool_constant<Codec<P>>;
template <class P>
inline constexpr bool is_policy = is_filter<P>::value || is_layout<P>::value || is_durability<P>::value || is_codec<P>::value ||
                                  is_caps<P>::value || is_annotator<P>::value;

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
/// | layout     | `layout::combined`     | `per_file`, your own                                       |
/// | durability | `atomic`               | `fast`, `durable`                                          |
/// | codec      | `plain`                | `gzip<Level>` (interop/gzip.hpp), your own                 |
/// | caps       | `capped<limits{}>`     | other numbers                                              |
/// | annotation | `annotate<>`           | `annotate<align<64>, checksum, names>`, any of these       |
///
/// Guarantee: a save checks every variable before the first byte is written, a load every byte count before the first
/// tensor changes; a load that fails leaves the scope exactly as it was.
template <class... Policies>
struct archive {
    static_assert((detail::is_policy<Policies> && ...), "wherry: archive is given a type that is no policy: it must be a VariableFilter, "
                                                        "Layout, Durability, Codec, Caps or Annotator (see wherry/policy/)");
    static_assert(pick<detail::is_filter, void, Policies...>::count <= 1,
                  "wherry: archive is given two filters: combine them, decltype(a{} && b{}) (see wherry/policy/filter.hpp)");
    static_assert(pick<detail::is_layout, void, Policies...>::count <= 1,
                  "wherry: archive is given two layouts (see wherry/policy/layout.hpp)");
    static_assert(pick<detail::is_durability, void, Policies...>::count <= 1,
                  "wherry: archive is given two durabilities (see wherry/policy/durability.hpp)");
    static_assert(pick<detail::is_codec, void, Policies...>::count <= 1,
                  "wherry: archive is given two codecs (see wherry/policy/codec.hpp)");
    static_assert(pick<detail::is_caps, void, Policies...>::count <= 1,
                  "wherry: archive is given two sets of caps (see wherry/policy/capped.hpp)");
    static_assert(pick<detail::is_annotator, void, Policies...>::count <= 1,
                  "wherry: archive is given two sets of annotations: name them in one annotate<...> (see wherry/policy/annotate.hpp)");

    using filter_policy = typename pick<detail::is_filter, filter::persistables, Policies...>::type;
    using layout_policy = typename pick<detail::is_layout, layout::combined, Policies...>::type;
    using durability_policy = typename pick<detail::is_durability, atomic, Policies...>::type;
    using codec_policy = typename pick<detail::is_codec, plain, Policies...>::type;
    using caps_policy = typename pick<detail::is_caps, capped<limits{}>, Policies...>::type;

    using annotate_policy = typename pick<detail::is_annotator, annotate<>, Policies...>::type;

    /// What `save` returns for a sink: nothing for files, the bytes for memory.
    template <class S>
    using saved = typename detail::saved_by<std::remove_reference_t<S>>::type;

    /// Saves every variable of a program that passes the filter and is not RAW, with the value it has in the scope or in
    /// a parent of it. SelectedRows have a place in records of one variable alone. `keep` is a filter with state, such as
    /// `filter::where(...)`, in place of the policy.
    /// Errors: nothing_to_save, mixed_kinds, not_initialized (nothing is written); those of the sink.
    template <class S, class F = filter_policy>
    static saved<S> save(const Program& program, const Scope& scope, S&& sink, const F& keep = {}) {
        check_filter<F>();
        if constexpr (VariablePredicate<F>) return save(std::span<const Variable>(select(program, keep)), scope, std::forward<S>(sink));
        else return unreachable();
    }

    /// Saves these variables; the filter is not asked. Errors: as above.
    template <class S>
    static saved<S> save(std::span<const Variable> variables, const Scope& scope, S&& sink) {
        const auto tensors = detail::tensors_among(variables, !layout_policy::single_record);
        if (!tensors) return tensors.error();
        sequence<std::unique_ptr<SelectedRows>> gathered;
        const auto refs = detail::refs_of(*tensors, scope, gathered);
        if (!refs) return refs.error();
        return save(std::span<const tensor_ref>(*refs), std::forward<S>(sink));
    }

    /// Saves arrays of one's own; no Program is needed.
    /// Errors: nothing_to_save, bad_name, duplicate_name, bad_dtype, bad_dims, overflow, shape_mismatch, bad_lod (nothing
    /// is written); those of the sink.
    template <class S>
    static saved<S> save(std::span<const tensor_ref> tensors, S&& sink) {
        using sink_type = std::remove_reference_t<S>;
        static_assert(
            Sink<sink_type>,
            "wherry: this is no sink: it needs name, many_records, start, write_at, commit and finish (see wherry/policy/sink.hpp)");
        if constexpr (Sink<sink_type>) {
            static_assert(sink_type::many_records || layout_policy::single_record,
                          "wherry: this layout makes many records and this sink holds one: use layout::combined or a sink of files (see "
                          "wherry/policy/layout.hpp)");
            static_assert(
                std::is_lvalue_reference_v<S> || !result_borrows_sink<sink_type>,
                "wherry: save returns bytes that lie in this sink, so the sink must be a named variable (see wherry/policy/memory.hpp)");
            if (tensors.empty()) return error{.code = errc::nothing_to_save, .message = "there is no tensor to save"};
            const auto plan =
                save_plan::make<layout_policy>(tensors, {}, caps_policy::caps, detail::header_maker_of<annotate_policy::rules>());
            if (!plan) return plan.error();
            auto&& coded = codec_policy::encode(sink);
            return write(*plan, coded, durability_policy::steps);
        } else {
            return unreachable();
        }
    }

    /// Loads every variable of a program that passes the filter and is not RAW. Parameters must have the program's shape.
    /// Errors: nothing_to_save when no variable passes the filter, mixed_kinds; those of `load_tensors`.
    template <class S, class F = filter_policy>
    static result<load_report> load(const Program& program, Scope& scope, S&& source, const F& keep = {}) {
        check_filter<F>();
        if constexpr (VariablePredicate<F>) return load(std::span<const Variable>(select(program, keep)), scope, std::forward<S>(source));
        else return unreachable();
    }

    /// Loads these variables; the filter is not asked. Errors: as above.
    template <class S>
    static result<load_report> load(std::span<const Variable> variables, Scope& scope, S&& source) {
        const auto tensors = detail::tensors_among(variables, !layout_policy::single_record);
        if (!tensors) return tensors.error();
        return load_wanted(detail::wanted_of(*tensors), scope, source);
    }

    /// Loads tensors of these names; no Program is needed, no shape is compared. Errors: as above; bad_name, duplicate_name.
    template <class S>
    static result<load_report> load(std::span<const std::string_view> names, Scope& scope, S&& source) {
        if (names.empty()) return error{.code = errc::nothing_to_save, .message = "there is no tensor to load"};
        sequence<wanted_tensor> wanted;
        wanted.reserve(names.size());
        for (const auto name : names) wanted.push_back({name, {}});
        return load_wanted(wanted, scope, source);
    }

  private:
    template <class F>
    static constexpr void check_filter() {
        static_assert(
            VariablePredicate<F>,
            "wherry: this is no filter: it needs a name and bool operator()(const Variable&) const (see wherry/policy/filter.hpp)");
        static_assert(std::is_same_v<F, filter_policy> || pick<detail::is_filter, void, Policies...>::count == 0,
                      "wherry: a filter is given to archive and another one to the call: combine them with && or ||");
    }
    static error unreachable() { return {.code = errc::unsupported}; }

    template <class S>
    static result<load_report> load_wanted(std::span<const wanted_tensor> wanted, Scope& scope, S& source) {
        static_assert(Source<S>, "wherry: this is no source: it needs name, many_records, expect and open (see wherry/policy/source.hpp)");
        if constexpr (Source<S>) {
            static_assert(S::many_records || layout_policy::single_record,
                          "wherry: this layout reads many records and this source holds one: use layout::combined or a source of files "
                          "(see wherry/policy/layout.hpp)");
            auto&& decoded = codec_policy::decode(source, caps_policy::caps);
            return load_tensors<layout_policy, annotate_policy::rules>(wanted, scope, decoded, {}, caps_policy::caps);
        } else {
            return unreachable();
        }
    }
};

}  // namespace wherry::inline WHERRY_ABI

#endif
