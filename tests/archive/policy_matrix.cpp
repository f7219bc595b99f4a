#include <support/policy_matrix.hpp>

TEST_CASE("every filter, layout, annotation, codec and sink fits every other: what is saved is loaded") {
    CHECK(support::check_every_policy<wherry::plain, mine::inverted>() == 3 * 8 * 2 * (4 + 2 + 2));
}
