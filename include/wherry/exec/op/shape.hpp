#ifndef WHERRY_EXEC_OP_SHAPE_HPP
#define WHERRY_EXEC_OP_SHAPE_HPP

#include <wherry/base/dtype.hpp>
#include <wherry/base/result.hpp>
#include <wherry/exec/op/check.hpp>
#include <wherry/exec/op_list.hpp>
#include <wherry/version.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string_view>

namespace wherry::inline WHERRY_ABI::op {

/// The dims of a tensor as a tensor: known when a plan is made, so that they may decide other dims.
/// Shapes: Input of rank n; Out [n], int32. Errors: overflow for a dim past 31 bits. Source: paddle operator `shape`.
struct shape {
    static constexpr std::string_view type = "shape";
    static constexpr auto reads = op_reads::dims;
    static constexpr std::array inputs = {slot{"Input"}};
    static constexpr std::array outputs = {slot{"Out"}};
    using attributes = no_attributes;

    [[gnu::cold]] static result<void> infer(const attributes&, infer_context& c) {
        for (const auto dim : c.in(0).dims)
            if (dim > std::numeric_limits<std::int32_t>::max())
                return c.fail(errc::overflow, "a dim does not fit 32 bits", {}, to_string(c.in(0).dims));
        c.set_out(0, {DType::INT32, {static_cast<std::int64_t>(c.in(0).dims.rank())}});
        return {};
    }
    static result<void> run(const attributes&, run_context& c) {
        const auto out = c.out<std::int32_t>(0);
        for (std::size_t i = 0; i < out.size(); ++i) out[i] = static_cast<std::int32_t>(c.in_dims(0)[i]);
        return {};
    }
};

/// How many elements a tensor has. Shapes: Out [1], in programs of 2.x []; int64. Source: paddle operator `size`.
struct size {
    static constexpr std::string_view type = "size";
    static constexpr auto reads = op_reads::dims;
    static constexpr std::array inputs = {slot{"Input"}};
    static constexpr std::array outputs = {slot{"Out"}};
    using attributes = no_attributes;

    [[gnu::cold]] static result<void> infer(const attributes&, infer_context& c) {
        c.set_out(0, {DType::INT64, detail::scalar_dims(c)});
        return {};
    }
    static result<void> run(const attributes&, run_context& c) {
        if (c.has_out(0)) c.out<std::int64_t>(0)[0] = static_cast<std::int64_t>(c.in_dims(0).count());
        return {};
    }
};

}  // namespace wherry::inline WHERRY_ABI::op

#endif
