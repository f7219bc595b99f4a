#ifndef WHERRY_EXEC_OP_ACCURACY_HPP
#define WHERRY_EXEC_OP_ACCURACY_HPP

#include <wherry/base/dtype.hpp>
#include <wherry/base/number.hpp>
#include <wherry/base/result.hpp>
#include <wherry/exec/op/check.hpp>
#include <wherry/exec/op_list.hpp>
#include <wherry/version.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace wherry::inline WHERRY_ABI::op {

/// The share of rows whose Indices hold the row's label; of no rows 0.
/// Shapes: Out and Indices (int64) [rows, k], as top_k gives them, Label [rows, 1] of int64; Accuracy, Correct and Total (int32) [1], from
/// 2.0 on []. Errors: shape_mismatch, dtype_mismatch. Source: paddle operator `accuracy`.
struct accuracy {
    static constexpr std::string_view type = "accuracy";
    static constexpr std::array inputs = {slot{"Out"}, slot{"Indices"}, slot{"Label"}};
    static constexpr std::array outputs = {slot{"Accuracy"}, slot{"Correct"}, slot{"Total"}};
    using attributes = no_attributes;

    [[gnu::cold]] static result<void> infer(const attributes&, infer_context& c) {
        const auto& out = c.in(0);
        const auto& label = c.in(2).dims;
        if (label.rank() != 2)
            return c.fail(errc::shape_mismatch,
                          {"ShapeError: label's dimensions of AccuracyOp must be 2. But received label's dimensions = ",
                           decimal(label.rank()), ", label's shape = ", to_string(label)});
        if (!c.building()) {
            if (label[1] != 1)
                return c.fail(errc::shape_mismatch,
                              {"ShapeError: label's second dimension of AccuracyOp must be 1. But received label's second dimension is = ",
                               decimal(label[1]), ", label's shape = ", to_string(label)});
            if (out.dims.rank() != 2) return c.fail(errc::shape_mismatch, "Out should be [rows, k]", "2 dims", to_string(out.dims));
            if (out.dims[0] != label[0])
                return c.fail(
                    errc::shape_mismatch,
                    {"ShapeError: the output's num_rows of AccuracyOp must be the same as label's num_rows. But received output's shape = ",
                     to_string(out.dims), ", label's shape = ", to_string(label), ", output's num_rows = ", decimal(out.dims[0]),
                     ", label's num_rows = ", decimal(label[0])});
            if (c.in(1).dims != out.dims)
                return c.fail(errc::shape_mismatch, "Indices should have the dims of Out", to_string(out.dims), to_string(c.in(1).dims));
        }
        for (const std::size_t slot : {1u, 2u})
            if (auto checked = detail::must_hold(c, slot, DType::INT64); !checked) return checked;
        const auto one = detail::scalar_dims(c);
        c.set_out(0, out.with(DType::FP32, one));
        c.set_out(1, {DType::INT32, one});
        c.set_out(2, {DType::INT32, one});
        return {};
    }
    static result<void> run(const attributes&, run_context& c) {
        const auto indices = c.in<std::int64_t>(1);
        const auto labels = c.in<std::int64_t>(2);
        const auto k = static_cast<std::size_t>(c.in_dims(1)[1]);
        std::size_t correct = 0;
        for (std::size_t r = 0; r < labels.size(); ++r) {
            const auto row = indices.subspan(r * k, k);
            if (std::find(row.begin(), row.end(), labels[r]) != row.end()) ++correct;
        }
        const auto total = labels.size();
        if (c.has_out(0)) c.out<float>(0)[0] = total == 0 ? 0.0F : static_cast<float>(correct) / static_cast<float>(total);
        if (c.has_out(1)) c.out<std::int32_t>(1)[0] = static_cast<std::int32_t>(correct);
        if (c.has_out(2)) c.out<std::int32_t>(2)[0] = static_cast<std::int32_t>(total);
        return {};
    }
};

}  // namespace wherry::inline WHERRY_ABI::op

#endif
