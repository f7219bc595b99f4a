#ifndef WHERRY_WIRE_MESSAGE_HPP
#define WHERRY_WIRE_MESSAGE_HPP

#include <wherry/base/limits.hpp>
#include <wherry/base/number.hpp>
#include <wherry/base/result.hpp>
#include <wherry/base/sequence.hpp>
#include <wherry/version.hpp>
#include <wherry/wire/boxed.hpp>
#include <wherry/wire/protobuf.hpp>

#include <bit>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

/// Messages are plain structs that name their fields once, in `visit`; this file reads and writes all of them:
///
///     struct Version {
///         static constexpr std::string_view name_ = "Version";
///         std::optional<std::int64_t> version;
///         sequence<std::string> unknown;
///         template <class Self, class Visitor>
///         static constexpr void visit(Self& self, Visitor& field) { field(1, self.version); }
///     };
///
/// The type of a member is its rule: a plain member is `required`, `std::optional` is `optional`, as is `boxed` for a
/// sub-message, and `sequence` is `repeated`. Nothing recurses by input: the nesting of messages is the nesting of the C++ types.
namespace wherry::inline WHERRY_ABI::wire {

namespace detail {
template <class T>
inline constexpr bool is_string = std::is_same_v<T, std::string> || std::is_same_v<T, std::string_view>;

template <class T>
struct field_rule {
    using element = T;
    static constexpr bool required = true;
    static constexpr bool repeated = false;
};
template <class T>
struct field_rule<std::optional<T>> {
    using element = T;
    static constexpr bool required = false;
    static constexpr bool repeated = false;
};
template <class T>
struct field_rule<boxed<T>> : field_rule<std::optional<T>> {};
template <class T>
struct field_rule<sequence<T>> {
    using element = T;
    static constexpr bool required = false;
    static constexpr bool repeated = true;
};

template <class T>
constexpr wire_type wire_type_of() {
    if constexpr (std::is_same_v<T, float>) return wire_type::fixed32;
    if constexpr (std::is_same_v<T, double>) return wire_type::fixed64;
    if constexpr (std::is_integral_v<T> || std::is_enum_v<T>) return wire_type::varint;
    return wire_type::length_delimited;
}

template <class T>
constexpr T scalar_from(std::uint64_t bits) {
    if constexpr (std::is_same_v<T, float>) {
        return std::bit_cast<float>(static_cast<std::uint32_t>(bits));
    } else if constexpr (std::is_same_v<T, double>) {
        return std::bit_cast<double>(bits);
    } else if constexpr (std::is_same_v<T, bool>) {
        return bits != 0;
    } else {
        return static_cast<T>(bits);
    }
}

template <class T>
constexpr void append_scalar(byte_buffer& out, T value) {
    if constexpr (std::is_same_v<T, float>) {
        append_little_endian(out, std::bit_cast<std::uint32_t>(value));
    } else if constexpr (std::is_same_v<T, double>) {
        append_little_endian(out, std::bit_cast<std::uint64_t>(value));
    } else {
        append_varint(out, static_cast<std::uint64_t>(static_cast<std::int64_t>(value)));  // negatives take ten bytes
    }
}

/// The limits of one call of `parse` that are not used up yet.
struct allowance {
    const limits& caps;
    std::uint64_t left_bytes = caps.parsed_bytes;

    /// Errors: too_large.
    constexpr result<void> take(std::uint64_t bytes, std::uint64_t offset) {
        if (!fits(bytes, left_bytes))
            return error{.code = errc::too_large,
                         .message = "a message takes more memory than the limit",
                         .offset = offset,
                         .expected = decimal(caps.parsed_bytes)};
        left_bytes -= bytes;
        return {};
    }
};

template <class M>
constexpr result<void> merge(M& message, byte_cursor in, allowance& allowed);

/// Makes room for one more element, `cap` of them at most. Memory is counted as well: an OpDesc.Attr may take 6 bytes
/// in a file and takes 560 here. Errors: too_large.
template <class T>
constexpr result<void> make_room(sequence<T>& member, std::size_t cap, std::uint64_t offset, allowance& allowed) {
    if (member.size() >= cap)
        return error{.code = errc::too_large,
                     .message = "a repeated field holds more elements than the limit",
                     .offset = offset,
                     .expected = decimal(cap)};
    if (member.size() < member.capacity()) return {};
    const auto grown = member.empty() ? std::size_t{1} : 2 * member.size();
    if (auto taken = allowed.take(std::uint64_t{grown - member.size()} * sizeof(T), offset); !taken) return taken;
    if (!member.try_reserve(grown)) return out_of_memory(std::uint64_t{grown} * sizeof(T));
    return {};
}

/// Stores a read string or sub-message. False: the wire type is not this member's, the field counts as unknown.
template <class Member>
constexpr result<bool> store_bytes(Member& member, const field_view& read, std::size_t cap, allowance& allowed) {
    using rule = field_rule<Member>;
    using element = typename rule::element;
    if (read.type != wire_type::length_delimited) return false;
    element* target = nullptr;
    if constexpr (rule::repeated) {
        if (auto room = make_room(member, cap, read.offset, allowed); !room) return room.failure();
        target = &member.emplace_back();
    } else if constexpr (rule::required) {
        target = &member;
    } else {
        if (!member)
            if (auto taken = allowed.take(sizeof(element), read.offset); !taken) return taken.failure();
        target = member ? &*member : &member.emplace();
    }
    if constexpr (is_string<element>) {
        *target = element(read.payload);
    } else if (auto merged = merge(*target, byte_cursor(read.payload, read.payload_offset), allowed); !merged) {
        return merged.failure();
    }
    return true;
}

/// Stores a read number; repeated ones may come packed. False as above.
template <class Member>
constexpr result<bool> store_number(Member& member, const field_view& read, std::size_t cap, allowance& allowed) {
    using rule = field_rule<Member>;
    using element = typename rule::element;
    if constexpr (!rule::repeated) {
        if (read.type != wire_type_of<element>()) return false;
        member = scalar_from<element>(read.scalar);
        return true;
    } else {
        if (read.type == wire_type_of<element>()) {
            if (auto room = make_room(member, cap, read.offset, allowed); !room) return room.failure();
            member.push_back(scalar_from<element>(read.scalar));
            return true;
        }
        if (read.type != wire_type::length_delimited) return false;
        byte_cursor packed(read.payload, read.payload_offset);
        field_view one{.number = read.number, .type = wire_type_of<element>()};
        while (!packed.at_end()) {
            if (auto room = make_room(member, cap, packed.offset(), allowed); !room) return room.failure();
            if (auto value = read_value(packed, one); !value) return value.failure();
            member.push_back(scalar_from<element>(one.scalar));
        }
        return true;
    }
}

template <class Member>
constexpr result<bool> store(Member& member, const field_view& read, std::size_t cap, allowance& allowed) {
    if constexpr (wire_type_of<typename field_rule<Member>::element>() == wire_type::length_delimited)
        return store_bytes(member, read, cap, allowed);
    else return store_number(member, read, cap, allowed);
}

/// Visits the fields of a message to find the one that was read.
struct field_store {
    const field_view& read;
    allowance& allowed;
    result<bool> stored = false;
    std::uint64_t seen = 0;  ///< one bit per field, in order of declaration
    std::uint64_t bit = 1;

    template <class Member>
    constexpr void operator()(std::uint32_t number, Member& member, std::size_t limits::*cap = &limits::elements) {
        if (number == read.number) {
            stored = store(member, read, allowed.caps.*cap, allowed);
            if (stored && *stored) seen |= bit;
        }
        bit <<= 1U;
    }
};

/// Visits the fields of a message to find the first required one that was not read.
struct field_missing {
    std::uint64_t seen;
    std::uint32_t number = 0;  ///< 0: none is missing
    std::uint64_t bit = 1;

    template <class Member>
    constexpr void operator()(std::uint32_t of_member, const Member&, std::size_t limits::* = nullptr) {
        if (field_rule<Member>::required && number == 0 && (seen & bit) == 0) number = of_member;
        bit <<= 1U;
    }
};

/// Reads fields into a message until its bytes end: scalars overwrite, sub-messages merge, repeated fields grow.
template <class M>
constexpr result<void> merge(M& message, byte_cursor in, allowance& allowed) {
    const auto start = in.offset();
    std::uint64_t seen = 0;
    while (!in.at_end()) {
        const auto read = read_field(in);
        if (!read) return error(read.error()).of_variable(M::name_);
        field_store field{.read = *read, .allowed = allowed};
        M::visit(message, field);
        if (!field.stored) return std::move(field.stored).error().of_variable(M::name_);
        seen |= field.seen;
        if (*field.stored) continue;
        if (auto room = make_room(message.unknown, allowed.caps.elements, read->offset, allowed); !room)
            return std::move(room).error().of_variable(M::name_);
        message.unknown.emplace_back(read->raw);
    }
    field_missing absent{.seen = seen};
    M::visit(message, absent);
    if (absent.number == 0) return {};
    return error{.code = errc::missing_required,
                 .message = "a required field of a message is absent",
                 .offset = start,
                 .variable = M::name_,
                 .expected = decimal(absent.number)};
}

template <class M>
constexpr void append_message(byte_buffer& out, const M& message);

template <class T>
constexpr void append_element(byte_buffer& out, std::uint32_t number, const T& value) {
    if constexpr (is_string<T>) {
        append_bytes_field(out, number, value);
    } else if constexpr (wire_type_of<T>() == wire_type::length_delimited) {
        byte_buffer inner;
        append_message(inner, value);
        append_bytes_field(out, number, view_of(inner));
    } else {
        append_tag(out, number, wire_type_of<T>());
        append_scalar(out, value);
    }
}

template <class Member>
constexpr void append_member(byte_buffer& out, std::uint32_t number, const Member& member) {
    if constexpr (field_rule<Member>::repeated) {
        for (const auto& element : member) append_element<typename field_rule<Member>::element>(out, number, element);
    } else if constexpr (field_rule<Member>::required) {
        append_element(out, number, member);
    } else if (member) {
        append_element(out, number, *member);
    }
}

struct field_append {
    byte_buffer& out;
    template <class Member>
    constexpr void operator()(std::uint32_t number, const Member& member, std::size_t limits::* = nullptr) {
        append_member(out, number, member);
    }
};

template <class M>
constexpr void append_message(byte_buffer& out, const M& message) {
    field_append field{out};
    M::visit(message, field);
    for (const auto& raw : message.unknown) append(out, raw);
}
}  // namespace detail

/// Reads one message. Fields may come in any order, packed or not; unknown ones are kept and written back at the end.
/// A sub-message may come in pieces that are merged, but each piece must hold its own required fields.
/// Errors: truncated, bad_protobuf, missing_required, too_large; offsets count from `base_offset`.
/// Strings of a message over `std::string_view` borrow from `bytes`.
template <class M>
constexpr result<M> parse(std::string_view bytes, const limits& caps = {}, std::uint64_t base_offset = 0) {
    M message;
    detail::allowance allowed{.caps = caps};
    if (auto merged = detail::merge(message, byte_cursor(bytes, base_offset), allowed); !merged) return merged.failure();
    return message;
}

/// Writes one message as the reference does: fields by number, repeated numbers unpacked.
template <class M>
constexpr byte_buffer serialize(const M& message) {
    byte_buffer out;
    detail::append_message(out, message);
    return out;
}

}  // namespace wherry::inline WHERRY_ABI::wire

#endif
