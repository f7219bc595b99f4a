#ifndef WHERRY_TENSOR_STRUCTURED_NAMES_HPP
#define WHERRY_TENSOR_STRUCTURED_NAMES_HPP

#include <wherry/base/name_index.hpp>
#include <wherry/base/result.hpp>
#include <wherry/base/sequence.hpp>
#include <wherry/tensor/renamed.hpp>
#include <wherry/tensor/tensor.hpp>
#include <wherry/version.hpp>

#include <algorithm>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace wherry::inline WHERRY_ABI {

/// The two names of parameters: those that layers have for them ("fc1.weight"), which dygraph and `.pdparams` of Paddle 2 and 3 use, and
/// those of a program's variables ("linear_0.w_0"), which `.pdiparams` and optimizers use. Every structured name is of one parameter; a
/// parameter that two layers share has two structured names.
/// `load_matching(program, scope, *by_parameter(state.refs(), names))`.
class structured_names {
  public:
    struct entry {
        std::string structured;
        std::string parameter;
    };

    /// Adds a pair; one that is there already changes nothing.
    /// Errors: duplicate_name for a structured name that another parameter has; nothing is added then.
    result<void> add(std::string structured, std::string parameter) {
        const auto at = by_structured_.closest(structured);
        if (at < entries_.size() && entries_[at].structured == structured) {
            if (entries_[at].parameter == parameter) return {};
            return failure(errc::duplicate_name, "a structured name is given to two parameters")
                .of_variable(structured)
                .expected(entries_[at].parameter)
                .found(parameter);
        }
        const auto first = by_parameter_.closest(parameter);
        by_structured_.make_room();
        by_parameter_.make_room();
        same_.push_back({entries_.size(), entries_.size()});
        entries_.push_back({std::move(structured), std::move(parameter)});
        const auto& made = entries_.back();
        by_structured_.insert(made.structured, entries_[at].structured);
        by_parameter_.insert(made.parameter, entries_[first].parameter);
        if (first + 1 == entries_.size() || entries_[first].parameter != made.parameter) return {};
        same_[same_[first].last].next = entries_.size() - 1;
        same_[first].last = entries_.size() - 1;
        return {};
    }

    /// The parameter of that structured name; empty where it is not known.
    [[nodiscard]] std::string_view parameter_of(std::string_view structured) const noexcept {
        const auto at = by_structured_.closest(structured);
        return at < entries_.size() && entries_[at].structured == structured ? std::string_view(entries_[at].parameter) : "";
    }
    /// The structured names of a parameter, in the order in which they came.
    [[nodiscard]] sequence<std::string> structured_of(std::string_view parameter) const {
        sequence<std::string> found;
        auto at = by_parameter_.closest(parameter);
        if (at >= entries_.size() || entries_[at].parameter != parameter) return found;
        for (;; at = same_[at].next) {
            found.push_back(entries_[at].structured);
            if (same_[at].next == at) return found;
        }
    }
    /// The parameters, each once, sorted: the order of a combined file of them.
    [[nodiscard]] sequence<std::string> parameters() const {
        sequence<std::string> names;
        for (const auto at : by_parameter_.sorted()) names.push_back(entries_[at].parameter);
        return names;
    }

    [[nodiscard]] std::size_t size() const noexcept { return entries_.size(); }
    [[nodiscard]] bool empty() const noexcept { return entries_.empty(); }
    [[nodiscard]] const entry& operator[](std::size_t at) const noexcept { return entries_[at]; }
    [[nodiscard]] auto begin() const noexcept { return entries_.begin(); }
    [[nodiscard]] auto end() const noexcept { return entries_.end(); }

  private:
    /// Entries of one parameter are a chain; the last one is its own next.
    struct link {
        std::size_t next;
        std::size_t last;  ///< of the chain, in its first
    };
    sequence<entry> entries_;
    sequence<link> same_;
    name_index by_structured_;
    name_index by_parameter_;
};

/// Tensors under their structured names; a shared parameter is there once under each of them, others keep the name that they have.
inline renamed by_structured(std::span<const tensor_ref> tensors, const structured_names& names) {
    return {tensors, [&](std::string_view name) {
                auto found = names.structured_of(name);
                if (found.empty()) found.emplace_back(name);
                return found;
            }};
}

namespace detail {
/// Whether two tensors are alike in element type, dims and bytes, wherever those are. Errors: those of the sources.
inline result<bool> hold_the_same(const tensor_ref& a, const tensor_ref& b) {
    if (a.dtype != b.dtype || a.dims != b.dims) return false;
    const auto fetched = [](const tensor_ref& one) {
        return one.source != nullptr ? one.source->fetch(one.source->state.get(), one.source->at) : result<Tensor>(Tensor());
    };
    const result<Tensor> first = fetched(a);
    if (!first) return first.failure();
    const result<Tensor> second = fetched(b);
    if (!second) return second.failure();
    const std::span<const std::byte> left = a.source != nullptr ? first->bytes() : a.bytes;
    const std::span<const std::byte> right = b.source != nullptr ? second->bytes() : b.bytes;
    return std::equal(left.begin(), left.end(), right.begin(), right.end());
}
}  // namespace detail

/// Tensors under the names of their parameters; those of one parameter, which hold the same, are one.
/// Errors: duplicate_name where two of one parameter differ; those of sources of elements.
inline result<renamed> by_parameter(std::span<const tensor_ref> tensors, const structured_names& names) {
    sequence<std::string_view> wanted;
    wanted.reserve(tensors.size());
    name_index first;
    for (const auto& one : tensors) {
        const auto parameter = names.parameter_of(one.name);
        wanted.push_back(parameter.empty() ? one.name : parameter);
        const auto at = first.closest(wanted.back());
        first.make_room();
        first.insert(wanted.back(), wanted[at]);
        if (at + 1 >= wanted.size() || wanted[at] != wanted.back()) continue;
        const auto& other = tensors[at];
        const auto same = detail::hold_the_same(one, other);
        if (!same) return same.failure();
        if (!*same)
            return failure(errc::duplicate_name, "two arrays are of one parameter and differ")
                .of_variable(wanted.back())
                .expected(other.name)
                .found(one.name);
        wanted.back() = {};
    }
    std::size_t next = 0;  // in the order of the tensors
    return renamed(tensors, [&](std::string_view) {
        sequence<std::string> held;
        if (const auto name = wanted[next++]; !name.empty()) held.emplace_back(name);
        return held;
    });
}

}  // namespace wherry::inline WHERRY_ABI

#endif
