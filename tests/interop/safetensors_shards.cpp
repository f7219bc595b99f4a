#include <doctest/doctest.h>

#include <support/scratch.hpp>

#include <wherry/interop/safetensors_shards.hpp>
#include <wherry/interop/state_file.hpp>
#include <wherry/interop/state_file_save.hpp>
#include <wherry/policy/paths.hpp>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

using namespace wherry;

namespace {
state_dict four_arrays() {
    state_dict made;
    made.add("a.weight", Tensor::of<float>({2}, {1, 2}));
    made.add("b.weight", Tensor::of<float>({3}, {3, 4, 5}));
    made.add("c", Tensor::of<std::int64_t>({5}, {6, 7, 8, 9, 10}));
    made.add("d", Tensor::of<float>({1}, {11}));
    return made;
}
errc refused_index(std::string_view json) {
    const auto read = safetensors::parse_index(json);
    REQUIRE(!read);
    return read.error().code;
}
}  // namespace

TEST_CASE("arrays are saved as shards with an index, and the folder and the index are read as one") {
    const support::scratch place("shards");
    const auto arrays = four_arrays();
    REQUIRE(state_file::save(arrays.refs(), place / "model.safetensors", state_file::form::safetensors, {.shard_bytes = 20}));
    for (const auto* file : {"model-00001-of-00003.safetensors", "model-00002-of-00003.safetensors", "model-00003-of-00003.safetensors"})
        CHECK(std::filesystem::exists(place / file));
    CHECK(!std::filesystem::exists(place / "model.safetensors"));
    // As json.dumps(index, indent=2, sort_keys=True) of huggingface_hub writes it.
    CHECK(support::read_file(place / "model.safetensors.index.json") ==
          "{\n  \"metadata\": {\n    \"total_size\": 64\n  },\n  \"weight_map\": {\n"
          "    \"a.weight\": \"model-00001-of-00003.safetensors\",\n    \"b.weight\": \"model-00001-of-00003.safetensors\",\n"
          "    \"c\": \"model-00002-of-00003.safetensors\",\n    \"d\": \"model-00003-of-00003.safetensors\"\n  }\n}\n");
    for (const auto& path : {place.path(), place / "model.safetensors.index.json"}) {
        const auto read = state_file::load(path);
        REQUIRE(read);
        CHECK(read->report.warnings.empty());
        REQUIRE(read->arrays.size() == 4);
        for (const auto& held : arrays) CHECK(*read->arrays.find(held.name) == held.tensor);
    }
    const support::scratch whole("shards_whole");
    REQUIRE(state_file::save(arrays.refs(), whole / "m.safetensors", state_file::form::safetensors, {.shard_bytes = 64}));
    CHECK(std::filesystem::exists(whole / "m.safetensors"));
    CHECK(!std::filesystem::exists(whole / "m.safetensors.index.json"));
    CHECK(state_file::save(arrays.refs(), whole / "m.npz", state_file::form::npz, {.shard_bytes = 64}).error().code == errc::bad_argument);
}

TEST_CASE("a model that is saved again in more or fewer shards leaves none of the old ones") {
    const support::scratch place("shards_again");
    const auto arrays = four_arrays();
    support::write_file(place / "model-of-mine.safetensors", "");
    support::write_file(place / "other-00001-of-00009.safetensors", "");
    const auto files_after = [&](std::uint64_t shard_bytes) {
        REQUIRE(state_file::save(arrays.refs(), place / "model.safetensors", state_file::form::safetensors, {.shard_bytes = shard_bytes}));
        const auto names = paths::files_beneath(place.path());
        REQUIRE(names);
        std::string all;
        for (const auto& name : *names)
            if (name != "model-of-mine.safetensors" && name != "other-00001-of-00009.safetensors") all += name + "\n";
        CHECK(names->size() == static_cast<std::size_t>(std::count(all.begin(), all.end(), '\n')) + 2);  // those of others stay
        const auto read = state_file::load(place / "model.safetensors.index.json");
        if (shard_bytes != 0 && shard_bytes < 64) {
            REQUIRE(read);
            CHECK(*read->arrays.find("d") == *arrays.find("d"));
        }
        return all;
    };
    const std::string three = "model-00001-of-00003.safetensors\nmodel-00002-of-00003.safetensors\nmodel-00003-of-00003.safetensors\n"
                              "model.safetensors.index.json\n";
    CHECK(files_after(20) == three);
    CHECK(files_after(44) == "model-00001-of-00002.safetensors\nmodel-00002-of-00002.safetensors\nmodel.safetensors.index.json\n");
    CHECK(files_after(20) == three);
    CHECK(files_after(64) == "model.safetensors\n");
    CHECK(files_after(20) == three);
    // one file, though nobody asked for shards this time
    support::write_file(place / "model.safetensors", "");
    CHECK(files_after(0) == "model.safetensors\n");
    const auto whole = state_file::load(place / "model.safetensors");
    REQUIRE(whole);
    CHECK(whole->arrays.size() == arrays.size());
    CHECK(files_after(20) == three);
    REQUIRE(state_file::save(arrays.refs(), place / "model", state_file::form::safetensors));  // of another name
    CHECK(files_after(20) == "model\n" + three);
}

TEST_CASE("shards that lack a tensor, overlap or are not there are refused with what is wrong") {
    const support::scratch place("shards_hostile");
    const auto arrays = four_arrays();
    REQUIRE(state_file::save(arrays.refs(), place / "model.safetensors", state_file::form::safetensors, {.shard_bytes = 20}));
    const auto index = support::read_file(place / "model.safetensors.index.json");
    const auto with = [&](std::string_view from, std::string_view to) {
        auto changed = index;
        changed.replace(changed.find(from), from.size(), to);
        support::write_file(place / "model.safetensors.index.json", changed);
        auto read = state_file::load(place.path());
        support::write_file(place / "model.safetensors.index.json", index);
        return read;
    };
    const auto lacking = with("\"d\"", "\"e\"");
    CHECK(lacking.error().code == errc::missing_record);
    CHECK(lacking.error().variable == "e");
    CHECK(lacking.error().expected == "model-00003-of-00003.safetensors");
    CHECK(with("\"d\": \"model-00003", "\"d\": \"model-00002").error().code == errc::missing_record);
    CHECK(with("\"d\": \"model-00003", "\"d\": \"model-00009").error().code == errc::not_found);
    CHECK(with("\"d\": \"model-00003", "\"d\": \"../model-00003").error().code == errc::bad_name);
    CHECK(with("\"d\": \"model-00003", "\"d\": \"/model-00003").error().code == errc::bad_name);
    const auto unnamed = with("\"a.weight\": \"model-00001-of-00003.safetensors\",", "");
    REQUIRE(unnamed);
    CHECK(unnamed->report.warnings.front().code == errc::extra_record);
    CHECK(unnamed->report.warnings.front().variable == "a.weight");

    state_dict twice;
    twice.add("d", Tensor::of<float>({1}, {12}));
    twice.add("c", Tensor::of<float>({1}, {12}));
    REQUIRE(state_file::save(twice.refs(), place / "model-00003-of-00003.safetensors", state_file::form::safetensors));
    const auto overlapping = state_file::load(place.path());
    CHECK(overlapping.error().code == errc::duplicate_name);
    CHECK(overlapping.error().variable == "c");
}

TEST_CASE("an index that is not one is refused") {
    CHECK(refused_index("") == errc::bad_safetensors);
    CHECK(refused_index("[]") == errc::bad_safetensors);
    CHECK(refused_index("{\"weight_map\": {\"a\": \"b\"}") == errc::bad_safetensors);
    CHECK(refused_index("{\"weight_map\": []}") == errc::bad_safetensors);
    CHECK(refused_index("{\"weight_map\": {}}") == errc::bad_safetensors);
    CHECK(refused_index("{\"weight_map\": {\"a\": 1}}") == errc::bad_safetensors);
    CHECK(refused_index("{\"weight_map\": {\"a\": \"\"}}") == errc::bad_name);
    CHECK(refused_index("{\"weight_map\": {\"a\": \"x/../../b\"}}") == errc::bad_name);
    CHECK(refused_index(std::string(100'000, '[')) == errc::bad_safetensors);
    const auto good = safetensors::parse_index("{\"weight_map\": {\"a\": \"y\", \"b\": \"x\", \"c\": \"x\"}}");
    REQUIRE(good);
    CHECK(good->files() == sequence<std::string>{"x", "y"});
}
