#ifndef WHERRY_FLUID_DETAIL_EXECUTOR_IPP
#define WHERRY_FLUID_DETAIL_EXECUTOR_IPP

#include <wherry/base/sequence.hpp>
#include <wherry/fluid/errors.hpp>
#include <wherry/fluid/executor.hpp>
#include <wherry/version.hpp>

#include <span>
#include <string>
#include <string_view>

namespace wherry::inline WHERRY_ABI::fluid {
WHERRY_INLINE tensor_ref feed_value::ref() const noexcept {
    auto ref = owned_.is_initialized() ? owned_.ref({}) : ref_;
    ref.name = name_;
    return ref;
}

namespace detail {
WHERRY_INLINE std::string fetch_name(const Variable& var) { return var.name(); }
WHERRY_INLINE std::string fetch_name(std::string_view name) { return std::string(name); }
}  // namespace detail

WHERRY_INLINE Executor::Executor(CPUPlace) {}

WHERRY_INLINE sequence<Tensor> Executor::run(const Program& program, const feed& fed, const sequence<Variable>& fetched,
                                             const run_options& options) {
    sequence<std::string> names;
    for (const auto& var : fetched) names.push_back(var.name());
    return run_names(program, fed, names, options);
}

WHERRY_INLINE sequence<Tensor> Executor::run(const Program& program, const feed& fed, const sequence<std::string>& fetched,
                                             const run_options& options) {
    return run_names(program, fed, fetched, options);
}

WHERRY_INLINE sequence<tensor_ref> Executor::feeds_of(const Program& program, const feed& fed) {
    if (program.global_block().ops().empty()) warn(no_operators);
    sequence<tensor_ref> feeds;
    for (const auto& value : fed.values()) {
        if (program.global_block().find_var(value.name())) feeds.push_back(value.ref());
        else warn("The variable " + value.name() + " is not found in program. It is not declared or is pruned.");
    }
    return feeds;
}

WHERRY_INLINE void Executor::check_fetched(const sequence<Tensor>& values, const run_options& options) {
    if (!options.return_numpy) return;
    for (const auto& value : values)
        if (!value.lod().empty())
            raise({.code = errc::closed,
                   .message = "Some of your fetched tensors hold LoD information. They can not be completely cast to Python ndarray. "
                              "Please set the parameter 'return_numpy' as 'False' to return LoDTensor itself directly."});
}

WHERRY_INLINE sequence<Tensor> Executor::run_names(const Program& program, const feed& fed, std::span<const std::string> fetched,
                                                   const run_options& options) {
    const auto feeds = feeds_of(program, fed);
    auto values = unwrap(core_.run(program, options.scope != nullptr ? *options.scope : global_scope(), feeds, fetched));
    check_fetched(values, options);
    return values;
}
}  // namespace wherry::inline WHERRY_ABI::fluid

#endif
