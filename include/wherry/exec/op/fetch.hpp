#ifndef WHERRY_EXEC_OP_FETCH_HPP
#define WHERRY_EXEC_OP_FETCH_HPP

#include <wherry/base/result.hpp>
#include <wherry/exec/op_list.hpp>
#include <wherry/version.hpp>

#include <array>
#include <cstdint>
#include <string_view>

namespace wherry::inline WHERRY_ABI::op {

/// Attributes of `fetch`, and their defaults.
struct fetch_attributes {
    std::int32_t col = 0;  ///< which of the results

    template <class Self, class Visitor>
    static void visit(Self& self, Visitor& attr) {
        attr("col", self.col);
    }
};

/// Marks a variable as a result. Nothing happens here: an Executor copies results itself; the operator is in a list so that programs
/// that hold it can be built and checked. Source: paddle operator `fetch`.
struct fetch {
    static constexpr std::string_view type = "fetch";
    static constexpr std::array inputs = {slot{"X"}};
    static constexpr std::array outputs = {slot{"Out"}};
    using attributes = fetch_attributes;

    [[gnu::cold]] static result<void> infer(const attributes&, infer_context&) { return {}; }
    static result<void> run(const attributes&, run_context&) { return {}; }
};

}  // namespace wherry::inline WHERRY_ABI::op

#endif
