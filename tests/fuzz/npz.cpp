// Bytes as a zip archive of arrays.
#include "fuzz.hpp"

#include <wherry/interop/npz.hpp>

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    fuzz::round_trip<wherry::format::npz<>>(fuzz::text_of(data, size));
    return 0;
}
