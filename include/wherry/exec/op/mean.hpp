#ifndef WHERRY_EXEC_OP_MEAN_HPP
#define WHERRY_EXEC_OP_MEAN_HPP

#include <wherry/base/number.hpp>
#include <wherry/base/result.hpp>
#include <wherry/exec/op/check.hpp>
#include <wherry/exec/op_list.hpp>
#include <wherry/kernel/reduce.hpp>
#include <wherry/version.hpp>

#include <array>
#include <string>
#include <string_view>

namespace wherry::inline WHERRY_ABI::op {

/// Every element of dX is dOut / count.
struct mean_grad {
    static constexpr std::string_view type = "mean_grad";
    static constexpr std::array inputs = {slot{"X"}, slot{"Out@GRAD"}};
    static constexpr std::array outputs = {slot{"X@GRAD"}};
    using attributes = no_attributes;

    [[gnu::cold]] static result<void> infer(const attributes&, infer_context& c) {
        const auto& x = c.in(0);
        const auto& g = c.in(1).dims;
        if (!c.building() && g.count() != 1)
            return c.fail(errc::shape_mismatch,
                          {"Mean Gradient should be scalar. But received Out@Grad's elements num is ", decimal(g.count()), "."}, "1",
                          decimal(g.count()));
        if (auto checked = detail::must_hold(c, 1, x.dtype); !checked) return checked;
        c.set_out(0, x.with(x.dims));
        return {};
    }
    static result<void> run(const attributes&, run_context& c) {
        return for_float(c, c.in_dtype(0), [&]<class T>() -> result<void> {
            kernel::mean_grad<T>(c.in<T>(1)[0], c.out<T>(0));
            return {};
        });
    }
};

/// Mean of all elements; of none NaN.
/// Shapes: Out [1], or [] in programs of 2.x. Errors: dtype_mismatch at run. Source: paddle operators `mean`, `mean_grad`.
struct mean {
    static constexpr std::string_view type = "mean";
    static constexpr std::array inputs = {slot{"X"}};
    static constexpr std::array outputs = {slot{"Out"}};
    using attributes = no_attributes;

    [[gnu::cold]] static result<void> infer(const attributes&, infer_context& c) {
        c.set_out(0, {c.in(0).dtype, detail::scalar_dims(c)});
        return {};
    }
    [[gnu::cold]] static void gradient(gradient_maker& g) {
        g.append<mean_grad>().without_attributes().reads("X").reads_grad("Out").makes_grad("X");
    }
    static result<void> run(const attributes&, run_context& c) {
        return for_float(c, c.in_dtype(0), [&]<class T>() -> result<void> {
            c.out<T>(0)[0] = kernel::mean(c.in<T>(0));
            return {};
        });
    }
};

}  // namespace wherry::inline WHERRY_ABI::op

#endif
