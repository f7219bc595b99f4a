// expect: wherry: a Kind of policy is given twice
#include <wherry/archive/archive.hpp>

using namespace wherry;

namespace {
struct other : format::streams {
    static result<save_plan> plan(std::span<const tensor_ref> tensors, const limits& caps) {
        return save_plan::make<layout::combined>(tensors, {}, caps);
    }
    static result<sequence<indexed_array>> index(any_reader&, const limits&) { return sequence<indexed_array>(); }
};
}  // namespace

#ifdef WHERRY_TWIN
using checkpoint = archive<other, fast>;
#else
using checkpoint = archive<other, fast, format::streams>;
#endif
static_assert(sizeof(checkpoint) > 0);
