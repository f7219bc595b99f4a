#ifndef WHERRY_EXEC_OP_REDUCE_HPP
#define WHERRY_EXEC_OP_REDUCE_HPP

#include <wherry/base/dtype.hpp>
#include <wherry/base/number.hpp>
#include <wherry/base/result.hpp>
#include <wherry/base/sequence.hpp>
#include <wherry/base/shape.hpp>
#include <wherry/exec/op/cast.hpp>
#include <wherry/exec/op/check.hpp>
#include <wherry/exec/op_list.hpp>
#include <wherry/kernel/reduce.hpp>
#include <wherry/version.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace wherry::inline WHERRY_ABI::op {

/// Attributes of the reductions, and their defaults.
struct reduce_attributes {
    sequence<std::int32_t> dim{0};
    bool keep_dim = false;
    bool reduce_all = false;
    std::int32_t in_dtype = -1;
    std::int32_t out_dtype = -1;

    template <class Self, class Visitor>
    static void visit(Self& self, Visitor& attr) {
        attr("dim", self.dim);
        attr("keep_dim", self.keep_dim);
        attr("reduce_all", self.reduce_all);
        attr("in_dtype", self.in_dtype);
        attr("out_dtype", self.out_dtype);
    }
};

namespace detail {

/// The axes to reduce as bits. Errors: bad_attribute for one that X does not have or that is named twice.
[[gnu::cold]] inline result<std::uint32_t> reduced_axes(const infer_context& c, const reduce_attributes& a, std::size_t rank) {
    const auto all = (std::uint32_t{1} << rank) - 1;
    if (a.reduce_all || (a.dim.empty() && is_2x(c.program_version()))) return all;
    if (a.dim.empty())
        return c.fail(errc::bad_attribute,
                      "The input dim dimensions of ReduceOp should be greater than 0. But received the dim dimesions of Reduce = 0.");
    if (rank == 0 && is_2x(c.program_version()) && a.dim.size() == 1 && (a.dim[0] == 0 || a.dim[0] == -1)) return all;
    std::uint32_t mask = 0;
    for (std::size_t i = 0; i < a.dim.size(); ++i) {
        const auto axis = normalized_axis(a.dim[i], rank);
        if (!axis)
            return c.fail(errc::bad_attribute, {"The reduce dim index ", decimal(i),
                                                " should be in the range [-dimension(X), dimension(X)] which dimesion = ", decimal(rank),
                                                ". But received dim index = ", decimal(a.dim[i]), "."});
        const auto bit = std::uint32_t{1} << *axis;
        if ((mask & bit) != 0) return c.fail(errc::bad_attribute, "Attr(dim) names an axis twice", {}, decimal(a.dim[i]));
        mask |= bit;
    }
    return mask;
}

/// Dims of the result.
[[gnu::cold]] inline Shape reduced_dims(const infer_context& c, const Shape& x, std::uint32_t mask, const reduce_attributes& a) {
    Shape out;
    for (std::size_t i = 0; i < x.rank(); ++i) {
        const bool reduced = (mask >> i & 1U) != 0;
        if (!reduced) out.push_back(x[i]);
        else if (a.keep_dim) out.push_back(1);
    }
    return out.rank() == 0 ? scalar_dims(c) : out;
}

/// The loops of axes that reduced_axes accepted.
inline kernel::broadcast_plan reduce_loops(const reduce_attributes& a, const Shape& x) {
    const sequence<std::int64_t> axes(a.dim.begin(), a.dim.end());
    const bool all = a.reduce_all || x.rank() == 0;
    return kernel::plan_reduce(x.dims(), kernel::axis_mask(all ? std::span<const std::int64_t>() : std::span(axes), x.rank()));
}

/// The elements as that type: where they lie, or put into `room`.
inline result<std::span<const std::byte>> elements_as(DType dtype, const run_context& c, std::size_t slot, sequence<std::byte>& room) {
    if (c.in_dtype(slot) == dtype) return c.in_bytes(slot);
    const auto count = c.in_bytes(slot).size() / size_of(c.in_dtype(slot));
    if (auto made = c.make_room(room, count * size_of(dtype)); !made) return made.failure();
    if (auto done = convert(c, c.in_dtype(slot), c.in_bytes(slot), dtype, std::span(room)); !done) return done.failure();
    return std::span<const std::byte>(room);
}

struct sum_reduction {
    static constexpr std::string_view type = "reduce_sum", grad_type = "reduce_sum_grad";
    static constexpr bool is_mean = false;
};
struct mean_reduction {
    static constexpr std::string_view type = "reduce_mean", grad_type = "reduce_mean_grad";
    static constexpr bool is_mean = true;
};

/// Sums take integers, means do not.
inline result<void> run_reduce(const reduce_attributes& a, run_context& c, bool is_mean, bool gradient) {
    const auto dtype = gradient ? c.in_dtype(0) : c.out_dtype(0);
    const bool floats = dtype == DType::FP32 || dtype == DType::FP64;
    if (!floats && (is_mean || (dtype != DType::INT32 && dtype != DType::INT64))) return c.no_kernel(dtype);
    sequence<std::byte> room;
    auto read = elements_as(dtype, c, gradient ? 1 : 0, room);
    if (!read) return read.failure();
    const auto loops = reduce_loops(a, c.in_dims(0));
    return for_number(c, dtype, [&]<class T>() -> result<void> {
        const auto x = elements_of<T>(*read);
        const auto out = c.out<T>(0);
        if (gradient) kernel::detail::reduce_grad<T>(loops, x, out, is_mean);
        else kernel::detail::reduce<T>(loops, x, out, is_mean);
        return {};
    });
}

template <class Reduction>
struct reduce_grad;

template <class Reduction>
struct reduce {
    static constexpr std::string_view type = Reduction::type;
    static constexpr std::array inputs = {slot{"X"}};
    static constexpr std::array outputs = {slot{"Out"}};
    using attributes = reduce_attributes;

    [[gnu::cold]] static result<void> infer(const attributes& a, infer_context& c) {
        const auto& x = c.in(0);
        auto mask = reduced_axes(c, a, x.dims.rank());
        if (!mask) return mask.failure();
        const auto dtype = a.out_dtype < 0 ? x.dtype : static_cast<DType>(a.out_dtype);
        if (!is_dtype(dtype)) return c.fail(errc::bad_attribute, "Attr(out_dtype) is not an element type", {}, decimal(a.out_dtype));
        const auto out = reduced_dims(c, x.dims, *mask, a);
        if (a.reduce_all || (*mask & 1U) != 0 || x.dims.rank() == 0) c.set_out(0, {dtype, out});  // the first dim is gone, and LoD with it
        else c.set_out(0, x.with(dtype, out));
        return {};
    }
    [[gnu::cold]] static void gradient(gradient_maker& g) {
        g.append<reduce_grad<Reduction>>().reads("X").reads_grad("Out").makes_grad("X");
    }
    static result<void> run(const attributes& a, run_context& c) { return run_reduce(a, c, Reduction::is_mean, false); }
};

template <class Reduction>
struct reduce_grad {
    static constexpr std::string_view type = Reduction::grad_type;
    static constexpr std::array inputs = {slot{"X"}, slot{"Out@GRAD"}};
    static constexpr std::array outputs = {slot{"X@GRAD"}};
    using attributes = reduce_attributes;

    [[gnu::cold]] static result<void> infer(const attributes& a, infer_context& c) {
        const auto& x = c.in(0);
        auto mask = reduced_axes(c, a, x.dims.rank());
        if (!mask) return mask.failure();
        if (auto checked = must_have_dims(c, 1, reduced_dims(c, x.dims, *mask, a)); !checked) return checked;
        c.set_out(0, x.with(x.dims));
        return {};
    }
    static result<void> run(const attributes& a, run_context& c) { return run_reduce(a, c, Reduction::is_mean, true); }
};

}  // namespace detail

/// Sum over some axes or all of them, integers too; of nothing 0.
/// Shapes: X [...]; Out without the axes of `dim`, or with 1 there (keep_dim); all reduced gives [1], in programs of 2.x [].
/// Errors: bad_attribute, dtype_mismatch at run. Source: paddle operators `reduce_sum`, `reduce_sum_grad`.
struct reduce_sum : detail::reduce<detail::sum_reduction> {};
struct reduce_sum_grad : detail::reduce_grad<detail::sum_reduction> {};
/// Mean over some axes or all of them; of nothing NaN. Source: paddle operators `reduce_mean`, `reduce_mean_grad`.
struct reduce_mean : detail::reduce<detail::mean_reduction> {};
struct reduce_mean_grad : detail::reduce_grad<detail::mean_reduction> {};

}  // namespace wherry::inline WHERRY_ABI::op

#endif
