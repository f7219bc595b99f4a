// expect: wherry: an inference model holds the persistables of its program; it takes no filter
#include <wherry/model/inference_model.hpp>

using namespace wherry;

#ifdef WHERRY_TWIN
using model = inference_model<layout::per_file, durable>;
#else
using model = inference_model<layout::per_file, filter::parameters>;
#endif
static_assert(sizeof(model) > 0);
