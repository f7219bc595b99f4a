#include <wherry/exec/op/training.hpp>

#include <doctest/doctest.h>

#include <string_view>

using namespace wherry;

TEST_CASE("op::training knows every update, and what schedules and clipping append") {
    for (const std::string_view type :
         {"sgd", "adam", "adamw", "adagrad", "rmsprop", "adamax", "adadelta", "decayed_adagrad", "ftrl", "lamb", "increment", "floor",
          "exp", "cos", "elementwise_pow", "clip_by_norm", "sign", "mul_grad"}) {
        CAPTURE(type);
        CHECK(find_op(op::training::table, type) != nullptr);
    }
}
