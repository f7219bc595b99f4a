#include <wherry/fluid/weights.hpp>

#include <doctest/doctest.h>

#include <support/npy.hpp>
#include <support/thrown.hpp>

#include <string>

namespace fluid = wherry::fluid;

TEST_CASE("weights of a model folder are walked over without a program") {
    std::size_t count = 0;
    for (const auto& weight : fluid::io::weights(support::golden("fluid18/classifier_sgd/inference"))) {
        CHECK(weight.name.starts_with("fc_"));
        count += weight.dims.count();
    }
    CHECK(count == 16 * 12 + 12 + 12 * 8 + 8 + 8 * 4 + 4);
}

TEST_CASE("a path without a file is an IOError, a file without tensors a ValueError") {
    CHECK(support::message_of<fluid::IOError>([] { fluid::io::weights("nowhere"); }).starts_with("not_found: "));
    CHECK(support::message_of<fluid::ValueError>([] {
              fluid::io::weights(support::golden("fluid18/readme/main.pdmodel"));
          }).starts_with("not_a_paddle_file: this is not a tensor"));
}
