#ifndef WHERRY_EXEC_OP_SIGN_HPP
#define WHERRY_EXEC_OP_SIGN_HPP

#include <wherry/base/result.hpp>
#include <wherry/exec/op/check.hpp>
#include <wherry/exec/op_list.hpp>
#include <wherry/version.hpp>

#include <array>
#include <cstddef>
#include <string_view>

namespace wherry::inline WHERRY_ABI::op {

/// -1, 0 or 1 by the sign of each element; of NaN 0, in 2.x NaN. Its gradient is 0 everywhere, and not made.
/// Shapes: X any; Out as X. Errors: dtype_mismatch at run. Source: paddle operator `sign`.
struct sign {
    static constexpr std::string_view type = "sign";
    static constexpr std::array inputs = {slot{"X"}};
    static constexpr std::array outputs = {slot{"Out"}};
    using attributes = no_attributes;

    [[gnu::cold]] static result<void> infer(const attributes&, infer_context& c) {
        c.set_out(0, {c.in(0).dtype, c.in(0).dims, c.in(0).lod_level});
        return {};
    }
    static result<void> run(const attributes&, run_context& c) {
        const bool keeps_nan = detail::is_2x(c.program_version());
        return for_float(c, c.in_dtype(0), [&]<class T>() -> result<void> {
            if (!c.has_out(0)) return {};
            const auto x = c.in<T>(0);
            const auto out = c.out<T>(0);
            for (std::size_t i = 0; i < x.size(); ++i)
                out[i] = x[i] > T{} ? T(1) : x[i] < T{} ? T(-1) : keeps_nan && x[i] != x[i] ? x[i] : T{};
            return {};
        });
    }
};

}  // namespace wherry::inline WHERRY_ABI::op

#endif
