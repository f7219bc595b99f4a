// expect: wherry: filter: operator()(const Variable&) must be const and return bool
#include <wherry/archive/archive.hpp>

using namespace wherry;

struct not_a_filter {
    using kind = kinds::filter;
    static constexpr std::string_view name = "not_a_filter";
#ifdef WHERRY_TWIN
    bool operator()(const Variable&) const noexcept { return true; }
#else
    int operator()(const Variable&) const noexcept { return 1; }
#endif
};

using checkpoint = archive<not_a_filter, layout::combined>;
static_assert(sizeof(checkpoint) > 0);
