#ifndef WHERRY_TESTS_SUPPORT_FRESH_PROGRAMS_HPP
#define WHERRY_TESTS_SUPPORT_FRESH_PROGRAMS_HPP

#include <support/check_error.hpp>

#include <wherry/layers/builder.hpp>
#include <wherry/layers/data.hpp>
#include <wherry/program/operator_list.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace support {

/// A main and a startup program without anything in them, names that count from 0, and a Builder over all of it:
///
///     fresh_programs p;
///     auto x = p.data("x", {-1, 4});
///     auto y = must(layers::fc(p.b, {&x, 1}, {.size = 2}));
struct fresh_programs {
    wherry::Program main;
    wherry::Program startup;
    wherry::UniqueNameGenerator names;
    wherry::NameScope scopes;
    wherry::Builder<> b;

    fresh_programs() : b(main, startup, names, scopes) {}
    fresh_programs(const fresh_programs&) = delete;
    fresh_programs& operator=(const fresh_programs&) = delete;

    wherry::Variable data(std::string_view name, std::initializer_list<std::int64_t> dims, wherry::DType dtype = wherry::DType::FP32,
                          std::int32_t lod_level = 0) {
        const auto made = wherry::layers::data(b, name, {dims.begin(), dims.size()}, dtype, lod_level);
        REQUIRE(made);
        return *made;
    }
    [[nodiscard]] const wherry::operator_list& ops() const { return std::as_const(main).global_block().ops(); }
    [[nodiscard]] const wherry::operator_list& startup_ops() const { return std::as_const(startup).global_block().ops(); }
    [[nodiscard]] wherry::Variable var(std::string_view name) const { return main.global_block().find_var(name); }
};

/// The value of a result that may not fail here.
template <class T>
T must(wherry::result<T> made) {
    REQUIRE_MESSAGE(made, (made ? std::string() : to_string(made.error())));
    return *std::move(made);
}
inline void must(const wherry::result<void>& done) { REQUIRE_MESSAGE(done, (done ? std::string() : to_string(done.error()))); }

inline std::vector<std::int64_t> dims_of(const wherry::Variable& v) { return {v.shape().begin(), v.shape().end()}; }
using dims = std::vector<std::int64_t>;

/// Types of operators, in order: "mul sum".
inline std::string types_of(std::span<const wherry::Operator> ops) {
    std::string all;
    for (const auto& op : ops) all += (all.empty() ? "" : " ") + op.type();
    return all;
}
/// Variables in slots, without names of the slots: "x w -> out".
inline std::string wires_of(const wherry::Operator& op) {
    std::string all;
    for (const auto& s : op.desc().inputs)
        for (const auto& name : s.arguments) all += name + " ";
    all += "->";
    for (const auto& s : op.desc().outputs)
        for (const auto& name : s.arguments) all += " " + name;
    return all;
}
/// Names of variables, in order: "x fc_0.w_0".
inline std::string names_of(const std::vector<wherry::Variable>& vars) {
    std::string all;
    for (const auto& v : vars) all += (all.empty() ? "" : " ") + v.name();
    return all;
}

}  // namespace support

#endif
