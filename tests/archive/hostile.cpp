#include <doctest/doctest.h>
#include <support/bytes.hpp>
#include <support/scratch.hpp>
#include <wherry/archive/archive.hpp>
#include <wherry/policy/disk.hpp>
#include <wherry/policy/memory.hpp>

#include <array>
#include <functional>
#include <string>
#include <vector>

// Hostile files, names and folders: one error each, with file, place and variable, and nothing changed.

using namespace wherry;

namespace {
const support::scratch& place() {
    static const support::scratch folder("hostile");
    return folder;
}
std::string good() { return *archive<>::save(support::small_program(), support::small_scope(), memory{}); }

/// Fails to load from a file and from memory with the same error; the scope stays as it was.
error refused(std::string_view bytes, const Program& program = support::small_program()) {
    auto scope = support::small_scope();
    scope.erase("lr");  // a failed load makes no names either
    const support::snapshot before(scope);
    const auto from_memory = archive<>::load(program, scope, memory{bytes});
    REQUIRE_FALSE(from_memory);
    CHECK(before.unchanged(scope));
    support::write_file(place() / "file", bytes);
    const auto from_disk = archive<>::load(program, scope, disk(place() / "file"));
    REQUIRE_FALSE(from_disk);
    CHECK(before.unchanged(scope));
    CHECK(from_disk.error().file == place() / "file");
    CHECK(from_disk.error().code == from_memory.error().code);
    CHECK(from_disk.error().offset == from_memory.error().offset);
    CHECK(from_disk.error().variable == from_memory.error().variable.view());
    return from_memory.error();
}
error refused(const byte_buffer& bytes) { return refused(view_of(bytes)); }

/// The same for separate files; the damaged one is "b".
error refused_file(const std::function<void(const std::string&)>& damage) {
    const support::scratch folder("separate");
    const auto program = support::small_program();
    REQUIRE(archive<layout::per_file>::save(program, support::small_scope(), disk(folder.path())));
    support::fs::remove(folder / "b");
    damage(folder / "b");
    auto scope = support::small_scope();
    scope.erase("lr");
    const support::snapshot before(scope);
    const auto loaded = archive<layout::per_file>::load(program, scope, disk(folder.path()));
    REQUIRE_FALSE(loaded);
    CHECK(before.unchanged(scope));
    CHECK(loaded.error().file == folder / "b");
    CHECK(loaded.error().variable == "b");
    return loaded.error();
}
constexpr std::size_t first_size = 26 + 24;  // "acc/w", the first of the combined file
}  // namespace

TEST_CASE("a combined file cut at any byte") {
    const auto bytes = good();
    for (std::size_t size = 0; size < bytes.size(); ++size) {
        CAPTURE(size);
        const auto found = refused(std::string_view(bytes).substr(0, size));
        const bool at_border = size == 50 || size == 50 + 36 || size == 50 + 36 + 28;
        CHECK(found.code == (at_border ? errc::missing_record : errc::truncated));
        CHECK(found.offset <= size);
        CHECK(found.variable == (size < 50 ? "acc/w" : size < 86 ? "b" : size < 114 ? "lr" : "w"));
        CHECK_FALSE(found.expected.empty());
        CHECK_FALSE(found.found.empty());
    }
}

TEST_CASE("too few and too many tensors in a combined file") {
    auto bytes = good();
    const auto few = refused(bytes.substr(0, bytes.size() - 50));
    CHECK(few.code == errc::missing_record);
    CHECK(few.variable == "w");
    CHECK(few.expected == "4 tensors");
    CHECK(few.found == "3 tensors");
    const auto more = refused(bytes + bytes.substr(0, 50));
    CHECK(more.code == errc::extra_record);
    CHECK(more.offset == bytes.size());
    CHECK(more.found == "50 bytes more");
    CHECK(refused(bytes + "x").found == "1 bytes more");
}

TEST_CASE("bytes after a separate file's tensor are a warning") {
    const support::scratch folder("trailing");
    const auto program = support::small_program();
    REQUIRE(archive<layout::per_file>::save(program, support::small_scope(), disk(folder.path())));
    support::write_file(folder / "lr", support::read_file(folder / "lr") + "junk");
    Scope scope;
    const auto report = archive<layout::per_file>::load(program, scope, disk(folder.path()));
    REQUIRE(report);
    REQUIRE(report->warnings.size() == 1);
    CHECK(report->warnings[0].code == errc::trailing_bytes);
    CHECK(report->warnings[0].file == folder / "lr");
    CHECK(report->warnings[0].variable == "lr");
    CHECK(report->warnings[0].offset == 28);
    CHECK(report->warnings[0].found == "4 bytes more");
    CHECK(*scope.find_var("lr") == support::counting({1}, 30));
}

TEST_CASE("wrong numbers in a header") {
    using support::patched;
    const auto text = good();
    const byte_buffer bytes(text.begin(), text.end());
    const auto is = [](const error& found, errc code, std::uint64_t offset, std::string_view variable) {
        CHECK(found.code == code);
        CHECK(found.offset == offset);
        CHECK(found.variable == variable);
    };
    is(refused(patched(bytes, 0, std::uint32_t{3})), errc::bad_version, 0, "acc/w");
    is(refused(patched(bytes, 12, std::uint32_t{3})), errc::bad_version, 12, "acc/w");
    is(refused(patched(bytes, first_size, std::uint32_t{3})), errc::bad_version, first_size, "b");
    is(refused(patched(bytes, first_size + 4, std::uint64_t{1} << 60U)), errc::bad_lod, first_size + 4, "b");
    is(refused(patched(bytes, 4, std::uint64_t{16})), errc::truncated, 20, "acc/w");  // the size of the level is 6 * 2^32
    is(refused(patched(bytes, 4, std::uint64_t{17})), errc::bad_lod, 4, "acc/w");
    for (const std::int32_t size : {-1, std::numeric_limits<std::int32_t>::min(), std::numeric_limits<std::int32_t>::max()})
        is(refused(patched(bytes, 16, size)), errc::bad_desc, 16, "acc/w");
    is(refused(patched(bytes, 16, std::int32_t{1'000'000})), errc::truncated, 20, "acc/w");
    is(refused(patched(bytes, 21, std::uint8_t{7})), errc::bad_dtype, 20, "acc/w");
    CHECK(refused(patched(bytes, 16, std::int32_t{0})).code == errc::missing_required);
    CHECK(refused(patched(bytes, 20, std::uint8_t{0x0e})).code == errc::bad_protobuf);
}

TEST_CASE("dims that claim more than there is") {
    using support::hex;
    using support::joined;
    const auto head = hex("00000000 0000000000000000 00000000");
    const auto negative = refused(joined(head, hex("0d000000 0805 10 ffffffffffffffffff01")));
    CHECK(negative.code == errc::bad_dims);
    CHECK(refused(joined(head, hex("0e000000 0805 10 8080808008 10 8080808008"))).code == errc::overflow);
    CHECK(refused(joined(head, hex("0e000000 0805 1000 10 808080808080808040"), hex("10"))).code != errc{});
    const auto huge = refused(joined(head, hex("08000000 0805 10 8080808002")));  // 2^29 floats in 28 bytes
    CHECK(huge.code == errc::truncated);
    CHECK(huge.expected == "2147483648 bytes");
    CHECK(huge.found == "0 bytes");
    CHECK(huge.offset == 28);
    CHECK(refused(joined(head, hex("16000000 0805 1001 1001 1001 1001 1001 1001 1001 1001 1001 1001"))).code == errc::bad_dims);
}

TEST_CASE("LoD that does not describe the rows") {
    using support::hex;
    const auto lod = [](std::string_view offsets) {
        return support::joined(hex("00000000 0100000000000000 1800000000000000"), hex(offsets), hex("00000000 06000000 0805 1005 1001"),
                               byte_buffer(20));
    };
    for (const auto* offsets : {"0000000000000000 0400000000000000 0200000000000000", "0000000000000000 0100000000000000 f401000000000000",
                                "0100000000000000 0200000000000000 0500000000000000"}) {
        const auto found = refused(lod(offsets));
        CHECK(found.code == errc::bad_lod);
        CHECK(found.offset == 4);
    }
    CHECK(refused(hex("00000000 0100000000000000 0c00000000000000 0000000000000000 00000000")).code == errc::bad_lod);
    CHECK(refused(hex("00000000 0100000000000000 0000000000000000 00000000 06000000 0805 1005 1001")).code == errc::bad_lod);
}

TEST_CASE("foreign files are named for what they are") {
    CHECK(refused("version https://git-lfs.github.com/spec/v1\noid sha256:0\n").found.view().starts_with("a git-lfs pointer"));
    using namespace std::string_view_literals;
    for (const auto bytes : {"\x1f\x8b\x08\x00\x00\x00\x00\x00"sv, "PK\x03\x04...."sv, "<!DOCTYPE html>"sv, "\x80\x02}q\x00(X"sv,
                             "\x93NUMPY\x01"sv, "{\"base\": 1}"sv}) {
        const auto found = refused(bytes);
        CHECK(found.code == errc::not_a_paddle_file);
        CHECK(found.offset == 0);
        CHECK_FALSE(found.found.empty());
    }
    CHECK(refused("").code == errc::truncated);
    CHECK(refused("any other text").code == errc::bad_version);
}

TEST_CASE("a parameter of another shape is refused with both shapes; other variables take what comes") {
    auto program = support::small_program();
    program.global_block().find_var("w").edit().type.lod_tensor->tensor.dims = {3, 2};
    const auto found = refused(good(), program);
    CHECK(found.code == errc::shape_mismatch);
    CHECK(found.variable == "w");
    CHECK(found.offset == 114);
    CHECK(found.expected == "(3, 2)");
    CHECK(found.found == "(2, 3)");

    auto free = support::small_program();
    free.global_block().find_var("lr").edit().type.lod_tensor->tensor.dims = {7};
    Scope scope;
    const auto bytes = good();
    CHECK(archive<>::load(free, scope, memory{bytes}));
    CHECK(scope.find_var("lr")->dims() == Shape{1});
}

TEST_CASE("two swapped tensors of different shape are noticed") {
    const auto bytes = good();
    const auto found = refused(bytes.substr(50, 36) + bytes.substr(0, 50) + bytes.substr(86));
    CHECK(found.code == errc::shape_mismatch);
    CHECK(found.variable == "b");
}

TEST_CASE("files that are absent, or are not files") {
    const auto missing = refused_file([](const std::string&) {});
    CHECK(missing.code == errc::not_found);
    CHECK(refused_file([](const std::string& path) { support::fs::create_directory(path); }).code == errc::not_regular_file);
    CHECK(refused_file([](const std::string& path) { support::write_file(path, ""); }).code == errc::truncated);
    CHECK(refused_file([](const std::string& path) { support::write_file(path, "PK\x03\x04"); }).code == errc::not_a_paddle_file);
    CHECK(refused_file([](const std::string& path) { support::fs::create_symlink("b", path); }).code == errc::cannot_open);
    CHECK(refused_file([](const std::string& path) { support::fs::create_symlink("/etc/passwd", path); }).code == errc::cannot_open);

    auto scope = support::small_scope();
    const support::snapshot before(scope);
    const auto program = support::small_program();
    const auto absent = archive<>::load(program, scope, disk(place() / "absent"));
    CHECK(absent.error().code == errc::not_found);
    CHECK(absent.error().file == place() / "absent");
    const auto no_folder = archive<layout::per_file>::load(program, scope, disk(place() / "absent"));
    CHECK(no_folder.error().code == errc::not_found);
    CHECK(no_folder.error().file == place() / "absent/w");
    CHECK(archive<>::load(program, scope, disk(place().path())).error().code == errc::not_regular_file);
    CHECK(archive<>::load(program, scope, disk(place().path() + "/")).error().code == errc::not_regular_file);
    CHECK(archive<>::load(program, scope, disk("")).error().code == errc::not_found);
    support::write_file(place() / "plain", good());
    CHECK(archive<layout::per_file>::load(program, scope, disk(place() / "plain")).error().code == errc::cannot_open);
    CHECK(before.unchanged(scope));
}

TEST_CASE("nothing to load is an error, so that a wrong filter is not taken for a load") {
    auto scope = support::small_scope();
    const support::snapshot before(scope);
    const auto bytes = good();
    CHECK(archive<filter::named<"absent">>::load(support::small_program(), scope, memory{bytes}).error().code == errc::nothing_to_save);
    CHECK(archive<>::load(std::span<const std::string_view>(), scope, memory{bytes}).error().code == errc::nothing_to_save);
    CHECK(archive<filter::all>::load(support::small_program(), scope, memory{bytes}).error().code == errc::mixed_kinds);
    CHECK(archive<>::load(std::vector<std::string_view>{"a", "a"}, scope, memory{bytes}).error().code == errc::duplicate_name);
    CHECK(before.unchanged(scope));
}

TEST_CASE("names that leave the folder are refused for the whole list before anything is opened") {
    const support::scratch folder("names");
    for (const auto* bad : {"../x", "/tmp/x", "a/../../x", "..", "w\n", "back\\slash", ".w.00000000.tmp"}) {
        CAPTURE(bad);
        const std::array<std::byte, 4> bytes{};
        const std::vector<tensor_ref> refs{{.name = "first", .dtype = DType::FP32, .dims = {1}, .bytes = bytes},
                                           {.name = bad, .dtype = DType::FP32, .dims = {1}, .bytes = bytes}};
        const auto saved = archive<layout::per_file>::save(refs, disk(folder / "model"));
        REQUIRE_FALSE(saved);
        CHECK(saved.error().code == errc::bad_name);
        CHECK(saved.error().variable == bad);
        CHECK_FALSE(support::fs::exists(folder / "model"));
        Scope scope;
        const auto loaded = archive<layout::per_file>::load(std::vector<std::string_view>{"first", bad}, scope, disk(folder / "model"));
        CHECK(loaded.error().code == errc::bad_name);
        CHECK(scope.local_var_names().empty());
        CHECK(archive<>::save(refs, memory{}));  // in one file any name will do
    }
}

TEST_CASE("caps are the caller's") {
    Tensor tensor = support::counting({2}, 0);
    tensor.set_lod({{0, 1}, {0, 2}});
    const auto ref = tensor.ref("x");
    const auto bytes = archive<>::save(std::span(&ref, 1), memory{});
    REQUIRE(bytes);
    Scope scope;
    using strict = archive<capped<limits{.lod_levels = 1}>>;
    CHECK(strict::load(std::vector<std::string_view>{"x"}, scope, memory{*bytes}).error().code == errc::bad_lod);
    CHECK(strict::save(std::span(&ref, 1), memory{}).error().code == errc::bad_lod);
}

TEST_CASE("bytes of another form are recognised by their content, with the call that reads them") {
    const support::scratch place("kinds");
    const auto program = support::small_program();
    const auto scope = support::small_scope();
    REQUIRE(archive<>::save(program, scope, disk(place / "one")));
    REQUIRE(archive<layout::per_file>::save(program, scope, disk(place / "each")));
    support::write_file(place / "model", program.serialize_to_string());
    for (const auto* const name : {"w", "b", "lr", "acc/w"})
        support::write_file(place / ("copies/" + std::string(name)), support::read_file(place / "one"));
    Scope untouched;
    const auto refused = [&](const auto& loaded) {
        REQUIRE_FALSE(loaded);
        CHECK(untouched.local_var_names().empty());
        return loaded.error();
    };
    const auto copies = refused(archive<layout::per_file>::load(program, untouched, disk(place / "copies")));
    CHECK(copies.code == errc::shape_mismatch);
    CHECK(copies.variable == "b");
    CHECK(copies.message ==
          "the file holds another tensor than this, and more after it: the bytes of a combined file are loaded with a filename");
    const auto folder = refused(archive<>::load(program, untouched, disk(place / "each")));
    CHECK(folder.code == errc::not_regular_file);
    CHECK(folder.message == "a folder is not a combined file: its files, one per variable, are loaded without a filename");
    const auto single = refused(archive<>::load(program, untouched, disk(place / "each/acc/w")));
    CHECK(single.code == errc::missing_record);
    CHECK(single.message == "the file ends after one tensor: is it the file of one variable?");
    const auto model = refused(archive<>::load(program, untouched, disk(place / "model")));
    CHECK(model.code == errc::not_a_paddle_file);
    CHECK(model.found == "a program (__model__ or .pdmodel)");
    const auto params = Program::parse_from_string(support::read_file(place / "one"));
    REQUIRE_FALSE(params);
    CHECK(params.error().found == "a LoDTensor stream (parameters)");
}
