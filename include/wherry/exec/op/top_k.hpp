#ifndef WHERRY_EXEC_OP_TOP_K_HPP
#define WHERRY_EXEC_OP_TOP_K_HPP

#include <wherry/base/dtype.hpp>
#include <wherry/base/number.hpp>
#include <wherry/base/result.hpp>
#include <wherry/base/shape.hpp>
#include <wherry/base/text.hpp>
#include <wherry/exec/op/attribute_input.hpp>
#include <wherry/exec/op/check.hpp>
#include <wherry/exec/op_list.hpp>
#include <wherry/kernel/top_k.hpp>
#include <wherry/version.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace wherry::inline WHERRY_ABI::op {

/// Attributes of `top_k`, and their defaults.
struct top_k_attributes {
    std::int32_t k = 1;

    template <class Self, class Visitor>
    static void visit(Self& self, Visitor& attr) {
        attr("k", self.k);
    }
};

namespace detail {
/// A tensor as rows along its last axis.
struct rows_of {
    explicit rows_of(const Shape& dims)
        : count(static_cast<std::size_t>(dims.product(0, dims.rank() - 1))), width(static_cast<std::size_t>(dims.back())) {}
    std::size_t count;
    std::size_t width;
};
}  // namespace detail

/// X@GRAD is Out@GRAD at the chosen places and 0 elsewhere. Errors: index_out_of_range at run for places outside the row.
struct top_k_grad {
    static constexpr std::string_view type = "top_k_grad";
    static constexpr std::array inputs = {slot{"X"}, slot{"Indices"}, slot{"Out@GRAD"}};
    static constexpr std::array outputs = {slot{"X@GRAD"}};
    using attributes = no_attributes;

    [[gnu::cold]] static result<void> infer(const attributes&, infer_context& c) {
        const auto& x = c.in(0);
        if (auto checked = detail::must_hold(c, 1, DType::INT64); !checked) return checked;
        if (auto checked = detail::must_hold(c, 2, x.dtype); !checked) return checked;
        if (!c.building()) {
            auto dims = x.dims;
            if (dims.rank() == 0) return c.fail(errc::shape_mismatch, "input must have >= 1d shape");
            if (c.in(1).dims.rank() > 0) dims[dims.rank() - 1] = c.in(1).dims.back();
            for (const std::size_t slot : {1u, 2u})
                if (c.in(slot).dims != dims)
                    return c.fail(errc::shape_mismatch, "Indices and Out@GRAD should have the dims of X but for the last", to_string(dims),
                                  to_string(c.in(slot).dims));
        }
        c.set_out(0, {x.dtype, x.dims});
        return {};
    }
    static result<void> run(const attributes&, run_context& c) {
        const detail::rows_of rows(c.in_dims(0));
        const detail::rows_of chosen(c.in_dims(1));
        const auto indices = c.in<std::int64_t>(1);
        for (const auto index : indices)
            if (index < 0 || static_cast<std::uint64_t>(index) >= rows.width)
                return c.fail(errc::index_out_of_range, "an index of top_k is outside the row", text{"[0, ", decimal(rows.width), ")"},
                              std::to_string(index));
        return for_float(c, c.in_dtype(0), [&]<class T>() -> result<void> {
            if (c.has_out(0)) kernel::top_k_grad<T, std::int64_t>(rows.count, rows.width, chosen.width, indices, c.in<T>(2), c.out<T>(0));
            return {};
        });
    }
};

/// The k largest elements along the last axis, largest first, and where they stood. Among equals the order is the reference's own (a heap),
/// which for k == 1 is the first one; NaN is treated as there.
/// Shapes: X [..., n], n >= k; Out [..., k], Indices the same, int64. Errors: bad_attribute, shape_mismatch, unsupported (a computed k).
/// Source: paddle operators `top_k`, `top_k_grad`.
struct top_k {
    static constexpr std::string_view type = "top_k";
    static constexpr std::array inputs = {slot{"X"}, slot{"K", slot_arity::optional}};
    static constexpr std::array outputs = {slot{"Out"}, slot{"Indices"}};
    using attributes = top_k_attributes;

    [[gnu::cold]] static result<void> infer(const attributes& a, infer_context& c) {
        if (auto checked = detail::must_be_absent(c, 1); !checked) return checked;
        const auto& x = c.in(0);
        if (a.k < 1) {
            const auto k = std::to_string(a.k);
            return c.fail(errc::bad_attribute,
                          detail::is_2x(c.program_version()) ? "Attribute k must be >= 1, but got k is " + k + "."
                                                             : std::string("k must >= 1"),
                          ">= 1", k);
        }
        if (x.dims.rank() == 0) return c.fail(errc::shape_mismatch, "input must have >= 1d shape");
        if (!c.building() && x.dims.back() < a.k)
            return c.fail(errc::shape_mismatch, "input must have >= k columns", std::to_string(a.k), std::to_string(x.dims.back()));
        auto dims = x.dims;
        dims[dims.rank() - 1] = a.k;
        c.set_out(0, x.with(dims));
        c.set_out(1, x.with(DType::INT64, dims));
        return {};
    }
    [[gnu::cold]] static void gradient(gradient_maker& g) {
        g.append<top_k_grad>().reads("X").reads("Indices").reads_grad("Out").makes_grad("X").without_attributes();
    }
    static result<void> run(const attributes& a, run_context& c) {
        if (!c.has_out(0) || !c.has_out(1)) return c.fail(errc::missing_slot, "Out and Indices are needed both");
        const detail::rows_of rows(c.in_dims(0));
        return for_float(c, c.in_dtype(0), [&]<class T>() -> result<void> {
            kernel::top_k_fluid18<T, std::int64_t>(rows.count, rows.width, static_cast<std::size_t>(a.k), c.in<T>(0), c.out<T>(0),
                                                   c.out<std::int64_t>(1));
            return {};
        });
    }
};

}  // namespace wherry::inline WHERRY_ABI::op

#endif
