#include <doctest/doctest.h>
#include <wherry/policy/commit.hpp>

#include <string_view>

using namespace wherry;

namespace {
struct says_nothing {
    using kind = kinds::commit;
    static constexpr std::string_view name = "says_nothing";
};
static_assert(Commit<all_at_once> && Commit<in_place> && !Commit<says_nothing> && !Commit<int>);
}  // namespace

TEST_CASE("a commit says whether elements are read into the tensors of the scope") {
    CHECK(in_place::reads_in_place);
    CHECK(!all_at_once::reads_in_place);
}
