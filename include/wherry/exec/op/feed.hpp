#ifndef WHERRY_EXEC_OP_FEED_HPP
#define WHERRY_EXEC_OP_FEED_HPP

#include <wherry/base/result.hpp>
#include <wherry/exec/op_list.hpp>
#include <wherry/version.hpp>

#include <array>
#include <cstdint>
#include <string_view>

namespace wherry::inline WHERRY_ABI::op {

/// Attributes of `feed`, and their defaults.
struct feed_attributes {
    std::int32_t col = 0;  ///< which of the fed arrays

    template <class Self, class Visitor>
    static void visit(Self& self, Visitor& attr) {
        attr("col", self.col);
    }
};

/// Marks a variable as fed. Nothing happens here: an Executor binds fed arrays itself; the operator is in a list so that programs
/// that hold it can be built and checked. Source: paddle operator `feed`.
struct feed {
    static constexpr std::string_view type = "feed";
    static constexpr std::array inputs = {slot{"X"}};
    static constexpr std::array outputs = {slot{"Out"}};
    using attributes = feed_attributes;

    [[gnu::cold]] static result<void> infer(const attributes&, infer_context&) { return {}; }
    static result<void> run(const attributes&, run_context&) { return {}; }
};

}  // namespace wherry::inline WHERRY_ABI::op

#endif
