#ifndef WHERRY_EXEC_OP_CLIP_BY_NORM_HPP
#define WHERRY_EXEC_OP_CLIP_BY_NORM_HPP

#include <wherry/base/result.hpp>
#include <wherry/exec/op/check.hpp>
#include <wherry/exec/op_list.hpp>
#include <wherry/kernel/reduce.hpp>
#include <wherry/kernel/scale.hpp>
#include <wherry/version.hpp>

#include <array>
#include <cmath>
#include <string>
#include <string_view>

namespace wherry::inline WHERRY_ABI::op {

/// Attributes of `clip_by_norm`, and their defaults.
struct clip_by_norm_attributes {
    float max_norm = 0;

    template <class Self, class Visitor>
    static void visit(Self& self, Visitor& attr) {
        attr("max_norm", self.max_norm);
    }
};

/// X scaled down so that the root of the sum of its squares is at most max_norm. X of zeros stays as it is, in 1.8 too, where the reference
/// gives NaN.
/// Shapes: X any; Out as X. Errors: bad_attribute for max_norm that is not above 0; dtype_mismatch at run. Source: paddle operator
/// `clip_by_norm`.
struct clip_by_norm {
    static constexpr std::string_view type = "clip_by_norm";
    static constexpr std::array inputs = {slot{"X"}};
    static constexpr std::array outputs = {slot{"Out"}};
    using attributes = clip_by_norm_attributes;

    [[gnu::cold]] static result<void> infer(const attributes& a, infer_context& c) {
        if (!(a.max_norm > 0))
            return c.fail(errc::bad_attribute,
                          {"max_norm should be greater than 0. Received max_norm is ", std::to_string(a.max_norm), "."}, "above 0",
                          std::to_string(a.max_norm));
        c.set_out(0, {c.in(0).dtype, c.in(0).dims, c.in(0).lod_level});
        return {};
    }
    static result<void> run(const attributes& a, run_context& c) {
        return for_float(c, c.in_dtype(0), [&]<class T>() -> result<void> {
            if (!c.has_out(0)) return {};
            const T norm = std::sqrt(kernel::squared_l2_norm<T>(c.in<T>(0)));
            const T limit = static_cast<T>(a.max_norm);
            kernel::scale<T>(c.in<T>(0), norm > limit ? limit / norm : T(1), T{}, c.out<T>(0));
            return {};
        });
    }
};

}  // namespace wherry::inline WHERRY_ABI::op

#endif
