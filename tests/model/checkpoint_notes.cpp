#include <doctest/doctest.h>
#include <support/check_error.hpp>

#include <wherry/base/crc32c.hpp>
#include <wherry/model/checkpoint_notes.hpp>

#include <array>
#include <cstdio>
#include <string>
#include <string_view>

using namespace wherry;

namespace {
/// The lines, with their sum.
std::string summed_notes(const std::string& text) {
    std::array<char, 24> sum{};
    std::snprintf(sum.data(), sum.size(), "crc32c %08x\n", static_cast<unsigned>(crc32c(text)));
    return text + sum.data();
}
checkpoint_notes some_notes() {
    return {.step = 1200,
            .random_seed = -7,
            .seeds = {1, 18446744073709551615U},
            .notes = {{"data", "epoch 3, shard = 12"}, {"a=b\\", std::string("line\nNUL\0\x7f \xC3\xA9", 13)}, {"empty", ""}}};
}
}  // namespace

TEST_CASE("notes of a checkpoint are a text that comes back") {
    const auto text = checkpoint_text(some_notes());
    REQUIRE(text);
    CHECK(*text == summed_notes("wherry-checkpoint 1\nstep 1200\nrandom_seed -7\nseed 1\nseed 18446744073709551615\n"
                                "note data=epoch 3, shard = 12\nnote a\\3db\\5c=line\\0aNUL\\00\\7f \xC3\xA9\nnote empty=\n"));
    const auto notes = parse_checkpoint_text(*text);
    REQUIRE(notes);
    CHECK(*notes == some_notes());
    CHECK(*notes->find("empty") == "");
    CHECK(notes->find("nothing") == nullptr);
}

TEST_CASE("notes that are cut or changed anywhere are refused") {
    const auto text = *checkpoint_text(some_notes());
    for (std::size_t size = 0; size < text.size(); ++size) {
        CAPTURE(size);
        CHECK(parse_checkpoint_text(std::string_view(text).substr(0, size)).error().code == errc::truncated);
    }
    for (std::size_t at = 0; at < text.size(); ++at)
        for (const int bit : {1, 32, 128}) {
            auto changed = text;
            changed[at] = static_cast<char>(changed[at] ^ bit);
            CHECK_FALSE(parse_checkpoint_text(changed));
        }
    CHECK(parse_checkpoint_text(text + "x").error().code == errc::truncated);
}

TEST_CASE("notes that nobody would write are refused, though their sum is right") {
    const std::string head = "wherry-checkpoint 1\n";
    const std::string good = head + "step 1\nrandom_seed 0\n";
    struct wrong {
        std::string text;
        errc code;
        std::uint64_t offset;
    };
    std::string many = good;
    for (int i = 0; i < 1001; ++i) many += "note k" + std::to_string(i) + "=\n";
    const wrong table[] = {
        {"wherry-checkpoint 2\nstep 1\n", errc::bad_version, 0},
        {head + "random_seed 0\n", errc::missing_required, no_offset},
        {head + "step 1\n", errc::missing_required, no_offset},
        {good + "step 2\n", errc::bad_text, good.size()},
        {good + "random_seed 2\n", errc::bad_text, good.size()},
        {head + "step -1\n", errc::bad_text, head.size()},
        {head + "step 01\n", errc::bad_text, head.size()},
        {head + "step 1 \n", errc::bad_text, head.size()},
        {head + "step \n", errc::bad_text, head.size()},
        {head + "step 18446744073709551616\n", errc::bad_text, head.size()},
        {head + "step 1\nrandom_seed 2147483648\n", errc::bad_text, head.size() + 7},
        {head + "step 1\nrandom_seed -0\n", errc::bad_text, head.size() + 7},
        {good + "seed x\n", errc::bad_text, good.size()},
        {good + "note\n", errc::bad_text, good.size()},
        {good + "note key\n", errc::bad_text, good.size()},
        {good + "note =value\n", errc::bad_text, good.size()},
        {good + "note k=\\0\n", errc::bad_text, good.size()},
        {good + "note k=\\41\n", errc::bad_text, good.size()},
        {good + "note k=\\0A\n", errc::bad_text, good.size()},
        {good + "note k=a\rb\n", errc::bad_text, good.size()},
        {good + "note k=a\nnote k=b\n", errc::duplicate_name, good.size() + 9},
        {good + "\n", errc::bad_text, good.size()},
        {good + "another line\n", errc::bad_text, good.size()},
        {many, errc::too_large, no_offset},
        {good + "step 1", errc::truncated, no_offset},
        {"wherry-checkpoin", errc::not_a_paddle_file, no_offset},
    };
    for (const auto& one : table) {
        CAPTURE(one.text.substr(0, 80));
        const auto notes = parse_checkpoint_text(summed_notes(one.text));
        REQUIRE_FALSE(notes);
        CHECK(notes.error().code == one.code);
        if (one.offset != no_offset) CHECK(notes.error().offset == one.offset);
    }
}

TEST_CASE("notes without a key, with a key twice and too many notes are not saved") {
    CHECK(checkpoint_text({.notes = {{"", "x"}}}).error().code == errc::bad_name);
    const auto twice = checkpoint_text({.notes = {{"k", "1"}, {"k", "1"}}});
    REQUIRE_FALSE(twice);
    CHECK(twice.error().code == errc::duplicate_name);
    CHECK(twice.error().variable == "k");
    checkpoint_notes many;
    for (int i = 0; i < 1001; ++i) many.notes.push_back({std::to_string(i), ""});
    CHECK(checkpoint_text(many).error().code == errc::too_large);
}
