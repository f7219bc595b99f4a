#include <wherry/kernel/view.hpp>

#include <doctest/doctest.h>

#include <array>
#include <type_traits>

namespace kernel = wherry::kernel;

static_assert(sizeof(kernel::matrix<float, 3, 4>) == sizeof(float*), "static extents take no storage");
static_assert(sizeof(kernel::matrix<float, 4, 4>) == sizeof(float*), "nor do two equal ones");
static_assert(std::is_convertible_v<kernel::matrix<float>, kernel::matrix<const float>>);
static_assert(!std::is_convertible_v<kernel::matrix<const float>, kernel::matrix<float>>);
static_assert(std::is_convertible_v<kernel::matrix<float, 2, 3>, kernel::matrix<const float>>);
static_assert(std::is_convertible_v<kernel::matrix<float, 2, 3>, kernel::matrix<float, 2>>);
static_assert(!std::is_convertible_v<kernel::matrix<float>, kernel::matrix<float, 2, 3>>, "an unknown extent does not become a known one");
static_assert(!std::is_convertible_v<kernel::matrix<float, 3, 2>, kernel::matrix<float, 2, 3>>);
static_assert(!std::is_convertible_v<kernel::matrix<float>, kernel::matrix<double>>);

namespace {

constexpr int read_through_views() {
    std::array<int, 6> data{1, 2, 3, 4, 5, 6};
    kernel::matrix<int, 2, 3> fixed(data.data());
    kernel::matrix<const int> open = fixed;
    kernel::matrix<int> left_columns(data.data(), 2, 2, 3);
    left_columns(1, 1) = 50;
    return open(1, 1) * 1000 + open(0, 2) * 100 + static_cast<int>(open.stride() * 10 + left_columns.cols()) + left_columns.row(1)[0];
}
static_assert(read_through_views() == 50 * 1000 + 3 * 100 + 3 * 10 + 2 + 4);

}  // namespace

TEST_CASE("a matrix view knows rows, columns and stride, static or not") {
    CHECK(read_through_views() == 50336);
    const kernel::matrix<float> none;
    CHECK(none.rows() == 0);
    CHECK(none.data() == nullptr);
}
