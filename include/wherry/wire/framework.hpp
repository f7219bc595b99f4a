#ifndef WHERRY_WIRE_FRAMEWORK_HPP
#define WHERRY_WIRE_FRAMEWORK_HPP

#include <wherry/base/limits.hpp>
#include <wherry/base/sequence.hpp>
#include <wherry/version.hpp>
#include <wherry/wire/attr_number.hpp>
#include <wherry/wire/boxed.hpp>
#include <wherry/wire/message.hpp>
#include <wherry/wire/shared_list.hpp>
#include <wherry/wire/var_desc.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

/// The messages of `__model__` and `.pdmodel` files: ProgramDesc and all it holds.
///
/// Each is a template over its string type: `std::string` owns, `std::string_view` borrows from the parsed bytes and
/// works in constant expressions. Source: framework.proto of fluid 1.8.5 and Paddle 2.6.2 (fields of either are known).
namespace wherry::inline WHERRY_ABI::wire {

/// A complex number of a Scalar.
template <class String = std::string>
struct Complex {
    static constexpr std::string_view name_ = "Complex";
    double r = 0;
    double i = 0;
    unknown_fields<String> unknown;
    template <class Self, class Visitor>
    static constexpr void visit(Self& self, Visitor& field) {
        field(1, self.r);
        field(2, self.i);
    }
    friend constexpr bool operator==(const Complex&, const Complex&) = default;
};

/// One number of any kind: the value of a SCALAR attribute.
template <class String = std::string>
struct Scalar {
    static constexpr std::string_view name_ = "Scalar";
    enum class Type : std::int32_t { BOOLEAN = 1, LONG = 2, FLOAT64 = 3, COMPLEX128 = 4 };
    Type type{};
    std::optional<bool> b;
    std::optional<std::int64_t> i;
    std::optional<double> r;
    boxed<Complex<String>> c;
    unknown_fields<String> unknown;
    template <class Self, class Visitor>
    static constexpr void visit(Self& self, Visitor& field) {
        field(1, self.type);
        field(2, self.b);
        field(3, self.i);
        field(4, self.r);
        field(5, self.c);
    }
    friend constexpr bool operator==(const Scalar&, const Scalar&) = default;
};

/// The values of an attribute that few are.
template <class String = std::string>
struct RareValues {
    sequence<bool> bools;
    std::optional<std::int32_t> block_idx;
    std::optional<std::int64_t> l;
    sequence<std::int32_t> blocks_idx;
    sequence<std::int64_t> longs;
    sequence<double> float64s;
    std::optional<String> var_name;
    sequence<String> vars_name;
    std::optional<double> float64;
    boxed<Scalar<String>> scalar;
    sequence<Scalar<String>> scalars;
    static constexpr std::uint32_t first_number = 11;
    template <class Self, class Visitor>
    static constexpr void visit(Self& self, Visitor& field) {
        field(11, self.bools);
        field(12, self.block_idx);
        field(13, self.l);
        field(14, self.blocks_idx);
        field(15, self.longs);
        field(16, self.float64s);
        field(17, self.var_name);
        field(18, self.vars_name);
        field(19, self.float64);
        field(20, self.scalar);
        field(21, self.scalars);
    }
    friend constexpr bool operator==(const RareValues&, const RareValues&) = default;
};

/// OpDesc.Attr. A program holds thousands: a value that most lack takes one pointer.
template <class String = std::string>
struct Attr {
    static constexpr std::string_view name_ = "OpDesc.Attr";
    String name;
    AttrType type{};
    std::optional<bool> b;
    std::optional<std::int32_t> i;
    std::optional<float> f;
    boxed<String> s;
    rare<sequence<std::int32_t>> ints;
    rare<sequence<float>> floats;
    rare<sequence<String>> strings;
    rare<RareValues<String>> more;
    unknown_fields<String> unknown;
    template <class Self, class Visitor>
    static constexpr void visit(Self& self, Visitor& field) {
        field(1, self.name);
        field(2, self.type);
        field(3, self.i);
        field(4, self.f);
        field(5, self.s);
        field(6, self.ints);
        field(7, self.floats);
        field(8, self.strings);
        field(10, self.b);
        field.rest(self.more);
    }
    friend constexpr bool operator==(const Attr&, const Attr&) = default;
};

/// OpDesc.Var: one slot and the variables in it.
template <class String = std::string>
struct Slot {
    static constexpr std::string_view name_ = "OpDesc.Var";
    String parameter;
    sequence<String> arguments;
    unknown_fields<String> unknown;
    template <class Self, class Visitor>
    static constexpr void visit(Self& self, Visitor& field) {
        field(1, self.parameter);
        field(2, self.arguments);
    }
    friend constexpr bool operator==(const Slot&, const Slot&) = default;
};

/// An operator of a block: slots and attributes.
template <class String = std::string>
struct OpDesc {
    static constexpr std::string_view name_ = "OpDesc";
    sequence<Slot<String>> inputs;
    sequence<Slot<String>> outputs;
    String type;
    shared_list<Attr<String>> attrs;
    std::optional<bool> is_target;
    unknown_fields<String> unknown;
    template <class Self, class Visitor>
    static constexpr void visit(Self& self, Visitor& field) {
        field(1, self.inputs);
        field(2, self.outputs);
        field(3, self.type);
        field(4, self.attrs);
        field(5, self.is_target);
    }
    friend constexpr bool operator==(const OpDesc&, const OpDesc&) = default;
};

/// A block: variables, and operators in their order. Block 0 has the parent -1.
template <class String = std::string>
struct BlockDesc {
    static constexpr std::string_view name_ = "BlockDesc";
    std::int32_t idx = 0;
    std::int32_t parent_idx = -1;
    sequence<VarDesc<String>> vars;
    sequence<OpDesc<String>> ops;
    std::optional<std::int32_t> forward_block_idx;
    unknown_fields<String> unknown;
    template <class Self, class Visitor>
    static constexpr void visit(Self& self, Visitor& field) {
        field(1, self.idx);
        field(2, self.parent_idx);
        field(3, self.vars);
        field(4, self.ops);
        field(5, self.forward_block_idx);
    }
    friend constexpr bool operator==(const BlockDesc&, const BlockDesc&) = default;
};

/// The version of Paddle that wrote a program, as a number.
template <class String = std::string>
struct Version {
    static constexpr std::string_view name_ = "Version";
    std::optional<std::int64_t> version;
    unknown_fields<String> unknown;
    template <class Self, class Visitor>
    static constexpr void visit(Self& self, Visitor& field) {
        field(1, self.version);
    }
    friend constexpr bool operator==(const Version&, const Version&) = default;
};

/// 1.8: since which version an operator may be read differently, and in which way.
template <class String = std::string>
struct CompatibleInfo {
    static constexpr std::string_view name_ = "CompatibleInfo";
    enum class Type : std::int32_t { COMPATIBLE = 0, DEFINITELY_NOT = 1, POSSIBLE = 2, BUG_FIX = 3, PRECISION_CHANGE = 4 };
    String version;
    Type type{};
    unknown_fields<String> unknown;
    template <class Self, class Visitor>
    static constexpr void visit(Self& self, Visitor& field) {
        field(1, self.version);
        field(2, self.type);
    }
    friend constexpr bool operator==(const CompatibleInfo&, const CompatibleInfo&) = default;
};

/// An entry of OpCompatibleMap.
template <class String = std::string>
struct OpCompatiblePair {
    static constexpr std::string_view name_ = "OpCompatibleMap.OpCompatiblePair";
    String op_name;
    CompatibleInfo<String> compatible_info;
    unknown_fields<String> unknown;
    template <class Self, class Visitor>
    static constexpr void visit(Self& self, Visitor& field) {
        field(1, self.op_name);
        field(2, self.compatible_info);
    }
    friend constexpr bool operator==(const OpCompatiblePair&, const OpCompatiblePair&) = default;
};

/// 1.8: from which version on an operator may be read differently. Informational.
template <class String = std::string>
struct OpCompatibleMap {
    static constexpr std::string_view name_ = "OpCompatibleMap";
    sequence<OpCompatiblePair<String>> pair;
    std::optional<String> default_required_version;
    unknown_fields<String> unknown;
    template <class Self, class Visitor>
    static constexpr void visit(Self& self, Visitor& field) {
        field(1, self.pair);
        field(2, self.default_required_version);
    }
    friend constexpr bool operator==(const OpCompatibleMap&, const OpCompatibleMap&) = default;
};

/// The version of an operator.
template <class String = std::string>
struct OpVersion {
    static constexpr std::string_view name_ = "OpVersion";
    std::int32_t version = 0;
    unknown_fields<String> unknown;
    template <class Self, class Visitor>
    static constexpr void visit(Self& self, Visitor& field) {
        field(1, self.version);
    }
    friend constexpr bool operator==(const OpVersion&, const OpVersion&) = default;
};

/// An entry of OpVersionMap.
template <class String = std::string>
struct OpVersionPair {
    static constexpr std::string_view name_ = "OpVersionMap.OpVersionPair";
    String op_name;
    OpVersion<String> op_version;
    unknown_fields<String> unknown;
    template <class Self, class Visitor>
    static constexpr void visit(Self& self, Visitor& field) {
        field(1, self.op_name);
        field(2, self.op_version);
    }
    friend constexpr bool operator==(const OpVersionPair&, const OpVersionPair&) = default;
};

/// 2.x: the version of each operator the writer knew. Informational.
template <class String = std::string>
struct OpVersionMap {
    static constexpr std::string_view name_ = "OpVersionMap";
    sequence<OpVersionPair<String>> pair;
    unknown_fields<String> unknown;
    template <class Self, class Visitor>
    static constexpr void visit(Self& self, Visitor& field) {
        field(1, self.pair);
    }
    friend constexpr bool operator==(const OpVersionMap&, const OpVersionMap&) = default;
};

/// A program: the whole of a `__model__` or `.pdmodel` file. Source: framework.proto, ProgramDesc.
template <class String = std::string>
struct ProgramDesc {
    static constexpr std::string_view name_ = "ProgramDesc";
    sequence<BlockDesc<String>> blocks;
    boxed<OpCompatibleMap<String>> op_compatible_map;  ///< 1.8
    boxed<Version<String>> version;
    boxed<OpVersionMap<String>> op_version_map;  ///< 2.x
    unknown_fields<String> unknown;
    template <class Self, class Visitor>
    static constexpr void visit(Self& self, Visitor& field) {
        field(1, self.blocks, &limits::blocks);
        field(3, self.op_compatible_map);
        field(4, self.version);
        field(5, self.op_version_map);
    }
    friend constexpr bool operator==(const ProgramDesc&, const ProgramDesc&) = default;
};

}  // namespace wherry::inline WHERRY_ABI::wire

#endif
