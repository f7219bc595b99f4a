#ifndef WHERRY_EXEC_OP_SEQUENCE_EXPAND_HPP
#define WHERRY_EXEC_OP_SEQUENCE_EXPAND_HPP

#include <wherry/base/error.hpp>
#include <wherry/base/lod.hpp>
#include <wherry/base/number.hpp>
#include <wherry/base/result.hpp>
#include <wherry/base/sequence.hpp>
#include <wherry/exec/op/assign.hpp>
#include <wherry/exec/op/attribute_input.hpp>
#include <wherry/exec/op/check.hpp>
#include <wherry/exec/op/sequence_pool.hpp>
#include <wherry/exec/op_list.hpp>
#include <wherry/version.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <optional>
#include <span>
#include <string_view>
#include <utility>

/// Sequences repeated, joined, or given other beginnings.
namespace wherry::inline WHERRY_ABI::op {

/// Attributes of `sequence_expand`, and their defaults.
struct sequence_expand_attributes {
    std::int32_t ref_level = -1;

    template <class Self, class Visitor>
    static void visit(Self& self, Visitor& attr) {
        attr("ref_level", self.ref_level);
    }
};
/// Attributes of `lod_reset`, and their defaults.
struct lod_reset_attributes {
    sequence<std::int32_t> target_lod;
    bool append = false;

    template <class Self, class Visitor>
    static void visit(Self& self, Visitor& attr) {
        attr("target_lod", self.target_lod);
        attr("append", self.append);
    }
};

namespace detail {

/// Rows of X, one run after the other, in the order they come out.
struct row_runs {
    struct run {
        std::uint64_t first;
        std::uint64_t count;
    };
    sequence<run> runs;
    std::uint64_t rows = 0;

    /// False where the rows are too many to count.
    [[nodiscard]] bool add(std::uint64_t first, std::uint64_t count, std::uint64_t times) {
        if (count == 0) return true;
        if (times > (std::uint64_t{1} << 31) || (count * times) >> 40 != 0 || rows >> 40 != 0) return false;
        for (std::uint64_t i = 0; i < times; ++i) runs.push_back({first, count});
        rows += count * times;
        return true;
    }
};

/// The level of Y that an operator repeats by.
template <class Lods>
std::span<const std::uint64_t> level_of(const Lods& lod, std::int32_t level) {
    const auto& held = lod[level < 0 ? lod.size() - 1 : static_cast<std::size_t>(level)];
    return {held.data(), held.size()};
}
/// The i-th sequence (or row) of X as often as the i-th sequence of Y is long.
inline std::optional<row_runs> repeated_runs(const LoD* x, std::span<const std::uint64_t> y) {
    row_runs made;
    for (std::size_t i = 0; i + 1 < y.size(); ++i) {
        const auto first = x != nullptr && !x->empty() ? (*x)[0][i] : i;
        const auto end = x != nullptr && !x->empty() ? (*x)[0][i + 1] : i + 1;
        if (!made.add(first, end - first, y[i + 1] - y[i])) return std::nullopt;
    }
    return made;
}
inline void copy_runs(const run_context& c, const row_runs& runs) {
    if (!c.has_out(0)) return;
    const auto& dims = c.in_dims(0);
    const auto width = static_cast<std::size_t>(dims.product(1, dims.rank())) * size_of(c.in_dtype(0));
    if (width == 0) return;
    auto* to = c.out_bytes(0).data();
    for (const auto& run : runs.runs) {
        std::memcpy(to, c.in_bytes(0).data() + static_cast<std::size_t>(run.first) * width, static_cast<std::size_t>(run.count) * width);
        to += static_cast<std::size_t>(run.count) * width;
    }
}
[[gnu::cold]] inline failure too_many_rows(const infer_context& c) {
    return c.fail(errc::too_large, "the repeated sequences have too many rows");
}

}  // namespace detail

/// The i-th sequence of X (the i-th row where it has no LoD) as often as the i-th sequence of Y is long. Any element type.
/// Shapes: X [rows, ...] of at most one level; Y with LoD, of which `ref_level` counts (-1: the last); Out [...], with the LoD of the copies
/// where X has LoD. Errors: bad_lod, bad_attribute, too_large. Source: paddle operator `sequence_expand`.
struct sequence_expand {
    static constexpr std::string_view type = "sequence_expand";
    static constexpr bool reads_lod = true;
    static constexpr std::array inputs = {slot{"X"}, slot{"Y"}};
    static constexpr std::array outputs = {slot{"Out"}};
    using attributes = sequence_expand_attributes;

    [[gnu::cold]] static result<void> infer(const attributes& a, infer_context& c) {
        const auto& x = c.in(0);
        auto out = x.dims;
        if (out.rank() == 0) return c.fail(errc::shape_mismatch, "X should have rows", "[n, ...]", "[]");
        if (c.building()) {
            out[0] = -1;
            c.set_out(0, x.with(out));
            return {};
        }
        const auto* y = c.in(1).lod;
        if (y == nullptr || y->empty()) return c.fail(errc::bad_lod, "Input(Y) of sequence_expand should have LoD");
        if (a.ref_level < -1 || a.ref_level >= static_cast<std::int32_t>(y->size()))
            return c.fail(errc::bad_attribute, "Invlid `ref_level`, which should be either equal to -1 or less than the LoD levels of Y",
                          decimal(y->size()), decimal(a.ref_level));
        const bool has_lod = x.lod != nullptr && !x.lod->empty();
        if (has_lod && x.lod->size() > 1) return c.fail(errc::bad_lod, "Level of Input(X)'s lod should not be greater than 1.");
        if (has_lod)
            if (auto checked = detail::sequences_of(c, 0); !checked) return checked.failure();
        const auto level = detail::level_of(*y, a.ref_level);
        const auto parts = has_lod ? (*x.lod)[0].size() - 1 : static_cast<std::size_t>(x.dims[0]);
        if (level.size() - 1 != parts)
            return c.fail(errc::bad_lod, "Input(X) should have as many sequences as the referred level of Y", decimal(level.size() - 1),
                          decimal(parts));
        const auto runs = detail::repeated_runs(x.lod, level);
        if (!runs) return detail::too_many_rows(c);
        out[0] = static_cast<std::int64_t>(runs->rows);
        c.set_out(0, {x.dtype, out});
        if (has_lod) {
            sequence<std::uint64_t> offsets{0};
            for (std::size_t i = 0; i + 1 < level.size(); ++i)
                for (auto n = level[i]; n < level[i + 1]; ++n) offsets.push_back(offsets.back() + (*x.lod)[0][i + 1] - (*x.lod)[0][i]);
            if (offsets.size() > 1) c.set_lod(0, LoD{std::move(offsets)});
        }
        return {};
    }
    static result<void> run(const attributes& a, run_context& c) {
        if (const auto runs = detail::repeated_runs(c.in_lod(0), detail::level_of(*c.in_lod(1), a.ref_level))) detail::copy_runs(c, *runs);
        return {};
    }
};

/// The i-th row of X as often as the i-th sequence of Y is long; Out has the LoD of Y. Any element type.
/// Shapes: X [sequences of Y, ...]; Out [rows of Y, ...]. Errors: bad_lod. Source: paddle operator `sequence_expand_as`.
struct sequence_expand_as {
    static constexpr std::string_view type = "sequence_expand_as";
    static constexpr bool reads_lod = true;
    static constexpr std::array inputs = {slot{"X"}, slot{"Y"}};
    static constexpr std::array outputs = {slot{"Out"}};
    using attributes = no_attributes;

    [[gnu::cold]] static result<void> infer(const attributes&, infer_context& c) {
        const auto& x = c.in(0);
        auto out = x.dims;
        if (out.rank() == 0) return c.fail(errc::shape_mismatch, "X should have rows", "[n, ...]", "[]");
        out[0] = -1;
        if (!c.building()) {
            const auto* y = c.in(1).lod;
            if (y == nullptr || y->size() != 1)
                return c.fail(errc::bad_lod, "Input(Y)'s lod should be of one level", "1", decimal(y == nullptr ? 0 : y->size()));
            if (x.dims[0] != static_cast<std::int64_t>((*y)[0].size()) - 1)
                return c.fail(errc::bad_lod, "The first dimension of Input(X) should be one less than the size of Input(Y)'s 0 level lod.",
                              decimal((*y)[0].size() - 1), decimal(x.dims[0]));
            if ((*y)[0].back() > (std::uint64_t{1} << 40)) return detail::too_many_rows(c);
            out[0] = static_cast<std::int64_t>((*y)[0].back());
            c.set_lod(0, *y);
        }
        c.set_out(0, {x.dtype, out});
        return {};
    }
    static result<void> run(const attributes&, run_context& c) {
        if (const auto runs = detail::repeated_runs(nullptr, detail::level_of(*c.in_lod(1), 0))) detail::copy_runs(c, *runs);
        return {};
    }
};

/// The i-th sequences of all X joined, one after the other. Any element type.
/// Shapes: all X alike but for the rows, with one level of as many sequences. Errors: bad_lod, shape_mismatch, dtype_mismatch, missing_slot.
/// Source: paddle operator `sequence_concat`.
struct sequence_concat {
    static constexpr std::string_view type = "sequence_concat";
    static constexpr bool reads_lod = true;
    static constexpr std::array inputs = {slot{"X", slot_arity::many}};
    static constexpr std::array outputs = {slot{"Out"}};
    using attributes = no_attributes;

    [[gnu::cold]] static result<void> infer(const attributes&, infer_context& c) {
        if (!c.has_in(0)) return c.fail(errc::missing_slot, "The number of Input(X) should be 1 or more");
        auto out = c.in(0).dims;
        if (out.rank() == 0) return c.fail(errc::shape_mismatch, "X should have rows", "[n, ...]", "[]");
        if (c.building()) {
            out[0] = -1;
            c.set_out(0, c.in(0).with(out));
            return {};
        }
        sequence<std::uint64_t> offsets;
        out[0] = 0;
        for (std::size_t k = 0; k < c.in_count(0); ++k) {
            auto level = detail::sequences_of(c, 0, k);
            if (!level) return level.failure();
            auto rest = c.in(0, k).dims;
            rest[0] = 0;
            auto first = c.in(0).dims;
            first[0] = 0;
            if (rest != first) return c.fail(errc::shape_mismatch, "all inputs should have rows alike", to_string(first), to_string(rest));
            if (c.in(0, k).dtype != c.in(0).dtype) return detail::wrong_dtype(c, c.in(0, k).dtype, c.in(0).dtype);
            if (k > 0 && level->size() != offsets.size())
                return c.fail(errc::bad_lod, "all inputs should have as many sequences", decimal(offsets.size() - 1),
                              decimal(level->size() - 1));
            offsets.resize(level->size());
            for (std::size_t i = 0; i < level->size(); ++i) offsets[i] += (*level)[i];
            if (c.in(0, k).dims[0] > std::numeric_limits<std::int64_t>::max() - out[0]) return detail::too_many_rows(c);
            out[0] += c.in(0, k).dims[0];
        }
        c.set_out(0, {c.in(0).dtype, out});
        c.set_lod(0, LoD{std::move(offsets)});
        return {};
    }
    static result<void> run(const attributes&, run_context& c) {
        if (!c.has_out(0)) return {};
        const auto& dims = c.in_dims(0);
        const auto width = static_cast<std::size_t>(dims.product(1, dims.rank())) * size_of(c.in_dtype(0));
        auto* to = c.out_bytes(0).data();
        for (std::size_t s = 0; s + 1 < detail::sequences_of(c, 0).size(); ++s)
            for (std::size_t k = 0; k < c.in_count(0); ++k) {
                const auto level = detail::sequences_of(c, 0, k);
                const auto size = static_cast<std::size_t>(level[s + 1] - level[s]) * width;
                if (size == 0) continue;
                std::memcpy(to, c.in_bytes(0, k).data() + static_cast<std::size_t>(level[s]) * width, size);
                to += size;
            }
        return {};
    }
};

/// The same elements with other LoD: that of Y, the offsets that Y holds, or those of the attribute; `append` adds a level. Any element type.
/// Shapes: X and Out alike. Errors: bad_lod; unsupported for offsets that are computed from what is fed. Source: paddle operator `lod_reset`.
struct lod_reset {
    static constexpr std::string_view type = "lod_reset";
    static constexpr bool reads_lod = true;
    static constexpr std::array inputs = {slot{"X"}, slot{"Y", slot_arity::optional}};
    static constexpr std::array outputs = {slot{"Out"}};
    using attributes = lod_reset_attributes;

    [[gnu::cold]] static result<void> infer(const attributes& a, infer_context& c) {
        const auto& x = c.in(0);
        c.set_out(0, {x.dtype, x.dims});
        if (c.building()) return {};
        LoD lod;
        if (a.append && x.lod != nullptr) lod = *x.lod;
        if (c.has_in(1) && c.in(1).lod != nullptr && !c.in(1).lod->empty()) {
            lod = *c.in(1).lod;
        } else {
            sequence<std::int64_t> listed(a.target_lod.begin(), a.target_lod.end());
            if (c.has_in(1)) {
                auto read = detail::whole_numbers(c, 1);
                if (!read) return read.failure();
                listed = *std::move(read);
            }
            auto& level = lod.emplace_back();
            for (const auto offset : listed)
                level.push_back(offset < 0 ? std::numeric_limits<std::uint64_t>::max() : static_cast<std::uint64_t>(offset));
        }
        const auto rows = x.dims.rank() > 0 ? static_cast<std::uint64_t>(x.dims[0]) : 1;
        if (auto checked = check_lod(lod, rows); !checked)
            return c.fail(errc::bad_lod, {"Invalid target LoD: ", checked.error().message}, checked.error().expected,
                          checked.error().found);
        c.set_lod(0, std::move(lod));
        return {};
    }
    static result<void> run(const attributes&, run_context& c) {
        detail::copy_elements(c, 0, 0);
        return {};
    }
};

}  // namespace wherry::inline WHERRY_ABI::op

#endif
