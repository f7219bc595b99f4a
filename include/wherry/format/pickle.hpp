#ifndef WHERRY_FORMAT_PICKLE_HPP
#define WHERRY_FORMAT_PICKLE_HPP

#include <wherry/format/pickle/read.hpp>
#include <wherry/format/pickle/write.hpp>
#include <wherry/policy/sink.hpp>
#include <wherry/policy/source.hpp>
#include <wherry/record/whole_record.hpp>
#include <wherry/version.hpp>

#include <span>
#include <utility>

/// `.pdparams` and `.pdopt`: dicts of NumPy arrays as Python pickles them, read without executing anything.
namespace wherry::inline WHERRY_ABI::pickle {

/// Writes arrays as one pickle, byte for byte as Python and NumPy 1 do. LoD is not kept, and bfloat16 is written as the
/// uint16 of its bits, as Paddle does. Errors: those of `write_plan::make` and of the sink.
template <Sink S>
auto save(std::span<const tensor_ref> tensors, S&& sink, const write_options& options = {}, durability_steps how = {})
    -> decltype(sink.finish()) {
    const auto plan = write_plan::make(tensors, options);
    if (!plan) return plan.error();
    return write_record(plan->pieces(), sink, how);
}

/// Reads all arrays of a pickle. Errors: those of the source and of `parse`, with the file.
template <Source S>
result<state_file> load(S&& source, const limits& caps = {}) {
    return with_record(source, [&](std::string_view bytes) { return parse(bytes, caps); });
}

}  // namespace wherry::inline WHERRY_ABI::pickle

#endif
