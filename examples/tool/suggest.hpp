#ifndef WHERRY_TOOL_SUGGEST_HPP
#define WHERRY_TOOL_SUGGEST_HPP

#include <algorithm>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tool {

/// How many letters have to be put in, taken out or exchanged to make one word of the other (Levenshtein).
inline std::size_t edits_between(std::string_view a, std::string_view b) {
    std::vector<std::size_t> row(b.size() + 1);
    for (std::size_t i = 0; i < row.size(); ++i) row[i] = i;
    for (std::size_t i = 1; i <= a.size(); ++i) {
        std::size_t above_left = row[0];
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const auto above = row[j];
            row[j] = std::min({above + 1, row[j - 1] + 1, above_left + (a[i - 1] == b[j - 1] ? 0U : 1U)});
            above_left = above;
        }
    }
    return row.back();
}

/// The word that was most likely meant: one that starts with it, or differs in a third of its letters at most. Empty where none does.
inline std::string_view suggestion_for(std::string_view given, std::span<const std::string> words) {
    std::string_view best;
    std::size_t fewest = given.size() / 3 + 2;
    for (const std::string_view word : words) {
        const auto edits = !given.empty() && word.starts_with(given) ? 1 : edits_between(given, word);
        if (edits < fewest && edits < word.size()) {
            fewest = edits;
            best = word;
        }
    }
    return best;
}

}  // namespace tool

#endif
