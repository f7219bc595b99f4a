#ifndef WHERRY_FORMAT_PICKLE_HPP
#define WHERRY_FORMAT_PICKLE_HPP

#include <wherry/base/limits.hpp>
#include <wherry/base/result.hpp>
#include <wherry/format/format.hpp>
#include <wherry/format/pickle/read.hpp>
#include <wherry/format/pickle/write.hpp>
#include <wherry/record/save_plan.hpp>
#include <wherry/tensor/tensor.hpp>
#include <wherry/version.hpp>
#include <wherry/wire/file_kind.hpp>

#include <cstdint>
#include <span>
#include <string_view>

namespace wherry::inline WHERRY_ABI::format {

/// `.pdparams` and `.pdopt`: a dict of NumPy arrays as Python pickles it, read without executing anything and written byte for byte as
/// Python and NumPy 1 do. LoD is not kept, and bfloat16 and float8 are written as unsigned numbers of their bits, as Paddle does.
/// `load_report::extra` is a `pickle::extra`, which a format that is handed to `save` writes again.
template <int Protocol = 2>
    requires(Protocol >= 2 && Protocol <= 4)
struct pickle {
    using kind = kinds::format;
    static constexpr std::string_view name = "pickle";
    static constexpr format_facts facts{.known_sizes = Protocol > 2, .lends = false};
    wherry::pickle::write_options options{.protocol = Protocol};
    wherry::pickle::extra beside{};  ///< what is written beside the arrays

    static constexpr bool recognises(std::string_view head, std::uint64_t size_bytes) noexcept {
        return wire::kind_of(head, size_bytes) == wire::file_kind::pickle;
    }
    /// Errors: those of `pickle::index`.
    static result<record_listing> index(any_reader& reader, const listing_request& request) {
        return wherry::pickle::index(reader, request.caps);
    }
    /// Errors: those of `pickle::plan`.
    result<void> plan(save_plan& into, std::span<const tensor_ref> tensors, const limits&) const {
        return wherry::pickle::plan(into, tensors, options, beside);
    }
};

static_assert(WritableFormat<pickle<>>);

}  // namespace wherry::inline WHERRY_ABI::format

#endif
