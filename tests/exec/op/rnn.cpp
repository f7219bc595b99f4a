#include <wherry/exec/op/rnn.hpp>

#include "op_case.hpp"

using namespace op_test;

// Compared with the real 2.6.2 over modes, layers, directions and lengths by tests/oracle/op_cases/detection.py.

namespace {
using rnn_ops = op_list<op::rnn>;
op_case plain_rnn(const std::string& mode = "RNN_RELU") {
    return op_case(rnn_ops::table, "rnn")
        .in("Input", f32({3, 1, 1}, {1, 2, 4}))
        .in("PreState", f32({1, 1, 1}, {0}))
        .in("WeightList", f32({1, 1}, {1}))
        .in("WeightList", f32({1, 1}, {2}))
        .in("WeightList", f32({1}, {0}))
        .in("WeightList", f32({1}, {0}))
        .attr("mode", mode)
        .attr("hidden_size", 1)
        .attr("is_test", true);
}
}  // namespace

TEST_CASE("a layer of one number") {
    const auto out = plain_rnn().run();
    REQUIRE(out);
    check_values<float>(out->at("Out"), {1, 4, 12});
    check_values<float>(out->at("State"), {12});
    check_values<float>(plain_rnn().in("SequenceLength", i32({1}, {2})).run()->at("Out"), {1, 4, 0});
}

TEST_CASE("arrays that do not fit a layer are refused") {
    check_error(plain_rnn("LSTM").run(), errc::shape_mismatch);
    check_error(plain_rnn("ELMAN").run(), errc::bad_attribute);
    check_error(plain_rnn().attr("num_layers", 2).run(), errc::shape_mismatch);
    check_error(plain_rnn().attr("num_layers", 0).run(), errc::bad_attribute);
    check_error(plain_rnn().attr("hidden_size", 2).run(), errc::shape_mismatch);
    check_error(plain_rnn().in("SequenceLength", i32({1}, {4})).run(), errc::bad_argument);
    check_error(plain_rnn().attr("is_test", false).attr("dropout_prob", 0.5F).run(), errc::unsupported);
}
