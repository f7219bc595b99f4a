#ifndef WHERRY_EMBED_NETWORK_HPP
#define WHERRY_EMBED_NETWORK_HPP

#include <wherry/base/fixed_string.hpp>
#include <wherry/base/policy_set.hpp>
#include <wherry/embed/kernels.hpp>
#include <wherry/embed/planner.hpp>
#include <wherry/embed/policy.hpp>
#include <wherry/version.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <type_traits>
#include <utility>

namespace wherry::inline WHERRY_ABI::embed {

namespace detail {

template <std::int32_t Type>
struct element_of;
template <>
struct element_of<fp32> {
    using type = float;
};
template <>
struct element_of<int32> {
    using type = std::int32_t;
};
template <>
struct element_of<int64> {
    using type = std::int64_t;
};

template <class Model, class... Policies>
inline constexpr auto plan_of = planner<Model>(options_of<Policies...>).make();

/// A caller's memory by the name of an input or output.
template <fixed_string Name, bool Output, class Buffer>
struct bound {
    Buffer& buffer;
};
template <class T>
struct binding {
    static constexpr bool named = false;
};
template <fixed_string Name, bool Output, class Buffer>
struct binding<bound<Name, Output, Buffer>> {
    static constexpr bool named = true, output = Output;
    static constexpr auto name = Name;
};

}  // namespace detail

/// Gives `run` an input by its feed name: `net::run(feed<"x">(pixels), fetch<"y">(scores))`.
template <fixed_string Name, class Buffer>
constexpr detail::bound<Name, false, Buffer> feed(Buffer& buffer) noexcept {
    return {buffer};
}
template <fixed_string Name, class Buffer>
constexpr detail::bound<Name, false, const Buffer> feed(const Buffer& buffer) noexcept {
    return {buffer};
}
/// Gives `run` an output by the name of the variable that is fetched.
template <fixed_string Name, class Buffer>
constexpr detail::bound<Name, true, std::remove_reference_t<Buffer>> fetch(Buffer&& buffer) noexcept {
    return {buffer};
}

template <class Model, class Optimizer, class... Policies>
class trainer;

/// A Paddle model as a type. Model has two static constexpr members: `program`, the bytes of a ProgramDesc, and `params`, those of its combined
/// parameter file, each a std::string_view or an array of unsigned char (`wherry embed` writes such a header). The compiler parses both; at
/// run time there are kernels, constant addresses and the weights where they lie. No heap, no exceptions, no static constructors.
/// Policies, in any order: batch<N>, ram<N>, outputs<"...">, tuned<...>, quantize<int8>, aligned<N>, or your own.
/// A model that cannot be a network does not compile, and says why in a sentence that starts with `wherry:`.
template <class Model, class... Policies>
class network {
    static_assert(adds_up<network_options, Policies...>,
                  "wherry: a policy of network is batch<N>, ram<N>, outputs<...>, quantize<>, aligned<N>, tuned<> or your own"
                  " (see wherry/embed/policy.hpp)");
    static constexpr auto& options = detail::options_of<Policies...>;
    static constexpr auto& plan = detail::plan_of<Model, Policies...>;
    using file = detail::program_of<Model>;
    static constexpr bool sound = plan.wrong.why == reason::nothing;
    static_assert(detail::accept<file, plan.wrong.why, plan.wrong.name.at, plan.wrong.name.size, plan.wrong.found, plan.wrong.expected>());

    template <fixed_string Name>
    static constexpr std::size_t input_named() noexcept {
        constexpr auto found = detail::find_port<file, Name>(plan.inputs, plan.input_count);
        if constexpr (found == plan.input_count)
            static_assert(detail::refused<reason::buffer_name, detail::named_culprit<Name>, 0, 0>::value);
        return found;
    }
    template <fixed_string Name>
    static constexpr std::size_t output_named() noexcept {
        constexpr auto found = detail::find_port<file, Name>(plan.outputs, plan.output_count);
        if constexpr (found == plan.output_count)
            static_assert(detail::refused<reason::buffer_name, detail::named_culprit<Name>, 0, 0>::value);
        return found;
    }
    template <std::uint32_t Value>
    static constexpr auto extents() noexcept {
        return detail::extents_of<plan.values[Value].dims.rank>(plan.values[Value].dims);
    }

  public:
    /// RAM for values between the layers, in bytes: what `run` has in .bss, or what `run_in` is given.
    static constexpr std::size_t arena_bytes = plan.arena_bytes;
    /// Multiplications with additions in one inference.
    static constexpr std::size_t macs = plan.macs;
    /// Bytes of the parameters that the network reads.
    static constexpr std::size_t parameter_bytes = plan.parameter_bytes;
    /// Bytes of the parameters that a trainer keeps in RAM.
    static constexpr std::size_t trained_bytes = plan.trained_bytes;
    /// Buffers that `run` takes: inputs, then outputs.
    static constexpr std::size_t input_count = plan.input_count, output_count = plan.output_count;
    /// Calls of a kernel in one inference.
    static constexpr std::size_t step_count = plan.step_count;

    /// Dims of an input, as a value with `size()` and `operator[]`.
    template <fixed_string Name>
    static constexpr auto input_shape = extents<plan.inputs[input_named<Name>()].value>();
    /// Dims of an output.
    template <fixed_string Name>
    static constexpr auto output_shape = extents<plan.outputs[output_named<Name>()].value>();

    /// Runs the network once.
    /// Arguments: a buffer for each input in the order of the feeds, then one for each output in the order of the fetches; or each wrapped in
    /// feed<"name"> or fetch<"name">, in any order. A buffer is an array, a std::array or a span of a size the compiler knows, of float,
    /// std::int32_t or std::int64_t. Inputs and outputs must not overlap. Uses one arena of this type, so it is for one thread at a time.
    template <class... Buffers>
    [[gnu::always_inline]] static void run(Buffers&&... buffers) noexcept {
        if constexpr (arena_bytes > 0) run_from(arena_of_type::bytes, nullptr, buffers...);
        else run_from(nullptr, nullptr, buffers...);
    }

    /// The same with the caller's arena, which may serve several networks: `arena_bytes` bytes, aligned to 4.
    template <class... Buffers>
    [[gnu::always_inline]] static void run_in(std::span<std::byte, arena_bytes> arena, Buffers&&... buffers) noexcept {
        run_from(arena.data(), nullptr, buffers...);
    }

  private:
    template <class, class, class...>
    friend class trainer;

    struct arena_of_type {
        alignas(8) static inline std::byte bytes[arena_bytes == 0 ? 1 : arena_bytes];
    };
    struct frame {
        std::byte* arena;
        std::byte* trained;
        const void* inputs[input_count == 0 ? 1 : input_count];
        void* outputs[output_count == 0 ? 1 : output_count];
    };

    // ---- buffers

    template <std::size_t Index, class Buffer>
    static constexpr std::size_t slot_of() noexcept {
        using binding = detail::binding<std::remove_cvref_t<Buffer>>;
        if constexpr (!binding::named) return Index;
        else if constexpr (binding::output) return input_count + output_named<binding::name>();
        else return input_named<binding::name>();
    }

    /// Inputs, then outputs.
    template <std::size_t Slot>
    struct port_at {
        static constexpr auto& port = Slot < input_count ? plan.inputs[Slot] : plan.outputs[Slot - input_count];
        static constexpr std::size_t count = plan.values[port.value].dims.count();
        using type = typename detail::element_of<plan.values[port.value].dtype>::type;
        using culprit = detail::culprit_t<file, port.name.at, port.name.size>;
    };

    template <std::size_t Slot, class Buffer>
    [[gnu::always_inline]] static void bind(frame& f, Buffer& buffer) noexcept {
        if constexpr (detail::binding<std::remove_cvref_t<Buffer>>::named) {
            bind<Slot>(f, buffer.buffer);
        } else {
            constexpr bool output = Slot >= input_count;
            using one = port_at<Slot>;
            if constexpr (!detail::SizedBuffer<Buffer, typename one::type, output>) {
                static_assert(detail::refused<reason::buffer_type, typename one::culprit, 0, one::count>::value);
            } else if constexpr (decltype(std::span(buffer))::extent != one::count) {
                static_assert(
                    detail::refused<reason::buffer_size, typename one::culprit, decltype(std::span(buffer))::extent, one::count>::value);
            } else {
                if constexpr (output) f.outputs[Slot - input_count] = std::span(buffer).data();
                else f.inputs[Slot] = std::span(buffer).data();
            }
        }
    }

    template <class... Buffers>
    [[gnu::always_inline]] static void run_from(std::byte* arena, std::byte* trained, Buffers&... buffers) noexcept {
        if constexpr (sizeof...(Buffers) != input_count + output_count)
            static_assert(detail::refused<reason::buffer_count, detail::culprit_t<file, 0, 0>, sizeof...(Buffers),
                                          input_count + output_count>::value);
        else if constexpr (sound) {
            frame f;
            f.arena = arena;
            f.trained = trained;
            [&]<std::size_t... I>(std::index_sequence<I...>) { (bind<slot_of<I, Buffers>()>(f, buffers), ...); }
            (std::index_sequence_for<Buffers...>{});
            run_steps(f, std::make_index_sequence<(step_count + 31) / 32>{});
        }
    }

    // ---- steps: in groups, since clang takes no more than 256 operands of one fold

    template <std::size_t... Group>
    [[gnu::always_inline]] static void run_steps(const frame& f, std::index_sequence<Group...>) noexcept {
        (run_group<Group * 32>(f, std::make_index_sequence<(step_count - Group * 32 < 32 ? step_count - Group * 32 : 32)>{}), ...);
    }
    template <std::size_t First, std::size_t... I>
    [[gnu::always_inline]] static void run_group(const frame& f, std::index_sequence<I...>) noexcept {
        (run_step<First + I>(f), ...);
    }

    /// The address of a value, for the compiler: a constant address for parameters and the arena.
    template <std::uint32_t Value, class T>
    [[gnu::always_inline]] static T* at(const frame& f) noexcept {
        constexpr auto& held = plan.storages[plan.values[Value].storage];
        if constexpr (held.where == detail::place::params) return reinterpret_cast<T*>(detail::params_data<Model>() + held.offset);
        else if constexpr (held.where == detail::place::trained) return reinterpret_cast<T*>(f.trained + held.offset);
        else if constexpr (held.where == detail::place::input) return static_cast<T*>(f.inputs[held.offset]);
        else if constexpr (held.where == detail::place::output) return static_cast<T*>(f.outputs[held.offset]);
        else return reinterpret_cast<T*>(f.arena + held.offset);
    }

    /// The alignment of a step's operands: 4, or 1 when some lie at odd places of a file.
    template <class... Values>
    static constexpr std::size_t alignment(Values... values) noexcept {
        return (... && is_aligned(values)) ? 4 : 1;
    }
    static constexpr bool is_aligned(std::uint32_t value) noexcept {
        if (value == detail::none) return true;
        const auto& held = plan.storages[plan.values[value].storage];
        if (held.where != detail::place::params) return true;
        const bool quantized = plan.values[value].dtype == detail::int8;  // bytes lie anywhere, but not their scales
        return detail::params_alignment<Model>() % 4 == 0 && (quantized || held.offset % 4 == 0) && plan.values[value].scales % 4 == 0;
    }

    template <std::size_t I>
    [[gnu::always_inline]] static void run_step(const frame& f) noexcept {
        using detail::kind;
        constexpr auto& s = plan.steps[I];
        if constexpr (s.what == kind::dense) {
            run_dense<I>(f);
        } else if constexpr (s.what == kind::lookup) {
            using id = typename detail::element_of<plan.values[s.x].dtype>::type;
            detail::lookup<id, alignment(s.y)>(s.rows, s.depth, s.cols, s.padding, at<s.x, const id>(f), at<s.y, const float>(f),
                                               at<s.out, float>(f));
        } else if constexpr (s.what >= kind::fill) {
            run_training<I>(f);
        } else {
            constexpr auto align = alignment(s.x, s.y);
            const float* x = at<s.x, const float>(f);
            float* out = at<s.out, float>(f);
            if constexpr (s.what == kind::unary) detail::unary<s.f, align>(s.cols, x, out, s.p, s.q);
            if constexpr (s.what == kind::binary)
                detail::binary<s.f, s.x_whole, s.y_whole, align>(s.rows, s.depth, s.cols, x, at<s.y, const float>(f), out);
            if constexpr (s.what == kind::softmax)
                for (std::size_t r = 0; r < s.rows; ++r)
                    for (std::size_t c = r * s.depth * s.cols; c < r * s.depth * s.cols + s.cols; ++c)
                        detail::softmax<s.cols, align>(s.depth, x + c, out + c);
            if constexpr (s.what == kind::copy) detail::copy_pieces<align>(s.rows, s.cols, s.depth, x, out + s.outer);
            if constexpr (s.what == kind::reduce) detail::reduce<align>(s.rows, s.depth, s.cols, s.p, x, out);
            if constexpr (s.what == kind::product) run_product<I>(x, at<s.y, const float>(f), out);
        }
    }

    template <std::size_t I>
    [[gnu::always_inline]] static void run_training(const frame& f) noexcept {
        using detail::kind;
        constexpr auto& s = plan.steps[I];
        float* out = at<s.out, float>(f);
        if constexpr (s.what == kind::fill) detail::fill(s.cols, s.p, out);
        if constexpr (s.what == kind::softmax_grad)
            for (std::size_t r = 0; r < s.rows * s.depth; r += s.depth)
                detail::softmax_grad(s.depth, at<s.x, const float>(f) + r, at<s.y, const float>(f) + r, out + r);
        if constexpr (s.what == kind::pick || s.what == kind::less_one) {
            using id = typename detail::element_of<plan.values[s.y].dtype>::type;
            if constexpr (s.what == kind::pick) detail::pick<id>(s.rows, s.cols, at<s.x, const float>(f), at<s.y, const id>(f), out);
            else detail::less_one<id>(s.rows, s.cols, at<s.x, const float>(f), at<s.y, const id>(f), at<s.z, const float>(f), out);
        }
        if constexpr (s.what == kind::spread) {
            using id = typename detail::element_of<plan.values[s.x].dtype>::type;
            detail::spread<id>(s.rows, s.cols, at<s.x, const id>(f), at<s.y, const float>(f), at<s.z, const float>(f), out);
        }
        if constexpr (s.what == kind::sgd) detail::sgd<alignment(s.z)>(s.cols, out, at<s.y, const float>(f), at<s.z, const float>(f));
    }

    template <std::size_t I>
    [[gnu::always_inline]] static void run_product(const float* x, const float* y, float* out) noexcept {
        constexpr auto& s = plan.steps[I];
        for (std::size_t i = 0; i < s.outer; ++i)
            detail::product<alignment(s.x, s.y)>(s.rows, s.depth, s.cols, x + (s.x_whole ? i * s.rows * s.depth : 0),
                                                 s.x_transposed ? 1 : s.depth, s.x_transposed ? s.rows : 1,
                                                 y + (s.y_whole ? i * s.depth * s.cols : 0), s.y_transposed ? 1 : s.cols,
                                                 s.y_transposed ? s.depth : 1, s.p, out + i * s.rows * s.cols);
    }

    template <std::size_t I>
    [[gnu::always_inline]] static void run_dense(const frame& f) noexcept {
        constexpr auto& s = plan.steps[I];
        constexpr bool quantized = plan.values[s.y].dtype == detail::int8;
        using weight = std::conditional_t<quantized, std::int8_t, float>;
        constexpr auto align = alignment(s.y, s.z);
        constexpr bool biased = s.z != detail::none;
        const float* x = at<s.x, const float>(f);
        float* out = at<s.out, float>(f);
        const auto* w = at<s.y, const weight>(f);
        const float* bias = nullptr;
        if constexpr (biased) bias = at<s.z, const float>(f);
        for (std::size_t r = 0; r < s.rows; ++r, x += s.depth, out += s.cols) {
            if constexpr (options.aim == kernel::tuned_for::size && !quantized && s.cols >= kernel::shared_block.columns()) {
                constexpr bool relu = s.f == detail::function::relu;
                detail::any_layer<align, biased>(x, w, bias, out, s.depth, s.cols, relu ? 0.0F : -__builtin_inff());
                if constexpr (!relu && s.f != detail::function::identity) detail::unary<s.f>(s.cols, out, out, 1, 0);
            } else {
                constexpr auto block = kernel::block_for(s.depth, s.cols, options.aim, align);
                using function = decltype(detail::plain_function<s.f>());
                if constexpr (quantized)
                    detail::layer<block, align, function, s.depth, s.cols, biased>(
                        x, w, bias, out, reinterpret_cast<const float*>(detail::params_data<Model>() + plan.values[s.y].scales));
                else detail::layer<block, align, function, s.depth, s.cols, biased>(x, w, bias, out);
            }
        }
    }
};

}  // namespace wherry::inline WHERRY_ABI::embed

#endif
