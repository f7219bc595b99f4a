#ifndef WHERRY_EXEC_OP_RNN_HPP
#define WHERRY_EXEC_OP_RNN_HPP

#include <wherry/base/dtype.hpp>
#include <wherry/base/error.hpp>
#include <wherry/base/number.hpp>
#include <wherry/base/result.hpp>
#include <wherry/base/sequence.hpp>
#include <wherry/base/shape.hpp>
#include <wherry/exec/op/check.hpp>
#include <wherry/exec/op_list.hpp>
#include <wherry/kernel/recurrence.hpp>
#include <wherry/version.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace wherry::inline WHERRY_ABI::op {

/// Attributes of `rnn`, and their defaults.
struct rnn_attributes {
    float dropout_prob = 0;
    bool is_bidirec = false, is_test = false;
    std::int32_t input_size = 10, hidden_size = 100, num_layers = 1, seed = 0;
    std::string mode;

    template <class Self, class Visitor>
    static void visit(Self& self, Visitor& attr) {
        attr("dropout_prob", self.dropout_prob);
        attr("is_bidirec", self.is_bidirec);
        attr("input_size", self.input_size);
        attr("hidden_size", self.hidden_size);
        attr("num_layers", self.num_layers);
        attr("mode", self.mode);
        attr("seed", self.seed);
        attr("is_test", self.is_test);
    }
    [[nodiscard]] std::optional<kernel::recurrence::cell> cell() const {
        using cell = kernel::recurrence::cell;
        if (mode == "LSTM") return cell::lstm;
        if (mode == "GRU") return cell::gru;
        if (mode == "RNN_TANH") return cell::tanh;
        return mode == "RNN_RELU" ? std::optional(cell::relu) : std::nullopt;
    }
};

/// Recurrent layers over sequences, one on top of another, in one direction or both: LSTM, GRU, or a plain one (RNN_TANH, RNN_RELU).
/// Shapes: Input [T, N, input_size]; PreState [layers directions, N, hidden_size], two of them for LSTM; WeightList: of each layer and
/// direction [gates hidden_size, width of its input] and [gates hidden_size, hidden_size], then their biases in the same order;
/// SequenceLength [N] int32; Out [T, N, directions hidden_size], State like PreState. Steps past a length are 0 in Out, and leave the state.
/// Errors: bad_attribute, shape_mismatch, dtype_mismatch, bad_argument for a length that is out of range; unsupported for dropout between
/// layers in training. It allocates. Source: paddle operator `rnn`.
struct rnn {
    static constexpr std::string_view type = "rnn";
    static constexpr std::array inputs = {slot{"Input"}, slot{"PreState", slot_arity::many}, slot{"WeightList", slot_arity::many},
                                          slot{"SequenceLength", slot_arity::optional}};
    static constexpr std::array outputs = {slot{"Out"}, slot{"DropoutState", slot_arity::optional}, slot{"State", slot_arity::many},
                                           slot{"Reserve", slot_arity::optional}};
    using attributes = rnn_attributes;

    [[gnu::cold]] static result<void> infer(const attributes& a, infer_context& c) {
        const auto& x = c.in(0);
        const auto cell = a.cell();
        if (!cell) return c.fail(errc::bad_attribute, "mode should be LSTM, GRU, RNN_TANH or RNN_RELU", {}, a.mode);
        if (a.num_layers < 1 || a.num_layers > 1000 || a.hidden_size < 1 || a.hidden_size > 1 << 24)
            return c.fail(errc::bad_attribute, "num_layers and hidden_size should be greater than 0", "1 to 1000", decimal(a.num_layers));
        if (!a.is_test && a.dropout_prob != 0)
            return c.fail(errc::unsupported, "dropout between the layers of rnn is for training, which is not supported");
        const std::int64_t directions = a.is_bidirec ? 2 : 1, parts = a.num_layers * directions, hidden = a.hidden_size;
        const auto states = *cell == kernel::recurrence::cell::lstm ? 2u : 1u;
        if (x.dims.rank() != 3) return c.fail(errc::shape_mismatch, "Input of rnn should be [T, N, width]", "3 dims", to_string(x.dims));
        if (c.in_count(1) != states || c.out_count(2) != states || !std::cmp_equal(c.in_count(2), 4 * parts))
            return c.fail(errc::shape_mismatch,
                          "rnn should have 4 weights for each layer and direction, and as many states as its mode needs",
                          decimal(4 * parts), decimal(c.in_count(2)));
        const Shape state{parts, x.dims[1], hidden};
        for (std::size_t k = 0; k < states; ++k) {
            if (auto checked = check(c, 1, k, state); !checked) return checked;
            c.set_out(2, {x.dtype, state}, k);
        }
        const auto gates = kernel::recurrence::gates(*cell) * hidden;
        for (std::int64_t i = 0; i < 2 * parts; ++i) {
            const auto width = i % 2 == 1 ? hidden : i / 2 / directions == 0 ? x.dims[2] : directions * hidden;
            if (auto checked = check(c, 2, static_cast<std::size_t>(i), {gates, width}); !checked) return checked;
            if (auto checked = check(c, 2, static_cast<std::size_t>(2 * parts + i), {gates}); !checked) return checked;
        }
        if (c.has_in(3) && !c.building()) {
            if (auto checked = detail::must_hold(c, 3, DType::INT32); !checked) return checked;
            if (c.in(3).dims != Shape{x.dims[1]})
                return c.fail(errc::shape_mismatch, "SequenceLength should be a number for each sequence", decimal(x.dims[1]),
                              to_string(c.in(3).dims));
        }
        c.set_out(0, {x.dtype, Shape{x.dims[0], x.dims[1], directions * hidden}});
        c.set_out(1, {DType::UINT8, Shape{0}});
        c.set_out(3, {x.dtype, Shape{0}});
        return {};
    }

    static result<void> run(const attributes& a, run_context& c) {
        const auto cell = a.cell();
        if (!cell) return c.fail(errc::bad_attribute, "mode is not known", {}, a.mode);
        for (std::size_t k = 0; k < c.in_count(1); ++k)
            if (!c.has_out(0) || !c.has_out(2, k)) return c.fail(errc::missing_slot, "Out and State of rnn are needed both");
        const auto& x = c.in_dims(0);
        if (c.has_in(3))
            for (const auto length : c.in<std::int32_t>(3))
                if (length < 0 || length > x[0])
                    return c.fail(errc::bad_argument, "a length is more than the steps there are", decimal(x[0]), decimal(length));
        return for_float(c, c.in_dtype(0), [&]<class T>() -> result<void> {
            const auto size = [](std::int64_t n) { return static_cast<std::size_t>(n); };
            const auto steps = size(x[0]), batch = size(x[1]), hidden = size(a.hidden_size), directions = a.is_bidirec ? size(2) : size(1);
            const auto parts = size(a.num_layers) * directions, all = directions * hidden;
            sequence<T> below;  // what the layer before gave
            for (std::size_t layer = 0; layer < size(a.num_layers); ++layer) {
                const auto from = layer == 0 ? c.in<T>(0) : std::span<const T>(below.data(), below.size());
                const auto width = layer == 0 ? size(x[2]) : all;
                const auto out = c.out<T>(0);
                std::fill(out.begin(), out.end(), T{});
                for (std::size_t way = 0; way < directions; ++way) {
                    const auto part = layer * directions + way;
                    const auto state = [&](std::size_t k) { return c.out<T>(2, k).subspan(part * batch * hidden, batch * hidden); };
                    for (std::size_t k = 0; k < c.in_count(1); ++k) {
                        const auto first = c.in<T>(1, k).subspan(part * batch * hidden, batch * hidden);
                        std::copy(first.begin(), first.end(), state(k).begin());
                    }
                    const kernel::recurrence r{.of = *cell,
                                               .steps = steps,
                                               .batch = batch,
                                               .width = width,
                                               .hidden = hidden,
                                               .backwards = way == 1,
                                               .out_stride = all};
                    kernel::run_recurrence<T>(
                        r,
                        {from, c.in<T>(2, 2 * part), c.in<T>(2, 2 * part + 1), c.in<T>(2, 2 * (parts + part)),
                         c.in<T>(2, 2 * (parts + part) + 1), c.has_in(3) ? c.in<std::int32_t>(3) : std::span<const std::int32_t>()},
                        {state(0), c.in_count(1) > 1 ? state(1) : std::span<T>(), out.subspan(std::min(way * hidden, out.size()))});
                }
                if (layer + 1 < size(a.num_layers)) below = sequence<T>(out.begin(), out.end());
            }
            return {};
        });
    }

  private:
    [[gnu::cold]] static result<void> check(const infer_context& c, std::size_t slot, std::size_t k, const Shape& wanted) {
        const auto& held = c.in(slot, k);
        if (c.building()) return {};
        if (held.dtype != c.in(0).dtype) return detail::wrong_dtype(c, held.dtype, c.in(0).dtype);
        if (held.dims == wanted) return {};
        return c.fail(errc::shape_mismatch, {"the dims of Input(", c.in_name(slot), ") number ", decimal(k), " do not fit"},
                      to_string(wanted), to_string(held.dims));
    }
};

}  // namespace wherry::inline WHERRY_ABI::op

#endif
