#ifndef WHERRY_WIRE_MESSAGE_HPP
#define WHERRY_WIRE_MESSAGE_HPP

#include <wherry/wire/protobuf.hpp>

#include <bit>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

/// Messages are plain structs that name their fields once, in `visit`; this file reads and writes all of them:
///
///     struct Version {
///         static constexpr std::string_view name_ = "Version";
///         std::optional<std::int64_t> version;
///         std::vector<std::string> unknown;
///         template <class Self, class Visitor>
///         static constexpr void visit(Self& self, Visitor& field) { field(1, self.version); }
///     };
///
/// The type of a member is its rule: a plain member is `required`, `std::optional` is `optional`, `std::vector` is
/// `repeated`. Nothing recurses by input: the nesting of messages is the nesting of the C++ types.
namespace wherry::inline v0::wire {

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
struct field_rule<std::vector<T>> {
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

template <class M>
constexpr result<void> merge(M& message, byte_cursor in, const limits& caps);

/// The error of a repeated field that would grow past its cap.
inline constexpr auto too_many = [](std::uint64_t offset, std::size_t cap) {
    return error{.code = errc::too_large, .message = "a repeated field holds more elements than the limit", .offset = offset, .expected = decimal(cap)};
};

/// Stores a read string or sub-message. False: the wire type is not this member's, the field counts as unknown.
template <class Member>
constexpr result<bool> store_bytes(Member& member, const field_view& read, std::size_t cap, const limits& caps) {
    using rule = field_rule<Member>;
    using element = typename rule::element;
    if (read.type != wire_type::length_delimited) return false;
    element* target = nullptr;
    if constexpr (rule::repeated) {
        if (member.size() == cap) return too_many(read.payload_offset, cap);
        target = &member.emplace_back();
    } else if constexpr (rule::required) {
        target = &member;
    } else {
        target = member ? &*member : &member.emplace();
    }
    if constexpr (is_string<element>) {
        *target = element(read.payload);
    } else if (auto merged = merge(*target, byte_cursor(read.payload, read.payload_offset), caps); !merged) {
        return std::move(merged).error();
    }
    return true;
}

/// Stores a read number; repeated ones may come packed. False as above.
template <class Member>
constexpr result<bool> store_number(Member& member, const field_view& read, std::size_t cap) {
    using rule = field_rule<Member>;
    using element = typename rule::element;
    if constexpr (!rule::repeated) {
        if (read.type != wire_type_of<element>()) return false;
        member = scalar_from<element>(read.scalar);
        return true;
    } else {
        if (read.type == wire_type_of<element>()) {
            if (member.size() == cap) return too_many(read.payload_offset, cap);
            member.push_back(scalar_from<element>(read.scalar));
            return true;
        }
        if (read.type != wire_type::length_delimited) return false;
        byte_cursor packed(read.payload, read.payload_offset);
        field_view one{.number = read.number, .type = wire_type_of<element>()};
        while (!packed.at_end()) {
            if (member.size() == cap) return too_many(read.payload_offset, cap);
            if (auto value = read_value(packed, one); !value) return std::move(value).error();
            member.push_back(scalar_from<element>(one.scalar));
        }
        return true;
    }
}

template <class Member>
constexpr result<bool> store(Member& member, const field_view& read, std::size_t cap, const limits& caps) {
    if constexpr (wire_type_of<typename field_rule<Member>::element>() == wire_type::length_delimited)
        return store_bytes(member, read, cap, caps);
    else
        return store_number(member, read, cap);
}

/// Visits the fields of a message to find the one that was read, and learns on the way which are required.
struct field_store {
    const field_view& read;
    const limits& caps;
    result<bool> stored = false;
    std::uint64_t seen = 0;      ///< one bit a field, in order of declaration
    std::uint64_t required = 0;  ///< the same
    std::uint64_t bit = 1;

    template <class Member>
    constexpr void operator()(std::uint32_t number, Member& member, std::size_t limits::*cap = &limits::elements) {
        if (number == read.number) {
            stored = store(member, read, caps.*cap, caps);
            seen |= bit;
        }
        if (field_rule<Member>::required) required |= bit;
        bit <<= 1U;
    }
};

/// Reads fields into a message until its bytes end: scalars overwrite, sub-messages merge, repeated fields grow.
template <class M>
constexpr result<void> merge(M& message, byte_cursor in, const limits& caps) {
    const auto start = in.offset();
    std::uint64_t seen = 0;
    std::uint64_t required = 0;
    for (bool more = true; more;) {  // the last round, with no field, is for a message without any
        field_view read;
        more = !in.at_end();
        if (more) {
            auto next = read_field(in);
            if (!next) return std::move(next).error();
            read = *next;
        }
        field_store field{.read = read, .caps = caps};
        M::visit(message, field);
        if (!field.stored) return std::move(field.stored).error().of_variable(M::name_);
        if (more && !*field.stored) message.unknown.emplace_back(read.raw);
        seen |= field.seen;
        required = field.required;
    }
    if ((required & ~seen) == 0) return {};
    return error{.code = errc::missing_required,
                 .message = "a required field of a message is absent",
                 .offset = start,
                 .variable = M::name_,
                 .expected = decimal(std::countr_zero(required & ~seen) + 1)};
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
/// Errors: truncated, bad_protobuf, missing_required, too_large; offsets count from `base_offset`.
/// Strings of a message over `std::string_view` borrow from `bytes`.
template <class M>
constexpr result<M> parse(std::string_view bytes, const limits& caps = {}, std::uint64_t base_offset = 0) {
    M message;
    if (auto merged = detail::merge(message, byte_cursor(bytes, base_offset), caps); !merged) return std::move(merged).error();
    return message;
}

/// Writes one message as the reference does: fields by number, repeated numbers unpacked.
template <class M>
constexpr byte_buffer serialize(const M& message) {
    byte_buffer out;
    detail::append_message(out, message);
    return out;
}

}  // namespace wherry::inline v0::wire

#endif
