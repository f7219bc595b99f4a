// case no_name: wherry: this policy needs `static constexpr std::string_view name`
// case no_name: my_format
// case no_facts: wherry: format: needs `static constexpr wherry::format_facts facts`
// case no_facts: my_format
// case no_index: wherry: format: needs `result<record_listing> index(any_reader&, const listing_request&) const`
// case no_index: my_format
// case not_const: wherry: format: needs `result<record_listing> index(any_reader&, const listing_request&) const`
// case only_reads: wherry: this format only reads: name one with `plan` to save
// case any_of_only_reads: wherry: this format only reads: name one with `plan` to save
// case never_lends: wherry: nothing of this format can be lent, since its elements are decoded
// case not_told: wherry: format::any_of: each format needs `static bool recognises
// case handed_twice: wherry: a policy is given to archive and another one of its kind to the call
#include <wherry/archive/archive.hpp>
#include <wherry/format/any_of.hpp>
#include <wherry/format/pickle.hpp>
#include <wherry/policy/disk.hpp>
#include <wherry/policy/mapped.hpp>

#include <span>
#include <string_view>

using namespace wherry;

struct my_format {
    using kind = kinds::format;
#ifndef CASE_no_name
    static constexpr std::string_view name = "my_format";
#endif
#ifndef CASE_no_facts
    static constexpr format_facts facts{};
#endif
#ifndef CASE_not_told
    static constexpr bool recognises(std::string_view head, std::uint64_t) noexcept { return head.starts_with("mine"); }
#endif
#if defined(CASE_not_const)
    result<record_listing> index(any_reader&, const listing_request&) { return record_listing(); }
#elif !defined(CASE_no_index)
    result<record_listing> index(any_reader&, const listing_request&) const { return record_listing(); }
#endif
#ifndef CASE_only_reads
    result<void> plan(save_plan&, std::span<const tensor_ref>, const limits&) const { return {}; }
#endif
};

using mine = archive<my_format>;
static_assert(sizeof(mine) > 0);

auto use(std::span<const tensor_ref> tensors) {
#if defined(CASE_any_of_only_reads)
    (void)archive<format::any_of<format::streams>>::save(tensors, disk{"m"});
#elif defined(CASE_handed_twice)
    (void)archive<format::pickle<4>>::save(tensors, disk{"m"}, format::streams{});
#else
    (void)archive<format::pickle<>>::save(tensors, disk{"m"}, format::pickle<>{});
#endif
#if defined(CASE_never_lends)
    (void)archive<format::pickle<>>::load_all(mapped{"m"});
#else
    (void)archive<format::pickle<>>::load_all(disk{"m"});
    (void)archive<format::any_of<my_format, format::streams>>::load_all(mapped{"m"});
#endif
    return mine::save(tensors, disk{"m"});
}
