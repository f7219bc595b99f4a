#ifndef WHERRY_FORMAT_PICKLE_VALUE_HPP
#define WHERRY_FORMAT_PICKLE_VALUE_HPP

#include <wherry/base/bytes.hpp>
#include <wherry/base/sequence.hpp>
#include <wherry/format/pickle/input.hpp>
#include <wherry/version.hpp>

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

/// The parts of a pickle of arrays. Source: Python's pickletools, NumPy's `__reduce__` of ndarray, dtype and scalar.
namespace wherry::inline WHERRY_ABI::pickle {

/// The opcodes that are read or written here. All others are refused.
enum class opcode : char {
    proto = '\x80',
    frame = '\x95',
    stop = '.',
    mark = '(',
    pop = '0',
    dup = '2',
    none = 'N',
    new_true = '\x88',
    new_false = '\x89',
    int_line = 'I',
    long_line = 'L',
    float_line = 'F',
    bin_int = 'J',
    bin_int1 = 'K',
    bin_int2 = 'M',
    long1 = '\x8a',
    long4 = '\x8b',
    bin_float = 'G',
    short_bin_string = 'U',
    bin_string = 'T',
    bin_unicode = 'X',
    short_bin_unicode = '\x8c',
    bin_unicode8 = '\x8d',
    short_bin_bytes = 'C',
    bin_bytes = 'B',
    bin_bytes8 = '\x8e',
    empty_tuple = ')',
    tuple = 't',
    tuple1 = '\x85',
    tuple2 = '\x86',
    tuple3 = '\x87',
    empty_list = ']',
    append = 'a',
    appends = 'e',
    empty_dict = '}',
    set_item = 's',
    set_items = 'u',
    bin_put = 'q',
    long_bin_put = 'r',
    memoize = '\x94',
    bin_get = 'h',
    long_bin_get = 'j',
    global = 'c',
    stack_global = '\x93',
    reduce = 'R',
    new_object = '\x81',
    build = 'b',
};

/// Opcodes that make or call objects in ways that no file of arrays needs.
constexpr bool is_forbidden(char code) noexcept {
    constexpr std::string_view codes = "io\x82\x83\x84PQ\x92";  // INST OBJ EXT1 EXT2 EXT4 PERSID BINPERSID NEWOBJ_EX
    return codes.find(code) != std::string_view::npos;
}

/// The callables that are known. They are recognised, nothing is ever called.
enum class callable : std::uint32_t { reconstruct, ndarray, dtype, scalar, encode, bytes, ordered_dict, tuple, eval };

/// The callable of that name, if it is on the list.
constexpr std::optional<callable> find_callable(std::string_view module, std::string_view name) noexcept {
    struct row {
        std::string_view module;
        std::string_view name;
        callable what;
    };
    constexpr auto table = std::to_array<row>({
        {"numpy.core.multiarray", "_reconstruct", callable::reconstruct},
        {"numpy._core.multiarray", "_reconstruct", callable::reconstruct},
        {"numpy.core.multiarray", "scalar", callable::scalar},
        {"numpy._core.multiarray", "scalar", callable::scalar},
        {"numpy", "ndarray", callable::ndarray},
        {"numpy", "dtype", callable::dtype},
        {"_codecs", "encode", callable::encode},
        {"__builtin__", "bytes", callable::bytes},
        {"builtins", "bytes", callable::bytes},
        {"__builtin__", "tuple", callable::tuple},
        {"builtins", "tuple", callable::tuple},
        {"collections", "OrderedDict", callable::ordered_dict},
        {"__builtin__", "eval", callable::eval},  // of `data` and {"data": array} alone: a tensor of Paddle's static graph
        {"builtins", "eval", callable::eval},
    });
    for (const auto& held : table)
        if (held.module == module && held.name == name) return held.what;
    return std::nullopt;
}
static_assert(find_callable("numpy", "dtype") == callable::dtype && !find_callable("posix", "system"));

/// The kind of a value of a pickle.
enum class kind : std::uint32_t {
    none,
    boolean,   ///< at: 0 or 1
    integer,   ///< at: into numbers
    real,      ///< at: into numbers, the bits of a double
    big,       ///< at: into slices, an integer of more than 64 bits in two's complement
    text,      ///< at: into slices, UTF-8
    bytes,     ///< at: into slices, raw (a Python 2 str as well)
    latin1,    ///< at: into slices, UTF-8 of characters that each mean one byte
    callable,  ///< at: which
    tuple,     ///< at: into nodes
    list,      ///< at: into nodes
    dict,      ///< at: into nodes; keys and values in turn
    dtype,     ///< at: into nodes; code, then the state
    array,     ///< at: into nodes; the state
    scalar,    ///< at: into nodes; dtype and bytes
};

/// One object: small, since hostile bytes can make one with every byte.
struct value {
    pickle::kind kind = kind::none;
    std::uint32_t at = 0;
};

/// The objects of one pickle, by index. Nothing owns anything, so nothing recurses.
struct object_graph {
    struct node {
        std::uint32_t first = 0;  ///< cell
        std::uint32_t last = 0;
        std::uint32_t size = 0;
        bool called = false;        ///< made by a call: an OrderedDict, a tuple that stands for a tensor of Paddle
        bool holds_arrays = false;  ///< at any depth; only where the objects are kept
    };
    struct cell {
        pickle::value value;
        std::uint32_t next = 0;
    };

    /// A slice that stays in the file, and is empty here.
    struct far_slice {
        std::uint32_t slice = 0;
        detail::far_string held;
    };

    sequence<std::string_view> slices;
    sequence<far_slice> far;         ///< in the order of the slices
    sequence<byte_buffer> memory{};  ///< of slices that were read from a file
    sequence<std::int64_t> numbers;
    sequence<node> nodes;
    sequence<cell> cells;
    bool python2 = false;  ///< has str of Python 2, and no bytes then

    value make(kind k) {
        nodes.emplace_back();
        return {k, static_cast<std::uint32_t>(nodes.size() - 1)};
    }
    value make_slice(kind k, std::string_view bytes) {
        slices.push_back(bytes);
        return {k, static_cast<std::uint32_t>(slices.size() - 1)};
    }
    value make_far(kind k, const detail::far_string& held) {
        const auto made = make_slice(k, {});
        far.push_back({made.at, held});
        return made;
    }
    value make_number(std::int64_t n, kind k = kind::integer) {
        numbers.push_back(n);
        return {k, static_cast<std::uint32_t>(numbers.size() - 1)};
    }
    void append(value container, value item) {
        const auto at = static_cast<std::uint32_t>(cells.size());
        cells.push_back({item, 0});
        auto& held = nodes[container.at];
        if (held.size == 0) held.first = at;
        else cells[held.last].next = at;
        held.last = at;
        ++held.size;
    }

    [[nodiscard]] std::uint32_t size(value container) const noexcept { return nodes[container.at].size; }
    /// (name, array): how Paddle pickles a tensor that does not lie in the outermost dict.
    [[nodiscard]] bool is_named_array(value v) const noexcept {
        if (v.kind != kind::tuple || size(v) != 2) return false;
        const auto& name = cells[nodes[v.at].first];
        return name.value.kind == kind::text && cells[name.next].value.kind == kind::array;
    }
    [[nodiscard]] std::string_view slice(value v) const noexcept { return slices[v.at]; }
    /// Null for one that is not far.
    [[nodiscard]] const detail::far_string* find_far(value v) const noexcept {
        const auto at = std::lower_bound(far.begin(), far.end(), v.at, [](const far_slice& one, std::uint32_t n) { return one.slice < n; });
        return at != far.end() && at->slice == v.at ? &at->held : nullptr;
    }
    /// The items, in order.
    [[nodiscard]] sequence<value> items(value container) const {
        sequence<value> made;
        const auto& held = nodes[container.at];
        made.reserve(held.size);
        for (std::uint32_t i = 0, at = held.first; i < held.size; ++i, at = cells[at].next) made.push_back(cells[at].value);
        return made;
    }
};

}  // namespace wherry::inline WHERRY_ABI::pickle

#endif
