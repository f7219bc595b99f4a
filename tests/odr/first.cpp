#include "everything.hpp"

int main() { return version_seen_by_second() == version() ? 0 : 1; }
