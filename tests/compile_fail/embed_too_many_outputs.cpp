// expect: wherry: outputs<...> names more variables than embed supports
#include <wherry/embed.hpp>

using namespace wherry::embed;
#ifdef WHERRY_TWIN
using asked = outputs<"a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l", "m", "n", "o", "p">;
#else
using asked = outputs<"a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l", "m", "n", "o", "p", "q">;
#endif
void apply(detail::plan_options& options) { asked::apply(options); }
