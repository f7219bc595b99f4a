#include <doctest/doctest.h>

#include <support/golden.hpp>
#include <support/scratch.hpp>

#include <wherry/interop/state_extra.hpp>
#include <wherry/interop/state_file.hpp>
#include <wherry/interop/state_file_save.hpp>

#include <string>
#include <string_view>

using namespace wherry;

namespace {
const std::string tied = "paddle26/checkpoints/tied.pdparams";  // two structured names of one parameter

kept_extra metadata_with_table(std::string_view json) {
    return kept_extra(safetensors::metadata{{{"StructuredToParameterName@@", std::string(json)}}});
}
errc refused_table(std::string_view json) {
    const auto names = state_file::names_in(metadata_with_table(json));
    REQUIRE(!names);
    return names.error().code;
}
}  // namespace

TEST_CASE("names of parameters go from a pickle into the metadata of safetensors and back") {
    const support::scratch place("extra_names");
    const auto from = state_file::load(support::golden(tied));
    REQUIRE(from);
    const auto names = state_file::names_in(from->report.extra);
    REQUIRE(names);
    REQUIRE(names->size() > 1);
    REQUIRE(state_file::save(from->arrays.refs(), place / "m", state_file::form::safetensors, {.extra = from->report.extra}));
    const auto there = state_file::load(place / "m");
    REQUIRE(there);
    const auto* const metadata = there->report.extra.as<safetensors::metadata>();
    REQUIRE(metadata != nullptr);
    REQUIRE(metadata->entries.size() == 2);
    for (const auto& one : metadata->entries)
        if (one.key == "format") CHECK(one.value == "np");
    REQUIRE(state_file::save(there->arrays.refs(), place / "p", state_file::form::pdparams, {.extra = there->report.extra}));
    const auto back = state_file::load(place / "p");
    REQUIRE(back);
    for (const auto* const held : {&there->report.extra, &back->report.extra}) {
        const auto again = state_file::names_in(*held);
        REQUIRE(again);
        REQUIRE(again->size() == names->size());
        for (const auto& one : *names) CHECK(again->parameter_of(one.structured) == one.parameter);
    }
}

TEST_CASE("safetensors made of nothing that had metadata say their format; those that had some keep theirs") {
    const support::scratch place("extra_format");
    const Tensor w = Tensor::of<float>({2}, {1, 2});
    const sequence<tensor_ref> refs{w.ref("w")};
    REQUIRE(state_file::save(refs, place / "new", state_file::form::safetensors));
    const auto made = state_file::load(place / "new");
    REQUIRE(made);
    const auto* const metadata = made->report.extra.as<safetensors::metadata>();
    REQUIRE(metadata != nullptr);
    REQUIRE(metadata->entries.size() == 1);
    CHECK(metadata->entries[0].key == "format");
    CHECK(metadata->entries[0].value == "np");
    for (const auto& kept : {safetensors::metadata{}, safetensors::metadata{{{"format", "pt"}, {"epoch", "3"}}}}) {
        REQUIRE(archive<format::safetensors>::save(refs, disk{place / "a"}, format::safetensors{kept}));
        const auto read = state_file::load(place / "a");
        REQUIRE(read);
        REQUIRE(state_file::save(read->arrays.refs(), place / "b", state_file::form::safetensors, {.extra = read->report.extra}));
        CHECK(support::read_file(place / "b") == support::read_file(place / "a"));
    }
}

TEST_CASE("what another form has no place for is said by its name") {
    using state_file::check_extra;
    const kept_extra own(safetensors::metadata{{{"format", "pt"}, {"epoch", "3"}}});
    CHECK(check_extra(own, false, true, false));
    const auto lost = check_extra(own, false, false, true);
    REQUIRE(!lost);
    CHECK(lost.error().code == errc::unsupported);
    CHECK(lost.error().variable == "epoch");
    CHECK(lost.error().found == "3");
    CHECK(check_extra(kept_extra(safetensors::metadata{{{"format", "pt"}}}), false, false, true));
    const auto table = metadata_with_table(R"({"fc1.weight": "linear_0.w_0"})");
    CHECK(check_extra(table, true, false, false));
    const auto names = check_extra(table, false, false, true);
    REQUIRE(!names);
    CHECK(names.error().variable == "StructuredToParameterName@@");
    CHECK(names.error().found == "fc1.weight");
}

TEST_CASE("a table of names that is not one is refused") {
    CHECK(refused_table("") == errc::bad_safetensors);
    CHECK(refused_table("[1]") == errc::bad_safetensors);
    CHECK(refused_table(R"({"a": 1})") == errc::bad_safetensors);
    CHECK(refused_table(R"({"a": {"b": "c"}})") == errc::bad_safetensors);
    CHECK(refused_table(std::string(100000, '[')) == errc::bad_safetensors);
    CHECK(refused_table(R"({"": "b"})") == errc::bad_name);
    CHECK(refused_table(R"({"a": "\u0000"})") == errc::bad_name);
}
