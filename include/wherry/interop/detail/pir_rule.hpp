#ifndef WHERRY_INTEROP_DETAIL_PIR_RULE_HPP
#define WHERRY_INTEROP_DETAIL_PIR_RULE_HPP

#include <wherry/version.hpp>

#include <array>
#include <cstdint>
#include <string_view>

/// How an operator of PIR is written as one of 2.x.
namespace wherry::inline WHERRY_ABI::detail {

/// The use of a value that a PIR operator reads.
enum class pir_input_kind : std::uint8_t {
    tensor,    ///< a variable of an input slot
    tensors,   ///< the values of a `combine`, all in one slot
    number,    ///< a constant: a float attribute
    integer,   ///< a constant: an int attribute
    integers,  ///< a constant: a list of ints
    unused,
};
struct pir_input {
    std::string_view name{};  ///< slot or attribute; empty ends the list
    pir_input_kind kind = pir_input_kind::tensor;
    std::string_view computed{};  ///< slot of integers that operators compute
};
/// An attribute by its names there and here; without one here its only value that is supported.
struct pir_attribute {
    std::string_view from{};
    std::string_view to{};
    std::string_view only{};  ///< that value as JSON; or "dtype", "long", "float", "floats", "values", "scalars": how it is
                              ///< written; "if there": not in all versions of Paddle 3
};
struct pir_rule {
    std::string_view from;  ///< without the underscore of one that works in place
    std::string_view to;
    std::array<pir_input, 5> inputs{};
    std::array<std::string_view, 6> outputs{"Out"};
    std::array<pir_attribute, 10> attrs{};
};

namespace pir {
using enum pir_input_kind;
using inputs = std::array<pir_input, 5>;
inline constexpr inputs one_input{{{"X"}}};
inline constexpr inputs two_inputs{{{"X"}, {"Y"}}};
inline constexpr inputs one_called_input{{{"Input"}}};
inline constexpr inputs reduced{{{"X"}, {"dim", integers}}};
inline constexpr inputs with_index{{{"X"}, {"Index"}}};
}  // namespace pir

}  // namespace wherry::inline WHERRY_ABI::detail

#endif
