#ifndef WHERRY_PROGRAM_UNIQUE_NAME_HPP
#define WHERRY_PROGRAM_UNIQUE_NAME_HPP

#include <wherry/base/name_map.hpp>
#include <wherry/base/number.hpp>
#include <wherry/version.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace wherry::inline WHERRY_ABI {

/// Makes names that nobody has yet: `generate("fc")` gives fc_0, fc_1, ... Source: fluid.unique_name.
class UniqueNameGenerator {
  public:
    UniqueNameGenerator() = default;
    explicit UniqueNameGenerator(std::string prefix) : prefix_(std::move(prefix)) {}

    /// prefix + key + "_" + count of earlier calls with this key.
    std::string generate(std::string_view key) {
        const decimal count(counts_[key]++);
        std::string made;
        made.reserve(prefix_.size() + key.size() + 1 + count.view().size());
        made.append(prefix_).append(key).append(1, '_').append(count.view());
        return made;
    }

  private:
    std::string prefix_;
    name_map<std::uint64_t> counts_;
};

}  // namespace wherry::inline WHERRY_ABI

#endif
