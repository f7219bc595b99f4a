#ifndef WHERRY_TOOL_INSPECT_HPP
#define WHERRY_TOOL_INSPECT_HPP

#include "contents.hpp"
#include "json.hpp"

#include <wherry/wire/var_kind.hpp>

#include <string>

/// Words that both forms of `wherry inspect` use.
namespace tool {

/// The value of an attribute, as JSON.
void write_value(json_writer& json, const wherry::Attr& attr);

std::string text_of(const file_contents& file);
void write_json(json_writer& json, const file_contents& file);

}  // namespace tool

#endif
