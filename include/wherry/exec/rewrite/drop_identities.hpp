#ifndef WHERRY_EXEC_REWRITE_DROP_IDENTITIES_HPP
#define WHERRY_EXEC_REWRITE_DROP_IDENTITIES_HPP

#include <wherry/exec/rewrite/rewriter.hpp>
#include <wherry/version.hpp>

#include <cstddef>
#include <string>
#include <string_view>

namespace wherry::inline WHERRY_ABI::rewrite {

/// Operators that give what they get go: `assign`, `scale` by 1 and 0, `dropout` of a test that leaves the numbers as they are. Whoever read
/// their output reads their input. Variables that are fetched, fed or written twice keep their operator.
struct drop_identities {
    static void apply(rewriter& r) {
        for (std::size_t i = 0; i < r.ops().size(); ++i) {
            const auto& op = r.ops()[i];
            if (!is_identity(r, op)) continue;
            const std::string from(r.input(op, "X")), to(r.output(op, "Out"));
            if (!r.is_written_once(from) || !r.is_written_once(to) || !r.rename_reads(to, from)) continue;
            r.drop(i);
        }
    }

  private:
    static bool is_identity(const rewriter& r, const rewriter::op& op) {
        if (op.type == "assign") return true;
        if (op.type == "scale") {
            for (const auto& slot : op.inputs)
                if (slot.parameter == "ScaleTensor" && !slot.arguments.empty()) return false;
            return r.attribute(op, "scale", 1.0F) == 1 && r.attribute(op, "bias", 0.0F) == 0;
        }
        return op.type == "dropout" && r.attribute(op, "is_test", false) &&
               r.attribute(op, "dropout_implementation", std::string("downgrade_in_infer")) == "upscale_in_train";
    }
};

}  // namespace wherry::inline WHERRY_ABI::rewrite

#endif
