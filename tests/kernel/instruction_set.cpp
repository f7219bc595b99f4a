#include <wherry/kernel/instruction_set.hpp>

#include <doctest/doctest.h>

using wherry::kernel::has_instructions;
using wherry::kernel::instruction_set;

TEST_CASE("a machine has the baseline, and no wider set without the narrower one") {
    CHECK(has_instructions<instruction_set::baseline>());
    if (has_instructions<instruction_set::avx512>()) CHECK(has_instructions<instruction_set::avx2>());
#if !defined(__x86_64__)
    CHECK_FALSE(has_instructions<instruction_set::avx2>());
#endif
}
