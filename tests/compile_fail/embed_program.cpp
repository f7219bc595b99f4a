// case damaged_operator: wherry: the description of this operator is damaged
// case damaged_operator[GNU]: culprit<wherry::v0::fixed_string<4>{"relu"}>
// case damaged_operator[Clang]: culprit<'r', 'e', 'l', 'u'>
// case no_tensor: wherry: this variable is not a LoDTensor
// case no_tensor[GNU]: culprit<wherry::v0::fixed_string<1>{"x"}>
// case no_tensor[Clang]: culprit<'x'>
// case wrong_dtype: wherry: this variable has an element type (numbers of VarType.Type) that embed does not support here
// case wrong_dtype[GNU]: culprit<wherry::v0::fixed_string<1>{"x"}>
// case wrong_dtype[Clang]: culprit<'x'>
// case wrong_dtype: , 6, 5>
// case unknown_dim: wherry: only the first dim of an input may be open
// case unknown_dim[GNU]: culprit<wherry::v0::fixed_string<1>{"x"}>
// case unknown_dim[Clang]: culprit<'x'>
// case too_many_dims: wherry: this variable has more dims than embed supports
// case too_many_dims[GNU]: culprit<wherry::v0::fixed_string<1>{"x"}>
// case too_many_dims[Clang]: culprit<'x'>
// case too_many_dims: , 7, 6>
// case too_many_inputs: wherry: the program has more inputs or outputs than embed supports
// case too_many_inputs: , 17, 16>
// case not_computed: wherry: this variable is read before anything computes it
// case not_computed[GNU]: culprit<wherry::v0::fixed_string<1>{"h"}>
// case not_computed[Clang]: culprit<'h'>
// case undeclared: wherry: this operator uses a variable that the program does not declare, or lacks one
// case undeclared[GNU]: culprit<wherry::v0::fixed_string<3>{"mul"}>
// case undeclared[Clang]: culprit<'m', 'u', 'l'>
// case shape_mismatch: wherry: the shapes of the inputs of this operator do not fit
// case shape_mismatch[GNU]: culprit<wherry::v0::fixed_string<3>{"mul"}>
// case shape_mismatch[Clang]: culprit<'m', 'u', 'l'>
// case shape_mismatch: , 2, 3>
// case unsupported_attribute: wherry: embed does not support this operator with these attributes or inputs
// case unsupported_attribute[GNU]: culprit<wherry::v0::fixed_string<7>{"dropout"}>
// case unsupported_attribute[Clang]: culprit<'d', 'r', 'o', 'p', 'o', 'u', 't'>
// case unsupported_operator: wherry: embed does not support this operator
// case unsupported_operator[GNU]: culprit<wherry::v0::fixed_string<6>{"conv2d"}>
// case unsupported_operator[Clang]: culprit<'c', 'o', 'n', 'v', '2', 'd'>
#include "../support/embed_program.hpp"

#include <wherry/embed.hpp>

#include <cstdint>
#include <string_view>

using namespace support;

#if defined(CASE_unknown_dim)
constexpr dims x = {-1, -1};
#elif defined(CASE_too_many_dims)
constexpr dims x = {-1, 1, 1, 1, 1, 1, 2};
#else
constexpr dims x = {-1, 2};
#endif
#if defined(CASE_shape_mismatch)
constexpr dims weight = {3, 2};
#else
constexpr dims weight = {2, 2};
#endif

struct changes {
    int dtype = 5;
    unsigned kind = 7;
    std::int64_t col = 0, testing = 1;
    std::string_view activation = "tanh";
    bool declared = true, computed = true, damaged = false;
};
constexpr changes change {
#if defined(CASE_damaged_operator)
    .damaged = true
#elif defined(CASE_no_tensor)
    .kind = 8
#elif defined(CASE_wrong_dtype)
    .dtype = 6
#elif defined(CASE_too_many_inputs)
    .col = 16
#elif defined(CASE_not_computed)
    .computed = false
#elif defined(CASE_undeclared)
    .declared = false
#elif defined(CASE_unsupported_attribute)
    .testing = 0
#elif defined(CASE_unsupported_operator)
    .activation = "conv2d"
#endif
};

/// x -> dropout -> tanh -> h -> mul -> product -> relu -> y
constexpr bytes changed() {
    program_maker made;
    made.var("x", x, false, change.dtype, change.kind).var("w", weight, true).var("b", {2}, true);
    made.var("d", {-1, 2}).var("product", {-1, 2}).var("y", {-1, 2});
    if (change.declared) made.var("h", {-1, 2});
    made.feed("x", change.col);
    made.op("dropout", {{"X", "x"}}, {{"Out", "d"}}, {{"is_test", change.testing}});
    if (change.computed) made.op(change.activation, {{"X", "d"}}, {{"Out", "h"}});
    made.op("mul", {{"X", "h"}, {"Y", "w"}}, {{"Out", "product"}});
    made.op("relu", {{"X", "product"}}, {{"Out", "y"}}, {{"is_test", 1}, {"axis", 1}});
    if (change.damaged) made.block.data[made.block.size - 11] = 127;  // length of the second attribute: the first one is looked at early
    return made.fetch("y").made();
}
const auto bytes_of_ram = wherry::embed::network<model<changed, [] { return params(weight); }>>::arena_bytes;
