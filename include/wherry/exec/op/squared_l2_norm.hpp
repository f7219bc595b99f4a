#ifndef WHERRY_EXEC_OP_SQUARED_L2_NORM_HPP
#define WHERRY_EXEC_OP_SQUARED_L2_NORM_HPP

#include <wherry/base/result.hpp>
#include <wherry/base/shape.hpp>
#include <wherry/exec/op/check.hpp>
#include <wherry/exec/op_list.hpp>
#include <wherry/kernel/reduce.hpp>
#include <wherry/kernel/scale.hpp>
#include <wherry/version.hpp>

#include <array>
#include <string_view>

namespace wherry::inline WHERRY_ABI::op {

/// X@GRAD = 2 Out@GRAD X.
struct squared_l2_norm_grad {
    static constexpr std::string_view type = "squared_l2_norm_grad";
    static constexpr std::array inputs = {slot{"X"}, slot{"Out@GRAD"}};
    static constexpr std::array outputs = {slot{"X@GRAD"}};
    using attributes = no_attributes;

    [[gnu::cold]] static result<void> infer(const attributes&, infer_context& c) {
        if (auto checked = detail::must_hold(c, 1, c.in(0).dtype); !checked) return checked;
        if (auto checked = detail::must_have_dims(c, 1, Shape{1}); !checked) return checked;
        c.set_out(0, {c.in(0).dtype, c.in(0).dims});
        return {};
    }
    static result<void> run(const attributes&, run_context& c) {
        return for_float(c, c.in_dtype(0), [&]<class T>() -> result<void> {
            kernel::scale<T>(c.in<T>(0), T(2) * c.in<T>(1)[0], T(0), c.out<T>(0));
            return {};
        });
    }
};

/// Sum of the squares of all elements; of none 0.
/// Shapes: X any; Out [1], also in 2.x. Errors: dtype_mismatch at run. Source: paddle operators `squared_l2_norm`, `squared_l2_norm_grad`.
struct squared_l2_norm {
    static constexpr std::string_view type = "squared_l2_norm";
    static constexpr std::array inputs = {slot{"X"}};
    static constexpr std::array outputs = {slot{"Out"}};
    using attributes = no_attributes;

    [[gnu::cold]] static result<void> infer(const attributes&, infer_context& c) {
        c.set_out(0, {c.in(0).dtype, Shape{1}});
        return {};
    }
    [[gnu::cold]] static void gradient(gradient_maker& g) { g.append<squared_l2_norm_grad>().reads("X").reads_grad("Out").makes_grad("X"); }
    static result<void> run(const attributes&, run_context& c) {
        return for_float(c, c.in_dtype(0), [&]<class T>() -> result<void> {
            if (c.has_out(0)) c.out<T>(0)[0] = kernel::squared_l2_norm<T>(c.in<T>(0));
            return {};
        });
    }
};

}  // namespace wherry::inline WHERRY_ABI::op

#endif
