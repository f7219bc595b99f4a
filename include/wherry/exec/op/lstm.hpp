#ifndef WHERRY_EXEC_OP_LSTM_HPP
#define WHERRY_EXEC_OP_LSTM_HPP

#include <wherry/base/error.hpp>
#include <wherry/base/number.hpp>
#include <wherry/base/result.hpp>
#include <wherry/base/sequence.hpp>
#include <wherry/base/shape.hpp>
#include <wherry/exec/op/check.hpp>
#include <wherry/exec/op/sequence_pool.hpp>
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

/// Recurrences over the rows of sequences: `lstm` and `gru` of 1.x, whose input is multiplied before.
namespace wherry::inline WHERRY_ABI::op {

/// Attributes of `lstm`, and their defaults.
struct lstm_attributes {
    bool use_peepholes = true;
    bool is_reverse = false;
    std::string gate_activation = "sigmoid";
    std::string cell_activation = "tanh";
    std::string candidate_activation = "tanh";
    bool is_test = false;

    template <class Self, class Visitor>
    static void visit(Self& self, Visitor& attr) {
        attr("use_peepholes", self.use_peepholes);
        attr("is_reverse", self.is_reverse);
        attr("gate_activation", self.gate_activation);
        attr("cell_activation", self.cell_activation);
        attr("candidate_activation", self.candidate_activation);
        attr("is_test", self.is_test, since_2x);
    }
};
/// Attributes of `gru`, and their defaults.
struct gru_attributes {
    std::string activation = "tanh";
    std::string gate_activation = "sigmoid";
    bool is_reverse = false;
    bool origin_mode = false;

    template <class Self, class Visitor>
    static void visit(Self& self, Visitor& attr) {
        attr("activation", self.activation);
        attr("gate_activation", self.gate_activation);
        attr("is_reverse", self.is_reverse);
        attr("origin_mode", self.origin_mode);
    }
};

namespace detail {

enum class recurrent : std::uint8_t { sigmoid, tanh, relu, identity, none };
inline recurrent recurrent_of(std::string_view name) noexcept {
    constexpr std::string_view names[] = {"sigmoid", "tanh", "relu", "identity"};
    return static_cast<recurrent>(std::find(std::begin(names), std::end(names), name) - std::begin(names));
}
template <class T>
T activated(recurrent kind, T x) noexcept {
    switch (kind) {
        case recurrent::sigmoid: return T(1) / (T(1) + std::exp(-x));
        case recurrent::tanh: return std::tanh(x);
        case recurrent::relu: return x > T(0) ? x : T(0);
        default: return x;
    }
}

/// Checks the operands that both have in common: Input [rows, gates d], Weight [d, gates d], states [sequences, d].
[[gnu::cold]] inline result<std::int64_t> check_recurrence(const infer_context& c, std::int64_t gates, std::size_t weight,
                                                           std::span<const std::size_t> states,
                                                           std::span<const std::string_view> activations) {
    const auto& x = c.in(0);
    const auto& w = c.in(weight);
    if (x.dims.rank() != 2 || w.dims.rank() != 2 || w.dims[0] < 1 || w.dims[0] > (std::int64_t{1} << 40) ||
        w.dims[1] != gates * w.dims[0] || !c.agree(x.dims[1], w.dims[1]))
        return c.fail(errc::shape_mismatch, "the input and the weight do not fit each other", to_string(x.dims), to_string(w.dims));
    for (const auto name : activations)
        if (recurrent_of(name) == recurrent::none)
            return c.fail(errc::bad_attribute, "unknown activation", "sigmoid, tanh, relu or identity", name);
    if (auto checked = must_hold(c, weight, x.dtype); !checked) return checked.failure();
    if (c.building()) return w.dims[0];
    auto offsets = sequences_of(c, 0);
    if (!offsets) return offsets.failure();
    for (const auto slot : states) {
        if (!c.has_in(slot)) continue;
        if (auto checked = must_hold(c, slot, x.dtype); !checked) return checked.failure();
        const Shape wanted{static_cast<std::int64_t>(offsets->size()) - 1, w.dims[0]};
        if (c.in(slot).dims != wanted)
            return c.fail(errc::shape_mismatch, {"the dims of Input(", c.in_name(slot), ") do not fit the sequences"}, to_string(wanted),
                          to_string(c.in(slot).dims));
    }
    return w.dims[0];
}
[[gnu::cold]] inline result<void> check_bias(const infer_context& c, std::size_t slot, std::int64_t count) {
    if (!c.has_in(slot) || c.building()) return {};
    if (auto checked = must_hold(c, slot, c.in(0).dtype); !checked) return checked;
    if (c.in(slot).dims.count() == static_cast<std::size_t>(count)) return {};
    return c.fail(errc::shape_mismatch, "the bias has another number of elements than the gates", decimal(count),
                  to_string(c.in(slot).dims));
}

/// Calls step(row, row before it or none) for each row of a sequence, in time or backwards.
template <class Step>
void each_step(std::uint64_t first, std::uint64_t last, bool backwards, const Step& step) {
    for (std::uint64_t t = 0; t < last - first; ++t) {
        const auto row = static_cast<std::size_t>(backwards ? last - 1 - t : first + t);
        step(row, t == 0, backwards ? row + 1 : row - 1);
    }
}
/// out += h W for one row.
template <class T>
void add_row_product(std::span<const T> h, const T* w, std::size_t stride, std::span<T> out) {
    kernel::gemm(kernel::matrix<const T>(h.data(), 1, h.size()), kernel::matrix<const T>(w, h.size(), out.size(), stride),
                 kernel::matrix<T>(out.data(), 1, out.size()), kernel::transpose::no, kernel::transpose::no, kernel::update::accumulate);
}

}  // namespace detail

/// Long short-term memory over each sequence; gates lie as candidate, input, forget, output. BatchGate and BatchCellPreAct, kept for a gradient
/// that is not here, are zeros.
/// Shapes: Input [rows, 4 d] with LoD; Weight [d, 4 d]; Bias of 4 d elements, with peepholes 7 d; H0, C0 [sequences, d]; Hidden, Cell [rows, d].
/// Errors: bad_lod, bad_attribute, shape_mismatch, dtype_mismatch. Source: paddle operator `lstm`.
struct lstm {
    static constexpr std::string_view type = "lstm";
    static constexpr bool reads_lod = true;
    static constexpr std::array inputs = {slot{"Input"}, slot{"H0", slot_arity::optional}, slot{"C0", slot_arity::optional}, slot{"Weight"},
                                          slot{"Bias"}};
    static constexpr std::array outputs = {slot{"Hidden"}, slot{"Cell"}, slot{"BatchGate", slot_arity::optional},
                                           slot{"BatchCellPreAct", slot_arity::optional}};
    using attributes = lstm_attributes;

    [[gnu::cold]] static result<void> infer(const attributes& a, infer_context& c) {
        constexpr std::array<std::size_t, 2> states{1, 2};
        const std::array<std::string_view, 3> activations{a.gate_activation, a.cell_activation, a.candidate_activation};
        auto d = detail::check_recurrence(c, 4, 3, states, activations);
        if (!d) return d.failure();
        if (c.has_in(1) != c.has_in(2))
            return c.fail(errc::missing_slot, "Input(C0) of LSTM operator should not be null after Input(H0) provided.");
        if (auto checked = detail::check_bias(c, 4, (a.use_peepholes ? 7 : 4) * *d); !checked) return checked;
        const auto& x = c.in(0);
        for (const std::size_t slot : {0u, 1u, 3u}) c.set_out(slot, x.with({x.dims[0], *d}));
        c.set_out(2, x.with(x.dims));
        return {};
    }
    static result<void> run(const attributes& a, run_context& c) {
        for (const std::size_t slot : {2u, 3u}) {
            const auto unused = c.out_bytes(slot);
            std::fill(unused.begin(), unused.end(), std::byte{});
        }
        if (!c.has_out(0) || !c.has_out(1)) return c.fail(errc::missing_slot, "Hidden and Cell are needed both");
        return for_float(c, c.in_dtype(0), [&]<class T>() -> result<void> {
            const auto d = static_cast<std::size_t>(c.in_dims(3)[0]);
            const auto bias = c.in<T>(4);
            const auto hidden = c.out<T>(0);
            const auto cell = c.out<T>(1);
            const auto gate_kind = detail::recurrent_of(a.gate_activation);
            const auto cell_kind = detail::recurrent_of(a.cell_activation);
            const auto candidate_kind = detail::recurrent_of(a.candidate_activation);
            sequence<T> gates, zeros;
            if (auto made = c.make_room(gates, 4 * d); !made) return made;
            if (auto made = c.make_room(zeros, d); !made) return made;
            const auto offsets = detail::sequences_of(c, 0);
            for (std::size_t s = 0; s + 1 < offsets.size(); ++s) {
                detail::each_step(offsets[s], offsets[s + 1], a.is_reverse, [&](std::size_t row, bool is_first, std::size_t before) {
                    std::span<const T> last_h = hidden.subspan(is_first ? 0 : before * d, d);
                    std::span<const T> last_c = cell.subspan(is_first ? 0 : before * d, d);
                    if (is_first) {
                        last_h = c.has_in(1) ? c.in<T>(1).subspan(s * d, d) : std::span<const T>(zeros.data(), d);
                        last_c = c.has_in(2) ? c.in<T>(2).subspan(s * d, d) : std::span<const T>(zeros.data(), d);
                    }
                    for (std::size_t i = 0; i < 4 * d; ++i) gates[i] = c.in<T>(0)[row * 4 * d + i] + bias[i];
                    detail::add_row_product<T>(last_h, c.in<T>(3).data(), 4 * d, std::span<T>(gates.data(), 4 * d));
                    const auto peephole = [&](std::size_t gate, std::size_t i) { return a.use_peepholes ? bias[(4 + gate) * d + i] : T{}; };
                    for (std::size_t i = 0; i < d; ++i) {
                        const T candidate = detail::activated(candidate_kind, gates[i]);
                        const T in = detail::activated(gate_kind, gates[d + i] + last_c[i] * peephole(0, i));
                        const T forget = detail::activated(gate_kind, gates[2 * d + i] + last_c[i] * peephole(1, i));
                        const T state = candidate * in + last_c[i] * forget;
                        const T out = detail::activated(gate_kind, gates[3 * d + i] + state * peephole(2, i));
                        cell[row * d + i] = state;
                        hidden[row * d + i] = out * detail::activated(cell_kind, state);
                    }
                });
            }
            return {};
        });
    }
};

/// Gated recurrent units over each sequence; gates lie as update, reset, candidate, and Weight is [d, 2 d] before [d, d]. The outputs whose
/// names start with Batch, kept for a gradient that is not here, are zeros.
/// Shapes: Input [rows, 3 d] with LoD; Weight [d, 3 d]; Bias of 3 d elements; H0 [sequences, d]; Hidden [rows, d].
/// Errors: bad_lod, bad_attribute, shape_mismatch, dtype_mismatch. Source: paddle operator `gru`.
struct gru {
    static constexpr std::string_view type = "gru";
    static constexpr bool reads_lod = true;
    static constexpr std::array inputs = {slot{"Input"}, slot{"H0", slot_arity::optional}, slot{"Weight"},
                                          slot{"Bias", slot_arity::optional}};
    static constexpr std::array outputs = {slot{"BatchGate", slot_arity::optional}, slot{"BatchResetHiddenPrev", slot_arity::optional},
                                           slot{"BatchHidden", slot_arity::optional}, slot{"Hidden"}};
    using attributes = gru_attributes;

    [[gnu::cold]] static result<void> infer(const attributes& a, infer_context& c) {
        constexpr std::array<std::size_t, 1> states{1};
        const std::array<std::string_view, 2> activations{a.activation, a.gate_activation};
        auto d = detail::check_recurrence(c, 3, 2, states, activations);
        if (!d) return d.failure();
        if (auto checked = detail::check_bias(c, 3, 3 * *d); !checked) return checked;
        const auto& x = c.in(0);
        for (const std::size_t slot : {1u, 2u, 3u}) c.set_out(slot, x.with({x.dims[0], *d}));
        c.set_out(0, x.with(x.dims));
        return {};
    }
    static result<void> run(const attributes& a, run_context& c) {
        for (const std::size_t slot : {0u, 1u, 2u}) {
            const auto unused = c.out_bytes(slot);
            std::fill(unused.begin(), unused.end(), std::byte{});
        }
        if (!c.has_out(3)) return {};
        return for_float(c, c.in_dtype(0), [&]<class T>() -> result<void> {
            const auto d = static_cast<std::size_t>(c.in_dims(2)[0]);
            const auto hidden = c.out<T>(3);
            const auto* const weight = c.in<T>(2).data();
            const auto kind = detail::recurrent_of(a.activation);
            const auto gate_kind = detail::recurrent_of(a.gate_activation);
            sequence<T> gates, reset, zeros;
            if (auto made = c.make_room(gates, 3 * d); !made) return made;
            for (auto* const room : {&reset, &zeros})
                if (auto made = c.make_room(*room, d); !made) return made;
            const auto offsets = detail::sequences_of(c, 0);
            for (std::size_t s = 0; s + 1 < offsets.size(); ++s) {
                detail::each_step(offsets[s], offsets[s + 1], a.is_reverse, [&](std::size_t row, bool is_first, std::size_t before) {
                    std::span<const T> last = hidden.subspan(is_first ? 0 : before * d, d);
                    if (is_first) last = c.has_in(1) ? c.in<T>(1).subspan(s * d, d) : std::span<const T>(zeros.data(), d);
                    for (std::size_t i = 0; i < 3 * d; ++i) gates[i] = c.in<T>(0)[row * 3 * d + i] + (c.has_in(3) ? c.in<T>(3)[i] : T{});
                    detail::add_row_product<T>(last, weight, 2 * d, std::span<T>(gates.data(), 2 * d));
                    for (std::size_t i = 0; i < d; ++i) reset[i] = detail::activated(gate_kind, gates[d + i]) * last[i];
                    detail::add_row_product<T>(std::span<const T>(reset.data(), d), weight + 2 * d * d, d,
                                               std::span<T>(gates.data() + 2 * d, d));
                    for (std::size_t i = 0; i < d; ++i) {
                        const T update = detail::activated(gate_kind, gates[i]);
                        const T candidate = detail::activated(kind, gates[2 * d + i]);
                        hidden[row * d + i] =
                            a.origin_mode ? update * last[i] + (T(1) - update) * candidate : (T(1) - update) * last[i] + update * candidate;
                    }
                });
            }
            return {};
        });
    }
};

}  // namespace wherry::inline WHERRY_ABI::op

#endif
