#include <doctest/doctest.h>
#include <support/scratch.hpp>
#include <wherry/policy/layout.hpp>
#include <wherry/policy/memory.hpp>
#include <wherry/record/save_plan.hpp>

#include <array>
#include <limits>

using namespace wherry;

namespace {
const std::array<std::byte, 24> some_bytes{};
tensor_ref named(std::string_view name) { return {.name = name, .dtype = DType::FP32, .dims = {2, 3}, .bytes = some_bytes}; }

errc code_of(const tensor_ref& tensor) {
    const auto plan = save_plan::make<layout::combined>(std::span(&tensor, 1));
    REQUIRE_FALSE(plan);
    CHECK(plan.error().variable == tensor.name);
    return plan.error().code;
}
}  // namespace

TEST_CASE("a plan points at the tensors' bytes and knows every size beforehand") {
    const std::array tensors{named("b"), named("a")};
    const auto plan = save_plan::make<layout::combined>(tensors);
    REQUIRE(plan);
    REQUIRE(plan->records().size() == 1);
    CHECK(plan->records()[0].size_bytes == 2 * (26 + 24));
    const auto pieces = plan->pieces(0);
    REQUIRE(pieces.size() == 4);
    CHECK(pieces[0].size() == 26);
    if (native_is_little_endian) CHECK(pieces[1].data() == some_bytes.data());  // not copied
    const auto files = save_plan::make<layout::per_file>(tensors);
    REQUIRE(files);
    REQUIRE(files->records().size() == 2);
    CHECK(files->records()[0].name == "b");
    CHECK(files->records()[1].size_bytes == 50);
}

TEST_CASE("arrays that could not be read again are not written") {
    auto tensor = named("x");
    tensor.dtype = static_cast<DType>(7);
    CHECK(code_of(tensor) == errc::bad_dtype);
    tensor = named("x");
    tensor.dims = {-1, 3};
    CHECK(code_of(tensor) == errc::bad_dims);
    tensor.dims = {std::int64_t{1} << 62, 4};
    CHECK(code_of(tensor) == errc::overflow);
    tensor.dims = {0, std::int64_t{1} << 62, 4};
    CHECK(code_of(tensor) == errc::overflow);
    tensor.bytes = {};
    for (const Shape& dims : {Shape{0, std::int64_t{1} << 62}, Shape{std::int64_t{1} << 62, 0}, Shape{std::int64_t{1} << 62}}) {
        tensor.dims = dims;  // no loader takes these
        CHECK(code_of(tensor) == errc::overflow);
    }
    tensor = named("x");
    tensor.dims = {2, 2};
    CHECK(code_of(tensor) == errc::shape_mismatch);
    tensor = named("x");
    const LoD falls{{0, 2, 1}};
    tensor.lod = &falls;
    CHECK(code_of(tensor) == errc::bad_lod);
    const LoD deep(17, {0, 1});
    tensor.lod = &deep;
    CHECK(code_of(tensor) == errc::bad_lod);
    CHECK(code_of(named("")) == errc::bad_name);
    const std::string long_name(1024, 'x');
    const auto plan = save_plan::make<layout::combined>(std::array{named(long_name)});
    CHECK(plan.error().code == errc::bad_name);
    CHECK(code_of(named(std::string_view("a\0b", 3))) == errc::bad_name);
    const auto twice = save_plan::make<layout::combined>(std::array{named("x"), named("y"), named("x")});
    REQUIRE_FALSE(twice);
    CHECK(twice.error().code == errc::duplicate_name);
    CHECK(twice.error().variable == "x");
}

namespace mine {
struct loses_one {
    static constexpr std::string_view name = "loses_one";
    static constexpr bool single_record = true;
    std::vector<record> records(std::span<const std::string_view>) const { return {{"", {0}}}; }
};
struct repeats_one {
    static constexpr std::string_view name = "repeats_one";
    static constexpr bool single_record = false;
    std::vector<record> records(std::span<const std::string_view>) const { return {{"a", {0, 1}}, {"b", {1}}}; }
};
struct invents_one {
    static constexpr std::string_view name = "invents_one";
    static constexpr bool single_record = false;
    std::vector<record> records(std::span<const std::string_view>) const { return {{"a", {0, 1, 2}}}; }
};
struct not_single {
    static constexpr std::string_view name = "not_single";
    static constexpr bool single_record = true;
    std::vector<record> records(std::span<const std::string_view>) const { return {{"named", {0, 1}}}; }
};
}  // namespace mine

TEST_CASE("a layout that lies is found out") {
    const std::array tensors{named("b"), named("a")};
    const auto lost = save_plan::make<mine::loses_one>(tensors);
    CHECK(lost.error().code == errc::bad_argument);
    CHECK(lost.error().variable == "a");
    CHECK(lost.error().op == "loses_one");
    CHECK(save_plan::make<mine::repeats_one>(tensors).error().code == errc::bad_argument);
    CHECK(save_plan::make<mine::invents_one>(tensors).error().code == errc::bad_argument);
    CHECK(save_plan::make<mine::not_single>(tensors).error().code == errc::bad_argument);
}
