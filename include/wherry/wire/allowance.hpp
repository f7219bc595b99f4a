#ifndef WHERRY_WIRE_ALLOWANCE_HPP
#define WHERRY_WIRE_ALLOWANCE_HPP

#include <wherry/base/limits.hpp>
#include <wherry/base/name_index.hpp>
#include <wherry/base/number.hpp>
#include <wherry/base/result.hpp>
#include <wherry/base/sequence.hpp>
#include <wherry/version.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace wherry::inline WHERRY_ABI::wire {

/// What one parse may take: `limits`, and memory in proportion to the bytes that it reads. Whoever makes more out of the message takes from
/// it, too.
/// It remembers what that parse made, so it is not for a second message.
class allowance {
  public:
    /// Memory that so many bytes may become: sixteen times as much and a mebibyte, `limits::parsed_bytes` and `total_bytes` at most.
    /// Programs of real models take 3 to 7 times their bytes, a chain of operators without attributes 15. Constant expressions take
    /// nobody's memory: `parsed_bytes`.
    [[nodiscard]] static constexpr std::uint64_t parsed_bytes(std::uint64_t size_bytes, const limits& caps) noexcept {
        if (__builtin_is_constant_evaluated()) return caps.parsed_bytes;
        const auto most = std::min(caps.parsed_bytes, caps.total_bytes);
        return std::min(most, 16 * std::min(size_bytes, most) + (std::uint64_t{1} << 20U));
    }

    constexpr allowance(std::uint64_t size_bytes, const limits& of) noexcept : caps(of), most_bytes_(parsed_bytes(size_bytes, of)) {}

    /// Errors: too_large.
    constexpr result<void> take(std::uint64_t bytes, std::uint64_t offset) {
        if (!fits(bytes, left_bytes_))
            return failure(errc::too_large, "a message takes more memory than the limit").at(offset).expected(most_bytes_);
        left_bytes_ -= bytes;
        return {};
    }

    constexpr void give_back(std::uint64_t bytes) noexcept { left_bytes_ += bytes; }

    /// What was parsed of such bytes of such a message; null when nobody remembered it.
    [[nodiscard]] const void* find(std::string_view bytes, std::string_view message) const noexcept {
        const auto at = index_.closest(bytes);
        return at < parsed_.size() && parsed_[at].bytes == bytes && parsed_[at].message == message ? parsed_[at].held : nullptr;
    }
    /// If there is memory for it.
    void remember(std::string_view bytes, std::string_view message, const void* held) {
        constexpr std::size_t longest = 4096;  // equal ones are short
        if (bytes.size() > longest || (parsed_.size() == parsed_.capacity() && !grow())) return;
        const auto at = index_.closest(bytes);
        parsed_.push_back({bytes, message, held});
        index_.insert(bytes, parsed_[at].bytes);
    }

    const limits& caps;

  private:
    struct known {
        std::string_view bytes;
        std::string_view message;
        const void* held;
    };

    bool grow() {
        const auto count = 2 * parsed_.size() + 8;
        const auto bytes = count * (sizeof(known) + name_index::name_bytes);
        if (!fits(bytes, left_bytes_) || !index_.try_reserve(count) || !parsed_.try_reserve(count)) return false;
        left_bytes_ -= bytes;
        return true;
    }

    std::uint64_t most_bytes_;
    std::uint64_t left_bytes_ = most_bytes_;
    sequence<known> parsed_;
    name_index index_;
};

}  // namespace wherry::inline WHERRY_ABI::wire

#endif
