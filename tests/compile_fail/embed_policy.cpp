// case no_policy: wherry: this type is not a policy: a policy declares its kind
// case no_policy: wherry: a policy of network is batch<N>, ram<N>, outputs<...>, quantize<>, aligned<N>, tuned<> or your own
// case another_kind: wherry: a policy of this kind has no place here
// case no_name: wherry: this policy needs `static constexpr std::string_view name`
// case no_name: my_board
// case throws: wherry: network: add_to(network_options) must be static, noexcept and return network_options
// case throws: my_board
// case returns_nothing: wherry: network: add_to(network_options) must be static, noexcept and return network_options
// case returns_nothing: my_board
// case not_static: wherry: network: add_to(network_options) must be static, noexcept and return network_options
// case not_static: my_board
// case two_batches: wherry: a Kind of policy is given twice
// case too_many_outputs: wherry: outputs<...> names more variables than embed supports
// case wide_quantize: wherry: quantize<std::int8_t> is the only one there is
// case optimizer: wherry: embed trains with sgd, and no other optimizer yet
// case without_sgd: wherry: the program of a trainer has no sgd operator that changes a parameter
// case no_outputs: wherry: the program has no fetch operator and the output is not in it
// case not_int8: wherry: quantize<int8> needs weights written by `wherry embed --int8`; this one is float
// case not_int8[GNU]: culprit<wherry::v0::fixed_string<1>{"w"}>
// case not_int8[Clang]: culprit<'w'>
// case unaligned: wherry: this variable does not start at a multiple of the bytes that aligned<N> promises
// case unaligned[GNU]: culprit<wherry::v0::fixed_string<1>{"w"}>
// case unaligned[Clang]: culprit<'w'>
#include "../support/embed_program.hpp"

#include <wherry/embed.hpp>
#include <wherry/policy/durability.hpp>

#include <cstdint>
#include <string_view>

using namespace support;
using namespace wherry::embed;

/// All about a board in one policy of your own.
struct my_board {
    using kind = wherry::kinds::network<"my_board">;
#ifndef CASE_no_name
    static constexpr std::string_view name = "my_board";
#endif
#if defined(CASE_throws)
    static constexpr network_options add_to(network_options options) { return options; }
#elif defined(CASE_returns_nothing)
    static constexpr void add_to(network_options) noexcept {}
#elif defined(CASE_not_static)
    constexpr network_options add_to(network_options options) const noexcept { return options; }
#else
    static constexpr network_options add_to(network_options options) noexcept {
        options.ram_bytes = 20'000;
        options.batch = 2;
        return options;
    }
#endif
};

using whole = model<[] { return program(); }, [] { return params(); }>;
using without_fetch = model<[] { return program({.fetched = false}); }, [] { return params(); }>;
using training = model<[] { return trained_program(); }, [] { return trained_params(); }>;

#if defined(CASE_no_policy)
using net = network<whole, int>;
#elif defined(CASE_another_kind)
using net = network<whole, wherry::durable>;
#elif defined(CASE_two_batches)
using net = network<whole, batch<2>, batch<5>>;
#elif defined(CASE_too_many_outputs)
using net = network<whole, outputs<"a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l", "m", "n", "o", "p", "q">>;
#elif defined(CASE_wide_quantize)
using net = network<whole, quantize<std::int16_t>>;
#elif defined(CASE_no_outputs)
using net = network<without_fetch, my_board>;
#elif defined(CASE_not_int8)
using net = network<whole, quantize<std::int8_t>>;
#elif defined(CASE_unaligned)
using net = network<whole, aligned<16>>;
#else
using net = network<whole, my_board, aligned<2>>;
static_assert(net::input_shape<"x">[0] == 2);
const auto of_outputs = network<without_fetch, outputs<"y">>::arena_bytes;
const auto name_of_most = outputs<"a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l", "m", "n", "o", "p">::name;
#endif
const auto bytes_of_ram = net::arena_bytes;

#if defined(CASE_optimizer)
struct momentum {};
const auto floats = trainer<training, momentum>::trained_count;
#elif defined(CASE_without_sgd)
const auto floats = trainer<whole>::trained_count;
#else
const auto floats = trainer<training>::trained_count;
#endif
