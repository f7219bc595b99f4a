#ifndef WHERRY_EXEC_OP_BMM_HPP
#define WHERRY_EXEC_OP_BMM_HPP

#include <wherry/base/error.hpp>
#include <wherry/base/number.hpp>
#include <wherry/base/result.hpp>
#include <wherry/base/shape.hpp>
#include <wherry/exec/op/check.hpp>
#include <wherry/exec/op/matmul.hpp>
#include <wherry/exec/op_list.hpp>
#include <wherry/version.hpp>

#include <cstddef>
#include <string_view>

namespace wherry::inline WHERRY_ABI::op {

namespace detail {
/// matmul_v2 of two batches, without its attributes.
struct bmm_rules {
    using attributes = no_attributes;
    static product_form form(const attributes&, const Shape& x, const Shape& y) { return matmul_v2_rules::form({}, x, y); }
    [[gnu::cold]] static result<void> check(const attributes&, const infer_context& c, const product_form& f) {
        for (const std::size_t slot : {0u, 1u})
            if (c.in(slot).dims.rank() != 3)
                return c.fail(errc::shape_mismatch, {"Input(", c.in_name(slot), ") of BmmOp must be 3-dimensional"}, "3",
                              decimal(c.in(slot).dims.rank()));
        if (!c.agree(c.in(0).dims[0], c.in(1).dims[0]))
            return c.fail(errc::shape_mismatch, "Input(X) and Input(Y) must have the same batch size in BmmOp", decimal(c.in(0).dims[0]),
                          decimal(c.in(1).dims[0]));
        return matmul_v2_rules::check({}, c, f);
    }
};
}  // namespace detail

/// The gradient of `bmm`.
template <class Backend = kernel::portable>
struct basic_bmm_grad : detail::product_grad<detail::bmm_rules, Backend> {
    static constexpr std::string_view type = "bmm_grad";
};

/// Products of the matrices of two batches. Shapes: X [b, m, k], Y [b, k, n]; Out [b, m, n]. Errors: shape_mismatch, dtype_mismatch.
/// Source: paddle operators `bmm`, `bmm_grad`.
template <class Backend = kernel::portable>
struct basic_bmm : detail::product<detail::bmm_rules, Backend> {
    static constexpr std::string_view type = "bmm";
    [[gnu::cold]] static void gradient(gradient_maker& g) {
        g.append<basic_bmm_grad<Backend>>().reads("X").reads("Y").reads_grad("Out").makes_grad("X").makes_grad("Y");
    }
};
using bmm = basic_bmm<>;
using bmm_grad = basic_bmm_grad<>;

}  // namespace wherry::inline WHERRY_ABI::op

#endif
