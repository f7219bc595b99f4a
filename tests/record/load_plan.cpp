#include <doctest/doctest.h>
#include <support/scratch.hpp>
#include <wherry/policy/layout.hpp>
#include <wherry/policy/memory.hpp>
#include <wherry/record/load_plan.hpp>
#include <wherry/record/save_plan.hpp>

#include <string>
#include <vector>

using namespace wherry;

namespace {
std::string bytes_of(std::span<const tensor_ref> refs) {
    memory sink;
    return *write(*save_plan::make<layout::combined>(refs), sink, {});
}
std::string one(const Tensor& tensor) {
    const auto ref = tensor.ref("x");
    return bytes_of(std::span(&ref, 1));
}
/// Its second tensor cannot be read.
struct late {
    struct reader {
        std::string bytes;
        [[nodiscard]] std::uint64_t size_bytes() const { return bytes.size(); }
        [[nodiscard]] std::string_view path() const { return "late"; }
        result<void> read_at(std::uint64_t offset, std::span<std::byte> into) {
            if (into.size() == 80'000) return error{.code = errc::cannot_read, .offset = offset};
            return memory_reader(bytes).read_at(offset, into);
        }
    };
    static constexpr std::string_view name = "late";
    static constexpr bool many_records = false;
    std::string bytes;
    result<void> expect(std::span<const std::string_view>) { return {}; }
    result<reader> open(std::string_view) { return reader{bytes}; }
};
/// Counts the bytes it is asked for, and fails once it has given so many.
struct counted {
    struct reader {
        counted* from;
        [[nodiscard]] std::uint64_t size_bytes() const { return from->bytes.size(); }
        [[nodiscard]] std::string_view path() const { return "counted"; }
        result<void> read_at(std::uint64_t offset, std::span<std::byte> into) {
            from->asked += into.size();
            if (from->asked > from->given) return error{.code = errc::cannot_read, .offset = offset};
            return memory_reader(from->bytes).read_at(offset, into);
        }
        static void will_fill(std::span<std::byte> fresh) noexcept { told_bytes += fresh.size(); }
    };
    inline static std::uint64_t told_bytes = 0;  ///< of fresh memory
    static constexpr std::string_view name = "counted";
    static constexpr bool many_records = false;
    std::string bytes;
    std::uint64_t given = ~std::uint64_t{0};
    std::uint64_t asked = 0;
    result<void> expect(std::span<const std::string_view>) { return {}; }
    result<reader> open(std::string_view) { return reader{this}; }
};
const std::vector<wanted_tensor> x{{"x"}};
}  // namespace

TEST_CASE("from memory, bytes go into the memory a tensor has where it is large enough") {
    Scope scope;
    scope.var("x") = support::counting({4, 4}, 0);
    scope.var("x").set_lod({{0, 4}});
    const auto* held = scope.find_var("x")->bytes().data();
    const auto smaller = support::counting({2, 3}, 7);
    const auto bytes = one(smaller);
    memory named{bytes};
    const auto report = load_tensors<layout::combined>(x, scope, named);
    REQUIRE(report);
    CHECK(report->tensor_count == 1);
    CHECK(report->data_bytes == 24);
    CHECK(report->warnings.empty());
    CHECK(*scope.find_var("x") == smaller);  // dims and LoD of the file
    CHECK(scope.find_var("x")->bytes().data() == held);

    const auto larger = support::counting({40}, 1);
    const auto more = one(larger);
    memory second{more};
    REQUIRE(load_tensors<layout::combined>(x, scope, second));
    CHECK(*scope.find_var("x") == larger);
}

TEST_CASE("names are made in the scope, or found in a parent") {
    Scope parent;
    Scope scope(&parent);
    parent.var("x");
    const auto value = support::counting({2}, 1);
    const auto bytes = one(value);
    memory source{bytes};
    REQUIRE(load_tensors<layout::combined>(x, scope, source));
    CHECK(scope.local_var_names().empty());
    CHECK(*parent.find_var("x") == value);
    const std::vector<wanted_tensor> y{{"y"}};
    REQUIRE(load_tensors<layout::combined>(y, scope, source));
    CHECK(scope.local_var_names() == std::vector<std::string_view>{"y"});
}

TEST_CASE("empty tensors, scalars and BOOL bytes other than 0 and 1") {
    Tensor empty(DType::INT64, {0, 3});
    Tensor scalar = Tensor::of<float>({}, {2.5F});
    Tensor flags(DType::BOOL, {4});
    flags.bytes()[0] = std::byte{0};
    flags.bytes()[1] = std::byte{1};
    flags.bytes()[2] = std::byte{2};
    flags.bytes()[3] = std::byte{255};
    const std::vector<tensor_ref> refs{empty.ref("a"), scalar.ref("b"), flags.ref("c")};
    const std::vector<wanted_tensor> wanted{{"a"}, {"b"}, {"c"}};
    const auto bytes = bytes_of(refs);
    const auto check = [&](auto source) {
        Scope scope;
        REQUIRE(load_tensors<layout::combined>(wanted, scope, source));
        CHECK(*scope.find_var("a") == empty);
        CHECK(*scope.find_var("b") == scalar);
        const auto loaded = scope.find_var("c")->bytes();
        CHECK(as_chars(loaded) == std::string_view("\x00\x01\x01\x01", 4));
    };
    check(memory{bytes});
    support::map_store store;
    store.files[""] = bytes;
    check(store);
}

TEST_CASE("a reader that fails late leaves the scope as it was") {
    static_assert(Source<late>);
    const auto a = support::counting({30'000}, 0);
    const auto b = support::counting({20'000}, 0);
    const std::vector<tensor_ref> refs{a.ref("a"), b.ref("b")};
    late source{bytes_of(refs)};
    Scope scope;
    scope.var("a") = support::counting({30'000}, 5);
    const support::snapshot before(scope);
    const auto loaded = load_tensors<layout::combined>(std::vector<wanted_tensor>{{"a"}, {"b"}}, scope, source);
    REQUIRE_FALSE(loaded);
    CHECK(loaded.error().code == errc::cannot_read);
    CHECK(loaded.error().file == "late");
    CHECK(loaded.error().variable == "b");
    CHECK(before.unchanged(scope));
}

TEST_CASE("a file of many small tensors is read once, and one that fails on the way leaves the scope as it was") {
    static_assert(Source<counted>);
    std::vector<Tensor> tensors;
    std::vector<std::string> names;
    for (std::int64_t i = 0; i < 400; ++i) {
        tensors.push_back(support::counting({i * 37 % 4500}, static_cast<float>(i)));  // up to 18 KB: some are read by themselves
        names.push_back("t" + std::to_string(i));
    }
    std::vector<tensor_ref> refs;
    std::vector<wanted_tensor> wanted;
    for (std::size_t i = 0; i < tensors.size(); ++i) {
        refs.push_back(tensors[i].ref(names[i]));
        wanted.push_back({names[i]});
    }
    counted source{.bytes = bytes_of(refs)};
    Scope scope;
    REQUIRE(load_tensors<layout::combined>(wanted, scope, source));
    for (std::size_t i = 0; i < tensors.size(); ++i) CHECK(*scope.find_var(names[i]) == tensors[i]);
    CHECK(source.asked <= source.bytes.size() + source.bytes.size() / 3);

    for (const auto& name : names) scope.var(name) = support::counting({1}, 3);
    const support::snapshot before(scope);
    for (const std::uint64_t part : {0U, 1U, 2U, 3U}) {
        counted failing{.bytes = source.bytes, .given = part * source.bytes.size() / 4};
        const auto loaded = load_tensors<layout::combined>(wanted, scope, failing);
        REQUIRE_FALSE(loaded);
        CHECK(loaded.error().code == errc::cannot_read);
        CHECK(loaded.error().file == "counted");
        CHECK_FALSE(loaded.error().variable.empty());
        CHECK(before.unchanged(scope));
    }
}

TEST_CASE("a reader is told of large memory that was never used") {
    const Tensor small(DType::UINT8, {4'000'000});
    const Tensor large(DType::UINT8, {5'000'000});
    for (const auto* tensor : {&small, &large}) {
        counted source{one(*tensor)};
        counted::told_bytes = 0;
        Scope scope;
        REQUIRE(load_tensors<layout::combined>(x, scope, source));
        CHECK(counted::told_bytes == (tensor == &large ? 5'000'000 : 0));
    }
}
