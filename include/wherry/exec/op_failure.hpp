#ifndef WHERRY_EXEC_OP_FAILURE_HPP
#define WHERRY_EXEC_OP_FAILURE_HPP

#include <wherry/base/result.hpp>
#include <wherry/version.hpp>

#include <initializer_list>
#include <string_view>

namespace wherry::inline WHERRY_ABI {

/// Makes the errors of an operator's contexts, which name the operator. The type must outlive this.
class op_failure {
  public:
    explicit op_failure(std::string_view op_type) noexcept : op_type_(op_type) {}

    [[nodiscard, gnu::noinline, gnu::cold]] failure fail(errc code, std::string_view message, std::string_view expected = {},
                                                         std::string_view found = {}) const {
        return failure(code, message).of_op(op_type_).expected(expected).found(found);
    }
    [[nodiscard, gnu::noinline, gnu::cold]] failure fail(errc code, const char* message, std::string_view expected = {},
                                                         std::string_view found = {}) const {
        return fail(code, std::string_view(message), expected, found);
    }
    [[nodiscard, gnu::noinline, gnu::cold]] failure fail(errc code, std::initializer_list<std::string_view> message,
                                                         std::string_view expected = {}, std::string_view found = {}) const {
        return fail(code, text(message), expected, found);
    }

  private:
    std::string_view op_type_;
};

}  // namespace wherry::inline WHERRY_ABI

#endif
