#include <doctest/doctest.h>

#include <support/scratch.hpp>

#include <wherry/archive/archive.hpp>
#include <wherry/policy/disk.hpp>
#include <wherry/policy/mapped.hpp>

#include <cstddef>
#include <memory>
#include <string>
#include <utility>
#include <vector>

using namespace wherry;

namespace {
using aligned = archive<annotate<align<64>>>;
using aligned_each = archive<layout::per_file, annotate<align<64>, checksum>>;

void check_same(const Scope& loaded) {
    const auto expected = support::small_scope();
    for (const auto name : expected.local_var_names()) {
        REQUIRE(loaded.find_var(name) != nullptr);
        CHECK(*loaded.find_var(name) == *expected.find_var(name));
    }
}
}  // namespace

TEST_CASE("tensors borrow the mapping of an aligned file, which outlives its source and its name") {
    const support::scratch folder("mapped");
    const auto program = support::small_program();
    REQUIRE(aligned::save(program, support::small_scope(), disk(folder / "all")));
    Scope scope;
    scope.var("w") = support::counting({5, 5}, 0);
    const auto report = aligned::load(program, scope, mapped(folder / "all"));
    if (!report) FAIL(to_string(report.error()));
    CHECK(report->lent_bytes == report->data_bytes);
    support::fs::remove(folder / "all");
    check_same(scope);
    for (const auto name : scope.local_var_names()) CHECK(scope.find_var(name)->is_lent());
    Tensor kept = std::move(*scope.find_var("w"));
    scope = Scope();
    CHECK(kept == support::counting({2, 3}, 1));
    const auto copy = kept;
    CHECK_FALSE(copy.is_lent());
}

namespace {
struct no_mapping {
    static std::shared_ptr<void> map_whole(disk::reader&, std::size_t) { return nullptr; }
};
}  // namespace

TEST_CASE("if the system refuses a mapping, one copy of the file serves all tensors") {
    const support::scratch folder("unmapped");
    const auto program = support::small_program();
    REQUIRE(aligned::save(program, support::small_scope(), disk(folder / "all")));
    Scope scope;
    const auto report = aligned::load(program, scope, basic_mapped<no_mapping>(folder / "all"));
    if (!report) FAIL(to_string(report.error()));
    CHECK(report->lent_bytes == report->data_bytes);
    check_same(scope);
    for (auto& element : scope.find_var("w")->elements<float>()) element = -1;
    Scope again;
    REQUIRE(aligned::load(program, again, disk(folder / "all")));
    check_same(again);
    CHECK(aligned::load(program, again, basic_mapped<no_mapping>(folder / "none")).error().code == errc::not_found);
}

TEST_CASE("borrowed tensors may be written to, and the file does not change") {
    const support::scratch folder("private");
    const auto program = support::small_program();
    REQUIRE(aligned::save(program, support::small_scope(), disk(folder / "all")));
    const auto before = support::read_file(folder / "all");
    Scope scope;
    REQUIRE(aligned::load(program, scope, mapped(folder / "all")));
    for (auto& element : scope.find_var("w")->elements<float>()) element = -1;
    CHECK(support::read_file(folder / "all") == before);
    CHECK(scope.find_var("w")->elements<float>()[5] == -1.0F);
    check_same([&] {
        Scope again;
        REQUIRE(aligned::load(program, again, mapped(folder / "all")));
        return again;
    }());
    scope.find_var("w")->resize(DType::FP32, {100});  // outgrows what was lent
    CHECK_FALSE(scope.find_var("w")->is_lent());
}

TEST_CASE("one file per variable is mapped too, with its checksums") {
    const support::scratch folder("each");
    const auto program = support::small_program();
    REQUIRE(aligned_each::save(program, support::small_scope(), disk(folder.path())));
    Scope scope;
    const auto report = aligned_each::load(program, scope, mapped(folder.path()));
    REQUIRE(report);
    CHECK(report->lent_bytes == report->data_bytes);
    check_same(scope);
    auto bytes = support::read_file(folder / "b");
    bytes.back() = static_cast<char>(bytes.back() ^ 4);
    support::write_file(folder / "b", bytes);
    const support::snapshot before(scope);
    CHECK(aligned_each::load(program, scope, mapped(folder.path())).error().code == errc::bad_checksum);
    CHECK(before.unchanged(scope));
}

TEST_CASE("elements that do not start at a multiple of 64 are copied") {
    const support::scratch folder("plain");
    const auto program = support::small_program();
    REQUIRE(archive<>::save(program, support::small_scope(), disk(folder / "all")));
    Scope scope;
    const auto report = archive<>::load(program, scope, mapped(folder / "all"));
    REQUIRE(report);
    CHECK(report->lent_bytes == 0);
    check_same(scope);

    Tensor flags(DType::BOOL, {3});
    for (auto& byte : flags.bytes()) byte = std::byte{2};
    REQUIRE(aligned::save(std::vector<tensor_ref>{flags.ref("f")}, disk(folder / "f")));
    const auto bools = aligned::load(std::vector<std::string_view>{"f"}, scope, mapped(folder / "f"));
    REQUIRE(bools);
    CHECK(bools->lent_bytes == 0);
    CHECK(scope.find_var("f")->elements<bool>()[2]);
}

TEST_CASE("files that are missing, empty, cut or no files are refused, and the scope stays as it was") {
    const support::scratch folder("refused");
    const auto program = support::small_program();
    REQUIRE(aligned::save(program, support::small_scope(), disk(folder / "all")));
    const auto bytes = support::read_file(folder / "all");
    Scope scope;
    const auto refused = [&](const std::string& path) {
        const auto loaded = aligned::load(program, scope, mapped(path));
        REQUIRE_FALSE(loaded);
        CHECK(scope.local_var_names().empty());
        CHECK(loaded.error().file == path);
        return loaded.error().code;
    };
    CHECK(refused(folder / "nope") == errc::not_found);
    CHECK(refused(folder.path()) == errc::not_regular_file);
    support::write_file(folder / "empty", "");
    CHECK(refused(folder / "empty") == errc::truncated);
    for (std::size_t size = 1; size < bytes.size(); size += 7) {
        support::write_file(folder / "cut", bytes.substr(0, size));
        const auto code = refused(folder / "cut");
        CHECK((code == errc::truncated || code == errc::missing_record));
    }
    using each = archive<layout::per_file>;
    CHECK(each::load(std::vector<std::string_view>{"../all"}, scope, mapped(folder.path())).error().code == errc::bad_name);
}
