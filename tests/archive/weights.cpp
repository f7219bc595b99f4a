#include <doctest/doctest.h>

#include <support/scratch.hpp>

#include <wherry/archive/archive.hpp>
#include <wherry/archive/weights.hpp>
#include <wherry/policy/disk.hpp>

#include <algorithm>
#include <string>
#include <vector>

using namespace wherry;
using name_list = std::vector<std::string>;

namespace {
name_list names_of(const weight_list& all) {
    name_list found;
    for (const auto& one : all) found.push_back(one.name);
    return found;
}
Program main_of(std::string_view folder) {
    return *Program::parse_from_string(support::read_file(support::golden(std::string(folder) + "/main.pdmodel")));
}
const name_list readme{"fc_0.b_0", "fc_0.w_0"};
}  // namespace

TEST_CASE("a folder of one file per variable is its tensors by name") {
    const auto all = weights(support::golden("fluid18/readme/persistables"));
    if (!all) FAIL(to_string(all.error()));
    CHECK(names_of(*all) == readme);
    CHECK(all->skipped().empty());
    const auto* weight = all->find("fc_0.w_0");
    REQUIRE(weight != nullptr);
    CHECK(weight->dims == Shape{784, 10});
    CHECK(weight->bytes.size() == std::size_t{784 * 10 * 4});
    Scope scope;
    REQUIRE(archive<layout::per_file>::load(std::vector<std::string_view>{"fc_0.w_0"}, scope,
                                            disk(support::golden("fluid18/readme/persistables"))));
    CHECK(weight->tensor() == *scope.find_var("fc_0.w_0"));
    CHECK(all->find("nope") == nullptr);
}

TEST_CASE("a folder of an inference model is its tensors; the program is skipped and called one") {
    const auto all = weights(support::golden("fluid18/readme/inference"));
    REQUIRE(all);
    CHECK(names_of(*all) == readme);
    REQUIRE(all->skipped().size() == 1);
    CHECK(all->skipped()[0].code == errc::not_a_paddle_file);
    CHECK(all->skipped()[0].found == "a program (__model__ or .pdmodel)");
    CHECK(all->skipped()[0].file == support::golden("fluid18/readme/inference/__model__"));
}

TEST_CASE("a combined file has names where they were saved, or where a program gives them") {
    const auto path = support::golden("fluid18/readme/persistables.bin");
    const auto bare = weights(path);
    REQUIRE(bare);
    CHECK(names_of(*bare) == name_list{"", ""});
    const auto program = main_of("fluid18/readme");
    const auto by_program = weights(path, program);
    REQUIRE(by_program);
    CHECK(names_of(*by_program) == readme);
    CHECK((*by_program)[0].dims == Shape{10});

    const support::scratch folder("names");
    REQUIRE(archive<annotate<wherry::names>>::save(support::small_program(), support::small_scope(), disk(folder / "all")));
    auto named = weights(folder / "all");
    REQUIRE(named);
    CHECK(names_of(*named) == name_list{"acc/w", "b", "lr", "w"});
    support::fs::remove(folder / "all");  // the mapping stays
    const weight_list moved = *std::move(named);
    for (const auto& one : moved) CHECK(one.tensor() == *support::small_scope().find_var(one.name));
}

TEST_CASE("another program than the file's is noticed by the count") {
    const auto path = support::golden("fluid18/readme/persistables.bin");
    const auto more = weights(path, main_of("fluid18/classifier_sgd"));
    REQUIRE_FALSE(more);
    CHECK(more.error().code == errc::missing_record);
    CHECK(more.error().file == path);
    CHECK(more.error().expected == "7");
    CHECK(more.error().found == "2");
    CHECK(weights(path, Program()).error().code == errc::extra_record);
}

TEST_CASE("one file of one variable has the file's name, and its weights can be saved again") {
    const auto one = weights(support::golden("fluid18/readme/persistables/fc_0.b_0"));
    REQUIRE(one);
    CHECK(names_of(*one) == name_list{"fc_0.b_0"});
    std::vector<tensor_ref> refs;
    for (const auto& held : *one) refs.push_back(held.ref());
    const support::scratch folder("again");
    REQUIRE(archive<>::save(refs, disk(folder / "b")));
    CHECK(support::read_file(folder / "b") == support::read_file(support::golden("fluid18/readme/persistables/fc_0.b_0")));
}

TEST_CASE("every element type and LoD of Paddle 2.6.2 is there") {
    const auto all = weights(support::golden("paddle26/tensors/persistables"));
    REQUIRE(all);
    CHECK(all->skipped().empty());
    REQUIRE(all->find("lod2") != nullptr);
    CHECK(all->find("lod2")->lod.size() == 2);
    CHECK(all->find("bfloat16")->dtype == DType::BF16);
    CHECK(std::any_of(all->begin(), all->end(), [](const weight& one) { return one.name.starts_with("scope/"); }));
}

TEST_CASE("a file without tensors is refused alone, and skipped in a folder") {
    CHECK(weights("nowhere").error().code == errc::not_found);
    CHECK(weights("nowhere").error().file == "nowhere");
    const auto program = weights(support::golden("fluid18/readme/main.pdmodel"));
    REQUIRE_FALSE(program);
    CHECK(program.error().found == "a program (__model__ or .pdmodel)");
    const support::scratch folder("bad");
    const auto empty = weights(folder.path());
    REQUIRE(empty);
    CHECK(empty->size() == 0);
    const auto good = support::read_file(support::golden("fluid18/readme/persistables/fc_0.b_0"));
    support::write_file(folder / "a/good", good);
    support::write_file(folder / "cut", good.substr(0, good.size() - 1));
    support::write_file(folder / "empty", "");
    support::write_file(folder / "text", "words");
    const auto some = weights(folder.path());
    REQUIRE(some);
    CHECK(names_of(*some) == name_list{"a/good"});
    CHECK(some->skipped().size() == 3);
    CHECK(weights(folder / "cut").error().code == errc::truncated);
    for (std::size_t size = 0; size < good.size(); ++size) {
        support::write_file(folder / "cut", good.substr(0, size));
        CHECK_FALSE(weights(folder / "cut"));
    }
}

TEST_CASE("the rest of a killed save is not a weight; other hidden files are") {
    const support::scratch place("left_over");
    REQUIRE(archive<layout::per_file>::save(support::small_program(), support::small_scope(), disk(place / "each")));
    const auto one = support::read_file(place / "each/w");
    support::write_file(place / "each/.w.0123abcd.tmp", one);
    support::write_file(place / "each/acc/.w.00000000.tmp", one.substr(0, 5));
    for (const auto* const name : {"each/.w", "each/.w.tmp", "each/.w.0123.tmp", "each/.w.0123abcg.tmp"})
        support::write_file(place / name, one);
    const auto all = weights(place / "each");
    REQUIRE(all);
    CHECK(all->size() == 4 + 4);
    CHECK(all->skipped().empty());
    CHECK(all->find(".w.0123abcd.tmp") == nullptr);
}
