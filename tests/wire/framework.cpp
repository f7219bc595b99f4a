#include <wherry/wire/framework.hpp>

#include <support/bytes.hpp>
#include <support/golden.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <bit>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

using namespace wherry;
using namespace support;
using wire::AttrType;
using wire::VarKind;

namespace {
using view = std::string_view;

template <class M>
constexpr bool comes_back(std::string_view digits) {
    const auto bytes = hex(digits);
    const auto message = wire::parse<M>(view_of(bytes));
    return message && message->unknown->empty() && wire::serialize(*message) == bytes;
}

// Bytes that fluid 1.8.5 wrote.
constexpr std::string_view data_var = "0a0178 1217 0807 1a13 0a0f 0805 10ffffffffffffffffff01 1004 1000 1800 2001";
constexpr std::string_view parameter_var = "0a0866635f302e625f30 120a 0807 1a06 0a04 0805 1003 1801";
constexpr std::string_view feed_var = "0a0466656564 1202 0809 1801";
constexpr std::string_view fetch_var = "0a056665746368 1202 080a 1801";
constexpr std::string_view feed_op =
    "0a090a0158120466656564 12080a034f7574120178 1a0466656564 220f0a096f705f64657669636510022a00 "
    "220f0a0b6f705f726f6c655f7661721005 22130a0c6f705f6e616d6573636f706510022a012f 220d0a076f705f726f6c6510001800 "
    "22090a03636f6c10001800";
constexpr std::string_view empty_slot = "0a0b5363616c6554656e736f72";
constexpr std::string_view float_attr = "0a057363616c65 1001 250000803f";
constexpr std::string_view bool_attr = "0a10626961735f61667465725f7363616c65 1006 5001";

static_assert(comes_back<wire::VarDesc<view>>(data_var) && comes_back<wire::VarDesc<view>>(parameter_var));
static_assert(comes_back<wire::VarDesc<view>>(feed_var) && comes_back<wire::VarDesc<view>>(fetch_var));
static_assert(comes_back<wire::OpDesc<view>>(feed_op) && comes_back<wire::Slot<view>>(empty_slot));
static_assert(comes_back<wire::Attr<view>>(float_attr) && comes_back<wire::Attr<view>>(bool_attr));

constexpr bool variables_say_what_they_are() {
    const auto x_bytes = hex(data_var);
    const auto x = *wire::parse<wire::VarDesc<view>>(view_of(x_bytes));
    const auto b_bytes = hex(parameter_var);
    const auto b = *wire::parse<wire::VarDesc<view>>(view_of(b_bytes));
    const auto feed_bytes = hex(feed_var);
    const auto feed = *wire::parse<wire::VarDesc<view>>(view_of(feed_bytes));
    const auto fetch_bytes = hex(fetch_var);
    const auto fetch = *wire::parse<wire::VarDesc<view>>(view_of(fetch_bytes));
    return x.name == "x" && x.type.type == VarKind::LOD_TENSOR && x.type.lod_tensor->tensor.data_type == DType::FP32 &&
           x.type.lod_tensor->tensor.dims == std::vector<std::int64_t>{-1, 4} && x.type.lod_tensor->lod_level == 0 &&
           x.persistable == false && x.need_check_feed == true && !x.is_parameter && !x.stop_gradient &&            //
           b.name == "fc_0.b_0" && b.persistable == true && !b.need_check_feed && !b.type.lod_tensor->lod_level &&  //
           feed.type.type == VarKind::FEED_MINIBATCH && !feed.type.lod_tensor && fetch.type.type == VarKind::FETCH_LIST &&
           fetch.persistable == true;
}
static_assert(variables_say_what_they_are());

constexpr bool operators_say_what_they_do() {
    const auto bytes = hex(feed_op);
    const auto op = *wire::parse<wire::OpDesc<view>>(view_of(bytes));
    return op.type == "feed" && op.inputs.size() == 1 && op.inputs[0].parameter == "X" &&
           op.inputs[0].arguments == std::vector<view>{"feed"} && op.outputs[0].parameter == "Out" &&
           op.outputs[0].arguments == std::vector<view>{"x"} && op.attrs.size() == 5 && op.attrs[0].name == "op_device" &&
           op.attrs[0].s == view("") && op.attrs[1].type == AttrType::STRINGS && op.attrs[1].strings->empty() &&
           op.attrs[2].s == view("/") && op.attrs[3].i == 0 && op.attrs[4].name == "col" && op.attrs[4].i == 0 && !op.is_target;
}
static_assert(operators_say_what_they_do());

// One message of each type with every field set, encoded by hand from framework.proto.
constexpr std::string_view every_attr_field =
    "0a0161 1000 1801 250000803f 2a0162 3002 3003 3d00000040 420163 5001 5801 5800 6004 6805 7006 7807 8101000000000000f03f 8a010164 "
    "92010165 "
    "990100000000000000c0 a2010b080321000000000000f03f aa011a0804100118052a1209000000000000f03f1100000000000000c0";
constexpr std::string_view every_kind_of_type = "0807 120408051003 1a080a04080510031001 22080a04080510031001 2a0a0a080a04080510031001 "
                                                "3a0408050802 420408051003 4a0408051003 520408051003 5a0408051003 "
                                                "620408051003";
constexpr std::string_view every_var_field = "0a0176 12020807 1801 2000 2801 3001 3a0c0a016e100018042201732806";
constexpr std::string_view every_program_field =
    "0a3f080010ffffffffffffffffff011a1d0a01761202080718012000280130013a0c0a016e10001804220173280622061a026f70280128ffffffffffffffffff01 "
    "1a180a0f0a02666312090a05312e362e3010021205312e352e30 22040885c33d 2a0a0a080a02666312020801";
static_assert(comes_back<wire::VarType<view>>(every_kind_of_type));
static_assert(comes_back<wire::VarDesc<view>>(every_var_field) && comes_back<wire::ProgramDesc<view>>(every_program_field));

constexpr bool every_field_has_its_member() {
    const auto attr_bytes = hex(every_attr_field);
    const auto a = *wire::parse<wire::Attr<view>>(view_of(attr_bytes));
    const auto type_bytes = hex(every_kind_of_type);
    const auto t = *wire::parse<wire::VarType<view>>(view_of(type_bytes));
    const auto program_bytes = hex(every_program_field);
    const auto p = *wire::parse<wire::ProgramDesc<view>>(view_of(program_bytes));
    const auto& block = p.blocks[0];
    const auto& var = block.vars[0];
    using ints = std::vector<std::int32_t>;
    return a.i == 1 && a.f == 1.0F && a.s == view("b") && *a.ints == ints{2, 3} && *a.floats == std::vector<float>{2.0F} &&
           *a.strings == std::vector<view>{"c"} && a.b == true && a.more->bools == std::vector<bool>{true, false} &&
           a.more->block_idx == 4 && a.more->l == 5 && a.more->blocks_idx == ints{6} && a.more->longs == std::vector<std::int64_t>{7} &&
           a.more->float64s == std::vector<double>{1.0} && a.more->var_name == view("d") && a.more->vars_name == std::vector<view>{"e"} &&
           a.more->float64 == -2.0 && a.more->scalar->type == wire::Scalar<view>::Type::FLOAT64 && a.more->scalar->r == 1.0 &&
           a.more->scalars[0].b == true && a.more->scalars[0].i == 5 && a.more->scalars[0].c->r == 1.0 &&
           a.more->scalars[0].c->i == -2.0 &&  //
           t.selected_rows && t.lod_tensor->lod_level == 1 && t.tensor_array->tensor.dims == std::vector<std::int64_t>{3} &&
           t.more->reader->lod_tensor.size() == 1 && t.more->tuple->element_type == ints{5, 2} && t.more->string && t.more->strings &&
           t.more->vocab && t.more->sparse_coo && t.more->sparse_csr &&  //
           block.idx == 0 && block.parent_idx == -1 && block.forward_block_idx == -1 && block.ops[0].type == "op" &&
           block.ops[0].is_target == true && var.is_parameter == true && var.stop_gradient == true && var.need_check_feed == false &&
           var.attrs->front().name == "n" && var.attrs->front().i == 4 && var.attrs->front().s == view("s") &&
           var.attrs->front().ints == ints{6} &&  //
           p.op_compatible_map->default_required_version == view("1.5.0") && p.op_compatible_map->pair[0].op_name == "fc" &&
           p.op_compatible_map->pair[0].compatible_info.version == "1.6.0" && p.version->version == 1'008'005 &&
           p.op_version_map->pair[0].op_version.version == 1;
}
#if !defined(__clang__) || __clang_major__ > 14  // there, libstdc++ 12 has no compile-time std::vector<bool>
static_assert(comes_back<wire::Attr<view>>(every_attr_field) && every_field_has_its_member());
#endif

/// Whether these bytes lack the required field of that number and nothing else.
template <class M>
constexpr bool lacks(std::string_view digits, std::string_view number) {
    const auto bytes = hex(digits);
    const auto message = wire::parse<M>(view_of(bytes));
    return !message && message.error().code == errc::missing_required && message.error().variable == M::name_ &&
           message.error().expected == number;
}
static_assert(lacks<wire::BlockDesc<view>>("1000", "1") && lacks<wire::BlockDesc<view>>("0800", "2"));
static_assert(lacks<wire::OpDesc<view>>("2801", "3") && lacks<wire::Slot<view>>("120161", "1"));
static_assert(lacks<wire::Attr<view>>("1000", "1") && lacks<wire::Attr<view>>("0a0161", "2"));
static_assert(lacks<wire::VarDesc<view>>("12020807", "1") && lacks<wire::VarDesc<view>>("0a0161", "2"));
static_assert(lacks<wire::VarType<view>>("", "1") && lacks<wire::TensorDesc<view>>("1003", "1") &&
              lacks<wire::LoDTensorDesc<view>>("1001", "1"));
static_assert(lacks<wire::VarDescAttr<view>>("1000", "1") && lacks<wire::VarDescAttr<view>>("0a0161", "2"));
static_assert(lacks<wire::Scalar<view>>("1001", "1") && lacks<wire::Complex<view>>("090000000000000000", "2"));
static_assert(lacks<wire::CompatibleInfo<view>>("0a0161", "2") && lacks<wire::OpCompatiblePair<view>>("0a0161", "2"));
static_assert(lacks<wire::OpVersion<view>>("", "1") && lacks<wire::OpVersionPair<view>>("0a0161", "2"));
static_assert(lacks<wire::TensorDesc<view>>("0d05000000 1003", "1"), "a required field of another wire type is absent");
}  // namespace

TEST_CASE("framework: messages of fluid 1.8.5 are read and written byte for byte") {
    CHECK(comes_back<wire::VarDesc<>>(data_var));
    CHECK(comes_back<wire::VarDesc<>>(parameter_var));
    CHECK(comes_back<wire::VarDesc<>>(feed_var));
    CHECK(comes_back<wire::VarDesc<>>(fetch_var));
    CHECK(comes_back<wire::OpDesc<>>(feed_op));
    CHECK(comes_back<wire::Slot<>>(empty_slot));
    CHECK(comes_back<wire::Attr<>>(float_attr));
    CHECK(comes_back<wire::Attr<>>(bool_attr));
    CHECK(variables_say_what_they_are());
    CHECK(operators_say_what_they_do());
}

TEST_CASE("framework: every field has its member, and comes back") {
    CHECK(every_field_has_its_member());
    CHECK(comes_back<wire::Attr<>>(every_attr_field));
    CHECK(comes_back<wire::VarType<>>(every_kind_of_type));
    CHECK(comes_back<wire::VarDesc<>>(every_var_field));
    CHECK(comes_back<wire::ProgramDesc<>>(every_program_field));
}

TEST_CASE("framework: a required field that is absent is named") {
    CHECK(lacks<wire::OpDesc<>>("2801", "3"));
    CHECK(lacks<wire::VarDesc<>>("0a0161", "2"));
    CHECK(lacks<wire::OpVersion<>>("", "1"));
    CHECK(lacks<wire::TensorDesc<>>("0d05000000 1003", "1"));
}

TEST_CASE("framework: every program that Paddle wrote comes back byte for byte, owned and borrowed") {
    const auto paths = golden_programs();
    CHECK(paths.size() >= 60);
    for (const auto& path : paths) {
        CAPTURE(path);
        const auto bytes = read_file(golden(path));
        const auto owned = wire::parse<wire::ProgramDesc<>>(bytes);
        REQUIRE(owned);
        CHECK(view_of(wire::serialize(*owned)) == bytes);
        const auto borrowed = wire::parse<wire::ProgramDesc<view>>(bytes);
        REQUIRE(borrowed);
        CHECK(view_of(wire::serialize(*borrowed)) == bytes);
        CHECK(owned->unknown->empty());
        const bool has_control_flow = path.starts_with("fluid18_inference/") || path.starts_with("fluid18_training/");
        CHECK((has_control_flow ? !owned->blocks.empty() : owned->blocks.size() == 1));
        CHECK(owned->version.has_value() == !path.ends_with("test.pdmodel"));  // 1.8.5 loses it in clone(for_test=True)
        if (owned->version) CHECK(owned->version->version == (path.starts_with("fluid18") ? 1'008'005 : 2'006'002));
    }
}

TEST_CASE("framework: nothing in a program that Paddle wrote is unknown") {
    for (const auto& path : golden_programs()) {
        CAPTURE(path);
        const auto bytes = read_file(golden(path));
        const auto program = wire::parse<wire::ProgramDesc<view>>(bytes);
        REQUIRE(program);
        std::size_t unknown = 0;
        for (const auto& block : program->blocks) {
            unknown += block.unknown->size();
            for (const auto& var : block.vars) unknown += var.unknown->size() + var.type.unknown->size();
            for (const auto& op : block.ops) {
                unknown += op.unknown->size();
                for (const auto& attr : op.attrs) unknown += attr.unknown->size() + (attr.type > AttrType::SCALARS ? 1 : 0);
            }
        }
        CHECK(unknown == 0);
    }
}

TEST_CASE("framework: the compatible map of 1.8.5 and the version map of 2.6.2 are read") {
    const auto old_bytes = read_file(golden("fluid18/readme/inference/__model__"));
    const auto old_model = wire::parse<wire::ProgramDesc<view>>(old_bytes);
    REQUIRE(old_model);
    REQUIRE(old_model->op_compatible_map);
    CHECK(old_model->op_compatible_map->pair.size() == 64);
    CHECK(old_model->op_compatible_map->default_required_version == view("1.5.0"));
    const auto new_bytes = read_file(golden("paddle26/infer_classifier/inference.pdmodel"));
    const auto new_model = wire::parse<wire::ProgramDesc<view>>(new_bytes);
    REQUIRE(new_model);
    REQUIRE(new_model->op_version_map);
    CHECK(new_model->op_version_map->pair.size() == 68);
}

TEST_CASE("framework: floods of the smallest elements are refused before they fill the memory") {
    struct flood {
        std::string_view what;
        byte_buffer bytes;
        std::uint64_t offset;
        std::string_view expected;
    };
    const auto in_op = [](const byte_buffer& attrs) {
        return bytes_field(1, joined(hex("0800 1000"), bytes_field(4, joined(hex("1a00"), attrs))));
    };
    const auto in_attr = [&](const byte_buffer& values) { return in_op(bytes_field(4, joined(hex("0a00 1005"), values))); };
    const auto flood_of = [](std::string_view what, byte_buffer bytes, std::size_t behind_bytes, std::uint64_t elements_bytes,
                             std::string_view cap) {
        const auto start = bytes.size() - behind_bytes;  // of the repeated elements
        return flood{what, std::move(bytes), start + elements_bytes, cap};
    };
    constexpr auto cap_bytes = std::size_t{512} * 1024 * sizeof(void*);  // messages are half as large on 32 bits
    constexpr limits tight{.parsed_bytes = cap_bytes, .elements = 10'000};
    constexpr std::size_t n = 11'000;
    const flood floods[] = {
        flood_of("blocks", repeated(hex("0a04 0800 1000"), n), 6 * n, 6 * 1024, "1024"),
        flood_of("empty strings", in_attr(repeated(hex("4200"), n)), 2 * n, 20'000, "10000"),
        flood_of("packed ints", in_attr(bytes_field(6, std::string(n, '\x01'))), n, 10'000, "10000"),
        flood_of("unpacked ints", in_attr(repeated(hex("3001"), n)), 2 * n, 20'000, "10000"),
        flood_of("unknown fields", repeated(hex("7800"), n), 2 * n, 20'000, "10000"),
    };
    for (const auto& f : floods) {
        CAPTURE(f.what);
        const auto owned = wire::parse<wire::ProgramDesc<>>(view_of(f.bytes), tight);
        REQUIRE_FALSE(owned);
        CHECK(owned.error().code == errc::too_large);
        CHECK(owned.error().offset == f.offset);
        CHECK(owned.error().expected == f.expected);
        CHECK_FALSE(wire::parse<wire::ProgramDesc<view>>(view_of(f.bytes), tight));
    }
}

TEST_CASE("framework: eight megabytes of blocks are refused at the first too many, without being asked to") {
    const auto refused = wire::parse<wire::ProgramDesc<>>(view_of(repeated(hex("0a04 0800 1000"), (8U << 20U) / 6)));
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == errc::too_large);
    CHECK(refused.error().offset == 6 * 1024);
}

TEST_CASE("framework: the memory of one program is capped over all of its messages") {
    constexpr auto cap_bytes = std::size_t{16} * 1024 * sizeof(void*);  // messages are half as large on 32 bits
    constexpr limits tight{.parsed_bytes = cap_bytes};
    const auto block = [](const byte_buffer& inside) { return bytes_field(1, joined(hex("0800 1000"), inside)); };
    const auto op = [](const byte_buffer& inside) { return bytes_field(4, joined(hex("1a00"), inside)); };
    // Attributes that differ: equal ones are held once, below.
    const auto attrs = [](int from, int count, const byte_buffer& inside) {
        byte_buffer all;
        for (int i = from; i < from + count; ++i) {
            const char number[] = {static_cast<char>(0x80 | (i & 0x7f)), static_cast<char>(i >> 7)};
            append(all, view_of(bytes_field(4, joined(hex("0a00 1000 18"), joined(byte_buffer(number, number + 2), inside)))));
        }
        return all;
    };
    byte_buffer ops_of_attributes, ops_of_strings;
    for (int i = 0; i < 15; ++i) append(ops_of_attributes, view_of(op(attrs(100 * i, 100, {}))));
    for (int i = 0; i < 20; ++i) append(ops_of_strings, view_of(op(attrs(i, 1, repeated(hex("4200"), 1'000)))));
    const byte_buffer floods[] = {
        block(repeated(hex("2202 1a00"), 5'000)),
        block(repeated(hex("1a06 0a00 1202 0807"), 2'000)),
        block(op(repeated(hex("0a02 0a00"), 10'000))),
        block(ops_of_attributes),
        repeated(block(repeated(hex("1a06 0a00 1202 0807"), 30)), 60),
        block(ops_of_strings),
    };
    for (const auto& bytes : floods) {
        const auto refused = wire::parse<wire::ProgramDesc<>>(view_of(bytes), tight);
        REQUIRE_FALSE(refused);
        CHECK(refused.error().code == errc::too_large);
        CHECK(refused.error().expected == std::to_string(cap_bytes));
        CHECK(wire::parse<wire::ProgramDesc<>>(view_of(bytes)));
    }
    CHECK(wire::parse<wire::ProgramDesc<>>(view_of(block(repeated(op(repeated(hex("2204 0a00 1000"), 10)), 200))), tight));
}
