// expect: wherry: a Kind of policy is given twice
#include <wherry/policy/annotate.hpp>

using namespace wherry;

#ifdef WHERRY_TWIN
using wishes = annotate<align<8>, checksum>;
#else
using wishes = annotate<align<8>, checksum, align<64>>;
#endif
static_assert(wishes::rules.checksums);
