#ifndef WHERRY_EXEC_OP_SEQUENCE_POOL_HPP
#define WHERRY_EXEC_OP_SEQUENCE_POOL_HPP

#include <wherry/base/dtype.hpp>
#include <wherry/base/error.hpp>
#include <wherry/base/lod.hpp>
#include <wherry/base/number.hpp>
#include <wherry/base/result.hpp>
#include <wherry/base/sequence.hpp>
#include <wherry/exec/op/check.hpp>
#include <wherry/exec/op_list.hpp>
#include <wherry/kernel/gemm.hpp>
#include <wherry/version.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>

/// Operators on sequences: rows of a tensor that LoD puts together. A plan holds for the LoD that it was made for.
namespace wherry::inline WHERRY_ABI::op {

/// Attributes of `sequence_pool`, and their defaults.
struct sequence_pool_attributes {
    bool is_test = false;
    std::string pooltype = "AVERAGE";
    float pad_value = 0;

    template <class Self, class Visitor>
    static void visit(Self& self, Visitor& attr) {
        attr("is_test", self.is_test);
        attr("pooltype", self.pooltype);
        attr("pad_value", self.pad_value);
    }
};
/// Attributes of `sequence_softmax`, and their defaults.
struct sequence_softmax_attributes {
    bool use_cudnn = false;
    std::string data_format = "AnyLayout";

    template <class Self, class Visitor>
    static void visit(Self& self, Visitor& attr) {
        attr("use_cudnn", self.use_cudnn);
        attr("data_format", self.data_format);
    }
};
/// Attributes of `sequence_conv`, and their defaults.
struct sequence_conv_attributes {
    bool paddingTrainable = false;
    std::int32_t contextLength = 0;
    std::int32_t contextStart = 0;
    std::int32_t contextStride = 1;

    template <class Self, class Visitor>
    static void visit(Self& self, Visitor& attr) {
        attr("paddingTrainable", self.paddingTrainable);
        attr("contextLength", self.contextLength);
        attr("contextStart", self.contextStart);
        attr("contextStride", self.contextStride);
    }
};

namespace detail {

/// Offsets of the innermost sequences of an input. Errors: bad_lod where it has none, or one of other rows.
[[gnu::cold]] inline result<std::span<const std::uint64_t>> sequences_of(const infer_context& c, std::size_t slot, std::size_t k = 0) {
    const auto& x = c.in(slot, k);
    if (x.lod == nullptr || x.lod->empty())
        return c.fail(errc::bad_lod, {"Input(", c.in_name(slot), ") of this operator should have LoD"}, "1 level", "0 levels");
    if (x.dims.rank() == 0 || (*x.lod)[x.lod->size() - 1].back() != static_cast<std::uint64_t>(x.dims[0]))
        return c.fail(errc::bad_lod, {"the LoD of Input(", c.in_name(slot), ") does not fit its rows"}, to_string(x.dims),
                      decimal((*x.lod)[x.lod->size() - 1].back()));
    const auto& level = (*x.lod)[x.lod->size() - 1];
    return std::span<const std::uint64_t>(level.data(), level.size());
}
/// The same in a run, where all of this was checked.
inline std::span<const std::uint64_t> sequences_of(const run_context& c, std::size_t slot, std::size_t k = 0) {
    const auto& level = (*c.in_lod(slot, k))[c.in_lod(slot, k)->size() - 1];
    return {level.data(), level.size()};
}

enum class pooling : std::uint8_t { average, sum, root, max, last, first, none };
inline pooling pooling_of(std::string_view name) noexcept {
    constexpr std::string_view names[] = {"AVERAGE", "SUM", "SQRT", "MAX", "LAST", "FIRST"};
    return static_cast<pooling>(std::find(std::begin(names), std::end(names), name) - std::begin(names));
}

/// One row from the rows of a sequence; `places` is where the largest stood, null if nobody asks.
template <class T>
void pool_rows(pooling kind, std::span<const T> rows, std::size_t width, std::span<T> out, std::int32_t* places) {
    const auto count = rows.size() / width;
    const auto picked = kind == pooling::last ? count - 1 : 0;
    std::copy_n(rows.data() + picked * width, width, out.data());
    if (kind == pooling::last || kind == pooling::first) return;
    for (std::size_t r = 1; r < count; ++r)
        for (std::size_t i = 0; i < width; ++i) {
            const T value = rows[r * width + i];
            if (kind != pooling::max) {
                out[i] += value;
            } else if (value > out[i]) {
                out[i] = value;
                if (places != nullptr) places[i] = static_cast<std::int32_t>(r);
            }
        }
    if (kind == pooling::average || kind == pooling::root) {
        const T by = kind == pooling::average ? static_cast<T>(count) : std::sqrt(static_cast<T>(count));
        for (auto& value : out) value /= by;
    }
}

}  // namespace detail

/// One row for each sequence: the mean, the sum, the sum by the root of the length, the largest, the last or the first; pad_value for an
/// empty one.
/// Shapes: X [rows, ...] with LoD; Out [sequences, ...], whose LoD is that of X without its last level; MaxIndex alike, int32.
/// Errors: bad_lod, bad_attribute, dtype_mismatch at run. Source: paddle operator `sequence_pool`.
struct sequence_pool {
    static constexpr std::string_view type = "sequence_pool";
    static constexpr bool reads_lod = true;
    static constexpr std::array inputs = {slot{"X"}};
    static constexpr std::array outputs = {slot{"Out"}, slot{"MaxIndex", slot_arity::optional}};
    using attributes = sequence_pool_attributes;

    [[gnu::cold]] static result<void> infer(const attributes& a, infer_context& c) {
        const auto& x = c.in(0);
        if (detail::pooling_of(a.pooltype) == detail::pooling::none)
            return c.fail(errc::bad_attribute, "unsupported pooling pooltype", "AVERAGE, SUM, SQRT, MAX, LAST or FIRST", a.pooltype);
        if (x.dims.rank() == 0) return c.fail(errc::shape_mismatch, "X should have rows", "[n, ...]", "[]");
        auto out = x.dims;
        if (c.building()) {
            out[0] = -1;
        } else {
            auto offsets = detail::sequences_of(c, 0);
            if (!offsets) return offsets.failure();
            out[0] = static_cast<std::int64_t>(offsets->size()) - 1;
        }
        c.set_out(0, {x.dtype, out});
        c.set_out(1, {DType::INT32, out});
        if (x.lod != nullptr && x.lod->size() > 1) {
            LoD outer(*x.lod);
            outer.pop_back();
            c.set_lod(0, std::move(outer));
        }
        return {};
    }
    static result<void> run(const attributes& a, run_context& c) {
        const auto offsets = detail::sequences_of(c, 0);
        const auto& dims = c.in_dims(0);
        const auto width = static_cast<std::size_t>(dims.product(1, dims.rank()));
        if (c.has_out(1)) std::fill(c.out<std::int32_t>(1).begin(), c.out<std::int32_t>(1).end(), 0);
        if (!c.has_out(0) || width == 0) return {};
        return for_float(c, c.in_dtype(0), [&]<class T>() -> result<void> {
            const auto x = c.in<T>(0);
            for (std::size_t s = 0; s + 1 < offsets.size(); ++s) {
                const auto out = c.out<T>(0).subspan(s * width, width);
                const auto first = static_cast<std::size_t>(offsets[s]);
                const auto count = static_cast<std::size_t>(offsets[s + 1]) - first;
                if (count == 0) std::fill(out.begin(), out.end(), static_cast<T>(a.pad_value));
                else
                    detail::pool_rows<T>(detail::pooling_of(a.pooltype), x.subspan(first * width, count * width), width, out,
                                         c.has_out(1) ? c.out<std::int32_t>(1).data() + s * width : nullptr);
            }
            return {};
        });
    }
};

/// Probabilities over the rows of each sequence.
/// Shapes: X [rows] or [rows, 1] with LoD; Out alike. Errors: bad_lod, shape_mismatch, dtype_mismatch at run.
/// Source: paddle operator `sequence_softmax`.
struct sequence_softmax {
    static constexpr std::string_view type = "sequence_softmax";
    static constexpr bool reads_lod = true;
    static constexpr std::array inputs = {slot{"X"}};
    static constexpr std::array outputs = {slot{"Out"}};
    using attributes = sequence_softmax_attributes;

    [[gnu::cold]] static result<void> infer(const attributes&, infer_context& c) {
        const auto& x = c.in(0);
        if (!c.building()) {
            if (auto offsets = detail::sequences_of(c, 0); !offsets) return offsets.failure();
            if (x.dims.product(1, x.dims.rank()) != 1)
                return c.fail(errc::shape_mismatch, "The width of each timestep in Input(X) of SequenceSoftmaxOp should be 1.", "[rows, 1]",
                              to_string(x.dims));
        }
        c.set_out(0, x.with(x.dims));
        return {};
    }
    static result<void> run(const attributes&, run_context& c) {
        if (!c.has_out(0)) return {};
        const auto offsets = detail::sequences_of(c, 0);
        return for_float(c, c.in_dtype(0), [&]<class T>() -> result<void> {
            const auto x = c.in<T>(0);
            const auto out = c.out<T>(0);
            for (std::size_t s = 0; s + 1 < offsets.size(); ++s) {
                const auto first = static_cast<std::size_t>(offsets[s]);
                const auto last = static_cast<std::size_t>(offsets[s + 1]);
                if (first == last) continue;
                T top = x[first];
                for (auto i = first; i < last; ++i) top = std::max(top, x[i]);
                T sum{};
                for (auto i = first; i < last; ++i) sum += out[i] = std::exp(x[i] - top);
                for (auto i = first; i < last; ++i) out[i] /= sum;
            }
            return {};
        });
    }
};

/// A product of each row's neighbourhood within its sequence: contextLength rows from contextStart on, zeros outside of the sequence.
/// Shapes: X [rows, m] with LoD; Filter [contextLength m, n]; Out [rows, n]. Errors: bad_lod, bad_attribute, shape_mismatch, dtype_mismatch;
/// unsupported for trainable padding. Source: paddle operator `sequence_conv`.
struct sequence_conv {
    static constexpr std::string_view type = "sequence_conv";
    static constexpr bool reads_lod = true;
    static constexpr std::array inputs = {slot{"X"}, slot{"PaddingData", slot_arity::optional}, slot{"Filter"}};
    static constexpr std::array outputs = {slot{"Out"}};
    using attributes = sequence_conv_attributes;

    [[gnu::cold]] static result<void> infer(const attributes& a, infer_context& c) {
        const auto& x = c.in(0);
        const auto& filter = c.in(2);
        if (a.paddingTrainable || c.has_in(1)) return c.fail(errc::unsupported, "sequence_conv with trainable padding is not supported");
        if (a.contextStride != 1)
            return c.fail(errc::bad_attribute, "Currently, SequenceConvOp only supports contextStride=1.", "1", decimal(a.contextStride));
        if (a.contextLength < 1) return c.fail(errc::bad_attribute, "contextLength should be positive", ">= 1", decimal(a.contextLength));
        if (x.dims.rank() != 2 || filter.dims.rank() != 2 ||
            (x.dims[1] >= 0 && filter.dims[0] >= 0 &&
             (filter.dims[0] % a.contextLength != 0 || filter.dims[0] / a.contextLength != x.dims[1])))
            return c.fail(errc::shape_mismatch, "Filter's height should be context_length * input_hidden_size .", to_string(x.dims),
                          to_string(filter.dims));
        if (auto checked = detail::must_hold(c, 2, x.dtype); !checked) return checked;
        if (!c.building())
            if (auto offsets = detail::sequences_of(c, 0); !offsets) return offsets.failure();
        c.set_out(0, x.with({x.dims[0], filter.dims[1]}));
        return {};
    }
    static result<void> run(const attributes& a, run_context& c) {
        if (!c.has_out(0)) return {};
        const auto offsets = detail::sequences_of(c, 0);
        const auto m = static_cast<std::size_t>(c.in_dims(0)[1]);
        const auto n = static_cast<std::size_t>(c.in_dims(2)[1]);
        return for_float(c, c.in_dtype(0), [&]<class T>() -> result<void> {
            const auto out = c.out<T>(0);
            std::fill(out.begin(), out.end(), T{});
            for (std::size_t s = 0; s + 1 < offsets.size(); ++s) {
                const auto first = static_cast<std::int64_t>(offsets[s]);
                const auto last = static_cast<std::int64_t>(offsets[s + 1]);
                for (std::int64_t k = 0; k < a.contextLength; ++k) {  // the k-th neighbour of many rows at a time
                    const auto shift = a.contextStart + k;
                    const auto from = std::max(first, first - shift);
                    const auto to = std::min(last, last - shift);
                    if (from >= to) continue;
                    const auto rows = static_cast<std::size_t>(to - from);
                    using kernel::matrix;
                    kernel::gemm(matrix<const T>(c.in<T>(0).data() + static_cast<std::size_t>(from + shift) * m, rows, m),
                                 matrix<const T>(c.in<T>(2).data() + static_cast<std::size_t>(k) * m * n, m, n),
                                 matrix<T>(out.data() + static_cast<std::size_t>(from) * n, rows, n), kernel::transpose::no,
                                 kernel::transpose::no, kernel::update::accumulate);
                }
            }
            return {};
        });
    }
};

}  // namespace wherry::inline WHERRY_ABI::op

#endif
