// expect: wherry: nothing of this format can be lent
#include <wherry/archive/archive.hpp>
#include <wherry/format/pickle.hpp>
#include <wherry/policy/disk.hpp>
#include <wherry/policy/mapped.hpp>

using namespace wherry;

#ifdef WHERRY_TWIN
auto loaded() { return archive<format::pickle<>>::load_all(disk{"m"}); }
#else
auto loaded() { return archive<format::pickle<>>::load_all(mapped{"m"}); }
#endif
