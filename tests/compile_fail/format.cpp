// case no_name: wherry: this policy needs `static constexpr std::string_view name`
// case no_name: my_format
// case no_annotates: wherry: format: needs `static constexpr bool annotates`
// case no_annotates: my_format
// case no_plan: wherry: format: needs `static result<save_plan> plan(std::span<const tensor_ref>, const limits&)`
// case no_plan: my_format
// case no_index: wherry: format: needs `static result<sequence<indexed_array>> index(any_reader&, const limits&)`
// case no_index: my_format
#include <wherry/archive/archive.hpp>

#include <span>
#include <string_view>

using namespace wherry;

struct my_format {
    using kind = kinds::format;
#ifndef CASE_no_name
    static constexpr std::string_view name = "my_format";
#endif
#ifndef CASE_no_annotates
    static constexpr bool annotates = false;
#endif
#ifndef CASE_no_plan
    static result<save_plan> plan(std::span<const tensor_ref> tensors, const limits& caps) {
        return save_plan::make<layout::combined>(tensors, {}, caps);
    }
#endif
#ifndef CASE_no_index
    static result<sequence<indexed_array>> index(any_reader&, const limits&) { return sequence<indexed_array>(); }
#endif
};
static_assert(sizeof(archive<my_format>) > 0);
