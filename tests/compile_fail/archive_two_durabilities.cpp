// expect: wherry: a Kind of policy is given twice
#include <wherry/archive/archive.hpp>

using namespace wherry;

#ifdef WHERRY_TWIN
using checkpoint = archive<durable>;
#else
using checkpoint = archive<durable, fast>;
#endif
static_assert(sizeof(checkpoint) > 0);
