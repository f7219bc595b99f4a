#ifndef WHERRY_RECORD_CLAIMED_HPP
#define WHERRY_RECORD_CLAIMED_HPP

#include <wherry/record/record_index.hpp>
#include <wherry/record/wanted.hpp>
#include <wherry/tensor/scope.hpp>
#include <wherry/version.hpp>

#include <span>

namespace wherry::inline WHERRY_ABI::detail {

/// Takes the tensors of a scope that arrivals are to be read into: those of the same element type and dims. Names that the scope lacks are
/// made now, so that nothing can fail once elements have moved. Decoded elements come too late for that: a decoder may fail at the last byte.
inline void claim(std::span<placed_tensor> arrivals, std::span<const wanted_tensor> wanted, new_names& names) {
    for (auto& one : arrivals) one.held = &names.found_or_made(wanted[one.wanted].name);
    for (auto& one : arrivals) {
        const auto& header = one.found.header;
        if (one.fresh.is_initialized() || one.decoder.run != nullptr || one.held->bytes().empty()) continue;
        if (one.held->dtype() != header.dtype || one.held->dims() != header.dims) continue;
        one.fresh.swap(*one.held);
        one.is_claimed = true;
    }
}

}  // namespace wherry::inline WHERRY_ABI::detail

#endif
