#include <doctest/doctest.h>

#include <support/scratch.hpp>

#include <wherry/archive/archive.hpp>
#include <wherry/policy/disk.hpp>
#include <wherry/policy/memory.hpp>
#include <wherry/record/annotated.hpp>

#include <bit>
#include <string>
#include <vector>

using namespace wherry;

namespace {
using named = archive<annotate<wherry::names>>;
using summed = archive<annotate<checksum>>;
using all_three = archive<annotate<align<64>, checksum, wherry::names>>;

template <class Archive>
std::string bytes_of(const Scope& scope = support::small_scope()) {
    return *Archive::save(support::small_program(), scope, memory{});
}

template <class... As>
void every_layout_and_source() {
    const auto program = support::small_program();
    const auto scope = support::small_scope();
    const auto same = [&](const Scope& loaded) {
        for (const auto name : scope.local_var_names()) {
            REQUIRE(loaded.find_var(name) != nullptr);
            CHECK(*loaded.find_var(name) == *scope.find_var(name));
        }
    };
    const auto round = [&]<class Archive>(std::type_identity<Archive>, auto&& sink, auto&& source_of) {
        auto saved = Archive::save(program, scope, sink);
        REQUIRE(saved);
        Scope loaded;
        const auto report = Archive::load(program, loaded, source_of(saved));
        if (!report) FAIL(to_string(report.error()));
        CHECK(report->warnings.empty());
        same(loaded);
        Scope plain;  // Paddle knows nothing of annotations
        const auto unannotated = archive<typename Archive::layout_policy>::load(program, plain, source_of(saved));
        if (!unannotated) FAIL(to_string(unannotated.error()));
        same(plain);
    };
    const support::scratch folder("annotated");
    using one = archive<annotate<As...>>;
    using each = archive<layout::per_file, annotate<As...>>;
    round(std::type_identity<one>{}, memory{}, [](const result<std::string>& bytes) { return memory{*bytes}; });
    round(std::type_identity<one>{}, disk(folder / "one"), [&](auto&) { return disk(folder / "one"); });
    round(std::type_identity<each>{}, disk(folder / "each"), [&](auto&) { return disk(folder / "each"); });
    support::map_store store;
    round(std::type_identity<each>{}, store, [&](auto&) -> support::map_store& { return store; });
}
}  // namespace

TEST_CASE("annotated files come back by every combination, layout and source, and as Paddle reads them") {
    every_layout_and_source<>();
    every_layout_and_source<align<64>>();
    every_layout_and_source<checksum>();
    every_layout_and_source<wherry::names>();
    every_layout_and_source<align<64>, checksum>();
    every_layout_and_source<wherry::names, align<8>>();
    every_layout_and_source<checksum, wherry::names>();
    every_layout_and_source<wherry::names, checksum, align<4096>>();
}

TEST_CASE("without annotations the bytes are the reference's") {
    CHECK(bytes_of<archive<annotate<>>>() == bytes_of<archive<>>());
    CHECK(bytes_of<archive<annotate<align<1>>>>() == bytes_of<archive<>>());
    CHECK(bytes_of<named>() != bytes_of<archive<>>());
}

TEST_CASE("elements of every tensor of a file start at a multiple of the alignment") {
    const auto bytes = bytes_of<all_three>();
    memory source(bytes);
    auto reader = *source.open({});
    const auto found = index_streams(reader);
    REQUIRE(found);
    CHECK(found->size() == 4);
    for (const auto& one : *found) CHECK(one.header.data_offset % 64 == 0);
}

TEST_CASE("with names a few tensors are loaded from a combined file without its program") {
    const auto bytes = bytes_of<named>();
    for (const auto& wanted : std::vector<std::vector<std::string_view>>{{"w"}, {"w", "acc/w"}, {"lr", "b", "w", "acc/w"}}) {
        Scope scope;
        const auto report = named::load(wanted, scope, memory{bytes});
        REQUIRE(report);
        CHECK(report->tensor_count == wanted.size());
        CHECK(scope.local_var_names().size() == wanted.size());
        for (const auto name : wanted) CHECK(*scope.find_var(name) == *support::small_scope().find_var(name));
    }
    const support::scratch folder("subset");
    support::write_file(folder / "all", bytes);
    Scope scope;
    REQUIRE(named::load(std::vector<std::string_view>{"w", "b"}, scope, disk(folder / "all")));
    CHECK(*scope.find_var("w") == support::counting({2, 3}, 1));
    CHECK(*scope.find_var("b") == support::counting({3}, 10));
}

TEST_CASE("far tensors of a large file are read without what lies between") {
    Scope scope;
    scope.var("a") = support::counting({4}, 1);
    scope.var("m") = Tensor(DType::FP32, {1 << 19});
    scope.var("z") = support::counting({4}, 5);
    std::vector<tensor_ref> refs;
    for (const auto name : {"a", "m", "z"}) refs.push_back(scope.find_var(name)->ref(name));
    const support::scratch folder("far");
    REQUIRE(named::save(refs, disk(folder / "all")));
    Scope loaded;
    REQUIRE(named::load(std::vector<std::string_view>{"z", "a"}, loaded, disk(folder / "all")));
    CHECK(*loaded.find_var("a") == support::counting({4}, 1));
    CHECK(*loaded.find_var("z") == support::counting({4}, 5));
}

TEST_CASE("with names a wrong program is an error and no wrong weights") {
    Scope scope;
    auto missing = named::load(std::vector<std::string_view>{"w", "v"}, scope, memory{bytes_of<named>()});
    REQUIRE_FALSE(missing);
    CHECK(missing.error().code == errc::missing_record);
    CHECK(missing.error().variable == "v");
    CHECK(missing.error().expected == "2 tensors");
    CHECK(missing.error().found == "1 tensor of them among 4 tensors");

    using each = archive<layout::per_file, annotate<wherry::names>>;
    const support::scratch folder("renamed");
    REQUIRE(each::save(support::small_program(), support::small_scope(), disk(folder.path())));
    support::fs::rename(folder / "w", folder / "v");
    const auto other = each::load(std::vector<std::string_view>{"v"}, scope, disk(folder.path()));
    REQUIRE_FALSE(other);
    CHECK(other.error().code == errc::missing_record);
    CHECK(other.error().variable == "v");
    CHECK(other.error().found == "w");
    CHECK(scope.local_var_names().empty());
}

TEST_CASE("a file without the annotations that an archive expects is refused") {
    Scope scope;
    const auto program = support::small_program();
    for (const auto& plain : {bytes_of<archive<>>(), bytes_of<archive<annotate<align<64>>>>()}) {
        const auto no_sum = summed::load(program, scope, memory{plain});
        REQUIRE_FALSE(no_sum);
        CHECK(no_sum.error().code == errc::missing_required);
        CHECK(no_sum.error().variable == "acc/w");
        CHECK(no_sum.error().expected == "a checksum");
        const auto no_name = named::load(program, scope, memory{plain});
        REQUIRE_FALSE(no_name);
        CHECK(no_name.error().code == errc::missing_required);
        CHECK(no_name.error().expected == "a name");
    }
    CHECK(summed::load(program, scope, memory{bytes_of<named>()}).error().code == errc::missing_required);
    CHECK(scope.local_var_names().empty());
}

TEST_CASE("two streams of one name are refused") {
    const auto one = *named::save(std::vector<tensor_ref>{support::small_scope().find_var("w")->ref("w")}, memory{});
    Scope scope;
    const auto loaded = named::load(std::vector<std::string_view>{"w"}, scope, memory{one + one});
    REQUIRE_FALSE(loaded);
    CHECK(loaded.error().code == errc::duplicate_name);
    CHECK(loaded.error().variable == "w");
    CHECK(loaded.error().offset == one.size());
}

namespace {
/// Flips every bit of a file of several tensors in turn; each must be an error that names the variable it lies in.
template <class Archive>
void every_flip_is_named() {
    const auto program = support::small_program();
    const auto bytes = bytes_of<Archive>();
    memory source(bytes);
    auto reader = *source.open({});
    const auto streams = *index_streams(reader);
    const std::vector<std::string_view> names{"acc/w", "b", "lr", "w"};
    Scope scope;
    scope.var("w") = support::counting({5, 5}, 0);
    const support::snapshot before(scope);
    for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
        CAPTURE(bit);
        std::size_t owner = 0;
        while (owner + 1 < streams.size() && streams[owner + 1].stream_offset <= bit / 8) ++owner;
        auto flipped = bytes;
        flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << (bit % 8)));
        const auto loaded = Archive::load(program, scope, memory{flipped});
        REQUIRE_FALSE(loaded);
        REQUIRE(loaded.error().variable == names[owner]);
        REQUIRE(before.unchanged(scope));
    }
}
}  // namespace

TEST_CASE("with checksums one flipped bit anywhere in a file is an error that names the variable") {
    every_flip_is_named<summed>();
    every_flip_is_named<archive<annotate<checksum, align<16>>>>();
    every_flip_is_named<archive<annotate<checksum, wherry::names>>>();
    every_flip_is_named<all_three>();
}

TEST_CASE("a flipped element is placed in its file, with both sums") {
    const support::scratch folder("flip");
    using each = archive<layout::per_file, annotate<checksum>>;
    REQUIRE(each::save(support::small_program(), support::small_scope(), disk(folder.path())));
    auto bytes = support::read_file(folder / "acc/w");
    bytes.back() = static_cast<char>(bytes.back() ^ 1);
    support::write_file(folder / "acc/w", bytes);
    Scope scope;
    const auto loaded = each::load(support::small_program(), scope, disk(folder.path()));
    REQUIRE_FALSE(loaded);
    CHECK(loaded.error().code == errc::bad_checksum);
    CHECK(loaded.error().file == folder / "acc/w");
    CHECK(loaded.error().variable == "acc/w");
    CHECK(loaded.error().offset == bytes.size() - 24);
    CHECK_FALSE(loaded.error().expected.empty());
    CHECK_FALSE(loaded.error().found.empty());
    CHECK(scope.local_var_names().empty());
}

TEST_CASE("annotated files cut at any byte are refused") {
    const auto bytes = bytes_of<all_three>();
    for (std::size_t size = 0; size < bytes.size(); ++size) {
        Scope scope;
        CHECK_FALSE(all_three::load(support::small_program(), scope, memory{std::string_view(bytes).substr(0, size)}));
        CHECK(scope.local_var_names().empty());
    }
}

TEST_CASE("empty tensors, scalars and LoD are annotated like others") {
    Scope scope;
    scope.var("empty") = Tensor(DType::FP32, {0, 3});
    scope.var("scalar") = support::counting({}, 4);
    scope.var("lod") = support::counting({5, 1}, 1);
    scope.var("lod").set_lod({{0, 1, 2}, {0, 2, 5}});
    std::vector<tensor_ref> refs;
    std::vector<std::string_view> names;
    for (const auto name : scope.local_var_names()) names.push_back(name), refs.push_back(scope.find_var(name)->ref(name));
    const auto bytes = all_three::save(refs, memory{});
    REQUIRE(bytes);
    Scope loaded;
    REQUIRE(all_three::load(names, loaded, memory{*bytes}));
    for (const auto name : names) CHECK(*loaded.find_var(name) == *scope.find_var(name));
}
