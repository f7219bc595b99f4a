#include <interop/gemm_backend.hpp>
#include <wherry/interop/eigen.hpp>

#include <cstdint>

TEST_CASE_TEMPLATE("eigen multiplies as the portable product does", T, float, double, std::int64_t) {
    support::check_backend<wherry::eigen_gemm, T>();
}
