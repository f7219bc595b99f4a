#ifndef WHERRY_RECORD_KEPT_EXTRA_HPP
#define WHERRY_RECORD_KEPT_EXTRA_HPP

#include <wherry/version.hpp>

#include <memory>
#include <type_traits>
#include <utility>

namespace wherry::inline WHERRY_ABI {

/// The contents of a file beside its arrays, as its format has them: metadata of safetensors, the rest of a checkpoint's dictionary. A load
/// reports it, and the format takes it back when it saves. Copies share it.
class kept_extra {
  public:
    kept_extra() = default;
    template <class T>
        requires(!std::is_same_v<std::remove_cvref_t<T>, kept_extra>)
    explicit kept_extra(T value) : held_(std::make_shared<const T>(std::move(value))), type_(&type_of<T>) {}

    /// The extra of a format; null where there is none, or one of another format.
    template <class T>
    [[nodiscard]] const T* as() const noexcept {
        return type_ == &type_of<T> ? static_cast<const T*>(held_.get()) : nullptr;
    }

  private:
    template <class T>
    static constexpr char type_of = 0;  ///< its address tells types apart, without RTTI

    std::shared_ptr<const void> held_;
    const char* type_ = nullptr;
};

}  // namespace wherry::inline WHERRY_ABI

#endif
