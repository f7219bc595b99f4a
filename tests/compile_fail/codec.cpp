// case no_name: wherry: this policy needs `static constexpr std::string_view name`
// case no_name: my_codec
// case encode_not_const: wherry: codec: encode(sink) must be const or static and return a Sink
// case encode_not_const: my_codec
// case encode: wherry: codec: encode(sink) must be const or static and return a Sink
// case encode: my_codec
// case decode_not_const: wherry: codec: decode(source, limits) must be const or static and return a Source
// case decode_not_const: my_codec
// case decode: wherry: codec: decode(source, limits) must be const or static and return a Source
// case decode: my_codec
// case state: wherry: this policy holds state: hand one to the call
// case state: my_held_codec
#include <wherry/archive/archive.hpp>
#include <wherry/policy/memory.hpp>

#include <string_view>

using namespace wherry;

struct my_codec {
    using kind = kinds::codec;
#ifndef CASE_no_name
    static constexpr std::string_view name = "my_codec";
#endif
    template <Sink S>
#if defined(CASE_encode_not_const)
    S& encode(S& sink) {
        return sink;
    }
#elif defined(CASE_encode)
    int encode(S&) const {
        return 1;
    }
#else
    S& encode(S& sink) const {
        return sink;
    }
#endif
    template <Source S>
#if defined(CASE_decode_not_const)
    S& decode(S& source, const limits&) {
        return source;
    }
#elif defined(CASE_decode)
    int decode(S&, const limits&) const {
        return 1;
    }
#else
    S& decode(S& source, const limits&) const {
        return source;
    }
#endif
};
static_assert(sizeof(archive<my_codec>) > 0);

struct my_held_codec : my_codec {
    explicit my_held_codec(int) {}
};
void save(const Program& program, const Scope& scope) {
#ifdef CASE_state
    static_cast<void>(archive<my_held_codec>::save(program, scope, memory{}));
#else
    static_cast<void>(archive<my_held_codec>::save(program, scope, memory{}, my_held_codec(1)));
#endif
}
