#ifndef WHERRY_INTEROP_DETAIL_PIR_UNKNOWN_HPP
#define WHERRY_INTEROP_DETAIL_PIR_UNKNOWN_HPP

#include <wherry/base/error.hpp>
#include <wherry/base/number.hpp>
#include <wherry/base/sequence.hpp>
#include <wherry/version.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <unordered_map>

namespace wherry::inline WHERRY_ABI::detail {

/// Operators that have no counterpart here, each with how often it occurs.
class pir_unknown {
  public:
    void note(std::string_view type) {
        const auto [held, first] = at_.try_emplace(type, types_.size());
        if (first) types_.push_back({type});
        ++types_[held->second].count;
    }
    [[nodiscard]] bool empty() const noexcept { return types_.empty(); }
    /// All of them. There is one at least.
    [[nodiscard]] error to_error() const {
        std::string listed;
        for (const auto& one : types_) {
            if (!listed.empty()) listed += ", ";
            listed.append(one.type).append(" (").append(decimal(one.count).view()).append(")");
        }
        return {.code = errc::unknown_op,
                .message = "operators of the PIR dialect have no counterpart here",
                .op = types_.front().type,
                .found = listed};
    }

  private:
    struct row {
        std::string_view type;
        std::size_t count = 0;
    };
    sequence<row> types_;
    std::unordered_map<std::string_view, std::size_t> at_;
};

}  // namespace wherry::inline WHERRY_ABI::detail

#endif
