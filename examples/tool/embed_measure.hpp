#ifndef WHERRY_TOOL_EMBED_MEASURE_HPP
#define WHERRY_TOOL_EMBED_MEASURE_HPP

#include <wherry/embed/policy.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

/// The compiler's findings about a model, before it is compiled.
namespace tool {

struct measured_network {
    struct port {
        std::string name;
        std::string words;  ///< "float32 [1, 64]"
    };
    std::vector<port> inputs;
    std::vector<port> outputs;
    std::size_t arena_bytes = 0;
    std::size_t parameter_bytes = 0;
    std::size_t macs = 0;
    std::string refused;  ///< why it is not a network; empty: it is one
};

/// The plan that `wherry::embed::network` makes of a program and its combined stream, for a batch of one. A program of very many
/// operators is `refused`, since the memory of the plan is fixed. One call at a time.
measured_network measure_network(std::string_view program, std::string_view params);

}  // namespace tool

#endif
