#ifndef WHERRY_PROGRAM_UNIQUE_NAME_HPP
#define WHERRY_PROGRAM_UNIQUE_NAME_HPP

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <wherry/base/sequence.hpp>

namespace wherry::inline v0 {

/// Makes names that nobody has yet: `generate("fc")` gives fc_0, fc_1, ... Source: fluid.unique_name.
class UniqueNameGenerator {
  public:
    UniqueNameGenerator() = default;
    explicit UniqueNameGenerator(std::string prefix) : prefix_(std::move(prefix)) {}

    /// prefix + key + "_" + count of earlier calls with this key.
    std::string generate(std::string_view key) { return prefix_ + std::string(key) + "_" + std::to_string(count(key)++); }

  private:
    std::uint64_t& count(std::string_view key) {
        const auto at =
            std::lower_bound(counts_.begin(), counts_.end(), key, [](const auto& held, std::string_view k) { return held.first < k; });
        if (at != counts_.end() && at->first == key) return at->second;
        return counts_.insert(at, {std::string(key), 0})->second;
    }

    std::string prefix_;
    sequence<std::pair<std::string, std::uint64_t>> counts_;
};

}  // namespace wherry::inline v0

#endif
