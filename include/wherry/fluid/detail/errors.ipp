#ifndef WHERRY_FLUID_DETAIL_ERRORS_IPP
#define WHERRY_FLUID_DETAIL_ERRORS_IPP

#include <wherry/base/result.hpp>
#include <wherry/fluid/errors.hpp>
#include <wherry/version.hpp>

#include <cstdio>
#include <string>
#include <string_view>
#include <utility>

namespace wherry::inline WHERRY_ABI::fluid {
namespace detail {
WHERRY_INLINE std::string_view enforce_kind(const error& e) noexcept {
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

WHERRY_INLINE std::string sentence(const error& e) { return e.message.empty() ? to_string(e) : std::string(e.message.view()); }
}  // namespace detail

[[noreturn]] WHERRY_INLINE void raise(error e) {
    auto what = detail::sentence(e);
    switch (e.code) {
        case errc::argument_dtype: throw TypeError(what, std::move(e));
        case errc::unknown_op:
            if (!e.expected.empty()) what += " Expected " + std::string(e.expected.view()) + ".";
            throw ValueError(what, std::move(e));
        case errc::cancelled:
        case errc::closed: throw RuntimeError(what, std::move(e));
        case errc::feed_mismatch:
        case errc::fetch_mismatch: throw Exception(what, std::move(e));
        default: break;
    }
    if (e.op.empty()) throw ValueError(what, std::move(e));
    what = std::string(detail::enforce_kind(e)) + ": " + what + " [operator < " + std::string(e.op.view()) + " > error]";
    throw EnforceNotMet(what, std::move(e));
}

namespace detail {
WHERRY_INLINE warning_handler& warnings() {
    thread_local warning_handler handler = [](std::string_view category, std::string_view message) {
        std::fprintf(stderr, "%.*s: %.*s\n", static_cast<int>(category.size()), category.data(), static_cast<int>(message.size()),
                     message.data());
    };
    return handler;
}
}  // namespace detail

WHERRY_INLINE void set_warning_handler(warning_handler handler) { detail::warnings() = std::move(handler); }
WHERRY_INLINE void warn(std::string_view message, std::string_view category) {
    if (detail::warnings()) detail::warnings()(category, message);
}
}  // namespace wherry::inline WHERRY_ABI::fluid

#endif
