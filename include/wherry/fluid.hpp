#ifndef WHERRY_FLUID_HPP
#define WHERRY_FLUID_HPP

/// The reference's names on the default programs and the global scope; errors are exceptions.
///
///     #include <wherry/fluid.hpp>
///     namespace fluid = wherry::fluid;
///
/// The names of 2.x, `paddle.static`, are in wherry/fluid/paddle_static.hpp.
#include <wherry/fluid/data_feeder.hpp>
#include <wherry/fluid/errors.hpp>
#include <wherry/fluid/executor.hpp>
#include <wherry/fluid/framework.hpp>
#include <wherry/fluid/inference_model.hpp>
#include <wherry/fluid/io.hpp>
#include <wherry/fluid/layers.hpp>
#include <wherry/fluid/optimizer.hpp>
#include <wherry/fluid/state.hpp>
#include <wherry/fluid/weights.hpp>
#include <wherry/wherry.hpp>

#endif
