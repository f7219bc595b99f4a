#ifndef WHERRY_EMBED_REFUSE_HPP
#define WHERRY_EMBED_REFUSE_HPP

#include <wherry/base/fixed_string.hpp>
#include <wherry/embed/graph.hpp>
#include <wherry/version.hpp>

#include <cstddef>
#include <cstdint>
#include <utility>

/// Why a model is not a network: sentences of the compiler, with the culprit and the numbers as template arguments beside them.
namespace wherry::inline WHERRY_ABI::embed {

/// Faults of a model.
enum class reason : unsigned char {
    nothing,
    not_a_program,
    damaged_operator,
    unsupported_operator,
    unsupported_attribute,
    undeclared_variable,
    not_computed,
    no_tensor,
    unknown_dim,
    too_many_dims,
    wrong_dtype,
    shape_mismatch,
    no_outputs,
    too_many_inputs_or_outputs,
    params_truncated,
    params_not_a_stream,
    params_wrong_dtype,
    params_wrong_dims,
    params_left_over,
    params_not_int8,
    params_unaligned,
    arena_too_small,
    buffer_count,
    buffer_name,
    buffer_size,
    buffer_type,
};

namespace detail {

/// A refusal found while a plan is made. `name` lies in the program.
struct refusal {
    reason why = reason::nothing;
    slice name{};
    std::size_t found = 0, expected = 0;
};

// clang 14 prints a string argument as a list of numbers, and characters as characters.
#if defined(__clang__) && __clang_major__ < 16
template <char... Name>
struct culprit {};
template <class File, std::uint32_t At, class Indices>
struct culprit_of;
template <class File, std::uint32_t At, std::size_t... I>
struct culprit_of<File, At, std::index_sequence<I...>> {
    using type = culprit<static_cast<char>(File::data[At + I])...>;
};
template <fixed_string Text, class Indices>
struct culprit_named;
template <fixed_string Text, std::size_t... I>
struct culprit_named<Text, std::index_sequence<I...>> {
    using type = culprit<Text.chars[I]...>;
};
template <class File, std::uint32_t At, std::uint32_t Size>
using culprit_t = typename culprit_of<File, At, std::make_index_sequence<Size>>::type;
template <fixed_string Text>
using named_culprit = typename culprit_named<Text, std::make_index_sequence<Text.size()>>::type;
#else
template <fixed_string Name>
struct culprit {};
template <class File, std::uint32_t At, std::uint32_t Size>
constexpr fixed_string<Size> text_of() noexcept {
    fixed_string<Size> made;
    for (std::size_t i = 0; i < Size; ++i) made.chars[i] = static_cast<char>(File::data[At + i]);
    return made;
}
template <class File, std::uint32_t At, std::uint32_t Size>
using culprit_t = culprit<text_of<File, At, Size>()>;
template <fixed_string Text>
using named_culprit = culprit<Text>;
#endif

/// Fails to compile with the sentence for `Why`. The compiler shows the arguments: what is at fault, what was found, what was expected.
template <reason Why, class Culprit, std::size_t Found, std::size_t Expected>
struct refused {
    static constexpr bool value = false;
    // clang-format off
    static_assert(Why != reason::not_a_program, "wherry: Model::program is not a ProgramDesc, or is cut: the number found is the offset of the damage");
    static_assert(Why != reason::damaged_operator, "wherry: the description of this operator is damaged");
    static_assert(Why != reason::unsupported_operator, "wherry: embed does not support this operator");
    static_assert(Why != reason::unsupported_attribute, "wherry: embed does not support this operator with these attributes or inputs");
    static_assert(Why != reason::undeclared_variable, "wherry: this operator uses a variable that the program does not declare, or lacks one");
    static_assert(Why != reason::not_computed, "wherry: this variable is read before anything computes it");
    static_assert(Why != reason::no_tensor, "wherry: this variable is not a LoDTensor");
    static_assert(Why != reason::unknown_dim, "wherry: only the first dim of an input may be open (batch<N> sets it); this variable has another");
    static_assert(Why != reason::too_many_dims, "wherry: this variable has more dims than embed supports");
    static_assert(Why != reason::wrong_dtype, "wherry: this variable has an element type (numbers of VarType.Type) that embed does not support here");
    static_assert(Why != reason::shape_mismatch, "wherry: the shapes of the inputs of this operator do not fit");
    static_assert(Why != reason::no_outputs, "wherry: the program has no fetch operator and the output is not in it: name one by outputs<\"...\">");
    static_assert(Why != reason::too_many_inputs_or_outputs, "wherry: the program has more inputs or outputs than embed supports");
    static_assert(Why != reason::params_truncated, "wherry: Model::params ends before this variable: bytes found and expected");
    static_assert(Why != reason::params_not_a_stream, "wherry: Model::params holds no tensor where this variable should be: found at this offset");
    static_assert(Why != reason::params_wrong_dtype, "wherry: this variable has another element type in Model::params than in the program");
    static_assert(Why != reason::params_wrong_dims, "wherry: this variable has other dims in Model::params than in the program");
    static_assert(Why != reason::params_left_over, "wherry: Model::params goes on after its last variable: bytes found and expected");
    static_assert(Why != reason::params_not_int8, "wherry: quantize<int8> needs weights written by `wherry embed --int8`; this one is float");
    static_assert(Why != reason::params_unaligned, "wherry: this variable does not start at a multiple of the bytes that aligned<N> promises");
    static_assert(Why != reason::arena_too_small, "wherry: the model needs more bytes of RAM than ram<N> allows: needed and allowed");
    static_assert(Why != reason::buffer_count, "wherry: run takes one buffer for each input, then one for each output: given and expected");
    static_assert(Why != reason::buffer_name, "wherry: the network has no input or output of this name");
    static_assert(Why != reason::buffer_size, "wherry: this buffer has another number of elements than the network's: given and expected");
    static_assert(Why != reason::buffer_type, "wherry: this buffer has another element type than the network's, or no size known to the compiler");
    // clang-format on
};

/// True, or a compile error about something whose name lies in `File`. (Scalars: g++ 12 loses its way with a class as an argument here.)
template <class File, reason Why, std::uint32_t At, std::uint32_t Size, std::size_t Found, std::size_t Expected>
constexpr bool accept() noexcept {
    if constexpr (Why == reason::nothing) return true;
    else return refused<Why, culprit_t<File, At, Size>, Found, Expected>::value;
}

}  // namespace detail
}  // namespace wherry::inline WHERRY_ABI::embed

#endif
