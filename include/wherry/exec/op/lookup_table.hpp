#ifndef WHERRY_EXEC_OP_LOOKUP_TABLE_HPP
#define WHERRY_EXEC_OP_LOOKUP_TABLE_HPP

#include <wherry/base/dtype.hpp>
#include <wherry/base/number.hpp>
#include <wherry/base/result.hpp>
#include <wherry/base/sequence.hpp>
#include <wherry/base/shape.hpp>
#include <wherry/base/text.hpp>
#include <wherry/exec/op/check.hpp>
#include <wherry/exec/op_list.hpp>
#include <wherry/kernel/lookup.hpp>
#include <wherry/version.hpp>

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace wherry::inline WHERRY_ABI::op {

/// Attributes of `lookup_table_v2`, and their defaults.
struct lookup_table_v2_attributes {
    bool is_sparse = false;  ///< the gradient is declared as SelectedRows: a row_block, or a whole tensor with -0.0 in rows without an id
    bool is_distributed = false;
    std::int64_t padding_idx = kernel::no_padding;  ///< its row reads as zeros and gets no gradient
    bool remote_prefetch = false;
    std::int32_t trainer_id = 0;
    sequence<std::int64_t> height_sections;
    sequence<std::string> epmap;
    sequence<std::string> table_names;

    template <class Self, class Visitor>
    static void visit(Self& self, Visitor& attr) {
        attr("is_sparse", self.is_sparse);
        attr("is_distributed", self.is_distributed);
        attr("padding_idx", self.padding_idx);
        attr("remote_prefetch", self.remote_prefetch);
        attr("trainer_id", self.trainer_id);
        attr("height_sections", self.height_sections);
        attr("epmap", self.epmap);
        attr("table_names", self.table_names);
    }
};
/// Attributes of `lookup_table`, and their defaults.
struct lookup_table_attributes : lookup_table_v2_attributes {
    bool grad_inplace = false;

    template <class Self, class Visitor>
    static void visit(Self& self, Visitor& attr) {
        lookup_table_v2_attributes::visit(self, attr);
        attr("grad_inplace", self.grad_inplace);
    }
};

namespace detail {

/// Checks W and Ids; the dims of the rows that are looked up. Version 1 wants ids whose last dim is 1 and drops it.
[[gnu::cold]] inline result<Shape> lookup_dims(const lookup_table_v2_attributes& a, bool first_version, const infer_context& c) {
    const auto& table = c.in(0).dims;
    const auto& ids = c.in(1).dims;
    if (table.rank() != 2)
        return c.fail(errc::shape_mismatch,
                      {"ShapeError: The dimensions of the 'lookup table' must be 2. But received lookup table's dimensions = ",
                       decimal(table.rank()), ", lookup table's shape = ", to_string(table), "."});
    if (first_version && (ids.rank() == 0 || !c.agree(ids.back(), 1)))
        return c.fail(errc::shape_mismatch,
                      {"ShapeError: The last dimensions of the 'Ids' tensor must be 1. But received Ids's last dimensions = ",
                       (ids.rank() == 0 ? "none" : std::to_string(ids.back())), ", Ids's shape = ", to_string(ids), "."});
    if (a.remote_prefetch && !a.epmap.empty())
        return c.fail(errc::unsupported, "rows of other machines are not fetched", {}, a.epmap.front());
    if (a.padding_idx < kernel::no_padding || (table[0] >= 0 && a.padding_idx >= table[0]))
        return c.fail(errc::bad_attribute, "attribute 'padding_idx' is neither -1 nor a row", text{"[-1, ", decimal(table[0]), ")"},
                      decimal(a.padding_idx));
    const bool narrow_ids = !first_version && is_2x(c.program_version()) && c.in(1).dtype == DType::INT32;
    if (!narrow_ids)
        if (auto checked = must_hold(c, 1, DType::INT64); !checked) return checked.failure();
    Shape out = ids;
    if (first_version) out.pop_back();
    if (out.rank() == max_rank) return c.fail(errc::bad_dims, "the rows would have too many dims", "at most 9", "10");
    out.push_back(table[1]);
    return out;
}

/// The ids as they lie there, or widened into `room`, when each of them is a row of W or padding_idx.
inline result<std::span<const std::int64_t>> checked_ids(const lookup_table_v2_attributes& a, const run_context& c,
                                                         sequence<std::int64_t>& room) {
    std::span<const std::int64_t> ids;
    if (c.in_dtype(1) == DType::INT32) {
        const auto narrow = c.in<std::int32_t>(1);
        if (auto made = c.make_room(room, narrow.size()); !made) return made.failure();
        for (std::size_t i = 0; i < narrow.size(); ++i) room[i] = narrow[i];
        ids = room;
    } else {
        ids = c.in<std::int64_t>(1);
    }
    const auto rows = static_cast<std::size_t>(c.in_dims(0)[0]);
    const auto bad = kernel::first_bad_id(ids, rows, a.padding_idx);
    if (!bad) return ids;
    const auto id = std::to_string(ids[*bad]);
    return c.fail(errc::index_out_of_range,
                  {"Variable value (input) of OP(fluid.layers.embedding) expected >= 0 and < ", decimal(rows), ", but got ", id,
                   ". Please check input value."},
                  text{"[0, ", decimal(rows), ")"}, id);
}

inline result<void> run_lookup(const lookup_table_v2_attributes& a, const run_context& c, bool gradient) {
    sequence<std::int64_t> room;
    auto ids = checked_ids(a, c, room);
    if (!ids) return ids.failure();
    const auto width = static_cast<std::size_t>(c.in_dims(0)[1]);
    return for_float(c, c.in_dtype(0), [&]<class T>() -> result<void> {
        if (!c.has_out(0)) return {};
        if (gradient && c.out_has_row_block(0)) {
            const auto block = c.out_row_block(0);
            block.count() = kernel::lookup_grad_rows<T>(width, *ids, c.in<T>(2), block.places(), block.ids(),
                                                        block.template values<T>(width), a.padding_idx);
        } else if (gradient) kernel::lookup_grad<T>(width, *ids, c.in<T>(2), c.out<T>(0), a.padding_idx, a.is_sparse);
        else kernel::lookup<T>(width, c.in<T>(0), *ids, c.out<T>(0), a.padding_idx);
        return {};
    });
}

template <class Attributes>
struct lookup {
    static constexpr std::array inputs = {slot{"W"}, slot{"Ids"}};
    static constexpr std::array outputs = {slot{"Out"}};
    using attributes = Attributes;

    [[gnu::cold]] static result<void> infer(const attributes& a, infer_context& c) {
        auto out = lookup_dims(a, std::same_as<Attributes, lookup_table_attributes>, c);
        if (!out) return out.failure();
        c.set_out(0, c.in(1).with(c.in(0).dtype, *out));
        return {};
    }
    static result<void> run(const attributes& a, run_context& c) { return run_lookup(a, c, false); }
};

template <class Attributes>
struct lookup_grad {
    static constexpr std::array inputs = {slot{"W"}, slot{"Ids"}, slot{"Out@GRAD"}};
    static constexpr std::array outputs = {slot{"W@GRAD"}};
    static constexpr auto rows = op_rows::gives;
    using attributes = Attributes;

    [[gnu::cold]] static result<void> infer(const attributes& a, infer_context& c) {
        auto out = lookup_dims(a, std::same_as<Attributes, lookup_table_attributes>, c);
        if (!out) return out.failure();
        if (auto checked = must_hold(c, 2, c.in(0).dtype); !checked) return checked;
        if (auto checked = must_have_dims(c, 2, *out); !checked) return checked;
        c.set_out(0, {c.in(0).dtype, c.in(0).dims});
        return {};
    }
    static VarKind out_kind(const attributes& a, std::span<const VarKind>) {
        return a.is_sparse ? VarKind::SELECTED_ROWS : VarKind::LOD_TENSOR;
    }
    static result<void> run(const attributes& a, run_context& c) { return run_lookup(a, c, true); }
};

}  // namespace detail

/// Adds each row of Out@GRAD to the row of its id.
struct lookup_table_grad : detail::lookup_grad<lookup_table_attributes> {
    static constexpr std::string_view type = "lookup_table_grad";
};

/// Rows of a table by their ids.
/// Shapes: W [rows, D], Ids [..., 1] of int64; Out [..., D]. Errors: shape_mismatch, dtype_mismatch, bad_attribute, unsupported;
/// index_out_of_range at run, also in the gradient. Source: paddle operators `lookup_table`, `lookup_table_grad`.
struct lookup_table : detail::lookup<lookup_table_attributes> {
    static constexpr std::string_view type = "lookup_table";
    [[gnu::cold]] static void gradient(gradient_maker& g) {
        g.append<lookup_table_grad>().reads("W").reads("Ids").reads_grad("Out").makes_grad("W");
    }
};

/// The gradient of `lookup_table_v2`.
struct lookup_table_v2_grad : detail::lookup_grad<lookup_table_v2_attributes> {
    static constexpr std::string_view type = "lookup_table_v2_grad";
};

/// Rows of a table by their ids, of any dims; from 2.0 on ids may be int32.
/// Shapes: W [rows, D], Ids [...]; Out [..., D]. Errors: as lookup_table. Source: paddle operators `lookup_table_v2`, `lookup_table_v2_grad`.
struct lookup_table_v2 : detail::lookup<lookup_table_v2_attributes> {
    static constexpr std::string_view type = "lookup_table_v2";
    [[gnu::cold]] static void gradient(gradient_maker& g) {
        g.append<lookup_table_v2_grad>().reads("W").reads("Ids").reads_grad("Out").makes_grad("W");
    }
};

}  // namespace wherry::inline WHERRY_ABI::op

#endif
