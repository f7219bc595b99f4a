#include <doctest/doctest.h>
#include <wherry/policy/layout.hpp>

#include <string_view>
#include <vector>

using namespace wherry;

TEST_CASE("combined is one record without a name, in the order of the names' bytes") {
    const std::vector<std::string_view> names{"fc_2", "fc_10", "fc_0.w_0", "fc_0.b_0", "\xC3\xA9", "Z"};
    const auto records = layout::combined{}.records(names);
    REQUIRE(records.size() == 1);
    CHECK(records[0].name.empty());
    CHECK(records[0].tensors == std::vector<std::size_t>{5, 3, 2, 1, 0, 4});
}

TEST_CASE("per_file is one record per name, in the given order") {
    const std::vector<std::string_view> names{"w", "a/b", "b"};
    const auto records = layout::per_file{}.records(names);
    REQUIRE(records.size() == 3);
    for (std::size_t i = 0; i < 3; ++i) {
        CHECK(records[i].name == names[i]);
        CHECK(records[i].tensors == std::vector<std::size_t>{i});
    }
}

TEST_CASE("no names") {
    CHECK(layout::combined{}.records({}).size() == 1);
    CHECK(layout::per_file{}.records({}).empty());
}
