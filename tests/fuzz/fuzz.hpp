#ifndef WHERRY_TESTS_FUZZ_FUZZ_HPP
#define WHERRY_TESTS_FUZZ_FUZZ_HPP

#include <wherry/archive/archive.hpp>
#include <wherry/base/limits.hpp>
#include <wherry/policy/capped.hpp>
#include <wherry/policy/memory.hpp>

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

/// What every target of libFuzzer here shares.
namespace fuzz {

/// What a target promises besides that no sanitizer reports; a file of the input is kept when it does not hold.
inline void require(bool holds, const char* what) {
    if (holds) return;
    std::fprintf(stderr, "does not hold: %s\n", what);
    std::abort();
}

/// Less than libFuzzer's own limits, so that these are seen to hold.
inline constexpr wherry::limits caps{.inflated_bytes = 1U << 24U, .arena_bytes = 1U << 24U, .total_bytes = 1U << 25U};

inline std::string_view text_of(const std::uint8_t* data, std::size_t size) {
    return {reinterpret_cast<const char*>(data), size};  // NOLINT: bytes are bytes
}

/// A file of arrays by name: what load accepts, save accepts, and load gives the same again.
template <class Format>
void round_trip(std::string_view bytes) {
    using files = wherry::archive<Format, wherry::capped<caps>>;
    const auto read = files::load_all(wherry::memory{bytes});
    if (!read || read->arrays.size() == 0) return;
    const auto saved = files::save(read->arrays.refs(), wherry::memory{});
    require(bool(saved), "what was loaded is saved");
    const auto again = files::load_all(wherry::memory{*saved});
    require(again && again->arrays.size() == read->arrays.size(), "what was saved is loaded");
    for (const auto& one : read->arrays) {
        const auto* const back = again->arrays.find(one.name);
        require(back != nullptr, "with its name");
        require(*back == one.tensor, "with its type, dims and elements");
    }
}

}  // namespace fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

#endif
