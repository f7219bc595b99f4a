#ifndef WHERRY_EMBED_GRAPH_HPP
#define WHERRY_EMBED_GRAPH_HPP

#include <wherry/embed/reader.hpp>
#include <wherry/version.hpp>
#include <wherry/wire/attr_number.hpp>

#include <bit>
#include <cstddef>
#include <cstdint>
#include <string_view>

/// A ProgramDesc as arrays of known size, made by the compiler in two passes: count, then fill.
namespace wherry::inline WHERRY_ABI::embed::detail {

inline constexpr std::uint32_t none = ~std::uint32_t{0};
inline constexpr std::size_t max_rank = 6;

/// How much a program holds.
struct counts {
    std::size_t variables = 0, operators = 0, arguments = 0;
    bool failed = false;  ///< it is cut, or no program; near this offset
    std::size_t fault_offset = 0;
};

struct variable {
    slice name{};
    slice type{};  ///< the VarType: read when the variable is needed
    bool persistable = false;
};

/// A variable in a slot of an operator.
struct argument {
    slice slot{};
    std::uint32_t variable = none;  ///< `none` when block 0 does not declare it
    bool output = false;
};

struct operation {
    slice type{};
    std::uint32_t first = 0, count = 0;  ///< arguments
    slice body{};                        ///< all of the OpDesc: attributes, the most of it, are read when they are asked for
};

template <counts C>
struct graph {
    variable variables[C.variables + 1]{};
    operation operators[C.operators + 1]{};
    argument arguments[C.arguments + 1]{};
    static constexpr counts size = C;
};

// Field numbers of framework.proto.
enum field : std::uint32_t {
    program_blocks = 1,
    block_vars = 3,
    block_ops = 4,
    op_inputs = 1,
    op_outputs = 2,
    op_type = 3,
    op_attrs = 4,
    slot_name = 1,
    slot_arguments = 2,
    var_name = 1,
    var_type = 2,
    var_persistable = 3,
    type_kind = 1,
    type_lod_tensor = 3,
    lod_tensor_desc = 1,
    desc_dtype = 1,
    desc_dims = 2,
    attr_name = 1,
    attr_type = 2,
    scalar_real = 4
};

/// Block 0 of a program; other blocks belong to operators that are not supported.
template <class File>
constexpr reader<File> global_block() noexcept {
    reader<File> in;
    while (in.next())
        if (in.number == field::program_blocks && in.is_bytes) return in.inner();
    in.fail();
    return in;
}

/// Pass one.
template <class File>
constexpr counts count() noexcept {
    counts n;
    auto block = global_block<File>();
    const auto fault = [&](bool failed) {
        if (failed && !n.failed) n.fault_offset = block.payload;
        n.failed |= failed;
    };
    while (block.next()) {
        if (block.number == field::block_vars) ++n.variables;
        if (block.number != field::block_ops) continue;
        ++n.operators;
        auto op = block.inner();
        while (op.next() && op.number != field::op_attrs) {
            if (op.number > field::op_outputs) continue;
            auto slot = op.inner();
            while (slot.next()) n.arguments += slot.number == field::slot_arguments ? 1U : 0U;
            fault(slot.failed);
        }
        fault(op.failed);
    }
    fault(block.failed);
    return n;
}

/// Variables by name: open addressing over a hash of the last characters, which is where names differ.
template <class File, std::size_t Variables>
struct name_table {
    static constexpr std::size_t capacity = std::bit_ceil(2 * Variables + 2);
    std::uint32_t slots[capacity]{};  // 0 is empty, otherwise index + 1

    static constexpr std::uint32_t byte(std::uint32_t at) noexcept { return static_cast<unsigned char>(File::data[at]); }
    /// Without a loop, which would cost the compiler several times as much.
    static constexpr std::uint32_t hash(slice name) noexcept {
        constexpr std::uint32_t k = 0x01000193U, spread = 0x9E3779B9U;
        if (name.size < 8) return name.size == 0 ? 0 : spread * (byte(name.at) * k ^ byte(name.at + name.size - 1) ^ name.size << 8U);
        const auto end = name.at + name.size;
        std::uint32_t h = (byte(end - 1) * k ^ byte(end - 2)) * k ^ byte(end - 3);
        h = ((h * k ^ byte(end - 4)) * k ^ byte(end - 5)) * k ^ byte(end - 6);
        h = ((h * k ^ byte(end - 7)) * k ^ byte(end - 8)) * k ^ byte(name.at);
        return spread * (h ^ name.size * 0x85EBCA6BU);
    }
    /// The slot of a name, or the empty one where it goes.
    template <class Graph>
    constexpr std::size_t find(const Graph& g, slice name) const noexcept {
        std::size_t at = hash(name) >> (32 - std::countr_zero(capacity));
        while (slots[at] != 0 && !same<File>(g.variables[slots[at] - 1].name, name)) at = (at + 1) % capacity;
        return at;
    }
};

/// Pass two, over a program that `count` found whole.
template <class File, counts C>
constexpr graph<C> parse() noexcept {
    graph<C> g;
    name_table<File, C.variables> names;
    std::uint32_t variables = 0, operators = 0, arguments = 0;
    for (auto block = global_block<File>(); block.next();) {
        if (block.number != field::block_vars) continue;
        auto& var = g.variables[variables++];
        for (auto in = block.inner(); in.next();) {
            if (in.number == field::var_name) var.name = in.bytes();
            if (in.number == field::var_type) var.type = in.bytes();
            if (in.number == field::var_persistable) var.persistable = in.scalar != 0;
        }
        names.slots[names.find(g, var.name)] = variables;
    }
    for (auto block = global_block<File>(); block.next();) {
        if (block.number != field::block_ops) continue;
        auto& op = g.operators[operators++];
        op.body = block.bytes();
        op.first = arguments;
        for (auto in = block.inner(); in.next() && in.number != field::op_attrs;) {
            if (in.number == field::op_type) op.type = in.bytes();
            if (in.number > field::op_outputs) continue;
            slice slot{};
            for (auto part = in.inner(); part.next();) {
                if (part.number == field::slot_name) slot = part.bytes();  // it comes before the arguments
                if (part.number == field::slot_arguments)
                    g.arguments[arguments++] = {slot, names.slots[names.find(g, part.bytes())] - 1, in.number == field::op_outputs};
            }
        }
        op.count = arguments - op.first;
    }
    return g;
}

/// The graph of Model::program.
template <class Model>
inline constexpr counts counts_of = count<program_of<Model>>();
template <class Model>
inline constexpr auto graph_of = parse<program_of<Model>, counts_of<Model>>();

/// An attribute of an operator as it is stored; `found` is false when it is not there.
struct attribute {
    bool found = false;
    wire::AttrType type{};
    std::uint64_t bits[max_rank]{};  ///< its values where it is a number or a list of INTS, LONGS or FLOATS
    std::size_t size = 0;            ///< how many; more than max_rank are counted, not kept
    slice text{};                    ///< STRING

    /// Reads value i as T by the rules of wire/attr_number.hpp; false where they do not take it.
    template <class T>
    [[nodiscard]] constexpr bool read(std::size_t i, T& to) const noexcept {
        return wire::read_as(wire::attr_number::of_field(wire::element_of(type), bits[i]), to);
    }
    [[nodiscard]] constexpr bool is_list() const noexcept { return wire::element_of(type) != type; }
};

template <class File>
constexpr attribute read_attribute(reader<File> in) noexcept {
    attribute a{.found = true};
    for (auto head = in; head.next();)
        if (head.number == field::attr_type) a.type = static_cast<wire::AttrType>(head.scalar);
    const auto keep = [&](std::uint64_t value) {
        if (!a.is_list()) a.size = 0;  // of several values the last counts
        if (a.size < max_rank) a.bits[a.size] = value;
        ++a.size;
    };
    const auto values = wire::field_of(a.type);
    while (in.next()) {
        if (in.number != values) continue;
        if (!in.is_bytes) keep(in.scalar);
        else if (a.type == wire::AttrType::STRING) a.text = in.bytes();
        else if (a.type == wire::AttrType::SCALAR) {
            for (auto part = in.inner(); part.next();)
                if (part.number == field::scalar_real) keep(part.scalar);
        } else
            for (auto packed = in.inner(); packed.at != packed.end;)
                keep(a.type == wire::AttrType::FLOATS ? packed.fixed(4) : packed.varint());
    }
    a.found &= !in.failed;
    return a;
}

/// The values of a list attribute; more than max_rank are counted, not kept.
template <class T>
struct list_of {
    T values[max_rank]{};
    std::size_t size = 0;
};

/// Looks an attribute up by name; of two with one name the last counts, as in the reference.
template <class File>
constexpr attribute find_attribute(const operation& op, std::string_view name) noexcept {
    attribute found;
    for (reader<File> in(op.body); in.next();) {
        if (in.number != field::op_attrs) continue;
        auto head = in.inner();
        while (head.next() && head.number != field::attr_name) {}
        if (head.number == field::attr_name && same<File>(head.bytes(), name)) found = read_attribute(in.inner());
    }
    return found;
}

/// False when an operator is damaged after its first attribute, where `parse` stopped, or has inputs there.
template <class File>
constexpr bool whole(const operation& op) noexcept {
    bool attributes = false;
    reader<File> in(op.body);
    while (in.next()) {
        if (attributes && in.number < field::op_attrs) return false;
        attributes |= in.number == field::op_attrs;
    }
    return !in.failed;
}

}  // namespace wherry::inline WHERRY_ABI::embed::detail

#endif
