#include <wherry/base/cpu.hpp>

#include <doctest/doctest.h>

// The compiler's own answer: it links tables of processors, and knows the same registers.
TEST_CASE("the processor has what the compiler's run-time library says") {
    for (int round = 0; round < 2; ++round) {  // asked, then remembered
#if defined(__x86_64__) && defined(__GNUC__)
        CHECK(wherry::cpu_has(wherry::cpu_feature::crc32) == (__builtin_cpu_supports("sse4.2") != 0));
        CHECK(wherry::cpu_has(wherry::cpu_feature::avx2) == (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")));
        CHECK(wherry::cpu_has(wherry::cpu_feature::avx512) == (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") &&
                                                               __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512bw")));
#else
        CHECK_FALSE(wherry::cpu_has(wherry::cpu_feature::crc32));
        CHECK_FALSE(wherry::cpu_has(wherry::cpu_feature::avx2));
        CHECK_FALSE(wherry::cpu_has(wherry::cpu_feature::avx512));
#endif
    }
}
