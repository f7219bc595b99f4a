#ifndef WHERRY_FLUID_EXECUTOR_HPP
#define WHERRY_FLUID_EXECUTOR_HPP

#include <wherry/base/sequence.hpp>
#include <wherry/exec/executor.hpp>
#include <wherry/fluid/framework.hpp>
#include <wherry/policy/progress.hpp>
#include <wherry/program/program.hpp>
#include <wherry/program/variable.hpp>
#include <wherry/tensor/scope.hpp>
#include <wherry/tensor/tensor.hpp>
#include <wherry/version.hpp>

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace wherry::inline WHERRY_ABI::fluid {

/// One fed array: a tensor or a `tensor_ref` that is borrowed for the run, or a number, which is a tensor of dims [1].
class feed_value {
  public:
    feed_value(std::string_view name, const Tensor& tensor) : name_(name), ref_(tensor.ref({})) {}
    feed_value(std::string_view name, const tensor_ref& array) : name_(name), ref_(array) {}
    template <class T>
        requires(std::floating_point<T> || std::integral<T>)
    &&Element<T> feed_value(std::string_view name, T number) : name_(name), owned_(Tensor::of<T>({1}, {number})) {}
    /// Keeps the tensor itself.
    feed_value(std::string_view name, Tensor&& tensor) : name_(name), owned_(std::move(tensor)) {}

    [[nodiscard]] const std::string& name() const noexcept { return name_; }
    [[nodiscard]] tensor_ref ref() const noexcept;

  private:
    std::string name_;
    Tensor owned_;
    tensor_ref ref_;
};

/// Arrays fed to a run: `fluid::feed{{"img", x}, {"label", y}}`.
class feed {
  public:
    feed() = default;
    feed(std::initializer_list<feed_value> values) : values_(values) {}
    void add(feed_value value) { values_.push_back(std::move(value)); }
    [[nodiscard]] const sequence<feed_value>& values() const noexcept { return values_; }

  private:
    sequence<feed_value> values_;
};

/// Variables fetched from a run, as many as are named: `fluid::fetch(loss, "fc_0.w_0")`.
template <std::size_t N>
struct fetch_list {
    std::array<std::string, N> names;
};
namespace detail {
std::string fetch_name(const Variable& var);
std::string fetch_name(std::string_view name);
}  // namespace detail
/// Variables to fetch, or their names, in order.
template <class... Targets>
fetch_list<sizeof...(Targets)> fetch(const Targets&... targets) {
    return {{detail::fetch_name(targets)...}};
}

/// How `Executor::run` runs.
struct run_options {
    Scope* scope = nullptr;    ///< none: the global scope
    bool return_numpy = true;  ///< false: fetched tensors may hold LoD
};

/// `fluid.Executor(fluid.CPUPlace())`.
class Executor {
  public:
    explicit Executor(CPUPlace = {});
    /// With other operators than the default ones: `Executor(op::all::with<mine>{})`.
    template <class Policy>
        requires(!std::same_as<Policy, CPUPlace>)
    explicit Executor(Policy ops, CPUPlace = {}) : core_(ops) {}

    /// Runs a program and returns what is fetched, in order: `auto [loss] = exe.run(program, feed, fetch(avg));`
    /// Throws EnforceNotMet (an operator), ValueError (a fed array does not fit), RuntimeError (closed; LoD in an array),
    /// Exception (feeds or fetches that differ from those of a loaded inference model).
    template <std::size_t N>
    std::array<Tensor, N> run(const Program& program, const feed& fed, const fetch_list<N>& fetched, const run_options& options = {}) {
        return in_order<N>(run_names(program, fed, fetched.names, options));
    }
    template <std::size_t N>
    std::array<Tensor, N> run(const feed& fed, const fetch_list<N>& fetched, const run_options& options = {}) {
        return run(default_main_program(), fed, fetched, options);
    }
    void run(const Program& program, const feed& fed = {}, const run_options& options = {}) { (void)run_names(program, fed, {}, options); }
    /// As above, and tells a progress (`callback{function, stop_token}`) after each operator how many of them are done. Throws with
    /// errc::cancelled when it says stop.
    template <std::size_t N, Progress P>
    std::array<Tensor, N> run(const Program& program, const feed& fed, const fetch_list<N>& fetched, const P& progress,
                              const run_options& options = {}) {
        auto values = unwrap(core_.run(program, options.scope != nullptr ? *options.scope : global_scope(), feeds_of(program, fed),
                                       std::span<const std::string>(fetched.names), progress));
        check_fetched(values, options);
        return in_order<N>(std::move(values));
    }
    /// For lists that are made at run time.
    sequence<Tensor> run(const Program& program, const feed& fed, const sequence<Variable>& fetched, const run_options& options = {});
    sequence<Tensor> run(const Program& program, const feed& fed, const sequence<std::string>& fetched, const run_options& options = {});

    /// Throws ValueError, with all operators of a program that cannot run here, before the first run.
    void check(const Program& program) const { unwrap(core_.check(program)); }
    void close() noexcept { core_.close(); }

    /// Bytes that one more executor costs, as `wherry::Executor::own_bytes`.
    [[nodiscard]] std::uint64_t own_bytes() const noexcept { return core_.own_bytes(); }

  private:
    sequence<Tensor> run_names(const Program& program, const feed& fed, std::span<const std::string> fetched, const run_options& options);
    template <std::size_t N>
    static std::array<Tensor, N> in_order(sequence<Tensor> values) {
        std::array<Tensor, N> out;
        for (std::size_t i = 0; i < N; ++i) out[i] = std::move(values[i]);
        return out;
    }
    static sequence<tensor_ref> feeds_of(const Program& program, const feed& fed);
    static void check_fetched(const sequence<Tensor>& values, const run_options& options);

    wherry::Executor core_;
};

}  // namespace wherry::inline WHERRY_ABI::fluid

#ifndef WHERRY_COMPILED
#include <wherry/fluid/detail/executor.ipp>
#endif

#endif
