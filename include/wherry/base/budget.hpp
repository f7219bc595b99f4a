#ifndef WHERRY_BASE_BUDGET_HPP
#define WHERRY_BASE_BUDGET_HPP

#include <wherry/base/limits.hpp>
#include <wherry/base/result.hpp>
#include <wherry/version.hpp>

#include <cstdint>
#include <new>
#include <stdexcept>

namespace wherry::inline WHERRY_ABI {

/// Memory that one load, plan or executor may hold in all, `limits::total_bytes`: what input chooses is asked for here before it is taken.
class budget {
  public:
    explicit constexpr budget(const limits& caps) noexcept : total_bytes_(caps.total_bytes), left_bytes_(caps.total_bytes) {}

    [[nodiscard]] constexpr std::uint64_t left_bytes() const noexcept { return left_bytes_; }
    /// Errors: too_large, and nothing is taken then.
    result<void> take(std::uint64_t bytes) {
        if (bytes > left_bytes_) return exceeded(bytes);
        left_bytes_ -= bytes;
        return {};
    }
    void give_back(std::uint64_t bytes) noexcept { left_bytes_ += bytes; }

  private:
    [[nodiscard, gnu::noinline, gnu::cold]] failure exceeded(std::uint64_t bytes) const {
        return failure(errc::too_large, "this needs more memory than limits::total_bytes")
            .expected(total_bytes_)
            .found(total_bytes_ - left_bytes_ + bytes);
    }

    std::uint64_t total_bytes_;
    std::uint64_t left_bytes_;
};

/// The public entry of whatever makes lists and names: one that finds no memory is `out_of_memory` where there are exceptions. Where there
/// are none, it ends the program as the standard library does. What input sizes is not among it: see `allocate`.
template <class F>
auto caught(F&& f) -> decltype(f()) {
#ifdef __cpp_exceptions
    try {
        return f();
    } catch (const std::bad_alloc&) { return out_of_memory(); } catch (const std::length_error&) {
        return out_of_memory();
    }
#else
    return f();
#endif
}

}  // namespace wherry::inline WHERRY_ABI

#endif
