#ifndef WHERRY_POLICY_WITH_PROGRESS_HPP
#define WHERRY_POLICY_WITH_PROGRESS_HPP

#include <wherry/base/result.hpp>
#include <wherry/base/sequence.hpp>
#include <wherry/policy/durability.hpp>
#include <wherry/policy/progress.hpp>
#include <wherry/policy/sink.hpp>
#include <wherry/policy/source.hpp>
#include <wherry/version.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <type_traits>
#include <utility>

namespace wherry::inline WHERRY_ABI {

namespace detail {
/// Bytes between two reports: some milliseconds of a disk, so few that a call of the system more for each costs nothing.
inline constexpr std::size_t progress_step = std::size_t{4} << 20U;

/// How far it is. Borrows the progress.
template <Progress P>
class progress_count {
  public:
    explicit progress_count(const P& progress) noexcept : progress_(&progress) {}
    void begin(std::uint64_t all) noexcept {
        done_ = 0;
        all_ = all;
    }
    void expect_more(std::uint64_t more) noexcept { all_ += more; }
    /// Errors: cancelled.
    result<void> add(std::uint64_t more) {
        done_ = std::min(done_ + more, all_);  // headers are read twice now and then
        return (*progress_)(done_, all_) ? result<void>() : result<void>(cancelled_error());
    }
    void finish() {
        if (done_ != all_) (void)(*progress_)(all_, all_);
        done_ = all_;
    }

  private:
    const P* progress_;
    std::uint64_t done_ = 0;
    std::uint64_t all_ = 0;
};

/// Hands stretches of memory on in batches of at most `progress_step` bytes: `move(offset, batch)`. Errors: those of `move`, cancelled.
template <class Bytes, class Count, class Move>
result<void> move_counted(std::span<const std::span<Bytes>> all, std::uint64_t offset, Count& count, const Move& move) {
    sequence<std::span<Bytes>> batch;
    std::size_t held = 0;
    const auto pass_on = [&]() -> result<void> {
        if (held == 0) return {};
        if (auto moved = move(offset, std::span<const std::span<Bytes>>(batch)); !moved) return moved;
        batch.clear();
        offset += held;
        return count.add(std::exchange(held, 0));
    };
    for (auto bytes : all)
        while (!bytes.empty()) {
            const auto taken = std::min(bytes.size(), progress_step - held);
            batch.push_back(bytes.first(taken));
            held += taken;
            bytes = bytes.subspan(taken);
            if (held < progress_step) continue;
            if (auto passed = pass_on(); !passed) return passed;
        }
    return pass_on();
}
}  // namespace detail

/// A reader that says how far it is.
template <Reader Inner, Progress P>
class progress_reader {
  public:
    progress_reader(Inner inner, detail::progress_count<P>& count) : inner_(std::move(inner)), count_(&count) {}
    [[nodiscard]] std::uint64_t size_bytes() const { return inner_.size_bytes(); }
    [[nodiscard]] auto path() const { return inner_.path(); }
    /// Errors: those of the inner reader; cancelled.
    result<void> read_at(std::uint64_t offset, std::span<std::byte> into) {
        return detail::move_counted(std::span<const std::span<std::byte>>(&into, 1), offset, *count_,
                                    [&](std::uint64_t at, std::span<const std::span<std::byte>> batch) -> result<void> {
                                        return inner_.read_at(at, batch.front());
                                    });
    }
    result<void> read_at(std::uint64_t offset, std::span<const std::span<std::byte>> into) requires ScatterReader<Inner> {
        return detail::move_counted(
            into, offset, *count_,
            [&](std::uint64_t at, std::span<const std::span<std::byte>> batch) -> result<void> { return inner_.read_at(at, batch); });
    }
    [[nodiscard]] std::string_view bytes() const noexcept requires ViewReader<Inner> { return inner_.bytes(); }
    [[nodiscard]] std::shared_ptr<void> lender() const noexcept requires LendingReader<Inner> { return inner_.lender(); }

  private:
    Inner inner_;
    detail::progress_count<P>* count_;
};

/// A sink or a source that tells a progress how far it is, for whatever takes sinks and sources: `with_progress(disk{"file"}, bar)`. An
/// archive does it for a progress that it is given. It refers to a named sink or source and keeps a temporary one; it and the progress stay
/// where they are until the call is over.
///
/// A sink that is stopped is started again for a record of no bytes, so that it drops what it had begun; the old file stays as it was. What is in memory
/// or mapped counts as done when it is opened.
/// Errors: those of the inner one; cancelled.
template <class Inner, Progress P>
    requires Sink<std::remove_reference_t<Inner>> || Source<std::remove_reference_t<Inner>>
class with_progress {
    using inner_type = std::remove_reference_t<Inner>;

  public:
    static constexpr std::string_view name = "with_progress";
    static constexpr bool many_records = inner_type::many_records;
    static constexpr bool result_borrows_sink = !std::is_reference_v<Inner> && wherry::result_borrows_sink<inner_type>;

    with_progress(Inner&& inner, const P& progress) : inner_(std::forward<Inner>(inner)), count_(progress) {}

    result<void> start(std::span<const record_size> records, durability_steps how) requires Sink<inner_type> {
        std::uint64_t all = 0;
        for (const auto& one : records) all += one.size_bytes;
        count_.begin(all);
        how_ = how;
        return inner_.start(records, how);
    }
    result<void> write_at(std::size_t record, std::uint64_t offset, std::span<const piece> pieces) requires Sink<inner_type> {
        auto written = detail::move_counted(pieces, offset, count_, [&](std::uint64_t at, std::span<const piece> batch) -> result<void> {
            return inner_.write_at(record, at, batch);
        });
        if (!written && written.error().code == errc::cancelled) {
            const record_size none;
            (void)inner_.start(std::span<const record_size>(&none, 1), how_);
        }
        return written;
    }
    result<void> commit(std::size_t record) requires Sink<inner_type> { return inner_.commit(record); }
    auto finish() requires Sink<inner_type> { return inner_.finish(); }

    /// Opens what will be opened once more, to know how much it is in all; what cannot be opened is said by `open`.
    result<void> expect(std::span<const std::string_view> names) requires Source<inner_type> {
        auto expected = inner_.expect(names);
        if (!expected) return expected;
        count_.begin(0);
        for (const auto one : names)
            if (auto opened = inner_.open(one)) count_.expect_more(opened->size_bytes());
        return {};
    }
    auto open(std::string_view record) requires Source<inner_type> {
        using inner_reader = typename decltype(inner_.open(record))::value_type;
        using reader = progress_reader<inner_reader, P>;
        auto opened = inner_.open(record);
        if (!opened) return result<reader>(opened.failure());
        if constexpr (ViewReader<inner_reader>)
            if (auto counted = count_.add(opened->size_bytes()); !counted) return result<reader>(counted.failure());
        return result<reader>(reader(*std::move(opened), count_));
    }
    /// Says that all is done, where a load needed no more than it read.
    void finish_load() requires Source<inner_type> { count_.finish(); }

  private:
    Inner inner_;
    detail::progress_count<P> count_;
    durability_steps how_{};
};

template <class Inner, class P>
with_progress(Inner&&, const P&) -> with_progress<Inner, P>;

namespace detail {
/// The progress of one of several saves or loads that are one to whoever is told: `before` bytes were done by others, `after` are to come.
template <Progress P>
class part_of_progress {
  public:
    static constexpr std::string_view name = "part_of_progress";
    part_of_progress(const P& progress, std::uint64_t before, std::uint64_t after) noexcept
        : progress_(&progress), before_(before), after_(after) {}
    using kind = kinds::progress;
    bool operator()(std::uint64_t done, std::uint64_t all) const {
        all_ = all;
        return (*progress_)(before_ + done, before_ + all + after_);
    }
    /// Bytes of this part, as it was told last.
    [[nodiscard]] std::uint64_t all_bytes() const noexcept { return all_; }

  private:
    const P* progress_;
    std::uint64_t before_;
    std::uint64_t after_;
    mutable std::uint64_t all_ = 0;
};
constexpr std::uint64_t all_of(const silent&) noexcept { return 0; }
template <Progress P>
std::uint64_t all_of(const part_of_progress<P>& part) noexcept {
    return part.all_bytes();
}
/// A part of nobody's progress is nobody's, and costs nothing.
template <Progress P>
auto part_of(const P& progress, std::uint64_t before, std::uint64_t after) noexcept {
    if constexpr (std::is_same_v<P, silent>) return silent();
    else return part_of_progress<P>(progress, before, after);
}
/// A sink or a source that tells the progress how far it is; the one given where there is nobody to tell.
template <class Inner, Progress P>
decltype(auto) told(Inner& inner, const P& progress) {
    if constexpr (std::is_same_v<P, silent>) return static_cast<Inner&>(inner);
    else return with_progress<Inner&, P>(inner, progress);
}
}  // namespace detail

}  // namespace wherry::inline WHERRY_ABI

#endif
