#ifndef WHERRY_EXEC_OP_WHERE_INDEX_HPP
#define WHERRY_EXEC_OP_WHERE_INDEX_HPP

#include <wherry/base/dtype.hpp>
#include <wherry/base/error.hpp>
#include <wherry/base/number.hpp>
#include <wherry/base/result.hpp>
#include <wherry/base/shape.hpp>
#include <wherry/exec/op_list.hpp>
#include <wherry/exec/plan_rest.hpp>
#include <wherry/version.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace wherry::inline WHERRY_ABI::op {

/// Places of the elements that are not 0: a row of indices for each, in order.
/// Shapes: Condition of rank 1 to 9, bool, int32, int64, float or double; Out [found, rank] int64, a number of rows that a run tells.
/// Errors: shape_mismatch, dtype_mismatch, overflow. Source: paddle operator `where_index`.
struct where_index {
    static constexpr std::string_view type = "where_index";
    static constexpr std::array inputs = {slot{"Condition"}};
    static constexpr std::array outputs = {slot{"Out"}};
    static constexpr auto rest = WHERRY_ABI::detail::leave_rest;
    using attributes = no_attributes;

    [[gnu::cold]] static result<void> infer(const attributes&, infer_context& c) {
        const auto& dims = c.in(0).dims;
        if (dims.rank() < 1) return c.fail(errc::shape_mismatch, "Input(Condition) should have number of dimension at least 1");
        tensor_meta out{DType::INT64, Shape{-1, static_cast<std::int64_t>(dims.rank())}};
        if (!c.building()) {
            if (!dims.element_count()) return c.fail(errc::overflow, "the dims of Condition multiply past 64 bits", {}, to_string(dims));
            out.dims[0] = static_cast<std::int64_t>(dims.count());
            out.at_most = true;
        }
        c.set_out(0, out);
        return {};
    }
    static result<void> run(const attributes&, run_context& c) {
        const auto find = [&]<class T>() -> result<void> {
            const auto& dims = c.in_dims(0);
            const auto out = c.out<std::int64_t>(0);
            if (out.empty()) return c.set_rows(0, 0), result<void>();
            std::array<std::int64_t, max_rank> at{};
            std::size_t row = 0;
            for (const auto& element : c.in<T>(0)) {
                if (static_cast<bool>(element)) {
                    for (std::size_t i = 0; i < dims.rank(); ++i) out[row * dims.rank() + i] = at[i];
                    ++row;
                }
                for (auto i = dims.rank(); i-- > 0 && ++at[i] == dims[i];) at[i] = 0;
            }
            c.set_rows(0, row);
            return {};
        };
        if (c.in_dtype(0) == DType::BOOL) return find.template operator()<bool>();
        return for_number(c, c.in_dtype(0), find);
    }
};

}  // namespace wherry::inline WHERRY_ABI::op

#endif
