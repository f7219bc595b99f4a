#ifndef WHERRY_EMBED_PLAN_HPP
#define WHERRY_EMBED_PLAN_HPP

#include <wherry/embed/params.hpp>
#include <wherry/version.hpp>

#include <cstddef>
#include <cstdint>

/// The plan that the compiler makes of a graph: steps, and a place for every value.
namespace wherry::inline WHERRY_ABI::embed::detail {

enum class kind : std::uint8_t {
    dense,
    product,
    unary,
    binary,
    softmax,
    lookup,
    copy,
    reduce,
    fill,
    softmax_grad,
    pick,
    spread,
    less_one,
    sgd
};

/// A function of one element or two.
enum class function : std::uint8_t {
    identity,
    relu,
    tanh,
    sigmoid,
    sqrt,
    square,
    affine,
    shifted,
    clip,
    add,
    sub,
    mul,
    div,
    max,
    min,
    relu_grad,
    tanh_grad,
    sigmoid_grad,
    negative_log
};

/// One call of a kernel. Sizes by kind:
/// dense    out [rows, cols] = f(x [rows, depth] y [depth, cols] + z [cols]); y and z are parameters
/// product  `outer` products of the same sizes, p times each, y and x maybe transposed; an operand with one matrix serves all of them
/// unary    `cols` elements, p and q are numbers of the function
/// binary   [rows, depth, cols]; an operand that is not whole has `depth` elements
/// softmax, reduce  along the middle of [rows, depth, cols]
/// lookup   `rows` ids, rows of y of `cols` elements
/// fill     `cols` elements become p
/// softmax_grad  as softmax; x is what softmax made, y the gradient of it
/// pick     out [rows] = x [rows, cols] at the ids y
/// spread   out [rows, cols] is 0, but -y / z at the ids x; y and z are [rows]
/// less_one out = (x - 1 at the ids y) z; x is [rows, cols], z [rows]
/// sgd      x -= z y for `cols` elements; z is one element
/// copy     `rows` pieces of `cols` elements, `depth` elements apart in out, from `outer` on
struct step {
    kind what = kind::unary;
    function f = function::identity;
    bool x_transposed = false, y_transposed = false;
    bool x_whole = true, y_whole = true;
    std::uint32_t x = none, y = none, z = none, out = none;  ///< values
    std::size_t rows = 1, depth = 1, cols = 1, outer = 0;
    float p = 1, q = 0;
    std::int64_t padding = -1;
};

enum class place : std::uint8_t { arena, input, output, params, trained };

/// Memory that one value after another may use.
struct storage {
    place where = place::arena;
    std::size_t offset = 0;  ///< bytes in the arena or the stream; index of the input or output
    std::size_t bytes = 0;
    std::uint32_t first = none, last = 0;  ///< steps that write and read it
};

struct value {
    std::int32_t dtype = unknown;
    shape dims{};
    std::uint32_t storage = 0;  ///< an index
    std::uint32_t scales = 0;   ///< int8 parameter: offset of its scales in the stream
};

/// An input or output of the network.
struct port {
    slice name{};
    std::uint32_t value = none;
};

inline constexpr std::size_t max_ports = 16;

/// Capacities of a plan, from the counts of its graph.
struct plan_size {
    std::size_t values = 0, steps = 0;
};

template <plan_size N>
struct plan {
    step steps[N.steps + 1]{};
    value values[N.values + 1]{};
    storage storages[N.values + 1]{};
    port inputs[max_ports]{}, outputs[max_ports]{};
    std::size_t step_count = 0, value_count = 0, storage_count = 0, input_count = 0, output_count = 0;
    std::size_t arena_bytes = 0, macs = 0, parameter_bytes = 0;
    std::size_t trained_bytes = 0;  ///< RAM of the parameters that are trained
    refusal wrong{};
};

/// Which steps use each storage.
template <class Plan>
constexpr void find_lifetimes(Plan& p) noexcept {
    for (std::uint32_t s = 0; s < p.step_count; ++s) {
        const auto& one = p.steps[s];
        for (const auto v : {one.x, one.y, one.z, one.out}) {
            if (v == none) continue;
            auto& used = p.storages[p.values[v].storage];
            if (used.first == none) used.first = s;
            used.last = s;
        }
    }
}

/// A step that may write where it reads does so when nobody reads that again.
template <class Plan>
constexpr void work_in_place(Plan& p) noexcept {
    for (std::uint32_t s = 0; s < p.step_count; ++s) {
        const auto& one = p.steps[s];
        const bool able = one.what == kind::unary || one.what == kind::softmax || (one.what == kind::binary && one.x_whole);
        if (!able) continue;
        const auto from = p.values[one.x].storage, to = p.values[one.out].storage;
        auto &old = p.storages[from], &made = p.storages[to];
        if (old.where != place::arena || old.last != s || made.first != s || old.bytes != made.bytes) continue;
        made.first = old.first;
        for (std::size_t v = 0; v < p.value_count; ++v)
            if (p.values[v].storage == from) p.values[v].storage = to;
        old.first = none;
    }
}

/// Offsets in the arena: the largest first, of equals the one that is written first; each as low as those that live with it allow.
template <class Plan>
constexpr void place_in_arena(Plan& p) noexcept {
    bool placed[sizeof p.storages / sizeof p.storages[0]]{};
    const auto open = [&](std::size_t i) { return !placed[i] && p.storages[i].where == place::arena && p.storages[i].first != none; };
    for (;;) {
        std::size_t next = p.storage_count;
        for (std::size_t i = 0; i < p.storage_count; ++i) {
            if (!open(i)) continue;
            const auto &a = p.storages[i], &b = p.storages[next < p.storage_count ? next : i];
            if (next == p.storage_count || a.bytes > b.bytes || (a.bytes == b.bytes && a.first < b.first)) next = i;
        }
        if (next == p.storage_count) return;
        auto& one = p.storages[next];
        for (bool moved = true; moved;) {
            moved = false;
            for (std::size_t i = 0; i < p.storage_count; ++i) {
                const auto& other = p.storages[i];
                if (!placed[i] || other.first > one.last || one.first > other.last) continue;
                if (one.offset + one.bytes <= other.offset || other.offset + other.bytes <= one.offset) continue;
                one.offset = other.offset + other.bytes;
                moved = true;
            }
        }
        placed[next] = true;
        if (one.offset + one.bytes > p.arena_bytes) p.arena_bytes = one.offset + one.bytes;
    }
}

}  // namespace wherry::inline WHERRY_ABI::embed::detail

#endif
