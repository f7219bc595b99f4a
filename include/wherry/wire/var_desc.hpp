#ifndef WHERRY_WIRE_VAR_DESC_HPP
#define WHERRY_WIRE_VAR_DESC_HPP

#include <wherry/base/dtype.hpp>
#include <wherry/base/limits.hpp>
#include <wherry/base/sequence.hpp>
#include <wherry/version.hpp>
#include <wherry/wire/attr_number.hpp>
#include <wherry/wire/boxed.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

/// The messages that describe a variable; see framework.hpp, which has the rest of a program.
namespace wherry::inline WHERRY_ABI::wire {

/// The kind of a VarDesc. Element types share the number space and are `DType`.
enum class VarKind : std::int32_t {
    LOD_TENSOR = 7,
    SELECTED_ROWS = 8,
    FEED_MINIBATCH = 9,
    FETCH_LIST = 10,
    STEP_SCOPES = 11,
    LOD_RANK_TABLE = 12,
    LOD_TENSOR_ARRAY = 13,
    PLACE_LIST = 14,
    READER = 15,
    FETCH_VAR_LIST = 16,
    RAW = 17,
    TUPLE = 18,
    STRING = 25,
    STRINGS = 26,
    VOCAB = 27,
    FEED_LIST = 28,
    PSTRING = 29,
    SPARSE_COO = 30,
    SPARSE_CSR = 31,
};

/// Element type and dims of a tensor; -1 is an open dim.
template <class String = std::string>
struct TensorDesc {
    static constexpr std::string_view name_ = "TensorDesc";
    DType data_type{};
    sequence<std::int64_t> dims;
    unknown_fields<String> unknown;
    template <class Self, class Visitor>
    static constexpr void visit(Self& self, Visitor& field) {
        field(1, self.data_type);
        field(2, self.dims, &limits::program_rank);
    }
    friend constexpr bool operator==(const TensorDesc&, const TensorDesc&) = default;
};

/// LoDTensorDesc and LoDTensorArrayDesc: the same two fields.
template <class String = std::string>
struct LoDTensorDesc {
    static constexpr std::string_view name_ = "LoDTensorDesc";
    TensorDesc<String> tensor;
    std::optional<std::int32_t> lod_level;
    unknown_fields<String> unknown;
    template <class Self, class Visitor>
    static constexpr void visit(Self& self, Visitor& field) {
        field(1, self.tensor);
        field(2, self.lod_level);
    }
    friend constexpr bool operator==(const LoDTensorDesc&, const LoDTensorDesc&) = default;
};

/// The variables of a reader, by slot.
template <class String = std::string>
struct ReaderDesc {
    static constexpr std::string_view name_ = "ReaderDesc";
    sequence<LoDTensorDesc<String>> lod_tensor;
    unknown_fields<String> unknown;
    template <class Self, class Visitor>
    static constexpr void visit(Self& self, Visitor& field) {
        field(1, self.lod_tensor);
    }
    friend constexpr bool operator==(const ReaderDesc&, const ReaderDesc&) = default;
};

/// VarType.Tuple: element types.
template <class String = std::string>
struct TupleDesc {
    static constexpr std::string_view name_ = "Tuple";
    sequence<std::int32_t> element_type;
    unknown_fields<String> unknown;
    template <class Self, class Visitor>
    static constexpr void visit(Self& self, Visitor& field) {
        field(1, self.element_type);
    }
    friend constexpr bool operator==(const TupleDesc&, const TupleDesc&) = default;
};

/// The descriptions of a VarType that few kinds have.
template <class String = std::string>
struct RareKinds {
    boxed<ReaderDesc<String>> reader;
    boxed<TupleDesc<String>> tuple;
    boxed<TensorDesc<String>> string;
    boxed<TensorDesc<String>> strings;
    boxed<TensorDesc<String>> vocab;
    boxed<TensorDesc<String>> sparse_coo;
    boxed<TensorDesc<String>> sparse_csr;
    static constexpr std::uint32_t first_number = 5;
    template <class Self, class Visitor>
    static constexpr void visit(Self& self, Visitor& field) {
        field(5, self.reader);
        field(7, self.tuple);
        field(8, self.string);
        field(9, self.strings);
        field(10, self.vocab);
        field(11, self.sparse_coo);
        field(12, self.sparse_csr);
    }
    friend constexpr bool operator==(const RareKinds&, const RareKinds&) = default;
};

/// VarType: the kind of a variable, and the description that belongs to the kind.
template <class String = std::string>
struct VarType {
    static constexpr std::string_view name_ = "VarType";
    VarKind type = VarKind::LOD_TENSOR;
    boxed<TensorDesc<String>> selected_rows;
    boxed<LoDTensorDesc<String>> lod_tensor;
    boxed<LoDTensorDesc<String>> tensor_array;
    rare<RareKinds<String>> more;
    unknown_fields<String> unknown;
    template <class Self, class Visitor>
    static constexpr void visit(Self& self, Visitor& field) {
        field(1, self.type);
        field(2, self.selected_rows);
        field(3, self.lod_tensor);
        field(4, self.tensor_array);
        field.rest(self.more);
    }
    friend constexpr bool operator==(const VarType&, const VarType&) = default;
};

/// VarDesc.Attr.
template <class String = std::string>
struct VarDescAttr {
    static constexpr std::string_view name_ = "VarDesc.Attr";
    String name;
    AttrType type{};
    std::optional<std::int32_t> i;
    std::optional<String> s;
    sequence<std::int32_t> ints;
    unknown_fields<String> unknown;
    template <class Self, class Visitor>
    static constexpr void visit(Self& self, Visitor& field) {
        field(1, self.name);
        field(2, self.type);
        field(3, self.i);
        field(4, self.s);
        field(5, self.ints);
    }
    friend constexpr bool operator==(const VarDescAttr&, const VarDescAttr&) = default;
};

/// A variable of a block. Source: framework.proto, VarDesc.
template <class String = std::string>
struct VarDesc {
    static constexpr std::string_view name_ = "VarDesc";
    String name;
    VarType<String> type;
    std::optional<bool> persistable;
    std::optional<bool> need_check_feed;
    std::optional<bool> is_parameter;   ///< 2.x
    std::optional<bool> stop_gradient;  ///< 2.x
    rare<sequence<VarDescAttr<String>>> attrs;
    unknown_fields<String> unknown;
    template <class Self, class Visitor>
    static constexpr void visit(Self& self, Visitor& field) {
        field(1, self.name);
        field(2, self.type);
        field(3, self.persistable);
        field(4, self.need_check_feed);
        field(5, self.is_parameter);
        field(6, self.stop_gradient);
        field(7, self.attrs);
    }
    friend constexpr bool operator==(const VarDesc&, const VarDesc&) = default;
};

}  // namespace wherry::inline WHERRY_ABI::wire

#endif
