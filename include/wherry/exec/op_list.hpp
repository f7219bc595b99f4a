#ifndef WHERRY_EXEC_OP_LIST_HPP
#define WHERRY_EXEC_OP_LIST_HPP

#include <wherry/base/result.hpp>
#include <wherry/exec/gradient.hpp>
#include <wherry/exec/infer.hpp>
#include <wherry/exec/run.hpp>
#include <wherry/program/operator.hpp>
#include <wherry/program/variable.hpp>
#include <wherry/version.hpp>

#include <algorithm>
#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <utility>

/// Operators are structs; an executor is given a list of them. One is added by writing a struct and naming it:
///
///     struct twice {
///         static constexpr std::string_view type = "twice";
///         static constexpr std::array inputs = {wherry::slot{"X"}};
///         static constexpr std::array outputs = {wherry::slot{"Out"}};
///         using attributes = wherry::no_attributes;
///         static wherry::result<void> infer(const attributes&, wherry::infer_context& c) { c.set_out(0, c.in(0)); return {}; }
///         static wherry::result<void> run(const attributes&, wherry::run_context& c) { ...; return {}; }
///     };
///     using mine = wherry::op_list<wherry::op::mul, twice>;
namespace wherry::inline WHERRY_ABI {

/// For operators without attributes of their own.
struct no_attributes {
    template <class Self, class Visitor>
    static constexpr void visit(Self&, Visitor&) {}
};

/// How an attribute is treated when an operator is written.
enum class attr_rule_2x : bool { written, read_only };
/// Marks an attribute that only 2.x files hold: read, never written.
inline constexpr auto since_2x = attr_rule_2x::read_only;

/// The dependencies of an operator's outputs besides its attributes. An operator says so by `static constexpr auto reads`. Small
/// outputs that are known before a run may decide shapes, see exec/known_values.hpp.
enum class op_reads : std::uint8_t {
    values,     ///< the elements of its inputs: the default
    constants,  ///< the same, and without inputs they are always the same: `fill_constant`
    dims,       ///< the dims of its inputs: `shape`
    chances,    ///< something else, too: random numbers
};

/// How an operator treats the gradient of a table that is declared as SelectedRows, which may be there by rows (see row_block) in place of
/// a whole array. An operator says so by `static constexpr auto rows`.
enum class op_rows : std::uint8_t {
    whole,  ///< not known: it gets and gives whole arrays
    gives,  ///< its first output may be a row_block of as many rows as its second input has elements
    takes,  ///< its second input may be one
};

/// An operator: a type name, slots, attributes with their defaults, shape inference and a kernel.
/// `gradient(gradient_maker&)` is optional: without it nothing flows back through the operator. So is
/// `out_kind(attributes, kinds of the inputs)`: without it the outputs are LoDTensors.
template <class Op>
concept OperatorPolicy = requires(const typename Op::attributes& a, infer_context& i, run_context& r) {
    { Op::type } -> std::convertible_to<std::string_view>;
    {std::span<const slot>(Op::inputs)};
    {std::span<const slot>(Op::outputs)};
    { Op::infer(a, i) } -> std::same_as<result<void>>;
    { Op::run(a, r) } -> std::same_as<result<void>>;
};

class plan_maker;
namespace detail {
/// Leaves the operators of a plan from a given one on to another plan, see exec/plan_rest.hpp. False where that would not help.
using rest_leaver = bool (*)(plan_maker&, std::size_t first_op);

class attribute_visitor;
/// All that is ever done with one attributes struct, in one function, since each function costs every user compile time: makes
/// a struct of defaults (of nothing), lets the visitor see its fields, or ends it (without a visitor).
using attributes_function = void* (*)(void* attributes, attribute_visitor*);
struct end_attributes {
    attributes_function of = nullptr;
    constexpr end_attributes(attributes_function f) noexcept : of(f) {}                            // NOLINT: meant to be implicit
    void operator()(const void* attributes) const { of(const_cast<void*>(attributes), nullptr); }  // NOLINT: made non-const, by `of`
};
}  // namespace detail

/// Attributes of some operator, owned. (A `shared_ptr` would cost a control block type for each operator.)
using attributes_ptr = std::unique_ptr<const void, detail::end_attributes>;

/// The parts of a named operator that are compiled, each step with the one before.
enum class carries : std::uint8_t {
    shapes,     ///< attributes and shape inference: enough to build and save programs
    kernels,    ///< and its kernel: enough to run them
    gradients,  ///< and its gradient, with the kernels of the operators that this is made of: enough to train them
};

/// An operator as function pointers, so that programs name it by string, and carry it.
struct op_info {
    std::string_view type;
    std::span<const slot> inputs;
    std::span<const slot> outputs;
    detail::attributes_function attributes = nullptr;
    result<void> (*infer)(const void* attributes, infer_context&) = nullptr;
    result<void> (*run)(const void* attributes, run_context&) = nullptr;  ///< null for carries::shapes
    void (*gradient)(gradient_maker&) = nullptr;                          ///< null when it has none, and below carries::gradients
    bool has_gradient = false;
    std::size_t attributes_bytes = 0;  ///< size of the struct's attributes
    /// Kind of the outputs, given those of the inputs; null when they are always LoDTensors.
    VarKind (*out_kind)(const void* attributes, std::span<const VarKind> inputs) = nullptr;
    op_reads reads = op_reads::values;
    bool reads_lod = false;  ///< LoD of its inputs decides dims or values: a plan is then made for it, too
    op_rows rows = op_rows::whole;
    bool is_conditional = false;         ///< its sub_block is run where its first input holds
    bool keeps_dims = false;             ///< `static constexpr bool keeps_dims = true`: its output has the dims of its only input
    detail::rest_leaver rest = nullptr;  ///< `static constexpr auto rest = leave_rest`: an operator whose outputs decide shapes

    /// Attributes of an operator as the struct's own; absent ones have their defaults. Errors: bad_attribute.
    [[nodiscard]] result<attributes_ptr> read_attributes(const Operator& op) const;
    /// Adds what is absent with its default, as 1.8.5 writes it. What `like` has, too, both hold.
    void write_defaults(Operator& op, const Operator* like = nullptr) const;
};

namespace detail {
// Everything here runs once per plan, for some eighty operators: it is kept out of line and small, which halves the time it
// takes to compile a program that names them all.

/// Reads the attributes of an operator into a struct, or writes those that the operator lacks.
class attribute_visitor {
  public:
    explicit attribute_visitor(const Operator& op, Operator* lacking = nullptr, const Operator* like = nullptr)
        : from_(op), to_(lacking), like_(like) {}

    template <class T>
    [[gnu::noinline, gnu::cold]] void operator()(std::string_view name, T& value, attr_rule_2x rule = attr_rule_2x::written) {
        const auto* attr = from_.find_attr(name);
        if (to_ != nullptr) {
            if (rule == attr_rule_2x::written && attr == nullptr) to_->add_attr(name, value, like_);
        } else if (attr != nullptr && outcome) {
            auto read = value_of<T>(*attr);
            if (read) value = *std::move(read);
            else outcome = read.failure().of_op(from_.type());
        }
    }

    result<void> outcome;

  private:
    const Operator& from_;
    Operator* to_ = nullptr;
    const Operator* like_ = nullptr;
};

/// Shared by the operators that have these attributes: a gradient has those of its operator.
template <class Attributes>
[[gnu::cold]] void* erased_attributes(void* attributes, attribute_visitor* visitor) {
    auto* const made = static_cast<Attributes*>(attributes);
    if (made == nullptr) return new Attributes();
    if (visitor == nullptr) delete made;
    else Attributes::visit(*made, *visitor);
    return made;
}

template <OperatorPolicy Op>
struct erased {
    using attributes = typename Op::attributes;

    [[gnu::cold]] static result<void> infer(const void* a, infer_context& c) { return Op::infer(*static_cast<const attributes*>(a), c); }
    static result<void> run(const void* a, run_context& c) { return Op::run(*static_cast<const attributes*>(a), c); }
    [[gnu::cold]] static VarKind out_kind(const void* a, std::span<const VarKind> inputs) {
        return Op::out_kind(*static_cast<const attributes*>(a), inputs);
    }
};

template <OperatorPolicy Op, carries What>
constexpr op_info info_of() {
    using e = erased<Op>;
    op_info info{.type = Op::type,
                 .inputs = Op::inputs,
                 .outputs = Op::outputs,
                 .attributes = erased_attributes<typename Op::attributes>,
                 .infer = e::infer,
                 .attributes_bytes = sizeof(typename Op::attributes)};
    if constexpr (What >= carries::kernels) info.run = e::run;
    if constexpr (requires(gradient_maker & g) { Op::gradient(g); }) {
        info.has_gradient = true;
        if constexpr (What >= carries::gradients) info.gradient = Op::gradient;
    }
    if constexpr (requires { &Op::out_kind; }) info.out_kind = e::out_kind;
    if constexpr (requires { Op::reads; }) info.reads = Op::reads;
    if constexpr (requires { Op::reads_lod; }) info.reads_lod = Op::reads_lod;
    if constexpr (requires { Op::rows; }) info.rows = Op::rows;
    if constexpr (requires { Op::is_conditional; }) info.is_conditional = Op::is_conditional;
    if constexpr (requires { Op::keeps_dims; }) info.keeps_dims = Op::keeps_dims;
    if constexpr (requires { Op::rest; }) info.rest = Op::rest;
    return info;
}
}  // namespace detail

/// An operator as a program carries it.
template <OperatorPolicy Op, carries What = carries::kernels>
inline constexpr op_info implementation_of = detail::info_of<Op, What>();

namespace detail {
template <class Op>
const op_info& gradient_implementation() noexcept {
    return implementation_of<Op, carries::gradients>;
}
}  // namespace detail

inline result<attributes_ptr> op_info::read_attributes(const Operator& op) const {
    void* const made = attributes(nullptr, nullptr);
    attributes_ptr owner(made, attributes);
    detail::attribute_visitor reader(op);
    attributes(made, &reader);
    if (!reader.outcome) return reader.outcome.failure();
    return owner;
}
inline void op_info::write_defaults(Operator& op, const Operator* like) const {
    void* const defaults = attributes(nullptr, nullptr);
    const attributes_ptr owner(defaults, attributes);
    detail::attribute_visitor writer(op, &op, like);
    attributes(defaults, &writer);
}

/// The operators of a list, sorted by type.
using op_table = std::span<const op_info>;

/// A list of operators as a type: `op_list`, `op::all`.
template <class List>
concept OpList = std::convertible_to<decltype(List::table), op_table> && std::convertible_to<decltype(List::run_table), op_table>;

namespace kinds {
/// The operators of an executor: an `OpList`.
struct operators {
    template <class P>
    static constexpr bool check() noexcept {
        static_assert(OpList<P>, "wherry: operators: needs `static const op_table table` and `run_table`, sorted by type: "
                                 "op_list<op::mul, ...> has them (see wherry/exec/op_list.hpp)");
        return OpList<P>;
    }
};
}  // namespace kinds

/// The operator of that type; null when the list does not name it.
constexpr const op_info* find_op(op_table table, std::string_view type) noexcept {
    const auto at =
        std::lower_bound(table.begin(), table.end(), type, [](const op_info& info, std::string_view t) { return info.type < t; });
    return at != table.end() && at->type == type ? &*at : nullptr;
}

/// The implementation of an operator: the list's, or else the one that it carries. Errors: unknown_op.
inline result<const op_info*> require_op(op_table table, const Operator& op) {
    if (const auto* info = find_op(table, op.type()); info != nullptr) return info;
    if (const auto* own = op.implementation(); own != nullptr && own->type == op.type()) return own;  // its type may have been edited
    return failure(errc::unknown_op, {"Operator \"", op.type(), "\" has not been registered."})
        .of_op(op.type())
        .expected("an operator that the program carries (Builder::append, bind_ops) or the executor names "
                  "(Executor(op_list<...>{}), Executor(op::all{}))");
}

namespace detail {
/// Whether it is an operator; what it lacks is said.
template <class Op>
constexpr bool is_operator() noexcept {
    if constexpr (!OperatorPolicy<Op>) {
        static_assert(
            requires {
                { Op::type } -> std::convertible_to<std::string_view>;
            },
            "wherry: operator: needs `static constexpr std::string_view type`");
        static_assert(
            requires { std::span<const slot>(Op::inputs); },
            "wherry: operator: needs `static constexpr std::array inputs = {slot{\"X\"}}`");
        static_assert(
            requires { std::span<const slot>(Op::outputs); },
            "wherry: operator: needs `static constexpr std::array outputs = {slot{\"Out\"}}`");
        constexpr bool has_attributes = requires { typename Op::attributes; };
        static_assert(has_attributes, "wherry: operator: needs `using attributes = ...;`, or no_attributes");
        if constexpr (has_attributes) {
            using attributes = typename Op::attributes;
            static_assert(
                requires(const attributes& a, infer_context& c) {
                    { Op::infer(a, c) } -> std::same_as<result<void>>;
                },
                "wherry: operator: needs `static result<void> infer(const attributes&, infer_context&)`");
            static_assert(
                requires(const attributes& a, run_context& c) {
                    { Op::run(a, c) } -> std::same_as<result<void>>;
                },
                "wherry: operator: needs `static result<void> run(const attributes&, run_context&)`");
        }
    }
    return OperatorPolicy<Op>;
}
template <carries What, class... Ops>
constexpr auto sorted_table() {
    std::array<op_info, sizeof...(Ops)> all{info_of<Ops, What>()...};
    std::sort(all.begin(), all.end(), [](const op_info& a, const op_info& b) { return a.type < b.type; });
    return all;
}

template <class Op, class Backend>
struct op_with_gemm {
    using type = Op;
};
template <template <class> class Op, class Old, class Backend>
    requires std::same_as<typename Op<Old>::gemm, Old>
struct op_with_gemm<Op<Old>, Backend> {
    using type = Op<Backend>;
};
/// A list instead of a fold, which nests once for each: clang takes 256.
template <bool... Each>
inline constexpr bool all_are = [] {
    for (const bool each : {true, Each...})
        if (!each) return false;
    return true;
}();
}  // namespace detail

/// The operators a program may use, as a type. What is not named is not linked.
template <class... Ops>
struct op_list {
    using kind = kinds::operators;
    static constexpr std::string_view name = "op_list";
    static_assert(detail::all_are<detail::is_operator<Ops>()...>,
                  "wherry: an op_list names what is not an operator; the sentence before this one says why");
    /// All that they are, sorted by type.
    static constexpr auto table = detail::sorted_table<carries::gradients, Ops...>();
    /// For running alone: without gradients.
    static constexpr auto run_table = detail::sorted_table<carries::kernels, Ops...>();
    static_assert(std::adjacent_find(table.begin(), table.end(), [](const op_info& a, const op_info& b) { return a.type == b.type; }) ==
                      table.end(),
                  "wherry: an op_list names two operators of one type");
    /// This list and more operators.
    template <class... More>
    using with = op_list<Ops..., More...>;
    /// This list with another gemm backend in the operators that multiply matrices: `op::all::with_gemm<eigen_gemm>`. Those are templates
    /// over a backend that name it `gemm`.
    template <class Backend>
    using with_gemm = op_list<typename detail::op_with_gemm<Ops, Backend>::type...>;
};

namespace detail {
template <class... Lists>
struct joined_ops;
template <class... A>
struct joined_ops<op_list<A...>> {
    using type = op_list<A...>;
};
template <class... A, class... B, class... Rest>
struct joined_ops<op_list<A...>, op_list<B...>, Rest...> : joined_ops<op_list<A..., B...>, Rest...> {};
}  // namespace detail

/// Several lists as one.
template <class... Lists>
using join_ops = typename detail::joined_ops<Lists...>::type;

}  // namespace wherry::inline WHERRY_ABI

#endif
