#include "commands.hpp"
#include "variables.hpp"

#include <wherry/io/whole_record.hpp>

namespace tool {

namespace {
result<std::vector<Variable>> chosen(const Program& program, bool parameters_only) {
    auto variables = parameters_only ? program.all_parameters() : persistables_of(program);
    if (!variables.empty()) return variables;
    const std::string hint = persistables_of(program).empty()
                                 ? ""
                                 : "; this program flags no Parameter, as files of fluid 1.8 never do: use --filter persistables";
    return error{.code = errc::nothing_to_save, .message = "no variable passes the filter" + hint};
}
}  // namespace

result<std::string> convert(const convert_arguments& given) {
    const auto program = load_program(given.program);
    if (!program) return program.error();
    auto variables = chosen(*program, given.filter == "params");
    if (!variables) return std::move(variables).error().in_file(given.program);
    Scope scope;
    if (auto loaded = load_variables(*variables, scope, place_to_load(given.from, given.in_filename)); !loaded)
        return std::move(loaded).error();
    if (auto saved = save_variables(*variables, scope, place_to_save(given.to, given.out_filename)); !saved)
        return std::move(saved).error();
    if (!given.program_out.empty()) {
        wherry::disk file{given.program_out};
        if (auto written = wherry::write_whole(file, program->serialize_to_string(), wherry::atomic::steps); !written)
            return std::move(written).error();
    }
    return std::string();
}

}  // namespace tool
