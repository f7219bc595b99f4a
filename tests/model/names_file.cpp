#include <doctest/doctest.h>
#include <support/golden.hpp>
#include <support/scratch.hpp>
#include <wherry/archive/weights.hpp>
#include <wherry/model/names_file.hpp>

#include <cstdint>
#include <string>
#include <string_view>

using namespace wherry;

namespace {
std::string checkpoint_file(std::string_view name) { return support::golden("paddle26/checkpoints/" + std::string(name)); }
}  // namespace

TEST_CASE("names of parameters come from every file that tells some") {
    for (const auto* const name : {"tied.pdparams", "tied.pdiparams.info"}) {
        CAPTURE(std::string(name));
        const auto names = load_structured_names(checkpoint_file(name));
        REQUIRE(names);
        CHECK(names->parameter_of("dec.weight") == "linear_0.w_0");
        CHECK(names->parameter_of("norm._variance") == "batch_norm1d_0.w_2");
    }
    CHECK(load_structured_names(checkpoint_file("tied.pdparams"))->structured_of("linear_0.w_0").size() == 2);
    const auto list = load_structured_names(checkpoint_file("array.pdtensor"));
    REQUIRE(!list);
    CHECK(list.error().code == errc::missing_record);
    CHECK(list.error().file == checkpoint_file("array.pdtensor"));
    CHECK(load_structured_names("nowhere").error().code == errc::not_found);
}

TEST_CASE("names of parameters are written as paddle.jit.save does, those of a shared one all of them") {
    const support::scratch place("names_file_saved");
    for (const auto* const name : {"tied.pdparams", "tied.pdiparams.info"}) {
        CAPTURE(std::string(name));
        const auto names = load_structured_names(checkpoint_file(name));
        REQUIRE(names);
        REQUIRE(save_structured_names(*names, place / "w.info"));
        const auto again = load_structured_names(place / "w.info");
        REQUIRE(again);
        REQUIRE(again->size() == names->size());
        for (const auto& one : *names) CHECK(again->parameter_of(one.structured) == one.parameter);
    }
    structured_names one;
    REQUIRE(one.add("w", "p"));
    REQUIRE(save_structured_names(one, place / "one.info"));
    // pickle.dumps({"p": {"structured_name": "w", "stop_gradient": False, "trainable": True}}, 2) of Python 3.11
    CHECK((support::read_file(place / "one.info") ==
           std::string("\x80\x02}q\x00X\x01\x00\x00\x00pq\x01}q\x02(X\x0f\x00\x00\x00structured_nameq\x03X\x01\x00\x00\x00wq\x04"
                       "X\x0d\x00\x00\x00stop_gradientq\x05\x89X\x09\x00\x00\x00trainableq\x06\x88us.",
                       88)));
    structured_names bad;
    REQUIRE(bad.add("w\xff", "p"));
    CHECK(save_structured_names(bad, place / "bad.info").error().code == errc::bad_name);
}

TEST_CASE("the keys of nested dicts are the names that layers have") {
    // model and optimizer of one checkpoint do not disagree: the optimizer's keys are the names of its variables
    const auto names = load_structured_names(checkpoint_file("nested.pdparams"));
    REQUIRE(names);
    CHECK(names->structured_of("linear_0.w_0") == sequence<std::string>{"enc.weight", "dec.weight"});
    CHECK(names->parameter_of("head.bias") == "linear_2.b_0");
}

TEST_CASE("names in text are two words per line") {
    const support::scratch place("names_file");
    const auto names_of = [&](std::string_view text) {
        support::write_file(place / "names.txt", text);
        return load_structured_names(place / "names.txt");
    };
    const auto names =
        names_of("# of my model\n\nfc1.weight linear_0.w_0\r\n\tfc1.bias\tlinear_0.b_0  # the bias\nfc2.weight linear_0.w_0");
    REQUIRE(names);
    CHECK(names->size() == 3);
    CHECK(names->parameter_of("fc1.bias") == "linear_0.b_0");
    CHECK(names->structured_of("linear_0.w_0") == sequence<std::string>{"fc1.weight", "fc2.weight"});
    struct row {
        std::string text;
        errc code;
        std::uint64_t offset;
    };
    const row table[] = {
        {"a\n", errc::bad_text, 0},
        {"a b\nc d e\n", errc::bad_text, 4},
        {"a p\nb p\na q\n", errc::duplicate_name, 8},  // two parameters of one name
        {std::string(2000, 'x') + " p\n", errc::bad_name, 0},
        {"a \xff\n", errc::bad_name, 0},
    };
    for (const auto& one : table) {
        const auto refused = names_of(one.text);
        REQUIRE(!refused);
        CHECK(refused.error().code == one.code);
        CHECK(refused.error().offset == one.offset);
        CHECK(refused.error().file == place / "names.txt");
    }
    CHECK(names_of("# nothing\n").error().code == errc::missing_record);
    CHECK(names_of("").error().code == errc::missing_record);
}

TEST_CASE("a combined file is named by the names of parameters alone") {
    const auto names = load_structured_names(checkpoint_file("tied.pdparams"));
    REQUIRE(names);
    const auto all = weights(checkpoint_file("tied.pdiparams"), *names);
    REQUIRE(all);
    CHECK(all->size() == 9);
    REQUIRE(all->find("linear_2.w_0") != nullptr);
    CHECK(all->find("linear_2.w_0")->dims == Shape{4, 2});
    const auto refs = all->refs();
    const auto structured = by_structured(refs, *names);
    CHECK(structured.size() == 10);
    CHECK(by_parameter(structured, *names)->size() == 9);
    structured_names few;
    REQUIRE(few.add("a", "p"));
    CHECK(weights(checkpoint_file("tied.pdiparams"), few).error().code == errc::extra_record);
}
