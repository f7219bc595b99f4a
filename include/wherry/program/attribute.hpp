#ifndef WHERRY_PROGRAM_ATTRIBUTE_HPP
#define WHERRY_PROGRAM_ATTRIBUTE_HPP

#include <wherry/base/dtype.hpp>
#include <wherry/base/result.hpp>
#include <wherry/base/sequence.hpp>
#include <wherry/version.hpp>
#include <wherry/wire/attr_number.hpp>
#include <wherry/wire/framework.hpp>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace wherry::inline WHERRY_ABI {

/// An attribute of an operator as it is stored.
using Attr = wire::Attr<>;
using wire::AttrType;

/// "INT", "LONGS", ...; "unknown" for a number of a newer Paddle.
constexpr std::string_view name_of(AttrType type) noexcept {
    constexpr std::string_view names[] = {"INT",  "FLOAT",  "STRING", "INTS",     "FLOATS", "STRINGS", "BOOLEAN", "BOOLEANS", "BLOCK",
                                          "LONG", "BLOCKS", "LONGS",  "FLOAT64S", "VAR",    "VARS",    "FLOAT64", "SCALAR",   "SCALARS"};
    const auto index = static_cast<std::size_t>(type);
    return index < std::size(names) ? names[index] : "unknown";
}

namespace detail {
/// The number that an attribute holds; of a type that is none where it holds no value.
inline wire::attr_number number_of(const Attr& a) noexcept {
    const wire::attr_number missing{AttrType::STRING, 0, 0};
    switch (a.type) {
        case AttrType::INT: return a.i ? wire::attr_number{a.type, *a.i, 0} : missing;
        case AttrType::LONG: return a.more->l ? wire::attr_number{a.type, *a.more->l, 0} : missing;
        case AttrType::BOOLEAN: return a.b ? wire::attr_number{a.type, *a.b, 0} : missing;
        case AttrType::FLOAT: return a.f ? wire::attr_number{a.type, 0, *a.f} : missing;
        case AttrType::FLOAT64: return a.more->float64 ? wire::attr_number{a.type, 0, *a.more->float64} : missing;
        case AttrType::SCALAR: return a.more->scalar && a.more->scalar->r ? wire::attr_number{a.type, 0, *a.more->scalar->r} : missing;
        default: return missing;
    }
}

/// How attributes of a type are written, and which stored types are read as it: see `wire::read_as`.
template <class T>
struct attr_rule;  // type; write(attr, value); read(attr) -> optional<T>

template <class T>
struct number_rule {
    static std::optional<T> read(const Attr& a) {
        T value{};
        return wire::read_as(number_of(a), value) ? std::optional(value) : std::nullopt;
    }
};
template <>
struct attr_rule<std::int32_t> : number_rule<std::int32_t> {
    static constexpr AttrType type = AttrType::INT;
    static void write(Attr& a, std::int32_t v) { a.i = v; }
};
template <>
struct attr_rule<std::int64_t> : number_rule<std::int64_t> {
    static constexpr AttrType type = AttrType::LONG;
    static void write(Attr& a, std::int64_t v) { a.more->l = v; }
};
template <>
struct attr_rule<float> : number_rule<float> {
    static constexpr AttrType type = AttrType::FLOAT;
    static void write(Attr& a, float v) { a.f = v; }
};
template <>
struct attr_rule<bool> : number_rule<bool> {
    static constexpr AttrType type = AttrType::BOOLEAN;
    static void write(Attr& a, bool v) { a.b = v; }
};
template <>
struct attr_rule<std::string> {
    static constexpr AttrType type = AttrType::STRING;
    static void write(Attr& a, std::string v) { a.s.emplace() = std::move(v); }
    static std::optional<std::string> read(const Attr& a) { return a.type == AttrType::STRING && a.s ? std::optional(*a.s) : std::nullopt; }
};
/// The elements of a list as T each; nothing where one cannot be read as that.
template <class T, class Stored>
std::optional<sequence<T>> elements_as(AttrType type, const sequence<Stored>& stored) {
    sequence<T> made(stored.size());
    for (std::size_t i = 0; i < stored.size(); ++i) {
        wire::attr_number number{wire::element_of(type), 0, 0};
        if constexpr (std::is_same_v<Stored, float>) number.real = stored[i];
        else number.integer = stored[i];
        if (!wire::read_as(number, made[i])) return std::nullopt;
    }
    return made;
}
template <class T>
struct numbers_rule {
    static std::optional<sequence<T>> read(const Attr& a) {
        switch (a.type) {
            case AttrType::INTS: return elements_as<T>(a.type, *a.ints);
            case AttrType::LONGS: return elements_as<T>(a.type, a.more->longs);
            case AttrType::FLOATS:
                if constexpr (std::is_same_v<T, std::int64_t>) return elements_as<T>(a.type, *a.floats);
                [[fallthrough]];
            default: return std::nullopt;
        }
    }
};
template <>
struct attr_rule<sequence<std::int32_t>> : numbers_rule<std::int32_t> {
    static constexpr AttrType type = AttrType::INTS;
    static void write(Attr& a, sequence<std::int32_t> v) { a.ints = std::move(v); }
};
template <>
struct attr_rule<sequence<std::int64_t>> : numbers_rule<std::int64_t> {
    static constexpr AttrType type = AttrType::LONGS;
    static void write(Attr& a, sequence<std::int64_t> v) { a.more->longs = std::move(v); }
};
template <>
struct attr_rule<sequence<float>> {
    static constexpr AttrType type = AttrType::FLOATS;
    static void write(Attr& a, sequence<float> v) { a.floats = std::move(v); }
    static std::optional<sequence<float>> read(const Attr& a) {
        return a.type == AttrType::FLOATS ? std::optional(*a.floats) : std::nullopt;
    }
};
template <>
struct attr_rule<sequence<std::string>> {
    static constexpr AttrType type = AttrType::STRINGS;
    static void write(Attr& a, sequence<std::string> v) { a.strings = std::move(v); }
    static std::optional<sequence<std::string>> read(const Attr& a) {
        return a.type == AttrType::STRINGS ? std::optional(*a.strings) : std::nullopt;
    }
};
template <class Container>
    requires requires { attr_rule<sequence<typename Container::value_type>>::write; }
struct attr_rule<Container> {  // std::vector, in operators of a user's own
    using rule = attr_rule<sequence<typename Container::value_type>>;
    static constexpr AttrType type = rule::type;
    static void write(Attr& a, Container v) { rule::write(a, std::move(v)); }
    static std::optional<Container> read(const Attr& a) {
        auto read = rule::read(a);
        return read ? std::optional<Container>(Container(read->begin(), read->end())) : std::nullopt;
    }
};
template <>
struct attr_rule<DType> {  // operators hold element types as plain INTs
    static constexpr AttrType type = AttrType::INT;
    static void write(Attr& a, DType v) { attr_rule<std::int32_t>::write(a, static_cast<std::int32_t>(v)); }
    static std::optional<DType> read(const Attr& a) {
        const auto number = attr_rule<std::int32_t>::read(a);
        return number ? std::optional(static_cast<DType>(*number)) : std::nullopt;
    }
};

[[gnu::noinline, gnu::cold]] inline failure wrong_attribute(const Attr& attr, AttrType wanted) {
    return failure(errc::bad_attribute, "an attribute is of another type or out of range")
        .of_variable(attr.name)
        .expected(name_of(wanted))
        .found(name_of(attr.type));
}
}  // namespace detail

/// An attribute of the type that corresponds to T: int32 INT, int64 LONG, float FLOAT, bool BOOLEAN, string STRING, a
/// sequence or std::vector of these the plural, DType an INT.
template <class T>
[[gnu::noinline, gnu::cold]] Attr make_attr(std::string_view name, T value) {
    Attr made;
    made.name = name;
    made.type = detail::attr_rule<T>::type;
    detail::attr_rule<T>::write(made, std::move(value));
    return made;
}
inline Attr make_attr(std::string_view name, const char* value) { return make_attr(name, std::string(value)); }
/// An attribute that names a block of the program, as those of control flow do.
inline Attr make_block_attr(std::string_view name, std::int32_t block_idx) {
    Attr made;
    made.name = name;
    made.type = AttrType::BLOCK;
    made.more->block_idx = block_idx;
    return made;
}

/// Whether two attributes are written alike: 0 and -0 are equal and are not. False also for the rarer values, without a look at them.
inline bool have_same_bytes(const Attr& a, const Attr& b) {
    const auto same_sign = [](float x, float y) { return std::signbit(x) == std::signbit(y); };
    return a == b && (!a.f || same_sign(*a.f, *b.f)) && std::equal(a.floats->begin(), a.floats->end(), b.floats->begin(), same_sign) &&
           !a.more.has_value();
}

namespace detail {
/// Whether an attribute has one number or string of that type, or an empty list, and nothing else.
[[gnu::noinline]] inline bool is_single(const Attr& attr, AttrType type) {
    const auto values = attr.i.has_value() + attr.f.has_value() + attr.b.has_value() + attr.s.has_value();
    const bool lists = !attr.ints->empty() || !attr.floats->empty() || !attr.strings->empty();
    const bool is_list = type == AttrType::INTS || type == AttrType::FLOATS || type == AttrType::STRINGS;
    return attr.type == type && !attr.more.has_value() && !attr.unknown.has_value() && !lists && values == (is_list ? 0 : 1);
}
}  // namespace detail

/// Whether an attribute is what `make_attr` makes of a value, and no more; false also for lists that are not empty and for the rarer
/// values, without a look at them.
template <class T>
bool holds(const Attr& attr, const T& value) {
    using rule = detail::attr_rule<T>;
    if (!detail::is_single(attr, rule::type)) return false;
    if constexpr (std::is_same_v<T, std::string>) {
        return attr.s && *attr.s == value;
    } else if constexpr (std::is_same_v<T, float>) {
        return attr.f && std::bit_cast<std::uint32_t>(*attr.f) == std::bit_cast<std::uint32_t>(value);
    } else if constexpr (requires { value.empty(); }) {
        return value.empty();
    } else if constexpr (requires { *rule::read(attr) == value; }) {
        return rule::read(attr) == value;
    } else {
        return false;
    }
}

/// The value of an attribute as T, whichever of the types that Paddle takes for T it is stored as. The stored bytes stay.
/// Errors: bad_attribute.
template <class T>
[[gnu::noinline, gnu::cold]] result<T> value_of(const Attr& attr) {
    auto value = detail::attr_rule<T>::read(attr);
    if (!value) return detail::wrong_attribute(attr, detail::attr_rule<T>::type);
    return *std::move(value);
}

}  // namespace wherry::inline WHERRY_ABI

#endif
