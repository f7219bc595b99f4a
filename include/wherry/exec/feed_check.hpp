#ifndef WHERRY_EXEC_FEED_CHECK_HPP
#define WHERRY_EXEC_FEED_CHECK_HPP

#include <wherry/base/lod.hpp>
#include <wherry/base/number.hpp>
#include <wherry/base/result.hpp>
#include <wherry/base/sequence.hpp>
#include <wherry/base/shape.hpp>
#include <wherry/exec/infer.hpp>
#include <wherry/program/operator.hpp>
#include <wherry/program/program.hpp>
#include <wherry/program/variable.hpp>
#include <wherry/tensor/tensor.hpp>
#include <wherry/version.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>

/// What is asked of fed arrays, and of feeds and fetches together.
namespace wherry::inline WHERRY_ABI::detail {

/// A fed array in itself: bytes that fit the dims, LoD that fits the rows. Asked at each run, since a plan reads without looking.
/// Errors: bad_argument, bad_lod.
inline result<void> check_fed_array(const tensor_ref& fed) {
    if (byte_count(fed.dtype, fed.dims) != fed.bytes.size())
        return failure(errc::bad_argument, "the bytes of a fed array do not fit its dims")
            .of_variable(fed.name)
            .expected(to_string(fed.dims))
            .found(fed.bytes.size());
    if (fed.lod == nullptr || fed.lod->empty()) return {};
    const auto rows = fed.dims.rank() > 0 ? static_cast<std::uint64_t>(fed.dims[0]) : 1;
    if (auto checked = check_lod(*fed.lod, rows); !checked) return checked.failure().of_variable(fed.name);
    return {};
}

/// Only `fluid.data` variables ask for a check; fewer fed dims than declared pass, as in the reference.
inline result<void> check_feed(const Variable& var, const tensor_ref& fed) {
    const auto wanted = var.shape();
    bool fits = fed.dims.rank() <= wanted.size();
    for (std::size_t i = 0; fits && i < fed.dims.rank(); ++i) fits = infer_context::agree(wanted[i], fed.dims[i]);
    if (!fits)
        return failure(errc::shape_mismatch,
                       {"The fed Variable '", var.name(), "' should have dimensions = ", decimal(wanted.size()),
                        ", shape = ", to_tuple(wanted), ", but received fed shape ", to_string(fed.dims), " on each device"})
            .of_variable(fed.name)
            .expected(to_tuple(wanted))
            .found(to_string(fed.dims));
    if (var.dtype() != fed.dtype)
        return failure(errc::dtype_mismatch, {"The data type of fed Variable '", var.name(), "' must be '", name_of(var.dtype()),
                                              "', but received '", name_of(fed.dtype), "'"})
            .of_variable(fed.name)
            .expected(name_of(var.dtype()))
            .found(name_of(fed.dtype));
    return {};
}

/// A program that holds feed (fetch) operators, as a loaded inference model does, is fed exactly those.
inline result<void> check_feed_operators(const Program& program, std::span<const tensor_ref> feeds, std::span<const std::string> fetches) {
    sequence<std::string_view> fed;
    sequence<std::string_view> fetched;
    for (const auto& op : program.global_block().ops()) {
        if (op.type() == "feed" && !op.output("Out").empty()) fed.push_back(op.output("Out")[0]);
        if (op.type() == "fetch" && !op.input("X").empty()) fetched.push_back(op.input("X")[0]);
    }
    const auto missing = [](errc code, std::string_view targets, std::string_view name) {
        return failure(code, {"'", targets, "' does not have ", name, " variable"}).of_variable(name);
    };
    for (const auto name : fed)
        if (std::none_of(feeds.begin(), feeds.end(), [&](const auto& f) { return f.name == name; }))
            return missing(errc::feed_mismatch, "feed_targets", name);
    if (!fed.empty() && fed.size() != feeds.size())
        return failure(errc::feed_mismatch, "Feed operators in program desc do not match 'feed_targets'")
            .expected(fed.size())
            .found(feeds.size());
    for (const auto name : fetched)
        if (std::find(fetches.begin(), fetches.end(), name) == fetches.end()) return missing(errc::fetch_mismatch, "fetch_targets", name);
    if (!fetched.empty() && fetched.size() != fetches.size())
        return failure(errc::fetch_mismatch, "Fetch operators in program desc do not match 'fetch_targets'")
            .expected(fetched.size())
            .found(fetches.size());
    return {};
}

}  // namespace wherry::inline WHERRY_ABI::detail

#endif
