#ifndef WHERRY_EMBED_POLICY_HPP
#define WHERRY_EMBED_POLICY_HPP

#include <wherry/base/fixed_string.hpp>
#include <wherry/base/policy_set.hpp>
#include <wherry/embed/graph.hpp>
#include <wherry/embed/plan.hpp>
#include <wherry/kernel/dense.hpp>
#include <wherry/version.hpp>

#include <concepts>
#include <cstddef>
#include <span>
#include <string_view>
#include <type_traits>

namespace wherry::inline WHERRY_ABI::embed {

/// The options that the policies of a network set.
struct network_options {
    std::size_t batch = 1;                    ///< rows where the program leaves the first dim of its inputs open
    std::size_t ram_bytes = ~std::size_t{0};  ///< what the network may need
    std::size_t aligned_bytes = 0;            ///< multiple at which every parameter must start
    bool quantized = false;                   ///< a float weight is refused
    /// How layers are compiled; follows the compiler.
#if defined(__OPTIMIZE_SIZE__)
    kernel::tuned_for aim = kernel::tuned_for::balance;
#else
    kernel::tuned_for aim = kernel::tuned_for::speed;
#endif
    /// Variables to fetch; none: those of the fetch operators.
    std::string_view outputs[detail::max_ports]{};
    std::size_t output_count = 0;
    bool trains = false;   ///< of a trainer: runs the optimizer's operators too
    bool trained = false;  ///< of a trainer: parameters that an optimizer changes are in RAM
};

/// A policy of a network: a type that changes its options.
template <class P>
concept NetworkPolicy = Named<P> && requires(network_options options) {
    { P::add_to(options) }
    noexcept->std::same_as<network_options>;
};

}  // namespace wherry::inline WHERRY_ABI::embed

namespace wherry::inline WHERRY_ABI::kinds {
/// One policy of a network. Each is a kind of its own, by this name; one of the user's may say all about a board.
template <fixed_string Name>
struct network {
    using adds_to = embed::network_options;
    template <class P>
    static constexpr bool check() noexcept {
        static_assert(embed::NetworkPolicy<P>,
                      "wherry: network: add_to(network_options) must be static, noexcept and return network_options (see "
                      "wherry/embed/policy.hpp)");
        return embed::NetworkPolicy<P>;
    }
};
}  // namespace wherry::inline WHERRY_ABI::kinds

namespace wherry::inline WHERRY_ABI::embed {

/// Rows of an inference, where the program leaves the first dim of its inputs open. Default: 1.
template <std::size_t Rows>
struct batch {
    using kind = kinds::network<"batch">;
    static constexpr std::string_view name = "batch";
    static constexpr network_options add_to(network_options options) noexcept { return options.batch = Rows, options; }
};

/// The network must not need more bytes of RAM than these.
template <std::size_t Bytes>
struct ram {
    using kind = kinds::network<"ram">;
    static constexpr std::string_view name = "ram";
    static constexpr network_options add_to(network_options options) noexcept { return options.ram_bytes = Bytes, options; }
};

/// Variables to fetch, instead of what the program's fetch operators name. Operators that only others need are dropped.
template <fixed_string... Names>
struct outputs {
    static_assert(sizeof...(Names) <= detail::max_ports, "wherry: outputs<...> names more variables than embed supports");
    using kind = kinds::network<"outputs">;
    static constexpr std::string_view name = "outputs";
    static constexpr network_options add_to(network_options options) noexcept {
        options.output_count = 0;
        ((options.outputs[options.output_count++] = std::string_view(Names)), ...);
        return options;
    }
};

/// Weights that `wherry embed --int8` wrote: a byte each, a scale for each output column. A float weight is refused.
template <std::signed_integral Stored>
struct quantize {
    static_assert(sizeof(Stored) == 1, "wherry: quantize<std::int8_t> is the only one there is");
    using kind = kinds::network<"quantize">;
    static constexpr std::string_view name = "quantize";
    static constexpr network_options add_to(network_options options) noexcept { return options.quantized = true, options; }
};

/// Every parameter must start at a multiple of these bytes, as `wherry embed --align` writes them.
template <std::size_t Bytes>
struct aligned {
    using kind = kinds::network<"aligned">;
    static constexpr std::string_view name = "aligned";
    static constexpr network_options add_to(network_options options) noexcept { return options.aligned_bytes = Bytes, options; }
};

/// How layers are compiled, see kernel::tuned_for. The default follows the compiler: balance under -Os, otherwise speed.
template <kernel::tuned_for Aim>
struct tuned {
    using kind = kinds::network<"tuned">;
    static constexpr std::string_view name = "tuned";
    static constexpr network_options add_to(network_options options) noexcept { return options.aim = Aim, options; }
};

static_assert(NetworkPolicy<batch<1>> && NetworkPolicy<outputs<"x">> && !NetworkPolicy<int>);

namespace detail {

/// The optimizer's operators run too.
struct trains {
    using kind = kinds::network<"trains">;
    static constexpr std::string_view name = "trains";
    static constexpr network_options add_to(network_options options) noexcept { return options.trains = options.trained = true, options; }
};
/// The predictions of a trainer: other variables than a step fetches, with the parameters in RAM.
template <fixed_string... Names>
struct predicts {
    using kind = kinds::network<"predicts">;
    static constexpr std::string_view name = "predicts";
    static constexpr network_options add_to(network_options options) noexcept {
        options.trained = true;
        return outputs<Names...>::add_to(options);
    }
};

template <class... Policies>
inline constexpr auto options_of = added_up<network_options, Policies...>();

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
