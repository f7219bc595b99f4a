#include "everything.hpp"

int version_seen_by_second() { return version(); }
