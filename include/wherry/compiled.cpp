// The library of the compiled mode, one translation unit. With CMake: `target_link_libraries(app wherry::compiled)`. Without: compile
// this file and everything that includes a header of wherry with -DWHERRY_COMPILED and the same flags.
#ifndef WHERRY_COMPILED
#define WHERRY_COMPILED
#endif

#include <wherry/exec/detail/make_plan.ipp>
#include <wherry/exec/detail/plan.ipp>
#include <wherry/exec/op/detail/all.ipp>
#include <wherry/layers/detail/builder_base.ipp>
#include <wherry/program/detail/prune.ipp>
#include <wherry/train/detail/backward.ipp>

#ifdef __cpp_exceptions  // its errors are exceptions
#include <wherry/fluid/detail/data_feeder.ipp>
#include <wherry/fluid/detail/errors.ipp>
#include <wherry/fluid/detail/executor.ipp>
#include <wherry/fluid/detail/framework.ipp>
#include <wherry/fluid/detail/inference_model.ipp>
#include <wherry/fluid/detail/io.ipp>
#include <wherry/fluid/detail/layers.ipp>
#include <wherry/fluid/detail/optimizer.ipp>
#include <wherry/fluid/detail/paddle_static.ipp>
#include <wherry/fluid/detail/state.ipp>
#include <wherry/fluid/detail/weights.ipp>
#endif
