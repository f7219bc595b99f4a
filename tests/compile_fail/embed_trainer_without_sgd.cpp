// expect: wherry: the program of a trainer has no sgd operator that changes a parameter
#include "../support/embed_program.hpp"

#include <wherry/embed/trainer.hpp>

using namespace support;
#ifdef WHERRY_TWIN
using stored = model<[] { return trained_program(); }, [] { return trained_params(); }>;
#else
using stored = model<[] { return program(); }, [] { return params(); }>;
#endif
const auto floats = wherry::embed::trainer<stored>::trained_count;
