#ifndef WHERRY_TESTS_SUPPORT_EMBED_PROGRAM_HPP
#define WHERRY_TESTS_SUPPORT_EMBED_PROGRAM_HPP

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string_view>

/// Programs and parameter streams made by the compiler, for networks that are right or wrong in one thing.
namespace support {

struct bytes {
    char data[4096]{};
    std::size_t size = 0;

    constexpr void put(std::uint64_t byte) { data[size++] = static_cast<char>(static_cast<unsigned char>(byte)); }
    constexpr void varint(std::uint64_t n) {
        for (; n > 127; n >>= 7U) put((n & 127U) | 128U);
        put(n);
    }
    constexpr void little(std::uint64_t n, unsigned count) {
        for (unsigned i = 0; i < count; ++i) put(n >> (8U * i) & 255U);
    }
    constexpr void append(std::string_view text) {
        for (const char c : text) data[size++] = c;
    }
    constexpr void number(unsigned field, std::uint64_t n) {
        varint(field << 3U);
        varint(n);
    }
    constexpr void field(unsigned number, std::string_view payload) {
        varint(number << 3U | 2U);
        varint(payload.size());
        append(payload);
    }
    [[nodiscard]] constexpr std::string_view view() const { return {data, size}; }
};

using dims = std::initializer_list<std::int64_t>;

constexpr bytes tensor_desc(int dtype, dims shape) {
    bytes desc;
    desc.number(1, static_cast<std::uint64_t>(dtype));
    for (const auto dim : shape) desc.number(2, static_cast<std::uint64_t>(dim));
    return desc;
}

struct program_maker {
    bytes block{};

    /// A LoDTensor; `type` is another kind of variable where it is not 7.
    constexpr program_maker& var(std::string_view name, dims shape, bool persistable = false, int dtype = 5, unsigned type = 7) {
        bytes lod_tensor, kind, made;
        lod_tensor.field(1, tensor_desc(dtype, shape).view());
        kind.number(1, type);
        if (type == 7) kind.field(3, lod_tensor.view());
        made.field(1, name);
        made.field(2, kind.view());
        made.number(3, persistable ? 1 : 0);
        block.field(3, made.view());
        return *this;
    }
    struct slot {
        std::string_view name, argument;
    };
    struct integer {
        std::string_view name;
        std::int64_t value;
    };
    constexpr program_maker& op(std::string_view type, std::initializer_list<slot> in, std::initializer_list<slot> out,
                                std::initializer_list<integer> attributes = {}) {
        bytes made;
        for (const auto& one : in) made.field(1, of(one).view());
        for (const auto& one : out) made.field(2, of(one).view());
        made.field(3, type);
        for (const auto& one : attributes) {
            bytes attribute;
            attribute.field(1, one.name);
            attribute.number(2, 0);
            attribute.number(3, static_cast<std::uint64_t>(one.value));
            made.field(4, attribute.view());
        }
        block.field(4, made.view());
        return *this;
    }
    constexpr program_maker& feed(std::string_view name, std::int64_t col = 0) {
        return op("feed", {{"X", "feed"}}, {{"Out", name}}, {{"col", col}});
    }
    constexpr program_maker& fetch(std::string_view name, std::int64_t col = 0) {
        return op("fetch", {{"X", name}}, {{"Out", "fetch"}}, {{"col", col}});
    }
    [[nodiscard]] constexpr bytes made() const {
        bytes head, program;
        head.number(1, 0);
        head.number(2, ~std::uint64_t{0});  // no parent: -1
        head.append(block.view());
        program.field(1, head.view());
        return program;
    }

  private:
    static constexpr bytes of(const slot& one) {
        bytes made;
        made.field(1, one.name);
        made.field(2, one.argument);
        return made;
    }
};

/// One tensor of a combined stream: zeros.
constexpr void append_tensor(bytes& to, dims shape, int dtype = 5, std::size_t element_bytes = 4) {
    const auto desc = tensor_desc(dtype, shape);
    to.little(0, 4);
    to.little(0, 8);
    to.little(0, 4);
    to.little(desc.size, 4);
    to.append(desc.view());
    std::size_t count = 1;
    for (const auto dim : shape) count *= static_cast<std::size_t>(dim);
    for (std::size_t i = 0; i < count * element_bytes; ++i) to.put(0);
}

/// x [-1, 3] -> fc of 2 -> y, with what a test changes.
struct small {
    dims x{-1, 3};
    dims weight{3, 2};
    std::string_view activation = "relu";
    bool fetched = true;
};
constexpr bytes program(const small& given = {}) {
    program_maker made;
    made.var("x", given.x).var("w", given.weight, true).var("b", {2}, true).var("product", {-1, 2}).var("sum", {-1, 2}).var("y", {-1, 2});
    made.var("feed", {}, true, 5, 9).var("fetch", {}, true, 5, 10);
    made.feed("x").op("mul", {{"X", "x"}, {"Y", "w"}}, {{"Out", "product"}}, {{"x_num_col_dims", 1}, {"y_num_col_dims", 1}});
    made.op("elementwise_add", {{"X", "product"}, {"Y", "b"}}, {{"Out", "sum"}}, {{"axis", 1}});
    made.op(given.activation, {{"X", "sum"}}, {{"Out", "y"}});
    if (given.fetched) made.fetch("y");
    return made.made();
}
constexpr bytes params(dims weight = {3, 2}, int dtype = 5, std::size_t element_bytes = 4) {
    bytes made;
    append_tensor(made, {2});
    append_tensor(made, weight, dtype, element_bytes);
    return made;
}

/// y = x w, and w follows a gradient that is fed.
constexpr bytes trained_program() {
    program_maker made;
    made.var("x", {-1, 3}).var("gradient", {3, 2}).var("rate", {1}, true).var("w", {3, 2}, true).var("y", {-1, 2});
    made.var("feed", {}, true, 5, 9).var("fetch", {}, true, 5, 10);
    made.feed("x").feed("gradient", 1);
    made.op("mul", {{"X", "x"}, {"Y", "w"}}, {{"Out", "y"}}, {{"x_num_col_dims", 1}, {"y_num_col_dims", 1}});
    made.op("sgd", {{"Param", "w"}, {"Grad", "gradient"}, {"LearningRate", "rate"}}, {{"ParamOut", "w"}});
    made.fetch("y");
    return made.made();
}
constexpr bytes trained_params() {
    bytes made;
    append_tensor(made, {1});
    append_tensor(made, {3, 2});
    return made;
}

/// A model of what two functions make.
template <auto Program, auto Params>
struct model {
    static constexpr bytes program_bytes = Program(), params_bytes = Params();
    static constexpr std::string_view program = program_bytes.view(), params = params_bytes.view();
};

}  // namespace support

#endif
