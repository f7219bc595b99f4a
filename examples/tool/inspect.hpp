#ifndef WHERRY_TOOL_INSPECT_HPP
#define WHERRY_TOOL_INSPECT_HPP

#include "contents.hpp"
#include "json.hpp"

#include <string>
#include <string_view>

/// Words that both forms of `wherry inspect` use.
namespace tool {

constexpr std::string_view name_of(wherry::VarKind kind) noexcept {
    using enum wherry::VarKind;
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

/// The value of an attribute, as JSON.
void write_value(json_writer& json, const wherry::Attr& attr);

std::string text_of(const file_contents& file);
void write_json(json_writer& json, const file_contents& file);

}  // namespace tool

#endif
