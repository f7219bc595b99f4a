#ifndef WHERRY_TOOL_STRIP_HPP
#define WHERRY_TOOL_STRIP_HPP

#include <wherry/program/program.hpp>

namespace tool {

/// Takes out of every operator where in a Python source it was made: what is computed stays the same.
inline void strip_callstacks(wherry::Program& program) {
    for (auto& block : program.blocks())
        for (auto& op : block.ops()) erase_if(op.desc().attrs, [](const wherry::Attr& attr) { return attr.name == "op_callstack"; });
}

}  // namespace tool

#endif
