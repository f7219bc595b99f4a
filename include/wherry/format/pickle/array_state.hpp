#ifndef WHERRY_FORMAT_PICKLE_ARRAY_STATE_HPP
#define WHERRY_FORMAT_PICKLE_ARRAY_STATE_HPP

#include <wherry/base/bytes.hpp>
#include <wherry/base/result.hpp>
#include <wherry/base/sequence.hpp>
#include <wherry/base/shape.hpp>
#include <wherry/format/numpy.hpp>
#include <wherry/format/pickle/parsed.hpp>
#include <wherry/format/pickle/value.hpp>
#include <wherry/version.hpp>

#include <cstddef>
#include <string_view>

namespace wherry::inline WHERRY_ABI::pickle::detail {

inline failure bad_state(const char* message, std::string_view found = {}) { return failure(errc::bad_pickle, message).found(found); }

/// Reads what NumPy says of its arrays, element types and scalars.
class state_of_arrays {
  public:
    explicit state_of_arrays(const parsed_pickle& parsed) noexcept : parsed_(&parsed), objects_(&parsed.objects) {}

    /// Source: numpy ndarray.__setstate__: (version, shape, dtype, is_fortran, data).
    [[nodiscard]] result<array_view> array_of(value v) const {
        const auto states = objects_->items(v);
        const auto state = states.empty() ? sequence<value>() : objects_->items(states[0]);
        if (state.size() != 5 || state[0].kind != kind::integer || state[1].kind != kind::tuple || state[2].kind != kind::dtype)
            return bad_state("an array without a state, or with one that is not NumPy's");
        if (state[3].kind != kind::boolean && state[3].kind != kind::integer) return bad_state("the order of an array is not a flag");
        auto dims = shape_of(state[1]);
        if (!dims) return dims.failure();
        array_view made;
        if (auto read = read_dtype(state[2], made.layout); !read) return read.failure();
        made.layout.dims = *dims;
        made.layout.fortran_order = state[3].kind == kind::boolean ? state[3].at != 0 : objects_->numbers[state[3].at] != 0;
        made.data = state[4];
        if (auto checked = check_data(made); !checked) return checked.failure();
        return made;
    }
    /// Source: numpy.core.multiarray.scalar(dtype, bytes).
    [[nodiscard]] result<array_view> scalar_of(value v) const {
        const auto parts = objects_->items(v);
        array_view made;
        if (auto read = read_dtype(parts[0], made.layout); !read) return read.failure();
        made.data = parts[1];
        if (auto checked = check_data(made); !checked) return checked.failure();
        return made;
    }
    [[nodiscard]] result<Shape> shape_of(value tuple) const {
        if (objects_->size(tuple) > max_rank)
            return failure(errc::bad_dims, "an array has too many dims").expected("at most 9").found(objects_->size(tuple));
        Shape dims;
        for (const auto item : objects_->items(tuple)) {
            if (item.kind != kind::integer) return bad_state("a dim is not a number");
            const auto dim = objects_->numbers[item.at];
            if (dim < 0) return failure(errc::bad_dims, "a dim is negative").found(dim);
            dims.push_back(dim);
        }
        return dims;
    }
    /// Source: numpy dtype.__setstate__: (version, order, subarray, names, fields, ...).
    [[nodiscard]] result<void> read_dtype(value v, numpy::array_layout& into) const {
        const auto parts = objects_->items(v);
        const auto code = objects_->slice(parts[0]);
        const auto dtype = numpy::dtype_of_kind(code);
        if (!dtype) return failure(errc::bad_dtype, "an array of elements that no tensor has").found(code.substr(0, 40));
        if (parts.size() != 2) return bad_state("an element type without its byte order");
        const auto state = objects_->items(parts[1]);
        if (state.size() < 5 || (state[1].kind != kind::text && state[1].kind != kind::bytes))
            return bad_state("an element type without its byte order");
        for (std::size_t i = 2; i < 5; ++i)
            if (state[i].kind != kind::none) return failure(errc::bad_dtype, "an array of structures");
        const auto order = objects_->slice(state[1]);
        if (order.size() != 1 || std::string_view("<>|=").find(order.front()) == std::string_view::npos)
            return bad_state("a byte order that is not known", order.substr(0, 40));
        into.dtype = *dtype;
        into.big_endian = native_is_little_endian ? order == ">" : order == ">" || order == "=";
        return {};
    }
    /// The bytes must be there before memory for them is.
    [[nodiscard]] result<void> check_data(array_view& view) const {
        const auto data = view.data;
        if (data.kind != kind::bytes && data.kind != kind::latin1)
            return failure(errc::bad_dtype, "the elements of an array are not bytes");
        const auto wanted = numpy::data_bytes(view.layout.dtype, view.layout.dims);
        if (!wanted) return wanted.failure();
        view.size_bytes = *wanted;
        if (parsed_->may_be(data, *wanted)) return {};
        return failure(errc::shape_mismatch, "the bytes of an array are not as many as its dims say")
            .expected(*wanted)
            .found(parsed_->most_bytes_of(data));
    }

  private:
    const parsed_pickle* parsed_;
    const object_graph* objects_;
};

}  // namespace wherry::inline WHERRY_ABI::pickle::detail

#endif
