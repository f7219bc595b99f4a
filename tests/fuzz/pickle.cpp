// Bytes as what Python pickled: `.pdparams`.
#include "fuzz.hpp"

#include <wherry/format/pickle.hpp>

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    fuzz::round_trip<wherry::format::pickle<>>(fuzz::text_of(data, size));
    return 0;
}
