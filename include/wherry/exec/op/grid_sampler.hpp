#ifndef WHERRY_EXEC_OP_GRID_SAMPLER_HPP
#define WHERRY_EXEC_OP_GRID_SAMPLER_HPP

#include <wherry/base/error.hpp>
#include <wherry/base/result.hpp>
#include <wherry/base/shape.hpp>
#include <wherry/exec/op/check.hpp>
#include <wherry/exec/op_list.hpp>
#include <wherry/kernel/grid_sample.hpp>
#include <wherry/version.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace wherry::inline WHERRY_ABI::op {

/// Attributes of `grid_sampler`, and their defaults.
struct grid_sampler_attributes {
    std::string mode = "bilinear", padding_mode = "zeros";
    bool align_corners = true;

    template <class Self, class Visitor>
    static void visit(Self& self, Visitor& attr) {
        attr("mode", self.mode, since_2x);
        attr("padding_mode", self.padding_mode, since_2x);
        attr("align_corners", self.align_corners, since_2x);
    }
};

/// Images sampled at the places of a grid, where -1 and 1 are their borders.
/// Shapes: X [N, C, H, W], Grid [N, h, w, 2] of x and y; Output [N, C, h, w]. Volumes: X [N, C, D, H, W], Grid [N, d, h, w, 3].
/// Errors: bad_attribute, shape_mismatch, dtype_mismatch. Source: paddle operator `grid_sampler`.
struct grid_sampler {
    static constexpr std::string_view type = "grid_sampler";
    static constexpr std::array inputs = {slot{"X"}, slot{"Grid"}};
    static constexpr std::array outputs = {slot{"Output"}};
    using attributes = grid_sampler_attributes;

    [[gnu::cold]] static result<void> infer(const attributes& a, infer_context& c) {
        const auto &x = c.in(0).dims, &grid = c.in(1).dims;
        const auto rank = x.rank();
        if ((rank != 4 && rank != 5) || grid.rank() != rank || !c.agree(grid.back(), static_cast<std::int64_t>(rank) - 2) ||
            !c.agree(grid[0], x[0]))
            return c.fail(errc::shape_mismatch, "X of grid_sampler should be [N, C, H, W], Grid [N, h, w, 2]", to_string(x),
                          to_string(grid));
        for (std::size_t i = 2; i < rank; ++i)
            if (x[i] == 0) return c.fail(errc::shape_mismatch, "X of grid_sampler has no elements", {}, to_string(x));
        if (!detail::is_2x(c.program_version()) && (rank != 4 || !c.agree(grid[1], x[2]) || !c.agree(grid[2], x[3])))
            return c.fail(errc::shape_mismatch, "before 2.0 the grid should have the dims of the image", to_string(x), to_string(grid));
        if (auto checked = detail::must_hold(c, 1, c.in(0).dtype); !checked) return checked;
        if (a.mode != "bilinear" && a.mode != "nearest")
            return c.fail(errc::bad_attribute, "mode should be bilinear or nearest", "bilinear, nearest", a.mode);
        if (a.padding_mode != "zeros" && a.padding_mode != "border" && a.padding_mode != "reflection")
            return c.fail(errc::bad_attribute, "padding_mode should be zeros, border or reflection", "zeros, border, reflection",
                          a.padding_mode);
        Shape out{x[0], x[1]};
        for (std::size_t i = 1; i + 1 < rank; ++i) out.push_back(grid[i]);
        c.set_out(0, c.in(0).with(out));
        return {};
    }
    static result<void> run(const attributes& a, run_context& c) {
        if (!c.has_out(0)) return {};
        const auto &x = c.in_dims(0), &grid = c.in_dims(1);
        using padding = kernel::grid_sampling::padding;
        kernel::grid_sampling s{.channels = static_cast<std::size_t>(x[1]),
                                .places = static_cast<std::size_t>(grid.product(1, grid.rank() - 1)),
                                .rank = x.rank() - 2,
                                .beyond = a.padding_mode == "zeros"    ? padding::zeros
                                          : a.padding_mode == "border" ? padding::border
                                                                       : padding::reflection,
                                .nearest = a.mode == "nearest",
                                .aligned = a.align_corners};
        for (std::size_t i = 0; i < s.rank; ++i) s.in[i] = static_cast<std::size_t>(x[x.rank() - 1 - i]);
        return for_float(c, c.in_dtype(0), [&]<class T>() -> result<void> {
            const auto images = static_cast<std::size_t>(x[0]);
            const auto each = s.channels * s.plane();
            for (std::size_t i = 0; i < images; ++i)
                kernel::grid_sample<T>(s, c.in<T>(0).data() + i * each, c.in<T>(1).data() + i * s.places * s.rank,
                                       c.out<T>(0).data() + i * s.channels * s.places);
            return {};
        });
    }
};

}  // namespace wherry::inline WHERRY_ABI::op

#endif
