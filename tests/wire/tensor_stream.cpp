#include <wherry/wire/tensor_stream.hpp>

#include <support/bytes.hpp>
#include <support/golden.hpp>

#include <doctest/doctest.h>

#include <cstdint>
#include <iterator>
#include <limits>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

using namespace wherry;
using namespace support;

namespace {
// FP32 [2, 3] = 0..5 as fluid 1.8.5 writes it: version at 0, LoD levels at 4, inner version at 12, size of the
// TensorDesc at 16, TensorDesc at 20, elements at 26.
constexpr std::string_view plain =
    "00000000 0000000000000000 00000000 06000000 0805 1002 1003 00000000 0000803f 00000040 00004040 00008040 0000a040";
constexpr byte_buffer sample() { return hex(plain); }
// FP32 [5, 1] with lod [[0, 2, 5]]: the bytes of the level at 12, offsets at 20, the inner version at 44.
constexpr std::string_view one_level =
    "00000000 0100000000000000 1800000000000000 0000000000000000 0200000000000000 0500000000000000 00000000 06000000 0805 1005 1001";
constexpr byte_buffer lod_sample() { return joined(hex(one_level), zeros(20)); }

using offsets = std::vector<std::uint64_t>;

/// Header and elements, as a loader takes them.
constexpr result<wire::tensor_header> read_tensor(std::string_view bytes, std::uint64_t base_offset = 0) {
    byte_cursor in(bytes, base_offset);
    auto header = wire::read_tensor_header(in);
    if (!header) return header;
    if (auto elements = in.take(header->data_bytes, "the elements of a tensor are cut short"); !elements)
        return std::move(elements).error();
    return header;
}

/// The stream with this TensorDesc, and no elements.
constexpr byte_buffer with_desc(const byte_buffer& desc) {
    byte_buffer size;
    append_little_endian(size, static_cast<std::int32_t>(desc.size()));
    return joined(zeros(16), size, desc);
}
constexpr byte_buffer desc_of(std::uint64_t dtype, std::initializer_list<std::int64_t> dims) {
    auto desc = varint_field(1, dtype);
    for (const auto dim : dims) append(desc, view_of(varint_field(2, static_cast<std::uint64_t>(dim))));
    return desc;
}
constexpr byte_buffer with_dims(std::initializer_list<std::int64_t> dims) { return with_desc(desc_of(5, dims)); }

/// The stream FP32 [rows, 1] with these levels.
constexpr byte_buffer with_lod(std::initializer_list<offsets> levels, std::uint64_t rows) {
    auto bytes = zeros(4);
    append_little_endian(bytes, std::uint64_t{levels.size()});
    for (const auto& level : levels) {
        append_little_endian(bytes, std::uint64_t{level.size() * 8});
        for (const auto offset : level) append_little_endian(bytes, offset);
    }
    const auto desc = joined(hex("0805"), varint_field(2, rows), hex("1001"));
    append_little_endian(bytes, std::uint32_t{0});
    append_little_endian(bytes, static_cast<std::int32_t>(desc.size()));
    return joined(bytes, desc, zeros(static_cast<std::size_t>(rows) * 4));
}
constexpr std::int64_t two_to(int power) { return std::int64_t{1} << power; }

struct row {
    std::string_view what;
    byte_buffer (*make)();
    errc code;
    std::uint64_t offset;
    std::string_view expected;
    std::string_view found;
};
constexpr row hostile[] = {
    {"an empty file", [] { return byte_buffer(); }, errc::truncated, 0, "4 bytes", "0 bytes"},
    {"version 1", [] { return patched(sample(), 0, 1U); }, errc::bad_version, 0, "0", "1"},
    {"inner version 1", [] { return patched(sample(), 12, 1U); }, errc::bad_version, 12, "0", "1"},
    {"the largest version", [] { return patched(sample(), 0, ~0U); }, errc::bad_version, 0, "0", "4294967295"},
    {"gzip data", [] { return hex("1f8b0800 00000000"); }, errc::not_a_paddle_file, 0, "a LoDTensor stream", "gzip data"},
    {"a pickle", [] { return hex("80027d71 00580100"); }, errc::not_a_paddle_file, 0, "a LoDTensor stream",
     "a pickle (.pdparams or .pdopt)"},
    {"an HTML page", [] { return joined(std::string_view("<html><body>")); }, errc::not_a_paddle_file, 0, "a LoDTensor stream",
     "an HTML or XML page: the link shows the file, download the file itself"},
    {"a git-lfs pointer", [] { return joined(std::string_view("version https://git-lfs.github.com/spec/v1")); }, errc::not_a_paddle_file, 0,
     "a LoDTensor stream", "a git-lfs pointer, not the file itself: run git lfs pull"},

    {"2^60 LoD levels", [] { return patched(sample(), 4, two_to(60)); }, errc::bad_lod, 4, "16", "1152921504606846976"},
    {"2^32 LoD levels", [] { return patched(sample(), 4, two_to(32)); }, errc::bad_lod, 4, "16", "4294967296"},
    {"2^26 LoD levels", [] { return patched(sample(), 4, two_to(26)); }, errc::bad_lod, 4, "16", "67108864"},
    {"17 LoD levels", [] { return patched(sample(), 4, std::uint64_t{17}); }, errc::bad_lod, 4, "16", "17"},
    {"a level of 2^60 bytes", [] { return patched(lod_sample(), 12, two_to(60)); }, errc::truncated, 20, "1152921504606846976 bytes",
     "58 bytes"},
    {"a level of 2^64 - 8 bytes", [] { return patched(lod_sample(), 12, ~std::uint64_t{7}); }, errc::truncated, 20,
     "18446744073709551608 bytes", "58 bytes"},
    {"a level of 4 GiB", [] { return patched(lod_sample(), 12, two_to(32)); }, errc::truncated, 20, "4294967296 bytes", "58 bytes"},
    {"a level of 12 bytes", [] { return patched(lod_sample(), 12, std::uint64_t{12}); }, errc::bad_lod, 12, "", "12"},
    {"a level of 7 bytes", [] { return patched(lod_sample(), 12, std::uint64_t{7}); }, errc::bad_lod, 12, "", "7"},
    {"LoD that falls",
     [] {
         return with_lod({{0, 4, 2}}, 2);
     },
     errc::bad_lod, 4, "4", "2"},
    {"LoD past the rows",
     [] {
         return with_lod({{0, 1, 500}}, 2);
     },
     errc::bad_lod, 4, "2", "500"},
    {"LoD that starts at 1",
     [] {
         return with_lod({{1, 2}}, 2);
     },
     errc::bad_lod, 4, "0", "1"},
    {"an empty level", [] { return with_lod({{}}, 2); }, errc::bad_lod, 4, "2", "0"},
    {"two levels that disagree",
     [] {
         return with_lod({{0, 3}, {0, 1, 2}}, 2);
     },
     errc::bad_lod, 4, "2", "3"},
    {"LoD on a scalar",
     [] {
         return joined(hex("00000000 0100000000000000 1000000000000000 0000000000000000 0200000000000000 00000000 02000000 0805"),
                       zeros(4));
     },
     errc::bad_lod, 4, "1", "2"},

    {"a TensorDesc of -1 bytes", [] { return patched(sample(), 16, -1); }, errc::bad_desc, 16, "1048576", "-1"},
    {"a TensorDesc of -2^31 bytes", [] { return patched(sample(), 16, std::numeric_limits<std::int32_t>::min()); }, errc::bad_desc, 16,
     "1048576", "-2147483648"},
    {"a TensorDesc of 2^31 - 1 bytes", [] { return patched(sample(), 16, std::numeric_limits<std::int32_t>::max()); }, errc::bad_desc, 16,
     "1048576", "2147483647"},
    {"a TensorDesc of 1 MiB and a byte", [] { return patched(sample(), 16, 1'048'577); }, errc::bad_desc, 16, "1048576", "1048577"},
    {"a TensorDesc past the end", [] { return patched(sample(), 16, 31); }, errc::truncated, 20, "31 bytes", "30 bytes"},
    {"a TensorDesc of 0 bytes", [] { return patched(sample(), 16, 0); }, errc::missing_required, 20, "1", ""},
    {"a TensorDesc one byte too long", [] { return patched(sample(), 16, 7); }, errc::bad_protobuf, 26, "", ""},
    {"a TensorDesc one byte too short", [] { return patched(sample(), 16, 5); }, errc::truncated, 25, "1 bytes", "0 bytes"},

    {"dim -1", [] { return with_dims({-1}); }, errc::bad_dims, 20, "", "-1"},
    {"dims -2, -3",
     [] {
         return with_dims({-2, -3});
     },
     errc::bad_dims, 20, "", "-2"},
    {"dims 0, -1",
     [] {
         return with_dims({0, -1});
     },
     errc::bad_dims, 20, "", "-1"},
    {"dims 2^31, 2^31",
     [] {
         return with_dims({two_to(31), two_to(31)});
     },
     errc::overflow, 20, "", ""},
    {"dims 2^62, 4",
     [] {
         return with_dims({two_to(62), 4});
     },
     errc::overflow, 20, "", ""},
    {"dims 0, 2^62",
     [] {
         return with_dims({0, two_to(62)});
     },
     errc::overflow, 20, "", ""},
    {"dims 2^62, 0",
     [] {
         return with_dims({two_to(62), 0});
     },
     errc::overflow, 20, "", ""},
    {"dim 2^63 - 1", [] { return with_dims({std::numeric_limits<std::int64_t>::max()}); }, errc::overflow, 20, "", ""},
    {"dims 2^21 thrice, FP32",
     [] {
         return with_dims({two_to(21), two_to(21), two_to(21)});
     },
     errc::overflow, 20, "", ""},
    {"2^60 COMPLEX128", [] { return with_desc(desc_of(24, {two_to(60)})); }, errc::overflow, 20, "", ""},
    {"dim 2^28 without elements", [] { return with_dims({two_to(28)}); }, errc::truncated, 28, "1073741824 bytes", "0 bytes"},
#if SIZE_MAX > 0xffffffff
    {"dim 2^40 without elements", [] { return with_dims({two_to(40)}); }, errc::truncated, 29, "4398046511104 bytes", "0 bytes"},
    {"dim 2^29 without elements", [] { return with_dims({two_to(29)}); }, errc::truncated, 28, "2147483648 bytes", "0 bytes"},
#else  // more than half of the address space
    {"dim 2^40 without elements", [] { return with_dims({two_to(40)}); }, errc::overflow, 20, "", ""},
    {"dim 2^29 without elements", [] { return with_dims({two_to(29)}); }, errc::overflow, 20, "", ""},
#endif
    {"ten dims",
     [] {
         return with_dims({1, 1, 1, 1, 1, 1, 1, 1, 1, 1});
     },
     errc::bad_dims, 20, "at most 9", "10"},
    {"a hundred dims", [] { return with_desc(joined(hex("0805"), repeated(hex("1001"), 100))); }, errc::bad_dims, 20, "at most 9", "100"},
    {"a hundred packed dims", [] { return with_desc(joined(hex("0805 1264"), repeated(hex("01"), 100))); }, errc::bad_dims, 20, "at most 9",
     "100"},
    {"dtype 7, a kind of variable", [] { return with_desc(desc_of(7, {2})); }, errc::bad_dtype, 20, "", "7"},
    {"dtype 99", [] { return with_desc(desc_of(99, {2})); }, errc::bad_dtype, 20, "", "99"},
    {"dtype -1", [] { return with_desc(desc_of(~std::uint64_t{0}, {2})); }, errc::bad_dtype, 20, "", "-1"},
    {"no dtype", [] { return with_desc(hex("1002 1003")); }, errc::missing_required, 20, "1", ""},
    {"dtype as fixed32", [] { return with_desc(hex("0d05000000 1002")); }, errc::missing_required, 20, "1", ""},
    {"dims as fixed32: a scalar, so elements are left over or missing", [] { return with_desc(hex("0805 1502000000")); }, errc::truncated,
     27, "4 bytes", "0 bytes"},
    {"eleven bytes of varint", [] { return with_desc(hex("0805 10 8080808080808080808001")); }, errc::bad_protobuf, 23, "", ""},
    {"wire type 6", [] { return with_desc(hex("0805 16 00")); }, errc::bad_protobuf, 22, "", ""},
    {"field 0", [] { return with_desc(hex("0805 00 00")); }, errc::bad_protobuf, 22, "", ""},
    {"an open group", [] { return with_desc(hex("0805 1b 0801")); }, errc::truncated, 25, "1 bytes", "0 bytes"},
    {"a group that only ends", [] { return with_desc(hex("0805 1c")); }, errc::bad_protobuf, 22, "", ""},
    {"groups 101 deep", [] { return with_desc(joined(hex("0805"), repeated(hex("1b"), 101), repeated(hex("1c"), 101))); }, errc::too_large,
     122, "at most 100", ""},
};
constexpr bool refused(const row& r) {
    const auto bytes = r.make();
    const auto header = read_tensor(view_of(bytes), 5'000);
    return !header && header.error().code == r.code && header.error().offset == 5'000 + r.offset && header.error().expected == r.expected &&
           header.error().found == r.found;
}
template <std::size_t I>
constexpr bool row_holds = refused(hostile[I]);  // each a constant of its own: compilers count the steps of one
static_assert([]<std::size_t... I>(std::index_sequence<I...>) {
    return (row_holds<I> && ...);
}(std::make_index_sequence<std::size(hostile)>()));

/// Unusual, and right.
struct odd_row {
    std::string_view what;
    byte_buffer (*make)();
    DType dtype;
    Shape dims;
};
constexpr odd_row odd[] = {
    {"packed dims", [] { return joined(with_desc(hex("0805 12 02 02 03")), zeros(24)); }, DType::FP32, {2, 3}},
    {"packed and unpacked dims", [] { return joined(with_desc(hex("0805 1002 12 01 03")), zeros(24)); }, DType::FP32, {2, 3}},
    {"dtype twice: the last counts", [] { return joined(with_desc(hex("0805 1002 0803")), zeros(16)); }, DType::INT64, {2}},
    {"dtype after the dims", [] { return joined(with_desc(hex("1002 0806")), zeros(16)); }, DType::FP64, {2}},
    {"an overlong dim", [] { return joined(with_desc(hex("0805 10 828000")), zeros(8)); }, DType::FP32, {2}},
    {"an unknown field", [] { return joined(with_desc(hex("0805 1002 aa06 03 616263")), zeros(8)); }, DType::FP32, {2}},
    {"an unknown group", [] { return joined(with_desc(hex("0805 1b 0801 1c 1002")), zeros(8)); }, DType::FP32, {2}},
    {"nine dims",
     [] {
         return joined(with_dims({1, 1, 1, 1, 1, 1, 1, 1, 1}), zeros(4));
     },
     DType::FP32,
     {1, 1, 1, 1, 1, 1, 1, 1, 1}},
    {"a scalar", [] { return joined(with_dims({}), zeros(4)); }, DType::FP32, {}},
    {"no rows",
     [] {
         return with_dims({0, 3});
     },
     DType::FP32,
     {0, 3}},
    {"no rows of many",
     [] {
         return with_dims({0, two_to(28)});
     },
     DType::FP32,
     {0, two_to(28)}},
    {"a dim of two bytes", [] { return joined(with_desc(hex("0805 10ac02 1002")), zeros(2400)); }, DType::FP32, {300, 2}},
};
constexpr bool accepted(const odd_row& r) {
    const auto bytes = r.make();
    const auto header = read_tensor(view_of(bytes));
    return header && header->dtype == r.dtype && header->dims == r.dims && header->data_offset + header->data_bytes == bytes.size();
}
static_assert([] {
    for (const auto& r : odd)
        if (!accepted(r)) return false;
    return true;
}());

constexpr bool samples_are_read() {
    const auto bytes = sample();
    const auto header = read_tensor(view_of(bytes), 100);
    const auto lod_bytes = lod_sample();
    const auto with_levels = read_tensor(view_of(lod_bytes));
    const auto two = with_lod({{0, 1, 2}, {0, 2, 5}}, 5);
    const auto both = read_tensor(view_of(two));
    return bytes.size() == 50 && header && header->dtype == DType::FP32 && header->dims == Shape{2, 3} && header->lod.empty() &&
           header->data_bytes == 24 && header->data_offset == 126 && lod_bytes.size() == 78 && with_levels &&
           with_levels->lod == LoD{offsets{0, 2, 5}} && with_levels->dims == Shape{5, 1} && with_levels->data_offset == 58 &&
           two.size() == 110 && both && both->lod == LoD{offsets{0, 1, 2}, offsets{0, 2, 5}};
}
static_assert(samples_are_read());

constexpr bool samples_are_written() {
    byte_buffer a;
    wire::append_tensor_header(a, DType::FP32, {2, 3}, {});
    byte_buffer b;
    wire::append_tensor_header(b, DType::FP32, {5, 1}, LoD{offsets{0, 2, 5}});
    byte_buffer scalar;
    wire::append_inner_header(scalar, DType::FP32, {});
    byte_buffer empty;
    wire::append_inner_header(empty, DType::FP32, {0, 3});
    byte_buffer wide;
    wire::append_inner_header(wide, DType::FP32, {300, 2});
    return view_of(a) == view_of(sample()).substr(0, 26) && b == hex(one_level) && scalar == hex("00000000 02000000 0805") &&
           empty == hex("00000000 06000000 0805 1000 1003") && wide == hex("00000000 07000000 0805 10ac02 1002");
}
static_assert(samples_are_written());

constexpr bool every_cut_is_noticed(const byte_buffer& whole) {
    for (std::size_t n = 0; n < whole.size(); ++n) {
        const auto part = cut(whole, n);
        const auto header = read_tensor(view_of(part));
        if (header || header.error().code != errc::truncated) return false;
    }
    return true;
}
static_assert(every_cut_is_noticed(sample()) && every_cut_is_noticed(lod_sample()));

/// Reads the stream at the front, checks that its header would be written the same, and returns it.
wire::tensor_header take_tensor(byte_cursor& in) {
    const auto before = in.rest();
    const auto start = in.offset();
    const auto header = wire::read_tensor_header(in);
    REQUIRE(header);
    byte_buffer again;
    wire::append_tensor_header(again, header->dtype, header->dims, header->lod);
    CHECK(view_of(again) == before.substr(0, again.size()));
    CHECK(header->data_offset == start + again.size());
    CHECK(header->data_bytes == header->dims.count() * size_of(header->dtype));
    REQUIRE(in.take(header->data_bytes, ""));
    return *header;
}
}  // namespace

TEST_CASE("tensor stream: the worked samples are read and written byte for byte") {
    CHECK(samples_are_read());
    CHECK(samples_are_written());
}

TEST_CASE("tensor stream: every hostile variant is refused with its code, place, and what was expected and found") {
    for (const auto& r : hostile) {
        CAPTURE(r.what);
        CHECK(refused(r));
    }
}

TEST_CASE("tensor stream: all that protobuf allows is accepted") {
    for (const auto& r : odd) {
        CAPTURE(r.what);
        CHECK(accepted(r));
    }
}

TEST_CASE("tensor stream: a file cut at any byte is truncated") {
    CHECK(every_cut_is_noticed(sample()));
    CHECK(every_cut_is_noticed(lod_sample()));
    for (const std::string_view name : {"lod2", "scalar", "int64", "bfloat16"}) {
        CAPTURE(name);
        CHECK(every_cut_is_noticed(joined(read_file(golden("paddle26/tensors/persistables/" + std::string(name))))));
    }
}

TEST_CASE("tensor stream: a hundred thousand dims and a megabyte of unknown field are judged by the same rules") {
    const auto ranks = with_desc(joined(hex("0805"), repeated(hex("1001"), 100'000)));
    const auto refused_ranks = read_tensor(view_of(ranks));
    REQUIRE_FALSE(refused_ranks);
    CHECK(refused_ranks.error().code == errc::bad_dims);
    CHECK(refused_ranks.error().found == "100000");

    const auto ignored = with_desc(joined(hex("0805 1000"), bytes_field(100, std::string(1'000'000, 'u'))));
    REQUIRE(read_tensor(view_of(ignored)));
    const auto over = with_desc(joined(hex("0805 1000"), bytes_field(100, std::string(1U << 20U, 'u'))));
    REQUIRE_FALSE(read_tensor(view_of(over)));
    CHECK(read_tensor(view_of(over)).error().code == errc::bad_desc);

    const auto groups = with_desc(joined(hex("0805"), repeated(hex("1b"), 10'000)));
    REQUIRE_FALSE(read_tensor(view_of(groups)));
    CHECK(read_tensor(view_of(groups)).error().code == errc::too_large);
}

TEST_CASE("tensor stream: every byte of a header set to every value is refused or read, never more") {
    const auto whole = lod_sample();
    std::size_t read = 0;
    for (std::size_t at = 0; at < whole.size() - 20; ++at)
        for (int value = 0; value < 256; ++value) {
            const auto bytes = patched(whole, at, static_cast<std::uint8_t>(value));
            const auto header = read_tensor(view_of(bytes));
            if (!header) continue;
            ++read;
            CHECK(header->data_offset + header->data_bytes <= bytes.size());
            CHECK(check_lod(header->lod, header->dims.rank() > 0 ? static_cast<std::uint64_t>(header->dims[0]) : 1).has_value());
        }
    CHECK(read > whole.size() - 20);  // at least each byte as it was
}

TEST_CASE("tensor stream: every file that Paddle wrote is one stream, and its header is written the same") {
    const auto paths = golden_tensors();
    CHECK(paths.size() >= 700);
    for (const auto& path : paths) {
        CAPTURE(path);
        const auto bytes = read_file(golden(path));
        byte_cursor in(bytes);
        (void)take_tensor(in);
        CHECK(in.at_end());
    }
}

TEST_CASE("tensor stream: every combined file that Paddle wrote is streams to its last byte") {
    const auto paths = golden_combined();
    CHECK(paths.size() >= 50);
    for (const auto& path : paths) {
        CAPTURE(path);
        const auto bytes = read_file(golden(path));
        byte_cursor in(bytes);
        std::size_t tensors = 0;
        for (; !in.at_end(); ++tensors) (void)take_tensor(in);
        CHECK(tensors > 0);
    }
}

TEST_CASE("tensor stream: each element type, a scalar, an empty tensor and LoD are what NumPy says they are") {
    struct known {
        std::string name;
        DType dtype;
        Shape dims;
        LoD lod;
    };
    const known table[] = {
        // sorted, as the combined file is
        {"bfloat16", DType::BF16, {3, 2}, {}},
        {"bool", DType::BOOL, {3, 4}, {}},
        {"complex128", DType::COMPLEX128, {3}, {}},
        {"complex64", DType::COMPLEX64, {2, 2}, {}},
        {"empty", DType::FP32, {0, 7}, {}},
        {"float16", DType::FP16, {3, 3}, {}},
        {"float32", DType::FP32, {2, 5}, {}},
        {"float64", DType::FP64, {4, 1}, {}},
        {"int16", DType::INT16, {4}, {}},
        {"int32", DType::INT32, {2, 2, 2}, {}},
        {"int64", DType::INT64, {3}, {}},
        {"int8", DType::INT8, {2, 3}, {}},
        {"lod1", DType::FP32, {6, 2}, {{0, 2, 6}}},
        {"lod2", DType::FP32, {6, 2}, {{0, 1, 3}, {0, 2, 3, 6}}},
        {"scalar", DType::FP32, {}, {}},
        {"scope/with.odd@name", DType::FP32, {2, 2}, {}},
        {"special", DType::FP32, {6}, {}},
        {"uint8", DType::UINT8, {5}, {}},
    };
    const auto combined = read_file(golden("paddle26/tensors/persistables.bin"));
    byte_cursor in(combined);
    for (const auto& row : table) {
        CAPTURE(row.name);
        auto value_path = row.name;
        if (const auto slash = value_path.find('/'); slash != value_path.npos) value_path.replace(slash, 1, "%2F");
        const auto value = load_npy(golden("paddle26/tensors/values/" + value_path + ".npy"));
        const auto header = take_tensor(in);
        CHECK(header.dtype == row.dtype);
        CHECK(header.dims == row.dims);
        CHECK(header.lod == row.lod);
        CHECK(value.dims() == row.dims);
        CHECK(value.dtype() == (row.dtype == DType::BF16 ? DType::UINT16 : row.dtype));
        const auto elements =
            std::string_view(combined).substr(static_cast<std::size_t>(header.data_offset), static_cast<std::size_t>(header.data_bytes));
        CHECK(elements == support::file_bytes(value));
        if (row.dtype == DType::BOOL || row.dtype == DType::COMPLEX64 || row.dtype == DType::COMPLEX128) continue;  // `save` refuses them
        const auto separate = read_file(golden("paddle26/tensors/persistables/" + row.name));
        const auto stream_at = static_cast<std::size_t>(header.data_offset) - (separate.size() - elements.size());
        CHECK(separate == std::string_view(combined).substr(stream_at, separate.size()));
    }
    CHECK(in.at_end());
}

TEST_CASE("tensor stream: the values of SelectedRows are a tensor without LoD") {
    const auto bytes = read_file(golden("paddle26/selected_rows/rows"));
    const auto value = load_npy(golden("paddle26/selected_rows/value.npy"));
    byte_cursor in(bytes);
    CHECK(*in.read<std::uint32_t>("version") == 0);
    REQUIRE(*in.read<std::uint64_t>("rows") == 4);
    for (const std::uint64_t row : {1U, 4U, 7U, 4U}) CHECK(*in.read<std::uint64_t>("row") == row);
    CHECK(*in.read<std::uint64_t>("height") == 10);
    const auto header = wire::read_inner_header(in);
    REQUIRE(header);
    CHECK(header->dims == value.dims());
    CHECK(header->data_bytes == in.remaining());
    CHECK(in.rest() == support::file_bytes(value));
}
