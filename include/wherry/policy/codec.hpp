#ifndef WHERRY_POLICY_CODEC_HPP
#define WHERRY_POLICY_CODEC_HPP

#include <wherry/base/limits.hpp>
#include <wherry/policy/memory.hpp>
#include <wherry/policy/sink.hpp>
#include <wherry/policy/source.hpp>
#include <wherry/version.hpp>

#include <concepts>
#include <string_view>
#include <type_traits>

namespace wherry::inline WHERRY_ABI {

/// Changes the bytes of each record between archive and sink: compresses, encrypts. `encode(sink)` is a sink that hands its
/// records on, `decode(source, caps)` a source whose records are what went in.
template <class C>
concept Codec = std::default_initializable<C> && requires(memory& bytes, const limits& caps) {
    { C::name } -> std::convertible_to<std::string_view>;
    requires Sink<std::remove_reference_t<decltype(C::encode(bytes))>>;
    requires Source<std::remove_reference_t<decltype(C::decode(bytes, caps))>>;
};

/// The bytes of the reference.
struct plain {
    static constexpr std::string_view name = "plain";
    template <Sink S>
    static S& encode(S& sink) noexcept {
        return sink;
    }
    template <Source S>
    static S& decode(S& source, const limits&) noexcept {
        return source;
    }
};

static_assert(Codec<plain>);

}  // namespace wherry::inline WHERRY_ABI

#endif
