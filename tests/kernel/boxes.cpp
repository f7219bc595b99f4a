#include <wherry/kernel/boxes.hpp>

#include <doctest/doctest.h>

#include <array>
#include <span>

using namespace wherry::kernel;

TEST_CASE("a box that was encoded is decoded to itself") {
    const std::array<double, 4> box{1, 2, 5, 9}, prior{0, 1, 4, 4}, variance{0.1, 0.2, 0.3, 0.4};
    std::array<double, 4> code{}, back{};
    encode_box(box.data(), prior.data(), variance.data(), false, code.data());
    CHECK(code[0] == doctest::Approx((3.0 - 2) / 4 / 0.1));
    decode_box(code.data(), prior.data(), variance.data(), false, back.data());
    for (std::size_t i = 0; i < 4; ++i) CHECK(back[i] == doctest::Approx(box[i]));
}

TEST_CASE("overlap of two boxes") {
    const std::array<float, 4> a{0, 0, 2, 2}, b{1, 1, 3, 3}, c{5, 5, 6, 6};
    CHECK(overlap(a.data(), b.data(), false) == doctest::Approx(1.0F / 7));
    CHECK(overlap(a.data(), b.data(), true) == doctest::Approx(4.0F / 14));
    CHECK(overlap(a.data(), c.data(), false) == 0);
    CHECK(overlap(a.data(), a.data(), false) == 1);
}

TEST_CASE("an anchor without confidence has no box") {
    const std::array<float, 6> sure{0, 0, 0, 0, 9, 0}, unsure{0, 0, 0, 0, -9, 0};
    const std::array<std::int32_t, 2> anchor{16, 8};
    const yolo_grid grid{1, 1, 1, 0.5F, 1, 32, true, false, 0, false};
    std::array<float, 4> box{};
    std::array<float, 1> score{};
    yolo_boxes<float>(grid, unsure, anchor, 32, 32, std::span<float>(box), std::span<float>(score));
    CHECK(box == std::array<float, 4>{});
    yolo_boxes<float>(grid, sure, anchor, 32, 32, std::span<float>(box), std::span<float>(score));
    CHECK(box[0] == doctest::Approx(8));
    CHECK(box[3] == doctest::Approx(20));
    CHECK(score[0] == doctest::Approx(0.5).epsilon(1e-3));
}
