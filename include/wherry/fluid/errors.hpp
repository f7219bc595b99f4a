#ifndef WHERRY_FLUID_ERRORS_HPP
#define WHERRY_FLUID_ERRORS_HPP

#include <wherry/base/result.hpp>
#include <wherry/version.hpp>

#include <cstdio>
#include <functional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

/// The reference's exceptions. `what()` is its message; `error()` is wherry's, with file, offset, expected and found.
namespace wherry::inline WHERRY_ABI::fluid {

/// Base of all that `fluid::` throws.
class Exception : public std::runtime_error {
  public:
    Exception(const std::string& what, wherry::error e) : std::runtime_error(what), error_(std::move(e)) {}
    [[nodiscard]] const wherry::error& error() const noexcept { return error_; }

  private:
    wherry::error error_;
};
class ValueError : public Exception {
    using Exception::Exception;
};
class TypeError : public Exception {
    using Exception::Exception;
};
class RuntimeError : public Exception {
    using Exception::Exception;
};
class AssertionError : public Exception {
    using Exception::Exception;
};
class LookupError : public Exception {
    using Exception::Exception;
};
class IOError : public Exception {
    using Exception::Exception;
};
/// An operator's error; its kind leads the message: "InvalidArgumentError: ...".
class EnforceNotMet : public Exception {
    using Exception::Exception;
};

namespace detail {
inline std::string_view enforce_kind(const error& e) noexcept {
    switch (e.code) {
        case errc::not_initialized:
            return e.message.view().starts_with("The Input variable") ? "PreconditionNotMetError" : "InvalidArgumentError";
        case errc::not_found: return "NotFoundError";
        case errc::unsupported:
        case errc::unknown_op: return "UnimplementedError";
        case errc::too_large: return "ResourceExhaustedError";
        default: return "InvalidArgumentError";
    }
}
inline std::string sentence(const error& e) { return e.message.empty() ? to_string(e) : std::string(e.message.view()); }
}  // namespace detail

/// Throws an error as the class that the reference would raise.
[[noreturn]] inline void raise(error e) {
    auto what = detail::sentence(e);
    switch (e.code) {
        case errc::argument_dtype: throw TypeError(what, std::move(e));
        case errc::unknown_op: throw ValueError(what, std::move(e));
        case errc::closed: throw RuntimeError(what, std::move(e));
        case errc::feed_mismatch:
        case errc::fetch_mismatch: throw Exception(what, std::move(e));
        default: break;
    }
    if (e.op.empty()) throw ValueError(what, std::move(e));
    what = std::string(detail::enforce_kind(e)) + ": " + what + " [operator < " + std::string(e.op.view()) + " > error]";
    throw EnforceNotMet(what, std::move(e));
}

/// The value, or the exception.
template <class T>
T unwrap(result<T>&& r) {
    if (!r) raise(std::move(r).error());
    if constexpr (!std::is_void_v<T>) return *std::move(r);
}

/// Where warnings go: by default to stderr, one line each. Per thread.
using warning_handler = std::function<void(std::string_view category, std::string_view message)>;
namespace detail {
inline warning_handler& warnings() {
    thread_local warning_handler handler = [](std::string_view category, std::string_view message) {
        std::fprintf(stderr, "%.*s: %.*s\n", static_cast<int>(category.size()), category.data(), static_cast<int>(message.size()),
                     message.data());
    };
    return handler;
}
}  // namespace detail
inline void set_warning_handler(warning_handler handler) { detail::warnings() = std::move(handler); }
/// What the reference says when it runs a program without operators: an empty one of `load` operators, too.
inline constexpr std::string_view no_operators =
    "There are no operators in the program to be executed. If you pass Program manually, please use fluid.program_guard to ensure the "
    "current Program is being used.";
inline void warn(std::string_view message, std::string_view category = "UserWarning") {
    if (detail::warnings()) detail::warnings()(category, message);
}

}  // namespace wherry::inline WHERRY_ABI::fluid

#endif
