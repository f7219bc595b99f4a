// expect: wherry: align takes a power of two up to 65536
#include <wherry/policy/annotate.hpp>

using namespace wherry;

#ifdef WHERRY_TWIN
using wishes = annotate<align<64>>;
#else
using wishes = annotate<align<48>>;
#endif
static_assert(wishes::rules.any());
