#ifndef WHERRY_BASE_NAME_MAP_HPP
#define WHERRY_BASE_NAME_MAP_HPP

#include <wherry/base/sequence.hpp>
#include <wherry/version.hpp>

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <utility>

/// Sorted sequences for the names of a program. A std::map compiles to some sixty functions for each type; these are a handful, and a
/// new name means moving those after it, which for the few thousand of a program is nothing.
namespace wherry::inline WHERRY_ABI {

/// Values by name, in order of the names' bytes.
template <class T>
class name_map {
  public:
    struct entry {
        std::string name;
        T value;
    };

    /// Null when the name is not there.
    [[nodiscard]] const T* find(std::string_view name) const noexcept {
        const auto at = place(name);
        return at < entries_.size() && entries_[at].name == name ? &entries_[at].value : nullptr;
    }
    [[nodiscard]] T* find(std::string_view name) noexcept {
        return const_cast<T*>(std::as_const(*this).find(name));  // NOLINT: the object is not const
    }
    /// Made when it is not there. References to other values do not outlive that.
    T& operator[](std::string_view name) {
        const auto at = place(name);
        if (at < entries_.size() && entries_[at].name == name) return entries_[at].value;
        return entries_.insert(entries_.begin() + at, entry{std::string(name), T{}})->value;
    }
    [[nodiscard]] const entry* begin() const noexcept { return entries_.begin(); }
    [[nodiscard]] const entry* end() const noexcept { return entries_.end(); }
    [[nodiscard]] std::size_t size() const noexcept { return entries_.size(); }

  private:
    [[nodiscard]] std::size_t place(std::string_view name) const noexcept {
        std::size_t first = 0;
        for (auto count = entries_.size(); count > 0;) {
            const auto half = count / 2;
            const bool before = entries_[first + half].name < name;
            first += before ? half + 1 : 0;
            count = before ? count - half - 1 : half;
        }
        return first;
    }

    sequence<entry> entries_;
};

/// Names, each once.
class name_set {
  public:
    name_set() = default;
    explicit name_set(std::span<const std::string> names) {
        for (const auto& name : names) insert(name);
    }

    [[nodiscard]] bool contains(std::string_view name) const noexcept { return held_.find(name) != nullptr; }
    void insert(std::string_view name) { held_[name] = {}; }
    [[nodiscard]] auto begin() const noexcept { return held_.begin(); }
    [[nodiscard]] auto end() const noexcept { return held_.end(); }
    [[nodiscard]] std::size_t size() const noexcept { return held_.size(); }

  private:
    struct nothing {};
    name_map<nothing> held_;
};

}  // namespace wherry::inline WHERRY_ABI

#endif
