#ifndef WHERRY_TESTS_SUPPORT_CASE_JSON_HPP
#define WHERRY_TESTS_SUPPORT_CASE_JSON_HPP

#include <string>
#include <string_view>
#include <vector>

namespace support {

/// The list of strings after `"key":` in a `case.json`: strings of these files hold no escapes.
inline std::vector<std::string> json_strings(std::string_view json, std::string_view key) {
    std::vector<std::string> found;
    const auto at = json.find("\"" + std::string(key) + "\":");
    if (at == std::string_view::npos) return found;
    json.remove_prefix(at + key.size() + 3);
    json = json.substr(json.find('['), json.find(']') - json.find('['));
    for (auto quote = json.find('"'); quote != std::string_view::npos; quote = json.find('"')) {
        json.remove_prefix(quote + 1);
        found.emplace_back(json.substr(0, json.find('"')));
        json.remove_prefix(json.find('"') + 1);
    }
    return found;
}

}  // namespace support

#endif
