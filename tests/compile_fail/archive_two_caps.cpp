// expect: wherry: a Kind of policy is given twice
#include <wherry/archive/archive.hpp>

using namespace wherry;

#ifdef WHERRY_TWIN
using checkpoint = archive<capped<limits{}>>;
#else
using checkpoint = archive<capped<limits{}>, capped<limits{.lod_levels = 1}>>;
#endif
static_assert(sizeof(checkpoint) > 0);
