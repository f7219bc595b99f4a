// Bytes as a program of Paddle 3: JSON.
#include "fuzz.hpp"

#include <wherry/interop/pir.hpp>
#include <wherry/program/program.hpp>

using namespace wherry;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto text = fuzz::text_of(data, size);
    const auto any = read_pir(text, fuzz::caps, pir_operators::any);
    const auto known = read_pir(text, fuzz::caps);
    fuzz::require(any || !known, "what can be run can be looked at");
    if (!known) return 0;
    const auto written = known->serialize_to_string();
    const auto again = Program::parse_from_string(written);
    fuzz::require(again && again->serialize_to_string() == written, "its ProgramDesc is parsed, to the same");
    return 0;
}
