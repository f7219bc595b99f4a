// expect: wherry: a Kind of policy is given twice
#include <wherry/archive/archive.hpp>

using namespace wherry;

#ifdef WHERRY_TWIN
using checkpoint = archive<layout::combined, decltype(filter::parameters{} || filter::optimizer_state{})>;
#else
using checkpoint = archive<filter::parameters, layout::combined, filter::optimizer_state>;
#endif
static_assert(sizeof(checkpoint) > 0);
