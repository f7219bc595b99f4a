#ifndef WHERRY_EXEC_OP_SAME_ELEMENTS_HPP
#define WHERRY_EXEC_OP_SAME_ELEMENTS_HPP

#include <wherry/base/fixed_string.hpp>
#include <wherry/base/result.hpp>
#include <wherry/base/shape.hpp>
#include <wherry/exec/op/assign.hpp>
#include <wherry/exec/op/check.hpp>
#include <wherry/exec/op_list.hpp>
#include <wherry/version.hpp>

#include <array>
#include <cstddef>
#include <string>
#include <string_view>

/// Shared by operators that give the same elements other dims. Those whose name ends in 2 have an output XShape without elements: its
/// dims, [0] and those of X, are for the gradient, which then need not keep X.
namespace wherry::inline WHERRY_ABI::op {

/// Sets the XShape in this slot, where it is wanted. Errors: bad_dims for one dim more than a tensor may have.
[[gnu::cold]] inline result<void> set_x_shape(infer_context& c, std::size_t slot) {
    if (!c.has_out(slot)) return {};
    const auto& x = c.in(0);
    if (x.dims.rank() == max_rank) return c.fail(errc::bad_dims, "XShape would have too many dims", "at most 9", "10");
    Shape kept{0};
    for (const auto dim : x.dims) kept.push_back(dim);
    c.set_out(slot, x.with(kept));
    return {};
}
/// The dims of X that an XShape has kept.
[[gnu::cold]] inline result<Shape> from_x_shape(const infer_context& c, std::size_t slot) {
    const auto& kept = c.in(slot).dims;
    if (kept.rank() == 0) return c.fail(errc::shape_mismatch, "XShape should have the dims of X after a 0", "[0, ...]", "[]");
    Shape x;
    for (std::size_t i = 1; i < kept.rank(); ++i) x.push_back(kept[i]);
    return x;
}

/// Sets Out; LoD stays where the rows do.
[[gnu::cold]] inline void set_moved(infer_context& c, const Shape& out) {
    const auto& x = c.in(0);
    const bool same_rows = x.dims.rank() > 0 && out.rank() > 0 && x.dims[0] == out[0];
    c.set_out(0, same_rows ? x.with(out) : tensor_meta{x.dtype, out});
}
/// Sets X@GRAD to the dims of X, for Out@GRAD in slot 1.
[[gnu::cold]] inline result<void> set_moved_grad(infer_context& c, const Shape& x) {
    if (!c.building() && x.element_count() != c.in(1).dims.element_count())
        return c.fail(errc::shape_mismatch, "Input(Out@GRAD) does not have as many elements as X", to_string(x), to_string(c.in(1).dims));
    c.set_out(0, c.in(0).with(c.in(1).dtype, x));
    return {};
}

template <class Rule, fixed_string Type>
struct same_elements_grad;
template <class Rule, fixed_string Type>
struct same_elements2_grad;

/// The elements of X in the dims that Rule::dims says; Rule names the attributes and the inputs, X first.
template <class Rule, fixed_string Type>
struct same_elements {
    static constexpr std::string_view type = Type;
    static constexpr auto inputs = Rule::inputs;
    static constexpr std::array outputs = {slot{"Out"}};
    using attributes = typename Rule::attributes;

    [[gnu::cold]] static result<void> infer(const attributes& a, infer_context& c) {
        auto out = Rule::dims(a, c, c.in(0).dims);
        if (!out) return out.failure();
        set_moved(c, *out);
        return {};
    }
    [[gnu::cold]] static void gradient(gradient_maker& g) {
        g.append<same_elements_grad<Rule, Type>>().reads("X").reads_grad("Out").makes_grad("X");
    }
    static result<void> run(const attributes&, run_context& c) { return detail::copy_elements(c, 0, 0), result<void>(); }
};
template <class Rule, fixed_string Type>
struct same_elements_grad {
    static constexpr auto type_name = join<Type.size() + 5>(Type.view(), std::string_view("_grad"));
    static constexpr std::string_view type = type_name;
    static constexpr std::array inputs = {slot{"X"}, slot{"Out@GRAD"}};
    static constexpr std::array outputs = {slot{"X@GRAD"}};
    using attributes = typename Rule::attributes;

    [[gnu::cold]] static result<void> infer(const attributes&, infer_context& c) { return set_moved_grad(c, c.in(0).dims); }
    static result<void> run(const attributes&, run_context& c) { return detail::copy_elements(c, 1, 0), result<void>(); }
};

/// The same with XShape.
template <class Rule, fixed_string Type>
struct same_elements2 : same_elements<Rule, Type> {
    static constexpr std::array outputs = {slot{"Out"}, slot{"XShape", slot_arity::optional}};

    [[gnu::cold]] static result<void> infer(const typename Rule::attributes& a, infer_context& c) {
        if (auto inferred = same_elements<Rule, Type>::infer(a, c); !inferred) return inferred;
        return set_x_shape(c, 1);
    }
    [[gnu::cold]] static void gradient(gradient_maker& g) {
        g.append<same_elements2_grad<Rule, Type>>().reads("XShape").reads_grad("Out").makes_grad("X");
    }
};
template <class Rule, fixed_string Type>
struct same_elements2_grad : same_elements_grad<Rule, Type> {
    static constexpr std::array inputs = {slot{"XShape"}, slot{"Out@GRAD"}};

    [[gnu::cold]] static result<void> infer(const typename Rule::attributes&, infer_context& c) {
        auto x = from_x_shape(c, 0);
        if (!x) return x.failure();
        return set_moved_grad(c, *x);
    }
};

}  // namespace wherry::inline WHERRY_ABI::op

#endif
