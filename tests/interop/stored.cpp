#include <doctest/doctest.h>

#include <support/check_error.hpp>
#include <support/golden.hpp>
#include <support/scratch.hpp>

#include <wherry/archive/archive.hpp>
#include <wherry/archive/stored.hpp>
#include <wherry/interop/state_file.hpp>
#include <wherry/interop/state_file_save.hpp>
#include <wherry/tensor/converted.hpp>

#include <cstdint>
#include <filesystem>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <utility>

using namespace wherry;

namespace {
/// A format as users may have them that looks at bytes itself.
struct bytes_alone {
    using kind = kinds::format;
    static constexpr std::string_view name = "bytes_alone";
    static constexpr format_facts facts{};
    static result<void> plan(save_plan& into, std::span<const tensor_ref> tensors, const limits&) {
        for (const auto& one : tensors) into.append(as_chars(one.bytes));
        return {};
    }
    static result<record_listing> index(any_reader&, const listing_request&) { return record_listing{}; }
};

/// Arrays of several types, sizes and LoD.
state_dict some_arrays() {
    state_dict made;
    made.add("a", Tensor::of<float>({2, 3}, {0, -1, 2.5F, 3, std::numeric_limits<float>::infinity(), 5}));
    Tensor with_lod = Tensor::of<std::int64_t>({3}, {7, -8, 9});
    with_lod.set_lod({{0, 1, 3}});
    made.add("b", std::move(with_lod));
    made.add("c", Tensor::of<std::uint8_t>({1}, {200}));
    made.add("d", Tensor::of<double>({0, 4}, {}));
    Tensor large(DType::FP32, {300, 1'000});
    float next = -1000;
    for (auto& element : large.elements<float>()) element = next += 0.25F;
    made.add("e", std::move(large));
    return made;
}
}  // namespace

TEST_CASE("arrays that are listed are saved as those that are loaded, from every form to every form") {
    const support::scratch place("stored");
    using state_file::form;
    const auto arrays = some_arrays();
    for (const auto from : {form::combined, form::per_file, form::pdparams, form::npz, form::safetensors, form::text}) {
        CAPTURE(static_cast<int>(from));
        const auto path = place / ("from" + std::to_string(static_cast<int>(from)));
        REQUIRE(state_file::save(arrays.refs(), path, from, {.rules = {.names = from == form::combined}, .drop = true}));
        const auto listed = state_file::list(path);
        const auto loaded = state_file::load(path);
        REQUIRE(listed);
        REQUIRE(loaded);
        REQUIRE(listed->arrays.size() == arrays.size());
        for (const auto& one : listed->arrays) CHECK(*one.tensor() == *loaded->arrays.find(one.name));
        for (const auto to : {form::combined, form::pdparams, form::npz, form::safetensors, form::text}) {
            CAPTURE(static_cast<int>(to));
            REQUIRE(state_file::save(listed->refs(), place / "lazy", to, {.drop = true}));
            REQUIRE(state_file::save(loaded->arrays.refs(), place / "eager", to, {.drop = true}));
            if (to != form::text) CHECK(support::read_file(place / "lazy") == support::read_file(place / "eager"));
            else
                for (const auto& one : listed->arrays)
                    CHECK(support::read_file(place / ("lazy/" + one.name + ".txt")) ==
                          support::read_file(place / ("eager/" + one.name + ".txt")));
            std::filesystem::remove_all(place / "lazy");
            std::filesystem::remove_all(place / "eager");
        }
    }
}

TEST_CASE("a checkpoint that is listed is written as it was, an array of two names once") {
    const support::scratch place("stored_shared");
    for (const auto* const name : {"nested.pdparams", "nested-p2.pdparams", "more.pdparams", "tied.pdparams", "tied.pdopt"}) {
        CAPTURE(name);
        const auto path = support::golden(std::string("paddle26/checkpoints/") + name);
        const auto listed = state_file::list(path);
        REQUIRE(listed);
        const auto bytes = support::read_file(path);
        const int protocol = bytes[1];
        REQUIRE(state_file::save(listed->refs(), place / "again", state_file::form::pdparams,
                                 {.protocol = protocol, .extra = listed->report.extra}));
        CHECK((support::read_file(place / "again") == bytes));
    }
}

TEST_CASE("annotations of listed arrays have the checksums of their elements, which are checked when they are fetched") {
    const support::scratch place("stored_checksums");
    const auto arrays = some_arrays();
    REQUIRE(state_file::save(arrays.refs(), place / "a.npz", state_file::form::npz, {.drop = true}));
    const state_file::save_options options{.rules = {.alignment = 64, .checksums = true, .names = true}};
    const auto listed = state_file::list(place / "a.npz");
    REQUIRE(listed);
    REQUIRE(state_file::save(listed->refs(), place / "m", state_file::form::combined, options));
    REQUIRE(state_file::save(state_file::load(place / "a.npz")->arrays.refs(), place / "n", state_file::form::combined, options));
    auto bytes = support::read_file(place / "m");
    CHECK(bytes == support::read_file(place / "n"));
    bytes[bytes.size() - 9] = static_cast<char>(bytes[bytes.size() - 9] ^ 1);
    support::write_file(place / "m", bytes);
    const auto damaged = state_file::list(place / "m");
    REQUIRE(damaged);
    CHECK(damaged->find("a")->tensor());
    const auto refused = damaged->find("e")->tensor();
    CHECK(refused.error().code == errc::bad_checksum);
    CHECK(refused.error().variable == "e");
    CHECK(state_file::save(damaged->refs(), place / "out", state_file::form::npz, {.drop = true}).error().code == errc::bad_checksum);
    CHECK(!std::filesystem::exists(place / "out"));
}

TEST_CASE("an array is changed whenever it is fetched") {
    const support::scratch place("stored_changed");
    REQUIRE(state_file::save(some_arrays().refs(), place / "a", state_file::form::safetensors, {.drop = true}));
    auto listed = state_file::list(place / "a");
    REQUIRE(listed);
    auto one = *listed->find("e");
    const auto before = *one.tensor();
    one = changed(std::move(one), DType::FP64, Shape(before.dims()), [](Tensor&& from) { return converted(from.ref({}), DType::FP64); });
    CHECK(*one.tensor() == *converted(before.ref({}), DType::FP64));
    one = changed(std::move(one), DType::FP32, Shape(before.dims()), [](Tensor&& from) { return result<Tensor>(std::move(from)); });
    const auto wrong = one.ref();
    CHECK(state_file::save(std::span(&wrong, 1), place / "b", state_file::form::npz).error().code == errc::shape_mismatch);
}

TEST_CASE("a format that takes bytes alone is refused elements that have a source") {
    const support::scratch place("stored_bytes_alone");
    REQUIRE(state_file::save(some_arrays().refs(), place / "a", state_file::form::npz, {.drop = true}));
    const auto listed = state_file::list(place / "a");
    REQUIRE(listed);
    CHECK(archive<bytes_alone>::save(listed->refs(), memory{}).error().code == errc::unsupported);
    CHECK(archive<bytes_alone>::save(some_arrays().refs(), memory{}));
}
