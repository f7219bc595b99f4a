// Bytes as safetensors.
#include "fuzz.hpp"

#include <wherry/interop/safetensors.hpp>

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    fuzz::round_trip<wherry::format::safetensors>(fuzz::text_of(data, size));
    return 0;
}
