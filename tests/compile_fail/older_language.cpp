// flags: -std=c++17
// at most 12 lines
// expect: wherry: needs C++20, compile with -std=c++20 (MSVC: /std:c++20)
#include <wherry/wherry.hpp>

int main() { return 0; }
