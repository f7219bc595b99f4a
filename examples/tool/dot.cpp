#include "commands.hpp"
#include "files.hpp"

#include <wherry/policy/durability.hpp>
#include <wherry/program/dot.hpp>
#include <wherry/record/whole_record.hpp>

namespace tool {

result<std::string> dot(const dot_arguments& given) {
    const auto program = load_program(given.program);
    if (!program) return program.error();
    auto picture = wherry::to_dot(*program);
    if (given.out.empty() || given.out == "-") return picture;
    wherry::disk file{given.out};
    if (auto written = wherry::write_whole(file, picture, wherry::atomic::steps); !written) return std::move(written).error();
    return std::string();
}

}  // namespace tool
