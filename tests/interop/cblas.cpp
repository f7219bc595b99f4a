#include <interop/gemm_backend.hpp>
#include <wherry/interop/cblas.hpp>

#include <cstdint>

TEST_CASE_TEMPLATE("cblas multiplies as the portable product does", T, float, double, std::int64_t) {
    support::check_backend<wherry::cblas_gemm, T>();
}
