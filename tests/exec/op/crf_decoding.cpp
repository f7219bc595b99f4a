#include <wherry/exec/op/crf_decoding.hpp>

#include "op_case.hpp"

using namespace op_test;

// Compared with the real 1.8.5 and 2.6.2 by tests/oracle/op_cases/detection.py.

TEST_CASE("the most probable tags, of sequences and of padded ones") {
    using ops = op_list<op::crf_decoding>;
    // tag 1 may not follow tag 0
    const auto w = f32({4, 2}, {0, 0, 0, 0, 0, -9, 0, 0});
    auto x = f32({3, 2}, {1, 0, 0, 3, 2, 0});
    check_error(op_case(ops::table, "crf_decoding").in("Emission", x).in("Transition", w).run(), errc::bad_lod);
    x.set_lod({{0, 2, 3}});
    const auto path = op_case(ops::table, "crf_decoding").in("Emission", x).in("Transition", w).run();
    REQUIRE(path);
    check_values<std::int64_t>(path->at("ViterbiPath"), {1, 1, 0});
    const auto right = op_case(ops::table, "crf_decoding").in("Emission", x).in("Transition", w).in("Label", i64({3, 1}, {1, 0, 0})).run();
    REQUIRE(right);
    check_values<std::int64_t>(right->at("ViterbiPath"), {1, 0, 1});

    const auto padded = [&](std::int64_t length) {
        return op_case(ops::table, "crf_decoding")
            .in("Emission", f32({1, 2, 2}, {0, 1, 0, 1}))
            .in("Transition", w)
            .in("Length", i64({1}, {length}))
            .run();
    };
    REQUIRE(padded(1));
    check_values<std::int64_t>(padded(1)->at("ViterbiPath"), {1, 0});
    check_error(padded(3), errc::bad_argument);
    check_error(padded(-1), errc::bad_argument);
}
