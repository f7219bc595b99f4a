// expect: wherry: annotate is given a type that is not an annotation
#include <wherry/policy/annotate.hpp>
#include <wherry/policy/durability.hpp>

using namespace wherry;

#ifdef WHERRY_TWIN
using wishes = annotate<names>;
#else
using wishes = annotate<names, durable>;
#endif
static_assert(sizeof(wishes) > 0);
