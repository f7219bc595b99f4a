#ifndef WHERRY_FLUID_FRAMEWORK_HPP
#define WHERRY_FLUID_FRAMEWORK_HPP

#include <wherry/base/dtype.hpp>
#include <wherry/base/float16.hpp>
#include <wherry/fluid/errors.hpp>
#include <wherry/layers/builder.hpp>
#include <wherry/layers/data.hpp>
#include <wherry/program/program.hpp>
#include <wherry/program/variable.hpp>
#include <wherry/tensor/scope.hpp>
#include <wherry/tensor/tensor.hpp>
#include <wherry/version.hpp>

#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <utility>

/// Default programs, guards and names, as `fluid` has them. Everything that is a default is one thread's own.
namespace wherry::inline WHERRY_ABI::fluid {

using wherry::Block;
using wherry::L2Decay;
using wherry::Operator;
using wherry::ParamAttr;
using wherry::Parameter;
using wherry::Program;
using wherry::Scope;
using wherry::Tensor;
using wherry::Variable;
/// The name that the reference has for tensors of any LoD.
using LoDTensor = wherry::Tensor;
namespace initializer = wherry::initializer;

/// Element types, as Python spells them.
inline constexpr auto float16 = DType::FP16;
inline constexpr auto float32 = DType::FP32;
inline constexpr auto float64 = DType::FP64;
inline constexpr auto int32 = DType::INT32;
inline constexpr auto int64 = DType::INT64;
inline constexpr auto uint8 = DType::UINT8;

/// The only place there is.
struct CPUPlace {};

namespace detail {
/// The state that Python keeps in modules.
struct defaults {
    Program own_main;
    Program own_startup;
    Scope own_scope;
    UniqueNameGenerator own_names;
    NameScope name_scope;
    Program* main = &own_main;
    Program* startup = &own_startup;
    Scope* scope = &own_scope;
    UniqueNameGenerator* names = &own_names;
};
defaults& current();
/// Whether this thread has built nothing into its default programs, and another thread has built into its own.
bool built_elsewhere();
/// Sets a default until the end of a guard's life.
template <class T>
class replaced {
  public:
    replaced(T*& place, T& value) : place_(place), before_(std::exchange(place, &value)) {}
    replaced(const replaced&) = delete;
    replaced& operator=(const replaced&) = delete;
    ~replaced() { place_ = before_; }

  private:
    T*& place_;
    T* before_;
};
/// The builder over the current defaults.
Builder<> builder();
}  // namespace detail

/// The programs that layers build into and the scope that runs use, of this thread; the guards below put others in their place.
Program& default_main_program();
Program& default_startup_program();
Scope& global_scope();

/// Layers build into these programs while it lives: `fluid::program_guard guard(main, startup);`
class program_guard {
  public:
    explicit program_guard(Program& main)
        : main_(detail::current().main, main), startup_(detail::current().startup, default_startup_program()) {}
    program_guard(Program& main, Program& startup) : main_(detail::current().main, main), startup_(detail::current().startup, startup) {}

  private:
    detail::replaced<Program> main_;
    detail::replaced<Program> startup_;
};

/// Runs, saves and loads use this scope while it lives.
class scope_guard {
  public:
    explicit scope_guard(Scope& scope) : scope_(detail::current().scope, scope) {}

  private:
    detail::replaced<Scope> scope_;
};

/// `with name_scope(prefix)`.
class name_scope {
  public:
    explicit name_scope(std::string_view prefix) : guard_(detail::current().name_scope, prefix) {}

  private:
    NameScope::guard guard_;
};

namespace unique_name {
/// "fc_0", then "fc_1": a name that this generator has not given yet.
std::string generate(std::string_view key);
/// Names count from 0 again while it lives.
class guard {
  public:
    explicit guard(std::string prefix = {}) : names_(std::move(prefix)), replaced_(detail::current().names, names_) {}

  private:
    UniqueNameGenerator names_;
    detail::replaced<UniqueNameGenerator> replaced_;
};
}  // namespace unique_name

/// A variable that each run is fed; fed arrays are checked against it. Throws ValueError for an earlier one of that name
/// that differs.
Variable data(std::string_view name, std::initializer_list<std::int64_t> shape, DType dtype = float32, std::int32_t lod_level = 0);

/// Source: fluid.layers.create_global_var: a variable of both programs with a constant start.
Variable create_global_var(std::initializer_list<std::int64_t> shape, float value, DType dtype, bool persistable = false,
                           std::string_view name = {});

}  // namespace wherry::inline WHERRY_ABI::fluid

#ifndef WHERRY_COMPILED
#include <wherry/fluid/detail/framework.ipp>
#endif

#endif
