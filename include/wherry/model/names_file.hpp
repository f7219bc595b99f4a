#ifndef WHERRY_MODEL_NAMES_FILE_HPP
#define WHERRY_MODEL_NAMES_FILE_HPP

#include <wherry/base/limits.hpp>
#include <wherry/base/result.hpp>
#include <wherry/base/sequence.hpp>
#include <wherry/base/utf8.hpp>
#include <wherry/format/pickle.hpp>
#include <wherry/policy/disk.hpp>
#include <wherry/policy/durability.hpp>
#include <wherry/record/any_reader.hpp>
#include <wherry/record/save_plan.hpp>
#include <wherry/record/whole_record.hpp>
#include <wherry/tensor/structured_names.hpp>
#include <wherry/version.hpp>
#include <wherry/wire/file_kind.hpp>
#include <wherry/wire/sniff.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace wherry::inline WHERRY_ABI {

namespace detail {
/// Two words per line: "fc1.weight linear_0.w_0". Empty lines and what follows a # are left out. Errors: bad_text, bad_name, duplicate_name.
inline result<structured_names> parse_names(std::string_view text, const limits& caps) {
    constexpr std::string_view blanks = " \t\r";
    structured_names names;
    const auto take_word = [&](std::string_view& line) {
        line.remove_prefix(std::min(line.find_first_not_of(blanks), line.size()));
        const auto word = line.substr(0, line.find_first_of(blanks));
        line.remove_prefix(word.size());
        return word;
    };
    for (std::size_t at = 0; at < text.size();) {
        const auto whole = text.substr(at, text.find('\n', at) - at);
        auto line = whole.substr(0, whole.find('#'));
        const auto structured = take_word(line);
        const auto parameter = take_word(line);
        const auto wrong = [&](errc code, const char* message) {
            return failure(code, message).at(at).expected("fc1.weight linear_0.w_0").found(printable(whole.substr(0, 80)));
        };
        if (!structured.empty()) {
            if (parameter.empty() || !take_word(line).empty()) return wrong(errc::bad_text, "a line of names has not two words");
            for (const auto name : {structured, parameter})
                if (name.size() > caps.name_bytes || !is_utf8(name) || name.find('\0') != std::string_view::npos)
                    return wrong(errc::bad_name, "a name is too long or not UTF-8");
            if (auto added = names.add(std::string(structured), std::string(parameter)); !added) {
                auto twice = std::move(added).error();
                twice.offset = at;
                return twice;
            }
        }
        at += whole.size() + 1;
    }
    return names;
}

/// Source: paddle/jit/api.py, save: {"linear_0.w_0": {"structured_name": "fc1.weight", "stop_gradient": False, "trainable": True}}. Of a
/// parameter with several names that has one alone; then there is the table of a `.pdparams`, too, which Paddle does not look at here.
inline pickle::extra info_of(const structured_names& names) {
    struct stretch {
        std::size_t begin;
        std::size_t size;
    };
    sequence<stretch> texts;
    std::string chars;
    pickle::extra made;
    const auto text = [&](std::string_view held) {
        texts.push_back({chars.size(), held.size()});
        chars += held;
        return pickle::value{pickle::kind::text, static_cast<std::uint32_t>(texts.size() - 1)};
    };
    const auto structured_key = text("structured_name");
    const auto gradient_key = text("stop_gradient");
    const auto trainable_key = text("trainable");
    made.top = made.objects.make(pickle::kind::dict);
    const auto parameters = names.parameters();
    if (parameters.size() != names.size()) made.structured_names = names;  // one has several
    for (const auto& parameter : parameters) {
        const auto structured = names.structured_of(parameter);
        const auto about = made.objects.make(pickle::kind::dict);
        for (const auto& one : {structured_key, text(structured.back()), gradient_key, pickle::value{pickle::kind::boolean, 0},
                                trainable_key, pickle::value{pickle::kind::boolean, 1}})
            made.objects.append(about, one);
        made.objects.append(made.top, text(parameter));
        made.objects.append(made.top, about);
    }
    made.chars = std::make_shared<const std::string>(std::move(chars));
    for (const auto& held : texts) made.objects.slices.push_back(std::string_view(*made.chars).substr(held.begin, held.size));
    made.first_places.resize(texts.size());
    return made;
}
}  // namespace detail

/// Writes the names of parameters as the `.pdiparams.info` that `paddle.jit.save` of Paddle 2 has beside the parameters, for
/// `load_structured_names` and `paddle.jit.load`. Errors: bad_name for one that is not UTF-8; those of the sink.
inline result<void> save_structured_names(const structured_names& names, const std::string& path) {
    for (const auto& one : names)
        for (const std::string_view name : {std::string_view(one.structured), std::string_view(one.parameter)})
            if (!is_utf8(name)) return failure(errc::bad_name, "a name in a pickle must be UTF-8").of_variable(name.substr(0, 64));
    save_plan plan;
    plan.begin_record();
    if (auto planned = pickle::plan(plan, {}, {}, detail::info_of(names)); !planned) return planned;
    disk file{path};
    return write(plan, file, atomic::steps);
}

/// The names of parameters that a file tells: a `.pdparams` by its table or by the tensors of its nested dicts, whose own keys count here
/// (`fc1.weight`), a `.pdiparams.info`, or a text of two words per line, `fc1.weight linear_0.w_0`.
/// Errors: not_found and what else opening a file gives; missing_record where it tells none; bad_text, bad_name; duplicate_name for a
/// structured name of two parameters; those of `pickle::index`. All with the file.
inline result<structured_names> load_structured_names(const std::string& path, const limits& caps = {}) {
    const auto names = [&]() -> result<structured_names> {
        disk source{path};
        auto reader = open_record(source);
        if (!reader) return reader.failure();
        const auto head = read_head(*reader, wire::kind_bytes);
        if (!head) return head.failure();
        if (wire::kind_of(*head, reader->size_bytes()) != wire::file_kind::pickle) {
            const auto text = read_all(*reader, caps.program_bytes);
            return text ? detail::parse_names(*text, caps) : text.failure();
        }
        any_reader record(*reader);
        const auto listing = pickle::index(record, caps);
        if (!listing) return listing.failure();
        const auto* const rest = listing->extra.as<pickle::extra>();
        return rest != nullptr ? rest->names(pickle::name_by::key) : result<structured_names>(structured_names());
    }();
    if (!names) return names.failure().in_file(path);
    if (names->empty()) return failure(errc::missing_record, "the file tells no names of parameters").in_file(path);
    return names;
}

}  // namespace wherry::inline WHERRY_ABI

#endif
