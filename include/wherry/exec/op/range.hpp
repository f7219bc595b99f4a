#ifndef WHERRY_EXEC_OP_RANGE_HPP
#define WHERRY_EXEC_OP_RANGE_HPP

#include <wherry/base/dtype.hpp>
#include <wherry/base/error.hpp>
#include <wherry/base/result.hpp>
#include <wherry/exec/op/check.hpp>
#include <wherry/exec/op_list.hpp>
#include <wherry/exec/plan_rest.hpp>
#include <wherry/version.hpp>

#include <array>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace wherry::inline WHERRY_ABI::op {

/// Numbers from Start to before End, Step apart.
/// Shapes: Start, End and Step of one number each, of one element type (float, double, int32, int64); Out [n]. They have to be known when the
/// plan is made. Errors: bad_argument, shape_mismatch, dtype_mismatch, too_large; unsupported for numbers computed from what is fed.
/// Source: paddle operator `range`.
struct range {
    static constexpr std::string_view type = "range";
    static constexpr std::array inputs = {slot{"Start"}, slot{"End"}, slot{"Step"}};
    static constexpr std::array outputs = {slot{"Out"}};
    static constexpr auto rest = WHERRY_ABI::detail::leave_rest;
    using attributes = no_attributes;

    [[gnu::cold]] static result<void> infer(const attributes&, infer_context& c) {
        const auto dtype = c.in(0).dtype;
        if (c.building()) return c.set_out(0, {dtype, {-1}}), result<void>();
        double numbers[3] = {};
        for (std::size_t i = 0; i < 3; ++i) {
            if (auto checked = detail::must_hold(c, i, dtype); !checked) return checked;
            const auto& held = c.in(i);
            if (held.dims.count() != 1)
                return c.fail(errc::shape_mismatch, "Start, End and Step should be one number each", "1 element", to_string(held.dims));
            if (held.value.empty())
                return c.fail(errc::unsupported, {"Input(", c.in_name(i), ") decides a shape and is not known before the program runs"});
            const auto read = [&]<class T>(T number) {
                std::memcpy(&number, held.value.data(), sizeof number);
                numbers[i] = static_cast<double>(number);
            };
            if (dtype == DType::INT32) read(std::int32_t{});
            else if (dtype == DType::INT64) read(std::int64_t{});
            else if (dtype == DType::FP32) read(0.0F);
            else if (dtype == DType::FP64) read(0.0);
            else return c.fail(errc::dtype_mismatch, "the numbers of a range should be float, double, int32 or int64", {}, name_of(dtype));
        }
        const auto [start, end, step] = numbers;
        if (!(step != 0)) return c.fail(errc::bad_argument, "The step of range op should not be 0.");
        if (start < end && step < 0) return c.fail(errc::bad_argument, "The step should be greater than 0 while start < end.");
        if (start > end && step > 0) return c.fail(errc::bad_argument, "The step should be less than 0 while start > end.");
        const double count = std::ceil(std::abs((end - start) / step));
        if (!(count < 1e12)) return c.fail(errc::too_large, "a range has too many numbers");
        c.set_out(0, {dtype, {static_cast<std::int64_t>(count)}});
        return {};
    }
    static result<void> run(const attributes&, run_context& c) {
        return for_number(c, c.in_dtype(0), [&]<class T>() -> result<void> {
            const auto out = c.out<T>(0);
            T value = c.in<T>(0)[0];
            const T step = c.in<T>(2)[0];
            for (std::size_t i = 0; i < out.size(); ++i) {
                out[i] = value;
                if constexpr (std::integral<T>)
                    value = static_cast<T>(static_cast<std::uint64_t>(value) + static_cast<std::uint64_t>(step));
                else value += step;
            }
            return {};
        });
    }
};

}  // namespace wherry::inline WHERRY_ABI::op

#endif
