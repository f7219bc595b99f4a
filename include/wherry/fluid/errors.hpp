#ifndef WHERRY_FLUID_ERRORS_HPP
#define WHERRY_FLUID_ERRORS_HPP

#include <wherry/base/result.hpp>
#include <wherry/version.hpp>

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
/// A value that cannot be. As Python's, so are those below.
class ValueError : public Exception {
    using Exception::Exception;
};
/// An argument of another kind.
class TypeError : public Exception {
    using Exception::Exception;
};
/// A call at the wrong time, as a run after `close`.
class RuntimeError : public Exception {
    using Exception::Exception;
};
/// A condition of the reference that does not hold.
class AssertionError : public Exception {
    using Exception::Exception;
};
/// A name that nothing has.
class LookupError : public Exception {
    using Exception::Exception;
};
/// A file that cannot be opened, read or written.
class IOError : public Exception {
    using Exception::Exception;
};
/// An operator's error; its kind leads the message: "InvalidArgumentError: ...".
class EnforceNotMet : public Exception {
    using Exception::Exception;
};

/// Throws an error as the class that the reference would raise.
[[noreturn]] void raise(error e);

/// The value, or the exception.
template <class T>
T unwrap(result<T>&& r) {
    if (!r) raise(std::move(r).error());
    if constexpr (!std::is_void_v<T>) return *std::move(r);
}

/// The receiver of warnings: by default to stderr, one line each. Per thread.
using warning_handler = std::function<void(std::string_view category, std::string_view message)>;
void set_warning_handler(warning_handler handler);
/// The reference's warning when it runs a program without operators: an empty one of `load` operators, too.
inline constexpr std::string_view no_operators =
    "There are no operators in the program to be executed. If you pass Program manually, please use fluid.program_guard to ensure the "
    "current Program is being used.";
void warn(std::string_view message, std::string_view category = "UserWarning");

}  // namespace wherry::inline WHERRY_ABI::fluid

#ifndef WHERRY_COMPILED
#include <wherry/fluid/detail/errors.ipp>
#endif

#endif
