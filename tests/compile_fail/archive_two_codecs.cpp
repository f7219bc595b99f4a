// expect: wherry: a Kind of policy is given twice
#include <wherry/archive/archive.hpp>

using namespace wherry;

namespace {
struct other {
    using kind = kinds::codec;
    static constexpr std::string_view name = "other";
    template <Sink S>
    static S& encode(S& sink) noexcept {
        return sink;
    }
    template <Source S>
    static S& decode(S& source, const limits&) noexcept {
        return source;
    }
};
}  // namespace

#ifdef WHERRY_TWIN
using checkpoint = archive<other, fast>;
#else
using checkpoint = archive<other, fast, plain>;
#endif
static_assert(sizeof(checkpoint) > 0);
