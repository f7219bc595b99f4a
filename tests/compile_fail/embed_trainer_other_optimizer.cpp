// expect: wherry: embed trains with sgd, and no other optimizer yet
#include "../support/embed_program.hpp"

#include <wherry/embed/trainer.hpp>

using namespace support;
using stored = model<[] { return trained_program(); }, [] { return trained_params(); }>;
struct momentum {};
#ifdef WHERRY_TWIN
const auto floats = wherry::embed::trainer<stored>::trained_count;
#else
const auto floats = wherry::embed::trainer<stored, momentum>::trained_count;
#endif
