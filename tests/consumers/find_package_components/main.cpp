// Compiled and linked with the components that were found.
#include <wherry/version.hpp>
#ifdef WITH_cblas
#include <wherry/interop/cblas.hpp>
#endif
#ifdef WITH_eigen
#include <wherry/interop/eigen.hpp>
#endif
#ifdef WITH_json
#include <nlohmann/json.hpp>
#endif
#ifdef WITH_xtensor
#include <xtensor/xtensor_config.hpp>
#endif
#ifdef WITH_zlib
#include <zlib.h>
#endif

#include <cstdio>

int main() {
#ifdef WITH_cblas
    const float a = 2;
    float b = 0;
    wherry::cblas_gemm::multiply(wherry::kernel::matrix<const float>(&a, 1, 1), wherry::kernel::matrix<const float>(&a, 1, 1),
                                 wherry::kernel::matrix<float>(&b, 1, 1));
    if (b != 4) return 1;
#endif
#ifdef WITH_zlib
    if (zlibVersion()[0] != '1') return 1;
#endif
    std::printf("wherry %d.%d.%d\n", WHERRY_VERSION_MAJOR, WHERRY_VERSION_MINOR, WHERRY_VERSION_PATCH);
}
