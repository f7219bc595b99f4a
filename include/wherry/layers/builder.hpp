#ifndef WHERRY_LAYERS_BUILDER_HPP
#define WHERRY_LAYERS_BUILDER_HPP

#include <wherry/base/dtype.hpp>
#include <wherry/base/result.hpp>
#include <wherry/base/sequence.hpp>
#include <wherry/base/shape.hpp>
#include <wherry/exec/op/fill_constant.hpp>
#include <wherry/exec/op/random.hpp>
#include <wherry/exec/op_list.hpp>
#include <wherry/layers/builder_base.hpp>
#include <wherry/program/program.hpp>
#include <wherry/version.hpp>

#include <initializer_list>
#include <string_view>
#include <utility>

namespace wherry::inline WHERRY_ABI {

/// The target of layers: the main program, its startup program, and the names used so far.
///
/// It borrows all of them. Each layer function takes a builder first and returns a `result`; a layer that fails may leave variables,
/// never an operator. The operators that it appends are named by type, and the program carries them; how much of them is compiled, the
/// builder's type says: `Builder<carries::shapes>` builds and saves, `Builder<carries::kernels>` builds what is run. One that carries more
/// is one that carries less.
template <carries What = carries::gradients>
class Builder;

namespace detail {
template <carries What>
inline constexpr initializer_ops initializer_ops_of{
    &implementation_of<op::fill_constant, What>, &implementation_of<op::uniform_random, What>,
    &implementation_of<op::gaussian_random, What>, &implementation_of<op::truncated_gaussian_random, What>};

template <carries What>
struct builder_below {
    using type = Builder<static_cast<carries>(static_cast<int>(What) - 1)>;
};
template <>
struct builder_below<carries::shapes> {
    using type = BuilderBase;
};
}  // namespace detail

/// Each adds what it carries to the one that carries less.
template <carries What>
class Builder : public detail::builder_below<What>::type {
  public:
    Builder(Program& main, Program& startup, UniqueNameGenerator& names, NameScope& scopes)
        : detail::builder_below<What>::type(main, startup, names, scopes) {}

    /// Appends an operator: `b.append<op::mul>({{"X", x}, {"Y", y}}, {{"Out", out}})`. See BuilderBase::append_op.
    template <OperatorPolicy Op>
    result<void> append(std::initializer_list<slot_args> inputs, std::initializer_list<slot_args> outputs,
                        sequence<Attr> attrs = {}) const {
        return this->append_op(implementation_of<Op, What>, inputs, outputs, std::move(attrs));
    }

    /// A Parameter in both programs, and its initializer in the startup program unless the name is shared and has one.
    /// Errors: bad_dims for a dim that is not positive; those of `create_var` with an earlier variable of that name.
    result<Parameter> create_parameter(std::string_view layer, const ParamAttr& attr, const Shape& dims, DType dtype,
                                       const Initializer& otherwise, bool is_bias = false) const {
        return this->make_parameter(layer, attr, dims, dtype, otherwise, is_bias, detail::initializer_ops_of<start>);
    }

    /// A variable of both programs with a constant start: learning rates, accumulators. Errors: those of `create_var`.
    result<Variable> create_global_var(std::string_view name, const Shape& dims, DType dtype, float value, std::string_view device = {},
                                       bool persistable = true, bool force_cpu = false) const {
        return this->make_global_var(name, dims, dtype, value, device, persistable, force_cpu, implementation_of<op::fill_constant, start>);
    }

  private:
    static constexpr auto start =
        What == carries::shapes ? carries::shapes : carries::kernels;  // nothing flows back into a startup program
};
Builder(Program&, Program&, UniqueNameGenerator&, NameScope&)->Builder<>;

}  // namespace wherry::inline WHERRY_ABI

#endif
