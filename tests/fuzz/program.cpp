// Bytes as a program: parsed, written, printed, cloned, pruned.
#include "fuzz.hpp"

#include <wherry/model/inference_program.hpp>
#include <wherry/program/dot.hpp>
#include <wherry/program/program.hpp>

#include <string>
#include <vector>

using namespace wherry;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto program = Program::parse_from_string(fuzz::text_of(data, size), fuzz::caps);
    if (!program) return 0;
    const auto written = program->serialize_to_string();
    const auto again = Program::parse_from_string(written);
    fuzz::require(again && again->serialize_to_string() == written, "a program that was written is parsed, to the same");
    fuzz::require(program->clone().blocks().size() == program->blocks().size(), "a clone has the blocks of its program");
    (void)to_dot(*program);
    const auto feeds = feed_target_names(*program);
    const auto fetches = fetch_target_names(*program);
    if (!feeds || !fetches) return 0;
    const std::vector<std::string> fed(feeds->begin(), feeds->end());
    const std::vector<std::string> fetched(fetches->begin(), fetches->end());
    (void)make_inference_program(*program, fed, fetched);
    return 0;
}
