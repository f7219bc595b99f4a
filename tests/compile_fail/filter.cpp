// case no_name: wherry: this policy needs `static constexpr std::string_view name`
// case no_name: my_filter
// case throws: wherry: filter: operator()(const Variable&) must be noexcept
// case throws: my_filter
// case not_const: wherry: filter: operator()(const Variable&) must be const and return bool
// case not_const: my_filter
// case returns_int: wherry: filter: operator()(const Variable&) must be const and return bool
// case no_default: wherry: filter: must be default-constructible; one with state is handed to save or load
// case no_default: my_filter
// case no_kind: wherry: this type is not a policy: a policy declares its kind
// case no_kind: my_filter
// case held_no_kind: wherry: this type is not a policy: a policy declares its kind
// case held_not_copyable: wherry: filter: must be copyable
// case held_not_copyable: my_held_filter
// case held_returns_int: wherry: filter: operator()(const Variable&) must be const and return bool
// case held_returns_int: my_held_filter
#include <wherry/archive/archive.hpp>
#include <wherry/policy/memory.hpp>

#include <string_view>

using namespace wherry;

struct my_filter {
#ifndef CASE_no_kind
    using kind = kinds::filter;
#endif
#ifndef CASE_no_name
    static constexpr std::string_view name = "my_filter";
#endif
#ifdef CASE_no_default
    explicit my_filter(int) {}
#endif
#if defined(CASE_throws)
    bool operator()(const Variable&) const { return true; }
#elif defined(CASE_not_const)
    bool operator()(const Variable&) noexcept { return true; }
#elif defined(CASE_returns_int)
    int operator()(const Variable&) const noexcept { return 1; }
#else
    bool operator()(const Variable&) const noexcept { return true; }
#endif
};
static_assert(sizeof(archive<layout::combined, my_filter>) > 0);

/// With state: may throw, needs no default constructor.
struct my_held_filter {
    using kind = kinds::filter;
    static constexpr std::string_view name = "my_held_filter";
    explicit my_held_filter(bool given) : answer(given) {}
#ifdef CASE_held_not_copyable
    my_held_filter(const my_held_filter&) = delete;
#endif
#ifdef CASE_held_returns_int
    int operator()(const Variable&) const { return 1; }
#else
    bool operator()(const Variable&) const { return answer; }
#endif
    bool answer;
};

auto save(const Program& program, const Scope& scope, const my_held_filter& held) {
#ifdef CASE_held_no_kind
    const auto biases = [](const Variable& var) { return var.name().ends_with(".b_0"); };
    static_cast<void>(archive<>::save(program, scope, memory{}, biases));
#endif
    return archive<>::save(program, scope, memory{}, held);
}
