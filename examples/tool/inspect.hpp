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

/// How much files hold.
struct totals {
    std::size_t arrays = 0;
    std::uint64_t elements = 0;
    std::uint64_t bytes = 0;

    void add(const file_contents& file);
    [[nodiscard]] std::string text() const;  ///< "6 arrays, 101770 elements, 407 kB"
};

std::string text_of(const file_contents& file, bool with_stats);
void write_json(json_writer& json, const file_contents& file, bool with_stats);

}  // namespace tool

#endif
