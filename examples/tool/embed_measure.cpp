#include "embed_measure.hpp"

#include <wherry/base/dtype.hpp>
#include <wherry/base/shape.hpp>
#include <wherry/embed/planner.hpp>

#include <cstdint>
#include <memory>
#include <span>
#include <utility>

// The planner of wherry::embed takes a model as a type, whose bytes the compiler reads. This one's bytes are set at run time, and
// what the compiler would have made of them lies in variables of a fixed capacity.
namespace {
struct any_model {};
}  // namespace

namespace wherry::inline WHERRY_ABI::embed::detail {
namespace {
constexpr counts room{.variables = 4096, .operators = 1024, .arguments = 8192};
}
template <>
struct program_of<any_model> {
    static inline const char* data = nullptr;
    static inline std::size_t size = 0;
};
template <>
struct params_of<any_model> {
    static inline const char* data = nullptr;
    static inline std::size_t size = 0;
};
template <>
inline counts counts_of<any_model>{};
template <>
inline graph<room> graph_of<any_model>{};
template <>
inline records<room.variables> records_of<any_model>{};
}  // namespace wherry::inline WHERRY_ABI::embed::detail

namespace tool {

namespace {
namespace detail = wherry::embed::detail;
using wherry::embed::reason;
using file = detail::program_of<any_model>;

std::string text_of(detail::slice at) { return {file::data + at.at, at.size}; }

std::string_view sentence_of(reason why) {
    switch (why) {
        case reason::nothing: return {};
        case reason::unsupported_operator: return "embed does not support this operator";
        case reason::unsupported_attribute: return "embed does not support this operator with these attributes or inputs";
        case reason::unknown_dim: return "only the first dim of an input may be open";
        case reason::too_many_dims: return "a variable has more dims than embed supports";
        case reason::wrong_dtype: return "a variable has an element type that embed does not support here";
        case reason::no_outputs: return "the program has no fetch operator";
        case reason::too_many_inputs_or_outputs: return "the program has more inputs or outputs than embed supports";
        case reason::not_computed: return "a variable is read before anything computes it";
        case reason::shape_mismatch: return "the shapes of the inputs of an operator do not fit";
        default: return "the compiler will say why";
    }
}

template <class Plan>
std::vector<measured_network::port> ports_of(const Plan& plan, std::span<const detail::port> ports) {
    std::vector<measured_network::port> made;
    for (const auto& one : ports) {
        const auto& value = plan.values[one.value];
        const std::span<const std::int64_t> dims(value.dims.dims, value.dims.rank);
        made.push_back(
            {text_of(one.name), std::string(wherry::name_of(static_cast<wherry::DType>(value.dtype))) + " " + wherry::to_string(dims)});
    }
    return made;
}
}  // namespace

measured_network measure_network(std::string_view program, std::string_view params) {
    file::data = program.data();
    file::size = program.size();
    detail::params_of<any_model>::data = params.data();
    detail::params_of<any_model>::size = params.size();
    auto& counts = detail::counts_of<any_model>;
    counts = detail::count<file>();
    measured_network made;
    if (counts.variables > detail::room.variables || counts.operators > detail::room.operators ||
        counts.arguments > detail::room.arguments) {
        made.refused = "too many operators to measure it here";
        return made;
    }
    if (!counts.failed) {
        detail::graph_of<any_model> = detail::parse<file, detail::room>();
        detail::records_of<any_model> = detail::read_stream<any_model>();
    }
    const auto planner = std::make_unique<detail::planner<any_model>>(wherry::embed::network_options{});
    const auto plan = std::make_unique<detail::planner<any_model>::plan_type>(planner->make());
    if (plan->wrong.why != reason::nothing) {
        const auto name = text_of(plan->wrong.name);
        made.refused = std::string(sentence_of(plan->wrong.why)) + (name.empty() ? "" : ": " + name);
        return made;
    }
    made.inputs = ports_of(*plan, std::span(plan->inputs).first(plan->input_count));
    made.outputs = ports_of(*plan, std::span(plan->outputs).first(plan->output_count));
    made.arena_bytes = plan->arena_bytes;
    made.parameter_bytes = plan->parameter_bytes;
    made.macs = plan->macs;
    return made;
}

}  // namespace tool
