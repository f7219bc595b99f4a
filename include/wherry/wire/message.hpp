#ifndef WHERRY_WIRE_MESSAGE_HPP
#define WHERRY_WIRE_MESSAGE_HPP

#include <wherry/base/allocate.hpp>
#include <wherry/base/limits.hpp>
#include <wherry/base/result.hpp>
#include <wherry/base/sequence.hpp>
#include <wherry/version.hpp>
#include <wherry/wire/allowance.hpp>
#include <wherry/wire/boxed.hpp>
#include <wherry/wire/protobuf.hpp>
#include <wherry/wire/shared_list.hpp>

#include <algorithm>
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
///         unknown_fields<std::string> unknown;
///         template <class Self, class Visitor>
///         static constexpr void visit(Self& self, Visitor& field) { field(1, self.version); }
///     };
///
/// The type of a member is its rule: a plain member is `required`, `std::optional` is `optional`, as is `boxed` for a sub-message, and
/// `sequence` is `repeated`, as are `shared_list`, which holds equal ones once, and `rare<sequence>`. Nothing recurses by input: the nesting
/// of messages is the nesting of the C++ types.
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
struct field_rule<shared_list<T>> : field_rule<sequence<T>> {};
template <class T>
struct field_rule<rare<sequence<T>>> : field_rule<sequence<T>> {};
template <class T>
inline constexpr bool is_shared = false;
template <class T>
inline constexpr bool is_shared<shared_list<T>> = true;

struct any_message;
template <class M>
struct message_of;

/// Visits the fields of a message to find the one that was read, and the first required one that was not.
struct field_store {
    const field_view& read;
    std::string_view ahead;  ///< what follows in the same message
    allowance& allowed;
    std::uint64_t& seen;        ///< one bit per field, in order of declaration
    bool stored = false;        ///< whether a member took the field
    std::uint32_t missing = 0;  ///< number of a required field that was not read; 0: none is missing
    failure failed{};
    std::uint64_t bit = 1;

    template <class Member>
    constexpr void operator()(std::uint32_t number, Member& member, std::size_t limits::*cap = &limits::elements) {
        if (number == read.number && store(member, allowed.caps.*cap)) stored = true, seen |= bit;
        if constexpr (field_rule<Member>::required)
            if (missing == 0 && (seen & bit) == 0) missing = number;
        bit <<= 1U;
    }

    /// The last fields of a message, which share a struct; none of them is required.
    template <class T>
    constexpr void rest(rare<T>& others) {
        if (read.number < T::first_number) return;
        if (auto* const made = make(others); made != nullptr) T::visit(*made, *this);
    }

    /// Keeps what no member took.
    template <class String>
    constexpr void keep(rare<sequence<String>>& unknown) {
        if (read.number == 0 || stored || has_failed()) return;
        if (auto* const made = make(unknown); made != nullptr && make_room(*made, allowed.caps.elements, read.offset))
            store_string(made->emplace_back(), read.raw);
    }

    [[nodiscard]] constexpr bool has_failed() const noexcept { return failed.get() != nullptr; }

  private:
    /// Null: it failed.
    template <class T>
    constexpr T* make(rare<T>& member) {
        if (!member.has_value() && !take(sizeof(T), read.offset)) return nullptr;
        auto* const made = member.try_make();
        if (made == nullptr) lacks(sizeof(T));
        return made;
    }

    template <class T>
    constexpr bool store(rare<sequence<T>>& member, std::size_t cap) {
        auto* const made = make(member);
        return made != nullptr && store(*made, cap);
    }
    /// Whether a member takes what was read: its wire type is another otherwise, or it failed.
    template <class Member>
    constexpr bool store(Member& member, std::size_t cap) {
        using rule = field_rule<Member>;
        using element = typename rule::element;
        constexpr auto type = wire_type_of<element>();
        if constexpr (type == wire_type::length_delimited) {
            return read.type == type && store_bytes(member, cap);
        } else if constexpr (!rule::repeated) {
            if (read.type != type) return false;
            member = scalar_from<element>(read.scalar);
            return true;
        } else {
            return store_numbers(member, cap);
        }
    }

    /// Stores a read string or sub-message.
    template <class Member>
    constexpr bool store_bytes(Member& member, std::size_t cap) {
        using rule = field_rule<Member>;
        using element = typename rule::element;
        element* target = nullptr;
        if constexpr (is_shared<Member>) {
            if (!make_room(member, cap, read.offset)) return false;
            if (!__builtin_is_constant_evaluated())
                if (const auto* known = allowed.find(read.payload, element::name_)) return member.share(known), true;
            if (!take(Member::node_bytes, read.offset)) return false;
            target = member.try_emplace_back();
        } else if constexpr (rule::repeated) {
            if (!make_room(member, cap, read.offset)) return false;
            target = &member.emplace_back();
        } else if constexpr (rule::required) {
            target = &member;
        } else if constexpr (requires { member.try_emplace(); }) {
            if (!member && !take(sizeof(element), read.offset)) return false;
            target = member ? &*member : member.try_emplace();
        } else {
            target = member ? &*member : &member.emplace();
        }
        if (target == nullptr) return lacks(sizeof(element));
        if constexpr (is_string<element>) {
            return store_string(*target, read.payload);
        } else {
            message_of<element> message(*target);
            if (!merge_into(message)) return false;
            if constexpr (is_shared<Member>)
                if (!__builtin_is_constant_evaluated()) allowed.remember(read.payload, element::name_, member.last());
            return true;
        }
    }
    constexpr bool store_string(std::string_view& target, std::string_view bytes) { return target = bytes, true; }
    [[gnu::noinline]] constexpr bool store_string(std::string& target, std::string_view bytes) {
        const auto size = bytes.size();
        if (!__builtin_is_constant_evaluated() && size > target.capacity()) {
            if (!take(std::uint64_t{size} + 1, read.offset)) return false;
            if (!try_reserve(target, size)) return lacks(size);
        }
        target.assign(bytes);
        return true;
    }
    constexpr bool merge_into(any_message& message);

    /// Stores read numbers, which may come packed.
    template <class T>
    constexpr bool store_numbers(sequence<T>& member, std::size_t cap) {
        if (read.type == wire_type_of<T>()) {
            if (!make_room(member, cap, read.offset)) return false;
            member.push_back(scalar_from<T>(read.scalar));
            return true;
        }
        if (read.type != wire_type::length_delimited) return false;
        byte_cursor packed(read.payload, read.payload_offset);
        field_view one{.number = read.number, .type = wire_type_of<T>()};
        while (!packed.at_end()) {
            if (!make_room(member, cap, packed.offset())) return false;
            if (auto value = read_value(packed, one); !value) return failed = value.failure(), false;
            member.push_back(scalar_from<T>(one.scalar));
        }
        return true;
    }

    /// Makes room for one more element, `cap` of them at most. Memory is counted as well: an empty OpDesc takes 4 bytes in a file and 120
    /// here. False: it failed (too_large, out_of_memory).
    template <class List>
    constexpr bool make_room(List& member, std::size_t cap, std::uint64_t offset) {
        if (member.size() < cap && member.size() < member.capacity()) return true;
        const auto size = member.size();
        const auto grown = grown_size(size, cap, element_bytes(member), offset);
        if (grown == 0) return false;
        if (!member.try_reserve(grown)) return lacks(std::uint64_t{grown} * element_bytes(member));
        allowed.give_back(std::uint64_t{size} * element_bytes(member));
        return true;
    }
    template <class T>
    static constexpr std::size_t element_bytes(const sequence<T>&) noexcept {
        return sizeof(T);
    }
    template <class T>
    static constexpr std::size_t element_bytes(const shared_list<T>&) noexcept {
        return sizeof(void*);
    }
    /// 0: it failed. The first element makes room for all that the message holds. Where it comes in pieces, or numbers are packed, the old
    /// elements live until they have moved.
    [[gnu::noinline]] constexpr std::size_t grown_size(std::size_t size, std::size_t cap, std::size_t element_bytes, std::uint64_t offset) {
        if (size >= cap) {
            failed = failure(errc::too_large, "a repeated field holds more elements than the limit").at(offset).expected(cap);
            return 0;
        }
        const auto grown = size == 0 ? std::min(fields_ahead(), cap) : 2 * size;
        return take(std::uint64_t{grown} * element_bytes, offset) ? grown : 0;
    }
    /// How many fields of the number that was read the message holds from there on.
    [[nodiscard]] constexpr std::size_t fields_ahead() const {
        std::size_t count = 1;
        if (__builtin_is_constant_evaluated()) return count;
        for (byte_cursor in(ahead); !in.at_end();) {
            const auto next = read_field(in);
            if (!next) break;
            if (next->number == read.number) ++count;
        }
        return count;
    }
    [[gnu::noinline]] constexpr bool take(std::uint64_t bytes, std::uint64_t offset) {
        if (auto taken = allowed.take(bytes, offset); !taken) failed = taken.failure();
        return !has_failed();
    }
    [[gnu::noinline, gnu::cold]] constexpr bool lacks(std::uint64_t bytes) { return failed = out_of_memory(bytes), false; }
};

/// A message of any type: what reads it is compiled once, but for the visits.
struct any_message {
    std::string_view name;
    void (*visit)(any_message& self, field_store& field);
};
template <class M>
struct message_of : any_message {
    M& message;
    constexpr explicit message_of(M& of) noexcept
        : any_message{M::name_,
                      [](any_message& self, field_store& field) {
                          auto& into = static_cast<message_of&>(self).message;
                          M::visit(into, field);
                          field.keep(into.unknown);
                      }},
          message(of) {}
};

/// Reads fields into a message until its bytes end: scalars overwrite, sub-messages merge, repeated fields grow.
[[gnu::noinline]] constexpr failure merge_fields(any_message& message, byte_cursor in, allowance& allowed) {
    const auto start = in.offset();
    std::uint64_t seen = 0;
    while (!in.at_end()) {
        auto read = read_field(in);
        if (!read) return read.failure().of_variable(message.name);
        field_store field{.read = *read, .ahead = in.rest(), .allowed = allowed, .seen = seen};
        message.visit(message, field);
        if (field.has_failed()) return std::move(field.failed).of_variable(message.name);
    }
    const field_view none;  // its number is 0, which no member has
    field_store absent{.read = none, .ahead = {}, .allowed = allowed, .seen = seen};
    message.visit(message, absent);
    if (absent.missing == 0) return {};
    return failure(errc::missing_required, "a required field of a message is absent")
        .at(start)
        .of_variable(message.name)
        .expected(absent.missing);
}

constexpr bool field_store::merge_into(any_message& message) {
    failed = merge_fields(message, byte_cursor(read.payload, read.payload_offset), allowed);
    return !has_failed();
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

template <class T>
constexpr void append_member(byte_buffer& out, std::uint32_t number, const rare<sequence<T>>& member) {
    for (const auto& element : *member) append_element<T>(out, number, element);
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
    template <class T>
    constexpr void rest(const rare<T>& others) {
        if (others.has_value()) T::visit(*others, *this);
    }
};

template <class M>
constexpr void append_message(byte_buffer& out, const M& message) {
    field_append field{out};
    M::visit(message, field);
    for (const auto& raw : *message.unknown) append(out, raw);
}
}  // namespace detail

/// Reads one message out of what is allowed.
template <class M>
constexpr result<M> parse(std::string_view bytes, allowance& allowed, std::uint64_t base_offset = 0) {
    M message;
    detail::message_of<M> target(message);
    if (auto failed = detail::merge_fields(target, byte_cursor(bytes, base_offset), allowed); failed.get() != nullptr) return failed;
    return message;
}

/// Reads one message. Fields may come in any order, packed or not; unknown ones are kept and written back at the end.
/// A sub-message may come in pieces that are merged, but each piece must hold its own required fields.
/// Errors: truncated, bad_protobuf, missing_required, too_large; offsets count from `base_offset`.
/// Strings of a message over `std::string_view` borrow from `bytes`.
template <class M>
constexpr result<M> parse(std::string_view bytes, const limits& caps = {}, std::uint64_t base_offset = 0) {
    allowance allowed(bytes.size(), caps);
    return parse<M>(bytes, allowed, base_offset);
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
