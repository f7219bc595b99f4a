// expect: wherry: this format has no place for annotations
#include <wherry/archive/archive.hpp>

using namespace wherry;

namespace {
struct other {
    using kind = kinds::format;
    static constexpr std::string_view name = "other";
    static constexpr bool annotates = false;
    static result<save_plan> plan(std::span<const tensor_ref> tensors, const limits& caps) {
        return save_plan::make<layout::combined>(tensors, {}, caps);
    }
    static result<sequence<indexed_array>> index(any_reader&, const limits&) { return sequence<indexed_array>(); }
};
}  // namespace

#ifdef WHERRY_TWIN
using checkpoint = archive<other, annotate<>>;
#else
using checkpoint = archive<other, annotate<checksum>>;
#endif
static_assert(sizeof(checkpoint) > 0);
