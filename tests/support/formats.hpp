#ifndef WHERRY_TESTS_SUPPORT_FORMATS_HPP
#define WHERRY_TESTS_SUPPORT_FORMATS_HPP

#include <wherry/archive/archive.hpp>
#include <wherry/policy/memory.hpp>

#include <span>
#include <string>
#include <string_view>

/// Arrays as the bytes of a format, and back.
namespace support {

template <wherry::WritableFormat F>
wherry::result<std::string> bytes_of(std::span<const wherry::tensor_ref> arrays, const F& format = {}) {
    if (!arrays.empty()) return wherry::archive<F>::save(arrays, wherry::memory{}, format);
    wherry::save_plan plan;  // an archive saves something, a format may have nothing
    plan.begin_record();
    if (auto planned = format.plan(plan, arrays, {}); !planned) return planned.failure();
    wherry::memory sink;
    return write(plan, sink, {});
}

template <wherry::Format F>
wherry::result<wherry::loaded_state> arrays_in(std::string_view bytes, const F& format = {}) {
    return wherry::archive<F>::load_all(wherry::memory{bytes}, format);
}

}  // namespace support

#endif
