#ifndef WHERRY_POLICY_TERMINAL_BAR_HPP
#define WHERRY_POLICY_TERMINAL_BAR_HPP

#include <wherry/policy/progress.hpp>
#include <wherry/version.hpp>

#if defined(__unix__) || defined(__APPLE__)
#include <unistd.h>
#endif

#include <cstdint>
#include <cstdio>
#include <string>
#include <string_view>

namespace wherry::inline WHERRY_ABI {

/// A bar of one line, drawn again whenever the percentage changes, with a line end at 100 %: `[#####.....]  52 %`. It draws on a terminal
/// alone, unless `always`. One bar serves one call after another, in one thread.
class terminal_bar {
  public:
    using kind = kinds::progress;
    static constexpr std::string_view name = "terminal_bar";

    explicit terminal_bar(std::FILE* out = stderr, bool always = false) noexcept : out_(out), draws_(always || is_terminal(out)) {}

    bool operator()(std::uint64_t done, std::uint64_t all) const {
        const auto percent = all == 0 ? 100U : static_cast<unsigned>(static_cast<double>(done) / static_cast<double>(all) * 100);
        if (!draws_ || percent == shown_) return true;
        shown_ = percent;
        constexpr unsigned width = 40;
        const auto filled = percent * width / 100;
        const auto bar = std::string(filled, '#') + std::string(width - filled, '.');
        std::fprintf(out_, "\r[%s] %3u %%%s", bar.c_str(), percent, percent == 100 ? "\n" : "");
        std::fflush(out_);
        return true;
    }

  private:
    static bool is_terminal([[maybe_unused]] std::FILE* file) noexcept {
#if defined(__unix__) || defined(__APPLE__)
        return ::isatty(::fileno(file)) == 1;
#else
        return false;
#endif
    }

    std::FILE* out_;
    bool draws_;
    mutable unsigned shown_ = ~0U;
};

static_assert(Progress<terminal_bar>);

}  // namespace wherry::inline WHERRY_ABI

#endif
