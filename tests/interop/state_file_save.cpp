#include <doctest/doctest.h>

#include <support/scratch.hpp>

#include <wherry/archive/archive.hpp>
#include <wherry/interop/state_file.hpp>
#include <wherry/interop/state_file_save.hpp>
#include <wherry/policy/memory.hpp>

#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

using namespace wherry;
using state_file::form;

namespace {
const Tensor weights = Tensor::of<float>({2, 3}, {1, 2, 3, 4, 5, 6});
const Tensor narrow = Tensor::of<wherry::bfloat16>({1}, {wherry::bfloat16(1.0F)});
}  // namespace

TEST_CASE("a combined file without options is the reference's") {
    const support::scratch place("state_save");
    const std::vector<tensor_ref> one{weights.ref("w")};
    REQUIRE(state_file::save(one, place / "all", form::combined));
    CHECK(support::read_file(place / "all") == *archive<>::save(std::span<const tensor_ref>(one), memory{}));
}

TEST_CASE("metadata and structured names are kept from load to save") {
    const support::scratch place("state_extra");
    const auto kept = [&](std::string_view golden, form as) {
        auto loaded = state_file::load(support::golden(golden));
        REQUIRE(loaded);
        REQUIRE(state_file::save(loaded->arrays.refs(), place / "again", as, {.extra = loaded->report.extra}));
        auto again = state_file::load(place / "again");
        REQUIRE(again);
        return std::pair(*std::move(loaded), *std::move(again));
    };
    const auto official = kept("numpy/official.safetensors", form::safetensors);
    REQUIRE(official.second.report.extra.as<safetensors::metadata>() != nullptr);
    CHECK(official.second.report.extra.as<safetensors::metadata>()->entries[0].value == "np");
    CHECK((support::read_file(place / "again") == support::read_file(support::golden("numpy/official.safetensors"))));
    const auto ordered = kept("pickle/py3-ordered-p2.pdparams", form::pdparams);
    const auto* const before = ordered.first.report.extra.as<pickle::extra>();
    const auto* const after = ordered.second.report.extra.as<pickle::extra>();
    REQUIRE(before != nullptr);
    REQUIRE(after != nullptr);
    REQUIRE(after->structured_names.size() == before->structured_names.size());
    for (std::size_t i = 0; i < after->structured_names.size(); ++i) {
        CHECK(after->structured_names[i].structured == before->structured_names[i].structured);
        CHECK(after->structured_names[i].parameter == before->structured_names[i].parameter);
    }
}

TEST_CASE("arrays that a form cannot hold are refused before anything is written") {
    const support::scratch place("state_save_refused");
    const std::vector<tensor_ref> both{weights.ref("w"), narrow.ref("n")};
    const auto path = place / "file";
    const auto refused = [&](form as, const state_file::save_options& options, std::span<const tensor_ref> tensors) {
        const auto saved = state_file::save(tensors, path, as, options);
        REQUIRE(!saved);
        CHECK(!std::filesystem::exists(path));
        return saved.error().code;
    };
    CHECK(refused(form::npz, {}, both) == errc::bad_dtype);
    CHECK(refused(form::npz, {.gzip = true}, both) == errc::bad_argument);
    CHECK(refused(form::pdparams, {.rules = {16, false, false}}, both) == errc::bad_argument);
    CHECK(refused(form::safetensors, {.rules = {1, false, true}}, both) == errc::bad_argument);
    CHECK(refused(form::combined, {.rules = {24, false, false}}, both) == errc::bad_argument);
    CHECK(refused(form::combined, {}, {}) == errc::nothing_to_save);
    const std::vector<tensor_ref> twice{weights.ref("w"), weights.ref("w")};
    for (const auto as : {form::combined, form::per_file, form::pdparams, form::npz, form::safetensors, form::text})
        CHECK(refused(as, {}, twice) == errc::duplicate_name);
    CHECK(state_file::save(both, path, form::npz, {.bits = true}));
}

TEST_CASE("LoD and values beside the arrays are refused where a form has no place for them, unless they may be dropped") {
    const support::scratch place("state_drop");
    auto sequences = weights;
    sequences.set_lod({{0, 1, 2}});
    const std::vector<tensor_ref> with_lod{sequences.ref("w")};
    const auto optimizer = state_file::load(support::golden("paddle26/checkpoints/tied.pdopt"));
    REQUIRE(optimizer);
    const auto refs = optimizer->arrays.refs();
    for (const auto as : {form::npz, form::safetensors, form::text, form::pdparams, form::combined, form::per_file}) {
        CAPTURE(static_cast<int>(as));
        const auto path = place / ("lod" + std::to_string(static_cast<int>(as)));
        const auto values = place / ("values" + std::to_string(static_cast<int>(as)));
        const auto lod_saved = state_file::save(with_lod, path, as);
        const bool holds_lod = as == form::combined || as == form::per_file;
        CHECK(static_cast<bool>(lod_saved) == holds_lod);
        if (!lod_saved) CHECK(lod_saved.error().code == errc::lod_mismatch);
        if (!lod_saved) CHECK(lod_saved.error().variable == "w");
        CHECK(std::filesystem::exists(path) == holds_lod);
        CHECK(state_file::save(with_lod, path, as, {.drop = true}));
        const auto saved = state_file::save(refs, values, as, {.extra = optimizer->report.extra});
        CHECK(static_cast<bool>(saved) == (as == form::pdparams));
        if (!saved) CHECK(saved.error().code == errc::unsupported);
        if (!saved) CHECK(saved.error().variable == "LR_Scheduler/last_epoch");
        CHECK(state_file::save(refs, values, as, {.extra = optimizer->report.extra, .drop = true}));
    }
    // a pickle of values alone
    const auto info = state_file::load(support::golden("paddle26/checkpoints/tied.pdiparams.info"));
    REQUIRE(info);
    CHECK(info->arrays.empty());
    REQUIRE(state_file::save({}, place / "info", form::pdparams, {.extra = info->report.extra}));
    CHECK((support::read_file(place / "info") == support::read_file(support::golden("paddle26/checkpoints/tied.pdiparams.info"))));
    CHECK(state_file::save({}, place / "npz", form::npz, {.extra = info->report.extra}).error().code == errc::nothing_to_save);
}
