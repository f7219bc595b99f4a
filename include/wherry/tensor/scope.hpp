#ifndef WHERRY_TENSOR_SCOPE_HPP
#define WHERRY_TENSOR_SCOPE_HPP

#include <wherry/base/name_map.hpp>
#include <wherry/base/require.hpp>
#include <wherry/base/revision.hpp>
#include <wherry/base/sequence.hpp>
#include <wherry/tensor/selected_rows.hpp>
#include <wherry/tensor/tensor.hpp>
#include <wherry/version.hpp>

#include <memory>
#include <span>
#include <string_view>
#include <utility>

namespace wherry::inline WHERRY_ABI {

/// Tensors by name. Scopes nest: a name that a scope does not hold is looked up in its parent.
/// A name may hold SelectedRows instead, as its variable says; its Tensor then has no value.
///
/// Guarantee: a Tensor's address does not change while its Scope lives and the name is not erased. No name moves
/// when another comes, whoever chose them: no hash of input is involved.
class Scope {
  public:
    Scope() = default;
    explicit Scope(Scope* parent) noexcept : parent_(parent) {}

    [[nodiscard]] Scope* parent() const noexcept { return parent_; }
    /// The outermost scope, where persistables live.
    [[nodiscard]] Scope& root() noexcept { return parent_ != nullptr ? parent_->root() : *this; }

    /// The tensor of that name in this scope, made (not initialized) when it is not there.
    Tensor& var(std::string_view name) {
        const auto count = held_.size();
        auto& held = held_[name];
        if (held_.size() != count) revision_.bump();
        return *held.tensor;
    }

    /// The tensor of that name here or in a parent; null when there is none.
    [[nodiscard]] Tensor* find_var(std::string_view name) noexcept {
        return const_cast<Tensor*>(std::as_const(*this).find_var(name));  // NOLINT: the object is not const
    }
    [[nodiscard]] const Tensor* find_var(std::string_view name) const noexcept {
        const auto* held = find(name);
        return held != nullptr ? held->tensor.get() : nullptr;
    }

    /// The SelectedRows of that name, here or in a parent; made in this scope when there is none. A Tensor of that name loses its value.
    SelectedRows& rows(std::string_view name) {
        auto* held = find(name);
        if (held == nullptr) {
            (void)var(name);
            held = find(name);
        }
        Tensor().swap(*held->tensor);
        if (held->rows == nullptr) held->rows = std::make_unique<SelectedRows>();
        return *held->rows;
    }
    /// Puts SelectedRows in the place of whatever a name of this scope or a parent holds. Nothing can fail: the name has to be there.
    void set_rows(std::string_view name, std::unique_ptr<SelectedRows> rows) noexcept {
        auto* held = find(name);
        require(held != nullptr && rows != nullptr, "wherry: set_rows needs rows, and a name that is there");
        Tensor().swap(*held->tensor);
        if (held->rows == nullptr) held->rows = std::move(rows);
        else *held->rows = std::move(*rows);
    }
    /// The SelectedRows of that name here or in a parent; null when there are none, or a Tensor has come in their place.
    [[nodiscard]] const SelectedRows* find_rows(std::string_view name) const noexcept {
        const auto* held = find(name);
        return held == nullptr || held->tensor->is_initialized() ? nullptr : held->rows.get();
    }

    /// Whether this scope itself has the name.
    [[nodiscard]] bool holds(std::string_view name) const noexcept { return held_.find(name) != nullptr; }

    /// Removes names from this scope; unknown ones are ignored.
    void erase(std::string_view name) {
        if (held_.erase(name)) revision_.bump();
    }

    /// Changes whenever a name comes or goes, so that looked-up addresses may be kept in between.
    [[nodiscard]] const revision& names_revision() const noexcept { return revision_; }

    /// Names of this scope alone, sorted.
    [[nodiscard]] sequence<std::string_view> local_var_names() const { return held_.sorted_names(); }

  private:
    struct held_var {
        std::unique_ptr<Tensor> tensor = std::make_unique<Tensor>();
        std::unique_ptr<SelectedRows> rows;  ///< null for almost all
    };
    [[nodiscard]] const held_var* find(std::string_view name) const noexcept {
        for (const auto* scope = this; scope != nullptr; scope = scope->parent_)
            if (const auto* held = scope->held_.find(name)) return held;
        return nullptr;
    }
    [[nodiscard]] held_var* find(std::string_view name) noexcept {
        return const_cast<held_var*>(std::as_const(*this).find(name));  // NOLINT: the object is not const
    }

    Scope* parent_ = nullptr;
    revision revision_;
    name_map<held_var> held_;
};

/// Names that are made in a scope and taken away again unless they are kept: what fails halfway leaves the scope as it was.
class new_names {
  public:
    explicit new_names(Scope& scope) noexcept : scope_(&scope) {}
    new_names(const new_names&) = delete;
    new_names& operator=(const new_names&) = delete;
    ~new_names() {
        while (!made_.empty()) scope_->erase(made_.back()), made_.pop_back();
    }
    /// The tensor of that name in the scope, made when it is not there. The characters have to outlive this.
    Tensor& var(std::string_view name) {
        if (!scope_->holds(name)) made_.push_back(name);
        return scope_->var(name);
    }
    /// That of the scope or of its parents, made when neither has it.
    Tensor& found_or_made(std::string_view name) {
        auto* const held = scope_->find_var(name);
        return held != nullptr ? *held : var(name);
    }
    void keep() noexcept { made_.clear(); }

  private:
    Scope* scope_;
    sequence<std::string_view> made_;
};

namespace detail {
/// A value on its way into a tensor of a scope.
struct arriving_tensor {
    std::string_view name;
    Tensor* held = nullptr;  ///< null: is made
    Tensor value;
};
/// All names first: then nothing can fail.
inline void hand_over(std::span<arriving_tensor> arrivals, Scope& scope) {
    new_names names(scope);
    for (auto& one : arrivals)
        if (one.held == nullptr) one.held = &names.var(one.name);
    names.keep();
    for (auto& one : arrivals) *one.held = std::move(one.value);
}
}  // namespace detail

}  // namespace wherry::inline WHERRY_ABI

#endif
