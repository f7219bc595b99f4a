#ifndef WHERRY_EXEC_OP_CRF_DECODING_HPP
#define WHERRY_EXEC_OP_CRF_DECODING_HPP

#include <wherry/base/dtype.hpp>
#include <wherry/base/error.hpp>
#include <wherry/base/number.hpp>
#include <wherry/base/result.hpp>
#include <wherry/base/sequence.hpp>
#include <wherry/base/shape.hpp>
#include <wherry/exec/op/check.hpp>
#include <wherry/exec/op/sequence_pool.hpp>
#include <wherry/exec/op_list.hpp>
#include <wherry/version.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <utility>

namespace wherry::inline WHERRY_ABI::op {

namespace detail {

/// The most probable tags of one sequence, by Viterbi's algorithm.
/// Shapes: x [steps, tags], w [2 + tags, tags]: how likely a tag starts, ends, and follows another.
template <class T>
void decode_tags(std::span<const T> x, std::span<const T> w, std::size_t tags, std::span<std::int64_t> path) {
    const auto steps = path.size();
    if (steps == 0) return;
    sequence<T> best(tags), next(tags);
    sequence<std::size_t> from(steps * tags);
    for (std::size_t i = 0; i < tags; ++i) best[i] = w[i] + x[i];
    for (std::size_t t = 1; t < steps; ++t) {
        for (std::size_t i = 0; i < tags; ++i) {
            std::size_t last = 0;
            for (std::size_t j = 1; j < tags; ++j)
                if (best[j] + w[(j + 2) * tags + i] > best[last] + w[(last + 2) * tags + i]) last = j;
            from[t * tags + i] = last;
            next[i] = best[last] + w[(last + 2) * tags + i] + x[t * tags + i];
        }
        best.swap(next);
    }
    std::size_t at = 0;
    for (std::size_t i = 1; i < tags; ++i)
        if (best[i] + w[tags + i] > best[at] + w[tags + at]) at = i;
    for (auto t = steps; t-- > 0; at = from[t * tags + at]) path[t] = static_cast<std::int64_t>(at);
}

}  // namespace detail

/// The most probable tag of each step of sequences; with Label 1 where it is that one and 0 elsewhere.
/// Shapes: Emission [rows, tags] with LoD, or [N, steps, tags] with Length [N] or [N, 1] int64; Transition [2 + tags, tags]; Label and
/// ViterbiPath [rows, 1] int64, or [N, steps]. Errors: bad_lod, shape_mismatch, dtype_mismatch, bad_argument for a length that is out of
/// range. It allocates. Source: paddle operator `crf_decoding`.
struct crf_decoding {
    static constexpr std::string_view type = "crf_decoding";
    static constexpr bool reads_lod = true;
    static constexpr std::array inputs = {slot{"Emission"}, slot{"Transition"}, slot{"Label", slot_arity::optional},
                                          slot{"Length", slot_arity::optional}};
    static constexpr std::array outputs = {slot{"ViterbiPath"}};
    using attributes = no_attributes;

    [[gnu::cold]] static result<void> infer(const attributes&, infer_context& c) {
        const auto &x = c.in(0), &w = c.in(1);
        const bool padded = c.has_in(3);
        if (x.dims.rank() != (padded ? 3u : 2u) || w.dims.rank() != 2 || !c.agree(x.dims.back(), w.dims[1]) || w.dims[1] < 1 ||
            w.dims[1] > 1 << 20 || w.dims[0] != w.dims[1] + 2)
            return c.fail(errc::shape_mismatch,
                          "Emission should be [rows, tags] (with Length [N, steps, tags]), Transition [2 + tags, tags]", to_string(x.dims),
                          to_string(w.dims));
        if (auto checked = detail::must_hold(c, 1, x.dtype); !checked) return checked;
        const Shape out = padded ? Shape{x.dims[0], x.dims[1]} : Shape{x.dims[0], 1};
        auto made = x.with(DType::INT64, out);
        if (padded) made = {DType::INT64, out};
        c.set_out(0, made);
        if (c.building()) return {};
        if (padded) {
            if (auto checked = detail::must_hold(c, 3, DType::INT64); !checked) return checked;
            if (!std::cmp_equal(c.in(3).dims.count(), x.dims[0]))
                return c.fail(errc::shape_mismatch, "Length should be one number for each sequence", decimal(x.dims[0]),
                              to_string(c.in(3).dims));
        } else if (auto offsets = detail::sequences_of(c, 0); !offsets) {
            return offsets.failure();
        }
        if (!c.has_in(2)) return {};
        if (auto checked = detail::must_hold(c, 2, DType::INT64); !checked) return checked;
        if (c.in(2).dims.count() != out.count())
            return c.fail(errc::shape_mismatch, "Label should be as many as the steps", to_string(out), to_string(c.in(2).dims));
        return {};
    }
    static result<void> run(const attributes&, run_context& c) {
        const auto path = c.out<std::int64_t>(0);
        if (path.empty()) return {};
        return for_float(c, c.in_dtype(0), [&]<class T>() -> result<void> {
            const auto tags = static_cast<std::size_t>(c.in_dims(1)[1]);
            const auto decode = [&](std::size_t first, std::size_t count) {
                detail::decode_tags<T>(c.in<T>(0).subspan(first * tags, count * tags), c.in<T>(1), tags, path.subspan(first, count));
            };
            std::fill(path.begin(), path.end(), 0);
            if (c.has_in(3)) {
                const auto steps = static_cast<std::size_t>(c.in_dims(0)[1]);
                const auto lengths = c.in<std::int64_t>(3);
                for (std::size_t i = 0; i < lengths.size(); ++i) {
                    if (lengths[i] < 0 || std::cmp_greater(lengths[i], steps))
                        return c.fail(errc::bad_argument, "a length is more than the steps there are", decimal(steps), decimal(lengths[i]));
                    decode(i * steps, static_cast<std::size_t>(lengths[i]));
                }
            } else {
                const auto offsets = detail::sequences_of(c, 0);
                for (std::size_t s = 0; s + 1 < offsets.size(); ++s)
                    decode(static_cast<std::size_t>(offsets[s]), static_cast<std::size_t>(offsets[s + 1] - offsets[s]));
            }
            if (c.has_in(2))
                for (std::size_t i = 0; i < path.size(); ++i) path[i] = path[i] == c.in<std::int64_t>(2)[i] ? 1 : 0;
            return {};
        });
    }
};

}  // namespace wherry::inline WHERRY_ABI::op

#endif
