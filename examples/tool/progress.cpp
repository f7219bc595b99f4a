#include "progress.hpp"

#include <cstdio>
#include <string>

#if __has_include(<unistd.h>)
#include <unistd.h>
#endif

namespace tool {

namespace {
bool is_terminal() {
#if __has_include(<unistd.h>)
    return isatty(STDERR_FILENO) == 1;
#else
    return false;
#endif
}
}  // namespace

progress_bar::progress_bar(bool quiet) : draws_(!quiet && is_terminal()) {}

bool progress_bar::operator()(std::uint64_t done, std::uint64_t all) const {
    constexpr double patience_seconds = 1;
    if (!draws_ || all == 0 || running_.seconds() < patience_seconds) return true;
    const auto percent = static_cast<unsigned>(static_cast<double>(done) / static_cast<double>(all) * 100);
    if (shown_ && percent == percent_) return true;
    shown_ = true;
    percent_ = percent;
    constexpr unsigned width = 40;
    const auto filled = percent * width / 100;
    const auto bar = std::string(filled, '#') + std::string(width - filled, '.');
    std::fprintf(stderr, "\r[%s] %3u %%", bar.c_str(), percent);
    std::fflush(stderr);
    return true;
}

void progress_bar::clear() const {
    if (shown_) std::fputs("\r\033[K", stderr);
    shown_ = false;
}

}  // namespace tool
