#ifndef WHERRY_EXEC_OP_ONE_HOT_HPP
#define WHERRY_EXEC_OP_ONE_HOT_HPP

#include <wherry/base/dtype.hpp>
#include <wherry/base/error.hpp>
#include <wherry/base/number.hpp>
#include <wherry/base/result.hpp>
#include <wherry/base/shape.hpp>
#include <wherry/base/text.hpp>
#include <wherry/exec/op/attribute_input.hpp>
#include <wherry/exec/op/cast.hpp>
#include <wherry/exec/op/check.hpp>
#include <wherry/exec/op/gather.hpp>
#include <wherry/exec/op_list.hpp>
#include <wherry/version.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace wherry::inline WHERRY_ABI::op {

/// Attributes of `one_hot`, and their defaults.
struct one_hot_attributes {
    std::int32_t depth = -1;
    DType dtype = DType::FP32;
    bool allow_out_of_range = false;

    template <class Self, class Visitor>
    static void visit(Self& self, Visitor& attr) {
        attr("depth", self.depth);
        attr("dtype", self.dtype);
        attr("allow_out_of_range", self.allow_out_of_range);
    }
};

/// A row of zeros with a 1 where each number of X says; one that is out of range and allowed gives zeros alone (before 2.0).
/// Shapes: X [...] int32 or int64; Out [..., depth]. Errors: bad_attribute, bad_dtype, dtype_mismatch, bad_dims; index_out_of_range at run.
/// Source: paddle operator `one_hot_v2`.
struct one_hot_v2 {
    static constexpr std::string_view type = "one_hot_v2";
    static constexpr std::array inputs = {slot{"X"}, slot{"depth_tensor", slot_arity::optional}};
    static constexpr std::array outputs = {slot{"Out"}};
    using attributes = one_hot_attributes;

    [[gnu::cold]] static result<void> infer(const attributes& a, infer_context& c) { return infer_rows(a, c, c.in(0).dims); }
    static result<void> run(const attributes& a, run_context& c) {
        if (!c.has_out(0)) return {};
        if (!detail::is_number(a.dtype)) return c.no_kernel(a.dtype);
        const auto depth = c.out_dims(0).back();
        const auto bytes = size_of(a.dtype);
        const auto out = c.out_bytes(0);
        std::fill(out.begin(), out.end(), std::byte{});
        const bool allowed = a.allow_out_of_range && !detail::is_2x(c.program_version());
        const auto encode = [&](const auto& numbers) -> result<void> {
            for (std::size_t i = 0; i < numbers.size(); ++i) {
                const std::int64_t at = numbers[i];
                if (at >= 0 && at < depth)
                    detail::put_number(a.dtype, out.data() + (i * static_cast<std::size_t>(depth) + static_cast<std::size_t>(at)) * bytes,
                                       1.0);
                else if (!allowed)
                    return c.fail(errc::index_out_of_range,
                                  {"Illegal index value, Input(input) value should be less than Input(depth), but received input (",
                                   decimal(at), ") not less than depth (", decimal(depth), ")"},
                                  text{"[0, ", decimal(depth), ")"}, decimal(at));
            }
            return {};
        };
        return c.in_dtype(0) == DType::INT32 ? encode(c.in<std::int32_t>(0)) : encode(c.in<std::int64_t>(0));
    }

    [[gnu::cold]] static result<void> infer_rows(const attributes& a, infer_context& c, Shape out) {
        if (auto checked = detail::must_be_indices(c, 0); !checked) return checked;
        std::int64_t depth = a.depth;
        if (c.has_in(1)) {
            auto read = detail::whole_numbers(c, 1);
            if (!read) return read.failure();
            depth = read->size() == 1 ? (*read)[0] : -1;
        }
        if (depth < 1) return c.fail(errc::bad_attribute, "depth should be larger than 0", ">= 1", decimal(depth));
        if (!is_dtype(a.dtype)) return c.fail(errc::bad_dtype, "Attr(dtype) is not an element type");
        if (out.rank() == max_rank) return c.fail(errc::bad_dims, "the result would have too many dims", "at most 9", "10");
        out.push_back(depth);
        c.set_out(0, c.in(0).with(a.dtype, out));
        return {};
    }
};

/// The same for X [..., 1], whose last dim becomes `depth`. Source: paddle operator `one_hot`.
struct one_hot : one_hot_v2 {
    static constexpr std::string_view type = "one_hot";

    [[gnu::cold]] static result<void> infer(const attributes& a, infer_context& c) {
        auto dims = c.in(0).dims;
        if (dims.rank() < 2 || !c.agree(dims.back(), 1))
            return c.fail(errc::shape_mismatch, "Last dimension of Input(X) should be 1", "[..., 1]", to_string(dims));
        dims.pop_back();
        return infer_rows(a, c, dims);
    }
};

}  // namespace wherry::inline WHERRY_ABI::op

#endif
