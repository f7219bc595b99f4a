#include <wherry/version.hpp>
#include <wherry/wherry.hpp>

#include <cstdio>

int main() { std::printf("wherry %d.%d.%d\n", WHERRY_VERSION_MAJOR, WHERRY_VERSION_MINOR, WHERRY_VERSION_PATCH); }
