#ifndef WHERRY_FORMAT_PICKLE_CALL_HPP
#define WHERRY_FORMAT_PICKLE_CALL_HPP

#include <wherry/base/limits.hpp>
#include <wherry/base/result.hpp>
#include <wherry/base/sequence.hpp>
#include <wherry/format/pickle/value.hpp>
#include <wherry/version.hpp>

#include <cstddef>
#include <cstdint>

namespace wherry::inline WHERRY_ABI::pickle::detail {

inline failure bad_call(const char* message) { return failure(errc::bad_pickle, message); }

/// Python 2 gives the items as a list of lists, Python 3 adds them afterwards.
inline result<value> called_ordered_dict(object_graph& objects, const sequence<value>& args, const limits& caps) {
    const auto made = objects.make(kind::dict);
    objects.nodes[made.at].called = true;
    if (args.size() > 1 || (args.size() == 1 && args[0].kind != kind::list))
        return bad_call("an OrderedDict of something else than a list");
    if (!args.empty() && objects.cells.size() + 2 * std::uint64_t{objects.size(args[0])} > caps.pickle_opcodes)
        return failure(errc::too_large, "a pickle copies more items than the limit");
    if (!args.empty())
        for (const auto pair : objects.items(args[0])) {
            if ((pair.kind != kind::list && pair.kind != kind::tuple) || objects.size(pair) != 2)
                return bad_call("an OrderedDict of something else than pairs");
            for (const auto item : objects.items(pair)) objects.append(made, item);
        }
    return made;
}

/// The object that a call would make, recognised by its shape: nothing is called.
/// Errors: bad_pickle; forbidden_global for `eval` of anything but what Paddle's static tensors are; too_large. Without an offset.
inline result<value> called(object_graph& objects, value function, value given, const limits& caps) {
    if (function.kind != kind::callable || given.kind != kind::tuple) return bad_call("a call of something that cannot be called");
    if (objects.size(given) > 4) return bad_call("a call with too many arguments");
    const auto args = objects.items(given);
    const auto is = [&](std::size_t i, kind k) { return i < args.size() && args[i].kind == k; };
    const auto wrong = [] { return result<value>(bad_call("a call with arguments that it never has")); };
    switch (static_cast<callable>(function.at)) {
        case callable::reconstruct:
            if (args.size() != 3 || !is(0, kind::callable) || args[0].at != static_cast<std::uint32_t>(callable::ndarray)) return wrong();
            return objects.make(kind::array);
        case callable::dtype: {
            if (!is(0, kind::text) && !is(0, kind::bytes)) return wrong();
            const auto made = objects.make(kind::dtype);
            objects.append(made, args[0]);
            return made;
        }
        case callable::scalar: {
            if (args.size() != 2 || !is(0, kind::dtype)) return wrong();
            const auto made = objects.make(kind::scalar);
            for (const auto arg : args) objects.append(made, arg);
            return made;
        }
        case callable::encode:
            if (!is(0, kind::text) || !is(1, kind::text) || objects.slice(args[1]) != "latin1") return wrong();
            return value{kind::latin1, args[0].at};
        case callable::bytes:
            if (!args.empty()) return wrong();
            return objects.make_slice(kind::bytes, {});
        case callable::tuple:
            if (args.size() != 1 || !is(0, kind::tuple)) return wrong();
            objects.nodes[args[0].at].called = true;
            return args[0];
        case callable::ordered_dict: return called_ordered_dict(objects, args, caps);
        case callable::eval: {
            const auto held = args.size() == 2 && is(1, kind::dict) ? objects.items(args[1]) : sequence<value>();
            const auto is_data = [&](value v) { return v.kind == kind::text && objects.slice(v) == "data"; };
            if (held.size() == 2 && is_data(args[0]) && is_data(held[0]) && held[1].kind == kind::array) return held[1];
            return failure(errc::forbidden_global, "a pickle evaluates a text that is not that of a tensor; nothing was called")
                .expected("arrays and nothing else")
                .found("builtins.eval");
        }
        case callable::ndarray: break;
    }
    return wrong();
}

}  // namespace wherry::inline WHERRY_ABI::pickle::detail

#endif
