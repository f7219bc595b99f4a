#include <doctest/doctest.h>

#include <support/check_error.hpp>

#include <wherry/policy/memory.hpp>
#include <wherry/record/held_elements.hpp>
#include <wherry/record/save_plan.hpp>

#include <cstdint>
#include <memory>
#include <span>
#include <string>

using namespace wherry;

namespace {
/// Answers 0, 1, 2, ... and counts how often it was asked; after `good` times another number of elements.
struct numbers_on_demand {
    mutable int asked = 0;
    int good = 1'000;

    static result<Tensor> fetch(const void* state, std::size_t count) {
        const auto& self = *static_cast<const numbers_on_demand*>(state);
        const auto dim = static_cast<std::int64_t>(self.asked++ < self.good ? count : count + 1);
        Tensor made(DType::INT32, {dim});
        std::int32_t next = 0;
        for (auto& element : made.elements<std::int32_t>()) element = next++;
        return made;
    }
};
std::string saved_as_stream(const tensor_ref& one) {
    const auto plan = save_plan::make<layout::combined>(std::span(&one, 1));
    REQUIRE(plan);
    memory sink;
    auto written = write(*plan, sink, {});
    REQUIRE(written);
    return *std::move(written);
}
}  // namespace

TEST_CASE("elements with a source are written as those in memory are, and fetched once") {
    const auto state = std::make_shared<const numbers_on_demand>();
    const auto source = elements_from(numbers_on_demand::fetch, state, 600'000);  // more than a MiB
    const auto here = *numbers_on_demand::fetch(state.get(), 600'000);
    state->asked = 0;
    const tensor_ref later{"x", DType::INT32, {600'000}, nullptr, {}, nullptr, &source};
    CHECK(later.size_bytes() == 2'400'000);
    CHECK(saved_as_stream(later) == saved_as_stream(here.ref("x")));
    CHECK(state->asked == 1);
}

TEST_CASE("elements are printed a piece at a time, and have to stay what they were") {
    const auto state = std::make_shared<const numbers_on_demand>();
    const auto source = elements_from(numbers_on_demand::fetch, state, 300'000);
    const tensor_ref later{"x", DType::INT32, {300'000}, nullptr, {}, nullptr, &source};
    const auto twice = [](byte_buffer& out, const tensor_ref&, std::uint64_t, piece elements) {
        append(out, as_chars(elements));
        append(out, as_chars(elements));
    };
    save_plan plan;
    plan.begin_record();
    const later_elements half{later, 400, 1'100'000, twice};
    CHECK(plan.printed_bytes(half) == 2'200'000);
    plan.print_later(half, 2'200'000);
    plan.append("end");
    CHECK(plan.visits() == 2);
    memory sink;
    const auto written = write(plan, sink, {});
    REQUIRE(written);
    CHECK(written->size() == 2'200'003);
    CHECK(written->substr(0, 4) == (native_is_little_endian ? std::string("\x64\0\0\0", 4) : std::string("\0\0\0\x64", 4)));  // element 100
    CHECK(written->substr(0, 1U << 20U) == written->substr(1U << 20U, 1U << 20U));

    save_plan wrong;
    wrong.begin_record();
    wrong.print_later(half, 2'000'000);
    CHECK(write(wrong, sink, {}).error().code == errc::shape_mismatch);
}

TEST_CASE("a source that fails, or answers another array, is an error of the plan or of the write") {
    const auto state = std::make_shared<numbers_on_demand>();
    state->good = 0;
    const auto source = elements_from(numbers_on_demand::fetch, state, 4);
    const tensor_ref later{"x", DType::INT32, {4}, nullptr, {}, nullptr, &source};
    save_plan looked;
    looked.begin_record();
    bool called = false;
    looked.visit(later, [&](piece) { called = true; });
    CHECK(!called);
    CHECK(looked.checked().error().code == errc::shape_mismatch);
    CHECK(looked.checked().error().variable == "x");
    const auto plan = save_plan::make<layout::combined>(std::span(&later, 1));
    REQUIRE(plan);
    memory sink;
    CHECK(write(*plan, sink, {}).error().code == errc::shape_mismatch);
}
