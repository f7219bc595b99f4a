#ifndef WHERRY_FLUID_DATA_FEEDER_HPP
#define WHERRY_FLUID_DATA_FEEDER_HPP

#include <wherry/base/sequence.hpp>
#include <wherry/exec/data_feeder.hpp>
#include <wherry/fluid/executor.hpp>
#include <wherry/program/program.hpp>
#include <wherry/version.hpp>

#include <span>
#include <string>
#include <utility>

namespace wherry::inline WHERRY_ABI::fluid {

/// `fluid.DataFeeder`: samples to what `Executor::run` is fed. Variables may be named by string.
class DataFeeder {
  public:
    using sample = wherry::DataFeeder::sample;

    explicit DataFeeder(sequence<Variable> feed_list, CPUPlace = {}) : core_(std::move(feed_list)) {}
    /// Throws ValueError for a name that the program does not hold.
    explicit DataFeeder(const sequence<std::string>& names, CPUPlace = {}, const Program& program = default_main_program())
        : core_(find(names, program)) {}

    /// Throws AssertionError (a sample of another number of fields), ValueError (dims that cannot be had).
    [[nodiscard]] fluid::feed feed(std::span<const sample> samples) const;

  private:
    static sequence<Variable> find(const sequence<std::string>& names, const Program& program);

    wherry::DataFeeder core_;
};

}  // namespace wherry::inline WHERRY_ABI::fluid

#ifndef WHERRY_COMPILED
#include <wherry/fluid/detail/data_feeder.ipp>
#endif

#endif
