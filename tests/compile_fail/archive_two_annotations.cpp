// expect: wherry: a Kind of policy is given twice
#include <wherry/archive/archive.hpp>

using namespace wherry;

#ifdef WHERRY_TWIN
using checkpoint = archive<annotate<names, checksum>, durable>;
#else
using checkpoint = archive<annotate<names>, durable, annotate<checksum>>;
#endif
static_assert(sizeof(checkpoint) > 0);
