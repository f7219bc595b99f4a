#ifndef WHERRY_EXEC_OP_SUM_HPP
#define WHERRY_EXEC_OP_SUM_HPP

#include <wherry/base/number.hpp>
#include <wherry/base/result.hpp>
#include <wherry/base/shape.hpp>
#include <wherry/exec/op/check.hpp>
#include <wherry/exec/op/scale.hpp>
#include <wherry/exec/op_list.hpp>
#include <wherry/kernel/scale.hpp>
#include <wherry/version.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstring>
#include <span>
#include <string>
#include <string_view>

namespace wherry::inline WHERRY_ABI::op {

/// Attributes of `sum`, and their defaults.
struct sum_attributes {
    bool use_mkldnn = false;

    template <class Self, class Visitor>
    static void visit(Self& self, Visitor& attr) {
        attr("use_mkldnn", self.use_mkldnn);
    }
};

/// Sum of all inputs, in their order. Out may be one of them.
/// Shapes: all alike. Errors: shape_mismatch, dtype_mismatch, missing_slot. Source: paddle operator `sum`; its gradient is a `scale` by 1
/// for each input.
struct sum {
    static constexpr std::string_view type = "sum";
    static constexpr std::array inputs = {slot{"X", slot_arity::many}};
    static constexpr std::array outputs = {slot{"Out"}};
    using attributes = sum_attributes;

    [[gnu::cold]] static result<void> infer(const attributes&, infer_context& c) {
        if (!c.has_in(0)) return c.fail(errc::missing_slot, "SumOp needs at least one input X");
        const auto& first = c.in(0);
        for (std::size_t k = 1; k < c.in_count(0); ++k) {
            const auto& x = c.in(0, k);
            if (!same_shape(first.dims, x.dims))
                return c.fail(errc::shape_mismatch,
                              {"The input tensor X of SumOp must have same shape. But received X[0]'s shape = ", to_string(first.dims),
                               ", X[", decimal(k), "]'s shape = ", to_string(x.dims), "."},
                              to_string(first.dims), to_string(x.dims));
            if (!c.building() && x.dtype != first.dtype)
                return c.fail(errc::dtype_mismatch, "The inputs type of sum op must be same", name_of(first.dtype), name_of(x.dtype));
        }
        c.set_out(0, first.with(first.dims));
        return {};
    }
    static VarKind out_kind(const attributes&, std::span<const VarKind> kinds) {
        const bool all_rows = std::all_of(kinds.begin(), kinds.end(), [](VarKind k) { return k == VarKind::SELECTED_ROWS; });
        return all_rows ? VarKind::SELECTED_ROWS : VarKind::LOD_TENSOR;
    }
    [[gnu::cold]] static void gradient(gradient_maker& g) {
        const auto out = grad_name(g.forward().output("Out")[0]);
        for (const auto& name : g.forward().input("X"))
            g.append<scale>().without_attributes().with(make_attr("scale", 1.0F)).reads("X", {out}).makes("Out", {grad_name(name)});
    }
    static result<void> run(const attributes&, run_context& c) {
        const auto out = c.out_bytes(0);
        const auto is_out = [&](std::size_t k) { return c.in_bytes(0, k).data() == out.data(); };
        std::size_t first = 0;  // the input that is overwritten must be read before that happens
        std::size_t times = 0;
        for (std::size_t k = 0; k < c.in_count(0); ++k)
            if (is_out(k) && times++ == 0) first = k;
        return for_number(c, c.in_dtype(0), [&]<class T>() -> result<void> {
            if (out.empty()) return {};
            if (times == 0) std::memcpy(out.data(), c.in_bytes(0).data(), out.size());
            const auto sums = elements_of<T>(out);
            if (times > 1) kernel::scale<T>(sums, static_cast<T>(times), T{}, sums);
            for (std::size_t k = 0; k < c.in_count(0); ++k)
                if (k != first && !is_out(k)) kernel::add_to<T>(sums, c.in<T>(0, k));
            return {};
        });
    }

  private:
    static bool same_shape(const Shape& a, const Shape& b) {
        return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](auto m, auto n) { return infer_context::agree(m, n); });
    }
};

}  // namespace wherry::inline WHERRY_ABI::op

#endif
