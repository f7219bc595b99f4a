#ifndef WHERRY_EMBED_PARAMS_HPP
#define WHERRY_EMBED_PARAMS_HPP

#include <wherry/embed/graph.hpp>
#include <wherry/embed/refuse.hpp>
#include <wherry/version.hpp>

#include <cstddef>
#include <cstdint>

/// The place of each parameter in a combined stream: headers are read by the compiler, values stay where they are.
namespace wherry::inline WHERRY_ABI::embed {

/// Parameters that the linker brings (`wherry embed --incbin`): the compiler cannot read them, so their offsets come along.
template <std::size_t Tensors>
struct linked_params {
    const unsigned char* data;
    std::size_t size;
    std::uint32_t offsets[Tensors];  ///< of the values, in the order of the stream
};

namespace detail {

enum dtype : std::int32_t { boolean = 0, int32 = 2, int64 = 3, fp32 = 5, fp64 = 6, int8 = 21, unknown = -1 };
constexpr std::size_t dtype_bytes(std::int32_t type) noexcept {
    return type == int64 || type == fp64 ? 8 : type == fp32 || type == int32 ? 4 : type == int8 || type == boolean ? 1 : 0;
}

/// Dims of a tensor.
struct shape {
    std::size_t rank = 0;
    std::int64_t dims[max_rank]{};

    [[nodiscard]] constexpr std::size_t product(std::size_t from, std::size_t to) const noexcept {
        std::size_t n = 1;
        for (std::size_t i = from; i < to; ++i) n *= static_cast<std::size_t>(dims[i]);
        return n;
    }
    [[nodiscard]] constexpr std::size_t count() const noexcept { return product(0, rank); }
    constexpr void push(std::int64_t dim) noexcept {
        if (rank < max_rank) dims[rank] = dim;
        ++rank;
    }
    friend constexpr bool operator==(const shape&, const shape&) = default;
};

struct tensor_desc {
    std::int32_t dtype = unknown;
    shape dims{};
    bool failed = false;
};

template <class File>
constexpr tensor_desc read_tensor_desc(reader<File> in) noexcept {
    tensor_desc desc{.dtype = fp32};  // what a TensorDesc without one means
    while (in.next()) {
        if (in.number == field::desc_dtype) desc.dtype = static_cast<std::int32_t>(in.scalar);
        if (in.number != field::desc_dims) continue;
        if (!in.is_bytes) desc.dims.push(static_cast<std::int64_t>(in.scalar));
        else
            for (auto packed = in.inner(); packed.at != packed.end;) desc.dims.push(static_cast<std::int64_t>(packed.varint()));
    }
    desc.failed = in.failed;
    return desc;
}

/// Element type and dims that a program declares; `unknown` for what is not a LoDTensor.
template <class File>
constexpr tensor_desc declared(const variable& var) noexcept {
    tensor_desc desc;
    for (reader<File> type(var.type); type.next();) {
        if (type.number != field::type_lod_tensor) continue;
        for (auto lod_tensor = type.inner(); lod_tensor.next();)
            if (lod_tensor.number == field::lod_tensor_desc) desc = read_tensor_desc(lod_tensor.inner());
    }
    return desc;
}

/// One tensor of the stream.
struct record {
    std::uint32_t variable = none;
    std::uint32_t offset = 0;  ///< of the values
    std::int32_t dtype = unknown;
    std::uint32_t scales = 0;  ///< int8: offset of one float per column
};

template <std::size_t N>
struct records {
    record all[N + 1]{};
    std::size_t count = 0;
    refusal wrong{};
};

/// Variables of a combined file, sorted by name as every writer does.
template <class Model>
constexpr auto stored_variables() noexcept {
    using file = program_of<Model>;
    constexpr auto& g = graph_of<Model>;
    records<g.size.variables> made;
    for (std::uint32_t v = 0; v < g.size.variables; ++v) {
        if (!g.variables[v].persistable) continue;
        if (declared<file>(g.variables[v]).dtype == unknown) continue;  // feed and fetch lists
        std::size_t low = 0, high = made.count;
        while (low < high) {
            const auto middle = (low + high) / 2;
            if (before<file>(g.variables[made.all[middle].variable].name, g.variables[v].name)) low = middle + 1;
            else high = middle;
        }
        for (auto i = made.count; i > low; --i) made.all[i] = made.all[i - 1];
        made.all[low] = {.variable = v};
        ++made.count;
    }
    return made;
}

/// Reads one tensor's header; `in` is then after its values.
template <class File>
constexpr refusal read_record(reader<File>& in, const tensor_desc& wanted, slice name, record& into) noexcept {
    const auto start = in.at;
    // a tensor that would end after the file: what was there, and where it would end
    const auto cut = [&](std::uint32_t from, std::uint64_t need) {
        return refusal{reason::params_truncated, name, File::size, static_cast<std::size_t>(from + need)};
    };
    const auto cut_here = [&](std::uint64_t need) { return cut(in.at, need); };
    if (in.left() < 12) return cut_here(12);
    if (in.fixed(4) != 0) return {reason::params_not_a_stream, name, start, 0};
    for (auto levels = in.fixed(8); levels > 0; --levels) {
        const auto bytes = in.left() < 8 ? 8 : in.fixed(8), from = std::uint64_t{in.at};
        if (!in.take(bytes)) return cut(static_cast<std::uint32_t>(from), bytes);
    }
    if (in.left() < 8) return cut_here(8);
    if (in.fixed(4) != 0) return {reason::params_not_a_stream, name, start, 0};
    const auto desc_bytes = in.fixed(4);
    if (const auto from = in.at; !in.take(desc_bytes)) return cut(from, desc_bytes);
    const auto found = read_tensor_desc(in.inner());
    if (found.failed) return {reason::params_not_a_stream, name, start, 0};
    const bool quantized = found.dtype == int8 && wanted.dtype == fp32;
    if (found.dtype != wanted.dtype && !quantized)
        return {reason::params_wrong_dtype, name, static_cast<std::size_t>(found.dtype), static_cast<std::size_t>(wanted.dtype)};
    for (std::size_t i = 0; i < max_rank; ++i)
        if (found.dims.rank != wanted.dims.rank || found.dims.dims[i] != wanted.dims.dims[i])
            return {reason::params_wrong_dims, name, static_cast<std::size_t>(found.dims.dims[i]),
                    static_cast<std::size_t>(wanted.dims.dims[i])};
    into.offset = in.at;
    into.dtype = found.dtype;
    const auto values = static_cast<std::uint64_t>(found.dims.count()) * dtype_bytes(found.dtype);
    if (!in.take(values)) return cut(into.offset, values);
    return {};
}

template <class Model>
constexpr auto read_stream() noexcept {
    using file = program_of<Model>;
    constexpr auto& g = graph_of<Model>;
    auto made = stored_variables<Model>();
    reader<params_of<Model>> in;
    for (std::size_t i = 0; i < made.count && made.wrong.why == reason::nothing; ++i) {
        auto& one = made.all[i];
        const auto& var = g.variables[one.variable];
        const auto wanted = declared<file>(var);
        made.wrong = read_record(in, wanted, var.name, one);
        if (made.wrong.why != reason::nothing || one.dtype == wanted.dtype) continue;
        record scales;
        tensor_desc row{.dtype = fp32};
        row.dims.push(wanted.dims.dims[wanted.dims.rank - 1]);
        made.wrong = read_record(in, row, var.name, scales);
        one.scales = scales.offset;
    }
    if (made.wrong.why == reason::nothing && in.left() > 0) made.wrong = {reason::params_left_over, {}, params_of<Model>::size, in.at};
    return made;
}

template <class Model>
constexpr auto linked_stream() noexcept {
    auto made = stored_variables<Model>();
    constexpr auto given = sizeof(Model::params.offsets) / sizeof(Model::params.offsets[0]);
    for (std::size_t i = 0; i < made.count && i < given; ++i) {
        made.all[i].offset = Model::params.offsets[i];
        made.all[i].dtype = declared<program_of<Model>>(graph_of<Model>.variables[made.all[i].variable]).dtype;
    }
    if (made.count != given) made.wrong = {reason::params_left_over, {}, given, made.count};
    return made;
}

template <class Model>
concept LinkedParams = requires {
    Model::params.offsets[0];
};

/// The tensors of Model::params.
template <class Model>
inline constexpr auto records_of = [] {
    if constexpr (LinkedParams<Model>) return linked_stream<Model>();
    else return read_stream<Model>();
}();

/// Bytes of Model::params.
template <class Model>
constexpr std::size_t params_size() noexcept {
    if constexpr (LinkedParams<Model>) return Model::params.size;
    else return params_of<Model>::size;
}

/// The first byte of Model::params at run time.
template <class Model>
[[gnu::always_inline]] inline const unsigned char* params_data() noexcept {
    if constexpr (LinkedParams<Model>) return Model::params.data;
    else return reinterpret_cast<const unsigned char*>(params_of<Model>::data);
}

}  // namespace detail
}  // namespace wherry::inline WHERRY_ABI::embed

#endif
