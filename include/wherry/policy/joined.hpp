#ifndef WHERRY_POLICY_JOINED_HPP
#define WHERRY_POLICY_JOINED_HPP

#include <wherry/version.hpp>

namespace wherry::inline WHERRY_ABI {

/// Two sinks, or two sources, of which the first has `join`: their files are one set as long as this lives, see `disk::join`. Of others, nothing.
///
///     disk program("m/__model__");
///     disk params("m/params");
///     const joined set(params, program);  // params first, then program, with which both take their names
template <class A, class B>
class joined {
  public:
    joined(A& one, B& with) : one_(&one) {
        if constexpr (may) one.join(&with);
    }
    joined(const joined&) = delete;
    joined& operator=(const joined&) = delete;
    ~joined() {
        if constexpr (may) one_->join(nullptr);
    }

  private:
    static constexpr bool may = requires(A & one, B& with) { one.join(&with); };
    A* one_;
};

}  // namespace wherry::inline WHERRY_ABI

#endif
