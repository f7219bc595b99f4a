#ifndef WHERRY_WIRE_VAR_KIND_HPP
#define WHERRY_WIRE_VAR_KIND_HPP

#include <wherry/version.hpp>
#include <wherry/wire/framework.hpp>

#include <string_view>

namespace wherry::inline WHERRY_ABI::wire {

/// The kind as framework.proto spells it; "unknown" for a number of a newer Paddle.
constexpr std::string_view name_of(VarKind kind) noexcept {
    using enum VarKind;
    switch (kind) {
        case LOD_TENSOR: return "LOD_TENSOR";
        case SELECTED_ROWS: return "SELECTED_ROWS";
        case FEED_MINIBATCH: return "FEED_MINIBATCH";
        case FETCH_LIST: return "FETCH_LIST";
        case STEP_SCOPES: return "STEP_SCOPES";
        case LOD_RANK_TABLE: return "LOD_RANK_TABLE";
        case LOD_TENSOR_ARRAY: return "LOD_TENSOR_ARRAY";
        case PLACE_LIST: return "PLACE_LIST";
        case READER: return "READER";
        case FETCH_VAR_LIST: return "FETCH_VAR_LIST";
        case RAW: return "RAW";
        case TUPLE: return "TUPLE";
        case STRING: return "STRING";
        case STRINGS: return "STRINGS";
        case VOCAB: return "VOCAB";
        case FEED_LIST: return "FEED_LIST";
        case PSTRING: return "PSTRING";
        case SPARSE_COO: return "SPARSE_COO";
        case SPARSE_CSR: return "SPARSE_CSR";
    }
    return "unknown";
}
static_assert(name_of(VarKind::LOD_TENSOR_ARRAY) == "LOD_TENSOR_ARRAY" && name_of(static_cast<VarKind>(99)) == "unknown");

}  // namespace wherry::inline WHERRY_ABI::wire

#endif
