#ifndef WHERRY_TENSOR_STATE_DICT_HPP
#define WHERRY_TENSOR_STATE_DICT_HPP

#include <wherry/base/name_index.hpp>
#include <wherry/base/sequence.hpp>
#include <wherry/tensor/tensor.hpp>
#include <wherry/version.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

namespace wherry::inline WHERRY_ABI {

/// Arrays by name in the order in which they were added: what `.pdparams`, `.npz` and safetensors files hold.
class state_dict {
  public:
    struct entry {
        std::string name;
        Tensor tensor;
    };

    /// Adds an array. False, and nothing is added, when there is one of that name.
    bool add(std::string name, Tensor tensor) {
        const auto at = index_.closest(name);
        if (holds(at, name)) return false;
        index_.make_room();
        entries_.push_back({std::move(name), std::move(tensor)});
        index_.insert(entries_.back().name, entries_[at].name);
        return true;
    }
    /// Adds an array or replaces the one of that name.
    void set(std::string name, Tensor tensor) {
        if (auto* held = find(name)) *held = std::move(tensor);
        else add(std::move(name), std::move(tensor));
    }

    /// The array of that name, or null.
    [[nodiscard]] const Tensor* find(std::string_view name) const noexcept {
        const auto at = index_.closest(name);
        return holds(at, name) ? &entries_[at].tensor : nullptr;
    }
    [[nodiscard]] Tensor* find(std::string_view name) noexcept {
        return const_cast<Tensor*>(std::as_const(*this).find(name));  // NOLINT: the object is not const
    }

    [[nodiscard]] std::size_t size() const noexcept { return entries_.size(); }
    [[nodiscard]] bool empty() const noexcept { return entries_.empty(); }
    [[nodiscard]] auto begin() const noexcept { return entries_.begin(); }
    [[nodiscard]] auto end() const noexcept { return entries_.end(); }

    /// The arrays as something to save; they point into this object.
    [[nodiscard]] sequence<tensor_ref> refs() const {
        sequence<tensor_ref> made;
        made.reserve(entries_.size());
        for (const auto& held : entries_) made.push_back(held.tensor.ref(held.name));
        return made;
    }

  private:
    [[nodiscard]] bool holds(std::size_t at, std::string_view name) const noexcept {
        return at < entries_.size() && entries_[at].name == name;
    }

    sequence<entry> entries_;
    name_index index_;
};

}  // namespace wherry::inline WHERRY_ABI

#endif
