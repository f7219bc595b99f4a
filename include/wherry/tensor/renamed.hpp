#ifndef WHERRY_TENSOR_RENAMED_HPP
#define WHERRY_TENSOR_RENAMED_HPP

#include <wherry/base/sequence.hpp>
#include <wherry/tensor/tensor.hpp>
#include <wherry/version.hpp>

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace wherry::inline WHERRY_ABI {

/// "w" is "teacher/w": for two models whose variables have the same names.
struct add_prefix {
    std::string prefix;
    std::string operator()(std::string_view name) const { return prefix + std::string(name); }
};

/// "teacher/w" is "w"; names without the prefix stay.
struct drop_prefix {
    std::string prefix;
    std::string operator()(std::string_view name) const {
        return std::string(name.starts_with(prefix) ? name.substr(prefix.size()) : name);
    }
};

/// Tensors under other names. A view: their elements stay where they are and must outlive it; the names are its own.
/// `archive<>::save(renamed(state.refs(), add_prefix{"teacher/"}), disk{path})`, and so for whatever takes `tensor_ref`s.
class renamed {
  public:
    /// `rename` makes a name of a name, or a list of names for a tensor that is to be there under each: a prefix of above, or a callable of
    /// your own. It is asked once for each tensor, in their order.
    template <class Rename>
    renamed(std::span<const tensor_ref> tensors, const Rename& rename) {
        names_.reserve(tensors.size());
        sequence<std::size_t> which;
        for (std::size_t i = 0; i < tensors.size(); ++i) {
            if constexpr (requires { std::string(rename(tensors[i].name)); }) names_.emplace_back(rename(tensors[i].name));
            else
                for (const auto& name : rename(tensors[i].name)) names_.emplace_back(name);
            which.resize(names_.size(), i);
        }
        for (std::size_t i = 0; i < names_.size(); ++i) {  // which move no more
            tensors_.push_back(tensors[which[i]]);
            tensors_.back().name = names_[i];
        }
    }
    renamed(renamed&&) noexcept = default;
    renamed& operator=(renamed&&) noexcept = default;

    [[nodiscard]] auto begin() const noexcept { return tensors_.begin(); }
    [[nodiscard]] auto end() const noexcept { return tensors_.end(); }
    [[nodiscard]] std::size_t size() const noexcept { return tensors_.size(); }
    [[nodiscard]] std::span<const tensor_ref> refs() const noexcept { return tensors_; }
    operator std::span<const tensor_ref>() const noexcept { return tensors_; }  // NOLINT(google-explicit-constructor)

  private:
    sequence<tensor_ref> tensors_;
    sequence<std::string> names_;
};

}  // namespace wherry::inline WHERRY_ABI

#endif
