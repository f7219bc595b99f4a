// expect: wherry: a Kind of policy is given twice
#include <wherry/archive/archive.hpp>

using namespace wherry;

#ifdef WHERRY_TWIN
using checkpoint = archive<layout::combined, fast>;
#else
using checkpoint = archive<layout::combined, fast, layout::per_file>;
#endif
static_assert(sizeof(checkpoint) > 0);
