#include "operators.hpp"
#include "memory.hpp"

#include <wherry/exec/op/inference.hpp>
#include <wherry/exec/threads.hpp>

#include <cstddef>
#include <functional>
#include <map>

namespace tool {

wherry::Executor executor_of_all(std::size_t threads) {
    wherry::chosen_threads::count = threads;
    return wherry::Executor(wherry::op::inference{}, wherry::chosen_threads{}, chosen_limits::caps);
}

wherry::op_table all_operators() { return wherry::op::inference::table; }

bool can_run(std::string_view type) {
    if (type == "feed" || type == "fetch" || type == "cf.yield") return true;  // ends, of a program and of an inner block of Paddle 3
    return wherry::find_op(wherry::op::inference::table, type) != nullptr;
}

std::string missing_operators(const wherry::Program& program) {
    std::map<std::string, std::size_t, std::less<>> missing;
    for (const auto& block : program.blocks())
        for (const auto& op : block.ops())
            if (!can_run(op.type())) ++missing[std::string(op.type())];
    std::string listed;
    for (const auto& [type, times] : missing)
        listed += (listed.empty() ? "" : ", ") + type + (times > 1 ? " (" + std::to_string(times) + " times)" : "");
    return listed;
}

wherry::result<void> check_operators(const wherry::Program& program) {
    const auto missing = missing_operators(program);
    if (missing.empty()) return {};
    return wherry::error{.code = wherry::errc::unknown_op,
                         .message = "the program has operators that this command cannot run; in C++ one's own can be added, see "
                                    "wherry/exec/op_list.hpp",
                         .found = missing};
}

}  // namespace tool
