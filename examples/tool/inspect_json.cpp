#include "inspect.hpp"
#include "names.hpp"
#include "operators.hpp"

namespace tool {

namespace {
using wherry::AttrType;

void write_scalar(json_writer& json, const wherry::wire::Scalar<>& scalar) {
    if (scalar.b) json.value(*scalar.b);
    else if (scalar.i) json.value(*scalar.i);
    else if (scalar.r) json.value(*scalar.r);
    else if (scalar.c) json.list(std::vector{scalar.c->r, scalar.c->i});
    else json.null();
}

template <class Optional>
void write_optional(json_writer& json, const Optional& held) {
    if (held) json.value(*held);
    else json.null();
}

void write_variable(json_writer& json, const wherry::Variable& var) {
    json.object([&] {
        json.field("name", var.name()).field("kind", name_of(var.kind()));
        if (var.tensor_desc() != nullptr) {
            json.field("dtype", wherry::name_of(var.dtype())).key("dims").list(var.shape());
            json.field("lod_level", var.lod_level());
        }
        json.field("persistable", var.persistable()).field("parameter", var.is_parameter());
        json.field("need_check_feed", var.need_check_feed()).field("stop_gradient", var.stop_gradient());
    });
}

void write_slots(json_writer& json, const wherry::Operator::slots& slots) {
    json.array([&] {
        for (const auto& held : slots) json.object([&] { json.field("slot", held.parameter).key("arguments").list(held.arguments); });
    });
}

void write_attributes(json_writer& json, const wherry::Operator& op) {
    json.array([&] {
        for (const auto& attr : op.desc().attrs)
            json.object([&] {
                json.field("name", attr.name).field("type", wherry::name_of(attr.type)).key("value");
                write_value(json, attr);
            });
    });
}

void write_operator(json_writer& json, const wherry::Operator& op) {
    json.object([&] {
        json.field("type", op.type());
        if (!can_run(op.type())) json.field("runs", false);
        write_slots(json.key("inputs"), op.desc().inputs);
        write_slots(json.key("outputs"), op.desc().outputs);
        write_attributes(json.key("attributes"), op);
    });
}

void write_block(json_writer& json, const wherry::Block& block) {
    json.object([&] {
        json.field("idx", block.idx()).field("parent_idx", block.parent_idx());
        json.key("variables").array([&] {
            for (const auto& var : block.vars()) write_variable(json, var);
        });
        json.key("operators").array([&] {
            for (const auto& op : block.ops()) write_operator(json, op);
        });
    });
}

void write_header(json_writer& json, const wherry::wire::tensor_header& header) {
    json.field("dtype", wherry::name_of(header.dtype)).key("dims").list(header.dims.dims());
    json.field("data_offset", header.data_offset).field("data_bytes", header.data_bytes);
}

void write_stats(json_writer& json, const value_stats& stats) {
    if (stats.count > 0) json.field("min", stats.min).field("max", stats.max).field("mean", stats.mean());
    json.field("nan_count", stats.nan_count);
}

struct held_writer {
    json_writer& json;
    bool with_stats;

    void operator()(const error& e) const { json.field("kind", "other").field("error", told(e)); }
    void operator()(const Program& program) const {
        json.field("kind", "program").field("version", program.version());
        json.key("blocks").array([&] {
            for (const auto& block : program.blocks()) write_block(json, block);
        });
    }
    void operator()(const named_arrays& read) const {
        json.field("kind", word_of(read.kind)).key("arrays").array([&] {
            for (std::size_t i = 0; i < read.held.arrays.size(); ++i)
                json.object([&] {
                    const auto& one = read.held.arrays[i];
                    json.field("name", one.name).field("dtype", wherry::name_of(one.dtype)).key("dims").list(one.dims.dims());
                    json.field("data_bytes", one.ref().size_bytes());
                    if (with_stats) write_stats(json, read.stats[i]);
                    if (const auto parameter = read.held.parameter_of(one.name); !parameter.empty()) json.field("parameter", parameter);
                });
        });
        if (const auto values = values_in(read.held.extra); !values.empty())
            json.key("values").array([&] {
                for (const auto& one : values) json.object([&] { json.field("name", one.first).field("value", one.second); });
            });
        json.key("notes").array([&] {
            for (const auto& note : read.held.warnings) json.value(to_string(note));
        });
    }
    void operator()(const tensors& held) const {
        json.field("kind", "tensors");
        if (held.checksums) json.field("checksums", true);
        json.key("tensors").array([&] {
            for (std::size_t i = 0; i < held.streams.size(); ++i) write_stream(held, i);
        });
    }
    void operator()(const selected_rows& held) const {
        json.field("kind", "selected_rows").field("height", held.height).key("rows").list(held.rows);
        write_header(json, held.value);
    }

  private:
    static std::string_view word_of(wherry::wire::file_kind kind) noexcept {
        if (kind == wherry::wire::file_kind::pickle) return "pickle";
        if (kind == wherry::wire::file_kind::text) return "text";
        if (kind == wherry::wire::file_kind::npy) return "npy";
        return kind == wherry::wire::file_kind::npz ? "npz" : "safetensors";
    }
    void write_stream(const tensors& held, std::size_t at) const {
        const auto& header = held.streams[at].header;
        json.object([&] {
            if (at < held.names.size()) json.field("name", held.names[at]);
            else json.key("name").null();
            write_header(json, header);
            if (at < held.stats.size()) write_stats(json, held.stats[at]);
            json.field("stream_offset", held.streams[at].stream_offset);
            json.key("lod").array([&] {
                for (const auto& level : header.lod) json.list(level);
            });
        });
    }
};
}  // namespace

void write_value(json_writer& json, const wherry::Attr& attr) {
    switch (attr.type) {
        case AttrType::INT: return write_optional(json, attr.i);
        case AttrType::FLOAT: return write_optional(json, attr.f);
        case AttrType::STRING: return write_optional(json, attr.s);
        case AttrType::INTS: return void(json.list(*attr.ints));
        case AttrType::FLOATS: return void(json.list(*attr.floats));
        case AttrType::STRINGS: return void(json.list(*attr.strings));
        case AttrType::BOOLEAN: return write_optional(json, attr.b);
        case AttrType::BOOLEANS: return void(json.list(attr.more->bools));
        case AttrType::BLOCK: return write_optional(json, attr.more->block_idx);
        case AttrType::LONG: return write_optional(json, attr.more->l);
        case AttrType::BLOCKS: return void(json.list(attr.more->blocks_idx));
        case AttrType::LONGS: return void(json.list(attr.more->longs));
        case AttrType::FLOAT64S: return void(json.list(attr.more->float64s));
        case AttrType::VAR: return write_optional(json, attr.more->var_name);
        case AttrType::VARS: return void(json.list(attr.more->vars_name));
        case AttrType::FLOAT64: return write_optional(json, attr.more->float64);
        case AttrType::SCALAR: return attr.more->scalar ? write_scalar(json, *attr.more->scalar) : void(json.null());
        case AttrType::SCALARS:
            return void(json.array([&] {
                for (const auto& scalar : attr.more->scalars) write_scalar(json, scalar);
            }));
    }
    json.null();  // a type of a newer Paddle
}

void write_json(json_writer& json, const file_contents& file, bool with_stats) {
    json.object([&] {
        json.field("file", file.name);
        if (!std::holds_alternative<error>(file.held)) json.field("bytes", file.size_bytes);
        if (file.compressed) json.field("compressed", "gzip");
        std::visit(held_writer{json, with_stats}, file.held);
    });
}

}  // namespace tool
