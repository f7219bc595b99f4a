// case left_over: wherry: Model::params goes on after its last variable: bytes found and expected
// case left_over: , 83, 82>
// case not_a_stream: wherry: Model::params holds no tensor where this variable should be
// case not_a_stream[GNU]: culprit<wherry::v0::fixed_string<1>{"b"}>
// case not_a_stream[Clang]: culprit<'b'>
// case truncated: wherry: Model::params ends before this variable: bytes found and expected
// case truncated[GNU]: culprit<wherry::v0::fixed_string<1>{"w"}>
// case truncated[Clang]: culprit<'w'>
// case truncated: , 81, 82>
// case dims: wherry: this variable has other dims in Model::params than in the program
// case dims[GNU]: culprit<wherry::v0::fixed_string<1>{"w"}>
// case dims[Clang]: culprit<'w'>
// case dims: , 4, 3>
// case dtype: wherry: this variable has another element type in Model::params than in the program
// case dtype[GNU]: culprit<wherry::v0::fixed_string<1>{"w"}>
// case dtype[Clang]: culprit<'w'>
// case dtype: , 6, 5>
#include "../support/embed_program.hpp"

#include <wherry/embed.hpp>

using namespace support;

constexpr bytes stream() {
#if defined(CASE_dims)
    return params({4, 2});
#elif defined(CASE_dtype)
    return params({3, 2}, 6, 8);
#else
    auto made = params();
#if defined(CASE_left_over)
    made.put(0);
#elif defined(CASE_not_a_stream)
    made.data[0] = 'P';
#elif defined(CASE_truncated)
    --made.size;
#endif
    return made;
#endif
}

const auto bytes_of_ram = wherry::embed::network<model<[] { return program(); }, stream>>::arena_bytes;
