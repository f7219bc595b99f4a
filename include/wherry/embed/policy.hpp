#ifndef WHERRY_EMBED_POLICY_HPP
#define WHERRY_EMBED_POLICY_HPP

#include <wherry/base/fixed_string.hpp>
#include <wherry/embed/planner.hpp>
#include <wherry/kernel/dense.hpp>
#include <wherry/version.hpp>

#include <concepts>
#include <cstddef>
#include <span>
#include <string_view>

/// What a network is told beside its model: empty types with one job each.
namespace wherry::inline WHERRY_ABI::embed {

/// Rows of an inference, where the program leaves the first dim of its inputs open. Default: 1.
template <std::size_t Rows>
struct batch {
    static constexpr std::string_view name = "batch";
    static constexpr void apply(detail::plan_options& options) noexcept { options.batch = Rows; }
};

/// The network must not need more bytes of RAM than these.
template <std::size_t Bytes>
struct ram {
    static constexpr std::string_view name = "ram";
    static constexpr void apply(detail::plan_options& options) noexcept { options.ram_bytes = Bytes; }
};

/// Variables to fetch, instead of what the program's fetch operators name. Operators behind them are dropped.
template <fixed_string... Names>
struct outputs {
    static constexpr std::string_view name = "outputs";
    static constexpr void apply(detail::plan_options& options) noexcept {
        static_assert(sizeof...(Names) <= detail::max_ports, "wherry: outputs<...> names more variables than embed supports");
        options.output_count = 0;  // a trainer predicts other variables than it fetches in a step
        ((options.outputs[options.output_count++] = std::string_view(Names)), ...);
    }
};

/// Weights that `wherry embed --int8` wrote: a byte each, a scale for each output column. A float weight is refused.
template <std::signed_integral Stored>
struct quantize {
    static_assert(sizeof(Stored) == 1, "wherry: quantize<std::int8_t> is the only one there is");
    static constexpr std::string_view name = "quantize";
    static constexpr void apply(detail::plan_options& options) noexcept { options.quantized = true; }
};

/// Every parameter must start at a multiple of these bytes, as `wherry embed --align` writes them.
template <std::size_t Bytes>
struct aligned {
    static constexpr std::string_view name = "aligned";
    static constexpr void apply(detail::plan_options& options) noexcept { options.aligned_bytes = Bytes; }
};

/// How layers are compiled, see kernel::tuned_for. The default follows the compiler: balance under -Os, otherwise speed.
template <kernel::tuned_for Aim>
struct tuned {
    static constexpr std::string_view name = "tuned";
    static constexpr kernel::tuned_for aim = Aim;
    static constexpr void apply(detail::plan_options&) noexcept {}
};

namespace detail {
/// The optimizer's operators run too.
struct trains {
    static constexpr std::string_view name = "trains";
    static constexpr void apply(plan_options& options) noexcept { options.trains = options.trained = true; }
};
/// Parameters that the optimizer changes are in RAM.
struct trained {
    static constexpr std::string_view name = "trained";
    static constexpr void apply(plan_options& options) noexcept { options.trained = true; }
};
}  // namespace detail

/// A type that changes what the planner is asked.
template <class P>
concept NetworkPolicy = requires(detail::plan_options& options) {
    { P::name } -> std::convertible_to<std::string_view>;
    P::apply(options);
};
static_assert(NetworkPolicy<batch<1>> && NetworkPolicy<outputs<"x">> && !NetworkPolicy<int>);

namespace detail {

template <class... Policies>
constexpr plan_options options_of() noexcept {
    static_assert((NetworkPolicy<Policies> && ...),
                  "wherry: a policy of network is batch<N>, ram<N>, outputs<...>, quantize<>, aligned<N> or tuned<>"
                  " (see wherry/embed/policy.hpp)");
    plan_options options;
    if constexpr ((NetworkPolicy<Policies> && ...)) (Policies::apply(options), ...);
    return options;
}

template <class... Policies>
constexpr kernel::tuned_for tuning_of() noexcept {
#if defined(__OPTIMIZE_SIZE__)
    auto aim = kernel::tuned_for::balance;
#else
    auto aim = kernel::tuned_for::speed;
#endif
    [[maybe_unused]] const auto take = [&]<class P>(P*) {
        if constexpr (requires { P::aim; }) aim = P::aim;
    };
    (take(static_cast<Policies*>(nullptr)), ...);
    return aim;
}

template <class... Policies>
constexpr kernel::block_shape block_of(std::size_t depth, std::size_t columns, std::size_t align) noexcept {
    return kernel::block_for(depth, columns, tuning_of<Policies...>(), align);
}

/// Extents as users read them.
template <std::size_t Rank>
struct extents {
    std::size_t dims[Rank == 0 ? 1 : Rank]{};
    [[nodiscard]] static constexpr std::size_t size() noexcept { return Rank; }
    [[nodiscard]] constexpr std::size_t operator[](std::size_t i) const noexcept { return dims[i]; }
    friend constexpr bool operator==(const extents&, const extents&) = default;
};
template <std::size_t Rank>
constexpr extents<Rank> extents_of(const shape& dims) noexcept {
    extents<Rank> made;
    for (std::size_t i = 0; i < Rank; ++i) made.dims[i] = static_cast<std::size_t>(dims.dims[i]);
    return made;
}

/// The index of an input or output by name; without it, a compile error.
template <class File, fixed_string Name>
constexpr std::size_t find_port(const port* ports, std::size_t count) noexcept {
    for (std::size_t i = 0; i < count; ++i)
        if (same<File>(ports[i].name, Name)) return i;
    return count;
}

template <class Buffer, class T, bool Output>
concept SizedBuffer = requires(Buffer& buffer) {
    std::span(buffer);
    requires decltype(std::span(buffer))::extent != std::dynamic_extent;
    requires std::same_as<typename decltype(std::span(buffer))::value_type, T>;
    requires !Output || !std::is_const_v<typename decltype(std::span(buffer))::element_type>;
};

template <class Model>
constexpr std::size_t params_alignment() noexcept {
    if constexpr (requires { Model::alignment; }) return Model::alignment;
    else return 1;
}

}  // namespace detail
}  // namespace wherry::inline WHERRY_ABI::embed

#endif
