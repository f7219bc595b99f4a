#ifndef WHERRY_TOOL_PROGRESS_HPP
#define WHERRY_TOOL_PROGRESS_HPP

#include "said.hpp"

#include <wherry/policy/progress.hpp>

#include <cstdint>
#include <string_view>

namespace tool {

/// A bar on standard error, if that is a terminal, for what takes longer than a second: `[####......]  40 %`. Nothing of it is left when it
/// is done. A second part starts from 0 again.
class progress_bar {
  public:
    using kind = wherry::kinds::progress;
    static constexpr std::string_view name = "progress_bar";

    /// One that never draws where `quiet`.
    explicit progress_bar(bool quiet = false);
    progress_bar(const progress_bar&) = delete;
    progress_bar& operator=(const progress_bar&) = delete;
    ~progress_bar() { clear(); }

    bool operator()(std::uint64_t done, std::uint64_t all) const;
    /// Takes the bar away, so that a line can be printed.
    void clear() const;

  private:
    bool draws_;
    stopwatch running_;
    mutable bool shown_ = false;
    mutable unsigned percent_ = 0;
};
static_assert(wherry::Progress<progress_bar>);

}  // namespace tool

#endif
