#ifndef WHERRY_PROGRAM_NAME_SCOPE_HPP
#define WHERRY_PROGRAM_NAME_SCOPE_HPP

#include <wherry/program/unique_name.hpp>
#include <wherry/version.hpp>

#include <cstddef>
#include <string>
#include <string_view>

namespace wherry::inline WHERRY_ABI {

/// The path that operators carry in `op_namescope`: "/", "/optimizer/", and "/optimizer_1/" the second time.
/// Source: fluid.framework.name_scope.
class NameScope {
  public:
    [[nodiscard]] const std::string& path() const noexcept { return path_; }

    /// Enters a scope until the guard ends.
    class guard {
      public:
        guard(NameScope& scope, std::string_view prefix) : scope_(scope), outer_bytes_(scope.path_.size()) {
            const auto numbered = scope.used_.generate(scope.path_ + std::string(prefix));
            // the first has no number, later ones count from 1
            scope.path_ = numbered.ends_with("_0") ? numbered.substr(0, numbered.size() - 2) : numbered;
            scope.path_ += '/';
        }
        guard(const guard&) = delete;
        guard& operator=(const guard&) = delete;
        ~guard() { scope_.path_.resize(outer_bytes_); }

      private:
        NameScope& scope_;
        std::size_t outer_bytes_;
    };
    [[nodiscard]] guard enter(std::string_view prefix) { return {*this, prefix}; }

  private:
    std::string path_ = "/";
    UniqueNameGenerator used_;
};

}  // namespace wherry::inline WHERRY_ABI

#endif
