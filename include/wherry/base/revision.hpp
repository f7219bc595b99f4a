#ifndef WHERRY_BASE_REVISION_HPP
#define WHERRY_BASE_REVISION_HPP

#include <wherry/version.hpp>

#include <cstdint>
#include <memory>

namespace wherry::inline WHERRY_ABI {

/// The identity of an object and how often it changed, for caches: a `seen` revision is current only while the very
/// same object exists unchanged, even when another one later takes its address.
class revision {
  public:
    revision() : count_(std::make_shared<std::uint64_t>(0)) {}
    revision(const revision&) : revision() {}  // a copy is another object
    revision(revision&&) noexcept = default;
    revision& operator=(const revision&) {
        bump();
        return *this;
    }
    revision& operator=(revision&&) noexcept = default;
    ~revision() = default;

    void bump() noexcept {
        if (count_) ++*count_;
    }

    /// The revision that a cache remembers.
    class seen {
      public:
        seen() = default;
        explicit seen(const revision& of) : count_(of.count_), value_(count_ ? *count_ : 0) {}
        [[nodiscard]] bool is_current(const revision& now) const noexcept {
            return count_ != nullptr && count_ == now.count_ && value_ == *count_;
        }

      private:
        std::shared_ptr<const std::uint64_t> count_;
        std::uint64_t value_ = 0;
    };

    /// For parts of the object that outlive no change of it unnoticed: they bump the same count.
    [[nodiscard]] std::shared_ptr<std::uint64_t> shared() const noexcept { return count_; }

  private:
    std::shared_ptr<std::uint64_t> count_;
};

}  // namespace wherry::inline WHERRY_ABI

#endif
