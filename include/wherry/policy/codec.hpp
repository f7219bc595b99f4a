#ifndef WHERRY_POLICY_CODEC_HPP
#define WHERRY_POLICY_CODEC_HPP

#include <wherry/base/limits.hpp>
#include <wherry/base/policy_set.hpp>
#include <wherry/policy/memory.hpp>
#include <wherry/policy/sink.hpp>
#include <wherry/policy/source.hpp>
#include <wherry/version.hpp>

#include <concepts>
#include <string_view>
#include <type_traits>

namespace wherry::inline WHERRY_ABI {

namespace detail {
template <class C>
concept Encodes = requires(const C codec, memory& bytes) {
    requires Sink<std::remove_reference_t<decltype(codec.encode(bytes))>>;
};
template <class C>
concept Decodes = requires(const C codec, memory& bytes, const limits& caps) {
    requires Source<std::remove_reference_t<decltype(codec.decode(bytes, caps))>>;
};
}  // namespace detail

/// Changes the bytes of each record between archive and sink: compresses, encrypts. `encode(sink)` is a sink that hands its
/// records on, `decode(source, caps)` a source whose records are what went in. May hold state, a key that is known when the
/// program runs; such a codec is handed to the call.
template <class C>
concept Codec = Named<C> && detail::Encodes<C> && detail::Decodes<C>;

namespace kinds {
/// A transformation of bytes on their way: a `Codec`.
struct codec {
    template <class P>
    static constexpr bool check() noexcept {
        static_assert(detail::Encodes<P>,
                      "wherry: codec: encode(sink) must be const or static and return a Sink (see wherry/policy/codec.hpp)");
        static_assert(detail::Decodes<P>,
                      "wherry: codec: decode(source, limits) must be const or static and return a Source (see wherry/policy/codec.hpp)");
        return Codec<P>;
    }
};
}  // namespace kinds

/// The bytes of the reference.
struct plain {
    using kind = kinds::codec;
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
