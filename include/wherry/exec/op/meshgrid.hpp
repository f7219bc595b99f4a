#ifndef WHERRY_EXEC_OP_MESHGRID_HPP
#define WHERRY_EXEC_OP_MESHGRID_HPP

#include <wherry/base/error.hpp>
#include <wherry/base/number.hpp>
#include <wherry/base/result.hpp>
#include <wherry/base/shape.hpp>
#include <wherry/exec/op/check.hpp>
#include <wherry/exec/op/strided.hpp>
#include <wherry/exec/op_list.hpp>
#include <wherry/kernel/strided.hpp>
#include <wherry/version.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace wherry::inline WHERRY_ABI::op {

/// Coordinates of a grid: each vector along an axis of its own, repeated along the others. Any element type.
/// Shapes: X k vectors of n_0 ... n_k-1 elements, k up to 6; Out k arrays [n_0, ..., n_k-1]. Errors: shape_mismatch, dtype_mismatch.
/// Source: paddle operator `meshgrid`.
struct meshgrid {
    static constexpr std::string_view type = "meshgrid";
    static constexpr std::array inputs = {slot{"X", slot_arity::many}};
    static constexpr std::array outputs = {slot{"Out", slot_arity::many}};
    using attributes = no_attributes;

    [[gnu::cold]] static result<void> infer(const attributes&, infer_context& c) {
        const auto count = c.in_count(0);
        if (count > 6 || c.out_count(0) != count)
            return c.fail(errc::shape_mismatch, "meshgrid should have as many outputs as inputs, at most 6", decimal(count),
                          decimal(c.out_count(0)));
        Shape grid;
        for (std::size_t k = 0; k < count; ++k) {
            const auto& x = c.in(0, k);
            if (x.dims.rank() > 1)
                return c.fail(errc::shape_mismatch, "an input of meshgrid should be a vector", "1 dim", to_string(x.dims));
            if (!c.building() && x.dtype != c.in(0).dtype) return detail::wrong_dtype(c, x.dtype, c.in(0).dtype);
            grid.push_back(x.dims.rank() == 0 ? 1 : x.dims[0]);
        }
        for (std::size_t k = 0; k < count; ++k) c.set_out(0, {c.in(0).dtype, grid}, k);
        return {};
    }
    static result<void> run(const attributes&, run_context& c) {
        for (std::size_t k = 0; k < c.in_count(0); ++k) {
            if (!c.has_out(0, k)) continue;
            const auto& grid = c.out_dims(0, k);
            const strides_of steps(grid);
            kernel::strided_loops loops;
            for (std::size_t i = 0; i < grid.rank(); ++i) loops.add(grid[i], i == k ? 1 : 0, steps[i]);
            kernel::copy_strided(loops, size_of(c.in_dtype(0)), c.in_bytes(0, k).data(), c.out_bytes(0, k).data());
        }
        return {};
    }
};

}  // namespace wherry::inline WHERRY_ABI::op

#endif
