#ifndef WHERRY_EXEC_DATA_FEEDER_HPP
#define WHERRY_EXEC_DATA_FEEDER_HPP

#include <wherry/base/dtype.hpp>
#include <wherry/base/lod.hpp>
#include <wherry/base/number.hpp>
#include <wherry/base/result.hpp>
#include <wherry/base/sequence.hpp>
#include <wherry/base/shape.hpp>
#include <wherry/program/variable.hpp>
#include <wherry/tensor/tensor.hpp>
#include <wherry/version.hpp>

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <iterator>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <utility>

namespace wherry::inline WHERRY_ABI {

/// One field of a sample: a number, or a list of fields. `feed_field{{1, 2}, {3}}`, or from any range of numbers.
class feed_field {
  public:
    feed_field(std::integral auto number) : whole_(static_cast<std::int64_t>(number)), real_(static_cast<double>(number)) {}  // NOLINT
    feed_field(std::floating_point auto number)                                                                               // NOLINT
        : whole_(whole_part(static_cast<double>(number))), real_(static_cast<double>(number)) {}
    feed_field(std::initializer_list<feed_field> items) : items_(items), is_list_(true) {}
    template <class Range>
        requires(!std::same_as<std::remove_cvref_t<Range>, feed_field> && requires(const Range& r) { std::begin(r) != std::end(r); })
    feed_field(const Range& items) : is_list_(true) {  // NOLINT: lists of numbers are fields
        for (const auto& item : items) items_.emplace_back(item);
    }

    [[nodiscard]] bool is_list() const noexcept { return is_list_; }
    [[nodiscard]] const sequence<feed_field>& items() const noexcept { return items_; }
    template <class T>
    [[nodiscard]] T as() const noexcept {
        if constexpr (std::same_as<T, bool>) return real_ != 0;
        else if constexpr (std::integral<T>) return static_cast<T>(whole_);
        else return static_cast<T>(real_);
    }

  private:
    /// NaN and what 64 bits do not hold give the lowest number, as the reference's processors do.
    static constexpr std::int64_t whole_part(double number) noexcept {
        const bool fits = number >= -0x1p63 && number < 0x1p63;
        return fits ? static_cast<std::int64_t>(number) : std::numeric_limits<std::int64_t>::min();
    }

    sequence<feed_field> items_;
    bool is_list_ = false;
    std::int64_t whole_ = 0;
    double real_ = 0;
};

/// A fed array that is owned, with its name.
struct fed_tensor {
    std::string name;
    Tensor tensor;
};

/// Turns samples into what a run is fed. Source: fluid.DataFeeder.
class DataFeeder {
  public:
    using sample = sequence<feed_field>;  ///< one field per variable

    explicit DataFeeder(sequence<Variable> feed_list) : feed_list_(std::move(feed_list)) {}

    /// Variables without LoD get their fields stacked, reshaped to the declared dims where the rank differs and at most
    /// one dim is unknown; those of lod_level k get nested lists joined and their lengths kept as LoD.
    /// Errors: bad_argument (a sample of another number of fields), shape_mismatch (ragged lists, dims that cannot be had),
    /// bad_dims (lists within lists beyond the rank of a tensor), unsupported (an element type without a conversion).
    [[nodiscard]] result<sequence<fed_tensor>> feed(std::span<const sample> samples) const {
        for (const auto& one : samples)
            if (one.size() != feed_list_.size())
                return failure(errc::bad_argument, {"The number of fields in data (", decimal(one.size()),
                                                    ") does not match len(feed_list) (", decimal(feed_list_.size()), ")"});
        sequence<fed_tensor> fed;
        for (std::size_t i = 0; i < feed_list_.size(); ++i) {
            auto column = join(feed_list_[i], samples, i);
            if (!column) return column.failure().of_variable(feed_list_[i].name());
            fed.push_back({feed_list_[i].name(), *std::move(column)});
        }
        return fed;
    }

  private:
    /// Fields that are one row each, and the sequence lengths met on the way to them.
    struct rows_of {
        sequence<const feed_field*> rows;
        sequence<sequence<std::uint64_t>> lengths;
        bool add(const feed_field& field, std::size_t depth) {
            if (depth == lengths.size()) return rows.push_back(&field), true;
            if (!field.is_list()) return false;
            lengths[depth].push_back(field.items().size());
            return std::all_of(field.items().begin(), field.items().end(), [&](const feed_field& item) { return add(item, depth + 1); });
        }
    };

    static failure ragged() { return failure(errc::shape_mismatch, "fields are lists of different lengths or depths"); }

    static result<Tensor> join(const Variable& var, std::span<const sample> samples, std::size_t index) {
        rows_of found;
        found.lengths.resize(static_cast<std::size_t>(var.lod_level()));
        for (const auto& one : samples)
            if (!found.add(one[index], 0)) return ragged();
        Shape dims{static_cast<std::int64_t>(found.rows.size())};
        if (!found.rows.empty())
            for (const auto* at = found.rows[0]; at->is_list(); at = &at->items()[0]) {
                if (dims.rank() == max_rank) return failure(errc::bad_dims, "fields are nested too deep");
                dims.push_back(static_cast<std::int64_t>(at->items().size()));
                if (at->items().empty()) break;
            }
        for (const auto* row : found.rows)
            if (!has_dims(*row, dims, 1)) return ragged();
        const auto shape = declared_dims(var.shape(), dims);
        if (!shape)
            return failure(errc::shape_mismatch, {"Reshape error. What is defined in data layer is ", to_tuple(var.shape()),
                                                  ", but receive ", to_tuple(dims.dims())})
                .expected(to_tuple(var.shape()))
                .found(to_tuple(dims.dims()));
        if (is_dtype(var.dtype()) && !byte_count(var.dtype(), *shape))
            return failure(errc::overflow, "the dims of a fed array multiply past 64 bits").found(to_string(*shape));
        auto made = fill(var.dtype(), *shape, found.rows);
        if (!made) return made;
        LoD lod;
        for (const auto& lengths : found.lengths) lod.push_back(offsets_of(lengths));
        made->set_lod(std::move(lod));
        return made;
    }

    static bool has_dims(const feed_field& field, const Shape& dims, std::size_t axis) {
        if (axis == dims.rank()) return !field.is_list();
        if (!field.is_list() || !std::cmp_equal(field.items().size(), dims[axis])) return false;
        return std::all_of(field.items().begin(), field.items().end(),
                           [&](const feed_field& item) { return has_dims(item, dims, axis + 1); });
    }

    /// The dims to feed: those found, or the declared ones with their unknown worked out. Nothing when that fails.
    static std::optional<Shape> declared_dims(std::span<const std::int64_t> declared, const Shape& found) {
        const auto unknown = std::count_if(declared.begin(), declared.end(), [](auto dim) { return dim < 0; });
        if (declared.empty() || declared.size() == found.rank() || unknown > 1 || declared.size() > max_rank) return found;
        Shape sized;
        for (const auto dim : declared)
            if (dim >= 0) sized.push_back(dim);
        const auto known = sized.product(0, sized.rank());  // negative: past 64 bits, which no fields fill
        const auto count = static_cast<std::int64_t>(found.count());
        if (unknown == 0 ? count != known : known <= 0 || count % known != 0) return std::nullopt;
        Shape shape;
        for (const auto dim : declared) shape.push_back(dim < 0 ? count / known : dim);
        return shape;
    }

    template <class T>
    static Tensor fill_as(const Shape& shape, std::span<const feed_field* const> rows) {
        Tensor made(dtype_of<T>, shape);
        auto out = made.elements<T>().begin();
        const auto put = [&](const auto& self, const feed_field& field) -> void {
            if (!field.is_list()) return void(*out++ = field.as<T>());
            for (const auto& item : field.items()) self(self, item);
        };
        for (const auto* row : rows) put(put, *row);
        return made;
    }
    static result<Tensor> fill(DType dtype, const Shape& shape, std::span<const feed_field* const> rows) {
        switch (dtype) {
            case DType::FP32: return fill_as<float>(shape, rows);
            case DType::FP64: return fill_as<double>(shape, rows);
            case DType::INT64: return fill_as<std::int64_t>(shape, rows);
            case DType::INT32: return fill_as<std::int32_t>(shape, rows);
            case DType::INT16: return fill_as<std::int16_t>(shape, rows);
            case DType::INT8: return fill_as<std::int8_t>(shape, rows);
            case DType::UINT8: return fill_as<std::uint8_t>(shape, rows);
            case DType::BOOL: return fill_as<bool>(shape, rows);
            default: return failure(errc::unsupported, "samples cannot be turned into this element type").found(name_of(dtype));
        }
    }

    sequence<Variable> feed_list_;
};

}  // namespace wherry::inline WHERRY_ABI

#endif
