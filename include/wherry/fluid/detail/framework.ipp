#ifndef WHERRY_FLUID_DETAIL_FRAMEWORK_IPP
#define WHERRY_FLUID_DETAIL_FRAMEWORK_IPP

#include <wherry/fluid/errors.hpp>
#include <wherry/fluid/framework.hpp>
#include <wherry/layers/data.hpp>
#include <wherry/version.hpp>

#include <atomic>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

namespace wherry::inline WHERRY_ABI::fluid {
namespace detail {
WHERRY_INLINE defaults& current() {
    thread_local defaults state;
    return state;
}

/// The thread that was the last to build into default programs of its own. Only compared: it may have ended.
WHERRY_INLINE std::atomic<const defaults*>& last_to_build() {
    static constinit std::atomic<const defaults*> last = nullptr;
    return last;
}

WHERRY_INLINE bool built_elsewhere() {
    const auto& now = current();
    const auto* const last = last_to_build().load(std::memory_order_relaxed);
    return last != nullptr && last != &now && now.main == &now.own_main && now.main->list_vars().empty();
}

WHERRY_INLINE Builder<> builder() {
    auto& now = current();
    if (now.main == &now.own_main) last_to_build().store(&now, std::memory_order_relaxed);
    return {*now.main, *now.startup, *now.names, now.name_scope};
}
}  // namespace detail

WHERRY_INLINE Program& default_main_program() { return *detail::current().main; }
WHERRY_INLINE Program& default_startup_program() { return *detail::current().startup; }
WHERRY_INLINE Scope& global_scope() { return *detail::current().scope; }
namespace unique_name {
WHERRY_INLINE std::string generate(std::string_view key) { return detail::current().names->generate(key); }
}  // namespace unique_name
WHERRY_INLINE Variable data(std::string_view name, std::initializer_list<std::int64_t> shape, DType dtype, std::int32_t lod_level) {
    auto b = detail::builder();
    return unwrap(wherry::layers::data(b, name, {shape.begin(), shape.size()}, dtype, lod_level));
}

WHERRY_INLINE Variable create_global_var(std::initializer_list<std::int64_t> shape, float value, DType dtype, bool persistable,
                                         std::string_view name) {
    auto b = detail::builder();
    const auto given = name.empty() ? b.names().generate("_generated_var") : std::string(name);
    return unwrap(b.create_global_var(given, Shape(shape), dtype, value, {}, persistable));
}
}  // namespace wherry::inline WHERRY_ABI::fluid

#endif
