#ifndef WHERRY_BASE_NAME_MAP_HPP
#define WHERRY_BASE_NAME_MAP_HPP

#include <wherry/base/name_index.hpp>
#include <wherry/base/sequence.hpp>
#include <wherry/version.hpp>

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <utility>

/// Values by name for programs and scopes. A std::map compiles to some sixty functions for each type; these are a handful.
namespace wherry::inline WHERRY_ABI {

/// Values by name, in the order in which they came; erasing one moves the last into its place. A look-up costs what the name is long.
template <class T>
class name_map {
  public:
    struct entry {
        std::string name;
        T value;
    };

    /// Null when the name is not there.
    [[nodiscard]] const T* find(std::string_view name) const noexcept {
        const auto at = index_.closest(name);
        return holds(at, name) ? &entries_[at].value : nullptr;
    }
    [[nodiscard]] T* find(std::string_view name) noexcept {
        return const_cast<T*>(std::as_const(*this).find(name));  // NOLINT: the object is not const
    }
    /// Made when it is not there. References to other values do not outlive that.
    T& operator[](std::string_view name) {
        const auto at = index_.closest(name);
        if (holds(at, name)) return entries_[at].value;
        index_.make_room();
        entries_.push_back(entry{std::string(name), T{}});
        index_.insert(entries_.back().name, entries_[at].name);
        return entries_.back().value;
    }
    /// Whether there was one of that name.
    bool erase(std::string_view name) noexcept {
        const auto at = index_.closest(name);
        if (!holds(at, name)) return false;
        index_.erase(at, [this](std::size_t i) -> std::string_view { return entries_[i].name; });
        if (at + 1 != entries_.size()) entries_[at] = std::move(entries_.back());
        entries_.pop_back();
        return true;
    }
    [[nodiscard]] const entry* begin() const noexcept { return entries_.begin(); }
    [[nodiscard]] const entry* end() const noexcept { return entries_.end(); }
    [[nodiscard]] std::size_t size() const noexcept { return entries_.size(); }
    /// The names in order of their bytes; they live until the next one comes or goes.
    [[nodiscard]] sequence<std::string_view> sorted_names() const {
        sequence<std::string_view> names;
        names.reserve(entries_.size());
        for (const auto at : index_.sorted()) names.push_back(entries_[at].name);
        return names;
    }

  private:
    [[nodiscard]] bool holds(std::size_t at, std::string_view name) const noexcept {
        return at < entries_.size() && entries_[at].name == name;
    }

    sequence<entry> entries_;
    name_index index_;
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
