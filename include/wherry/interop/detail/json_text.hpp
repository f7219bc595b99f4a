#ifndef WHERRY_INTEROP_DETAIL_JSON_TEXT_HPP
#define WHERRY_INTEROP_DETAIL_JSON_TEXT_HPP

#include <wherry/version.hpp>

#include <nlohmann/json.hpp>

#include <string_view>

namespace wherry::inline WHERRY_ABI::detail {

/// A document of JSON; `root` is discarded where the text is none, and where it is nested deeper than asked for.
struct json_text {
    nlohmann::json root;
    bool too_deep = false;
};
inline json_text parse_json(std::string_view bytes, int depth) {
    json_text made;
    made.root = nlohmann::json::parse(
        bytes.begin(), bytes.end(),
        [&](int level, nlohmann::json::parse_event_t, nlohmann::json&) {
            made.too_deep = made.too_deep || level > depth;
            return level <= depth;
        },
        false);
    if (made.too_deep) made.root = nlohmann::json(nlohmann::json::value_t::discarded);
    return made;
}

}  // namespace wherry::inline WHERRY_ABI::detail

#endif
