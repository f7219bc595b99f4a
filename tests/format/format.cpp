#include <doctest/doctest.h>
#include <support/scratch.hpp>
#include <wherry/archive/archive.hpp>
#include <wherry/policy/disk.hpp>
#include <wherry/policy/mapped.hpp>
#include <wherry/policy/memory.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

using namespace wherry;

namespace {
/// A format of your own: every name, then the number of floats after it, then all the floats.
struct floats {
    using kind = kinds::format;
    static constexpr std::string_view name = "floats";
    static constexpr format_facts facts{};
    inline static std::uint64_t moved_by = 0;  ///< what is wrong with positions

    static constexpr bool holds(DType dtype) noexcept { return dtype == DType::FP32; }
    static result<void> plan(save_plan& into, std::span<const tensor_ref> tensors, const limits&) {
        byte_buffer head;
        for (const auto& one : tensors) {
            head.push_back(one.name[0]);
            append_little_endian(head, std::uint32_t(one.bytes.size() / 4));
        }
        into.append(view_of(head));
        into.append("\n");
        for (const auto& one : tensors) into.add_elements(one);
        return {};
    }
    static result<record_listing> index(any_reader& reader, const listing_request&) {
        std::string all(reader.size_bytes(), '\0');
        if (auto read = reader.read_at(0, std::as_writable_bytes(std::span(all))); !read) return read.failure();
        record_listing made;
        byte_cursor in(all);
        std::uint64_t offset = all.find('\n') + 1 + moved_by;
        while (all[in.offset()] != '\n') {
            const std::string of(1, all[in.offset()]);
            if (auto skipped = in.read<std::uint8_t>(""); !skipped) return skipped.failure();
            const auto count = in.read<std::uint32_t>("");
            if (!count) return count.failure();
            made.arrays.push_back({of, {DType::FP32, Shape{std::int64_t{*count}}, {}, *count * 4U, offset}});
            offset += *count * 4U;
        }
        return made;
    }
};
static_assert(WritableFormat<floats> && !Format<plain>);

const float ones[3] = {1, 2, 3};
const float twos[2] = {4, 5};
sequence<tensor_ref> arrays() {
    return {{"b", DType::FP32, Shape{3}, nullptr, std::as_bytes(std::span(ones))},
            {"a", DType::FP32, Shape{2}, nullptr, std::as_bytes(std::span(twos))}};
}
const sequence<std::string_view> both{"a", "b"};

template <class Archive, class Source>
void comes_back(Source&& source) {
    Scope scope;
    const auto loaded = Archive::load(std::span<const std::string_view>(both), scope, source);
    REQUIRE_MESSAGE(loaded, loaded.error().message);
    CHECK(loaded->tensor_count == 2);
    CHECK(loaded->data_bytes == 20);
    CHECK(scope.find_var("b")->dims() == Shape{3});
    CHECK(scope.find_var("b")->template elements<float>()[2] == 3);
    CHECK(scope.find_var("a")->template elements<float>()[1] == 5);
}
}  // namespace

TEST_CASE_TEMPLATE("arrays come back in every format from every source", F, format::streams, floats) {
    const support::scratch folder("format");
    using kept = archive<F, durable>;
    const auto bytes = kept::save(std::span<const tensor_ref>(arrays()), memory{});
    REQUIRE(bytes);
    comes_back<kept>(memory{*bytes});
    REQUIRE(kept::save(std::span<const tensor_ref>(arrays()), disk{folder.path() + "/m"}));
    CHECK(support::read_file(folder.path() + "/m") == *bytes);
    comes_back<kept>(disk{folder.path() + "/m"});
    comes_back<kept>(mapped{folder.path() + "/m"});
}

TEST_CASE("positions that a format gives are checked") {
    const auto bytes = archive<floats>::save(std::span<const tensor_ref>(arrays()), memory{});
    REQUIRE(bytes);
    for (const std::uint64_t moved : {std::uint64_t{1}, ~std::uint64_t{0} - 11}) {
        floats::moved_by = moved;
        Scope scope;
        const auto loaded = archive<floats>::load(std::span<const std::string_view>(both), scope, memory{*bytes});
        floats::moved_by = 0;
        REQUIRE_FALSE(loaded);
        CHECK(loaded.error().code == errc::truncated);
        CHECK(scope.find_var("a") == nullptr);
    }
}
