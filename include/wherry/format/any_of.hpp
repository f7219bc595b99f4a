#ifndef WHERRY_FORMAT_ANY_OF_HPP
#define WHERRY_FORMAT_ANY_OF_HPP

#include <wherry/base/result.hpp>
#include <wherry/format/format.hpp>
#include <wherry/record/any_reader.hpp>
#include <wherry/record/record_index.hpp>
#include <wherry/record/whole_record.hpp>
#include <wherry/version.hpp>
#include <wherry/wire/file_kind.hpp>
#include <wherry/wire/sniff.hpp>

#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>

namespace wherry::inline WHERRY_ABI::detail {

/// A record that no format of a list takes. Errors: not_a_paddle_file.
inline error no_such_format(std::string_view head, std::uint64_t size_bytes, std::string_view formats) {
    const auto kind = wire::kind_of(head, size_bytes);
    auto found = wire::name_of(kind);
    const bool vague = kind == wire::file_kind::other || kind == wire::file_kind::program;  // that starts with an empty line, say
    if (const auto foreign = wire::foreign_kind(head); vague && !foreign.empty()) found = foreign;
    if (size_bytes == 0) found = "an empty file";
    return {.code = errc::not_a_paddle_file, .message = "this file holds no arrays by name", .expected = formats, .found = found};
}

}  // namespace wherry::inline WHERRY_ABI::detail

namespace wherry::inline WHERRY_ABI::format {

/// The first of these formats that recognises a record by its content: `archive<format::any_of<format::streams, format::safetensors>>`.
/// It only reads. `mapped` lends what the file that is there can lend.
template <Format... Fs>
    requires(sizeof...(Fs) > 0)
struct any_of {
    using kind = kinds::format;
    static constexpr std::string_view name = "any_of";
    static constexpr format_facts facts{.holds_lod = (Fs::facts.holds_lod || ...),
                                        .fills_many_records = (Fs::facts.fills_many_records || ...),
                                        .lends = (Fs::facts.lends || ...)};
    static_assert((requires(std::string_view head, std::uint64_t size_bytes) {
                      { Fs::recognises(head, size_bytes) } -> std::convertible_to<bool>;
                  } &&
                   ...),
                  "wherry: format::any_of: each format needs `static bool recognises(std::string_view head, std::uint64_t size_bytes)`");

    static constexpr bool recognises(std::string_view head, std::uint64_t size_bytes) noexcept {
        return (Fs::recognises(head, size_bytes) || ...);
    }
    /// Errors: not_a_paddle_file when it is none of these; those of the format that it is.
    static result<record_listing> index(any_reader& reader, const listing_request& request) {
        const auto head = read_head(reader, wire::kind_bytes);
        if (!head) return head.failure();
        result<record_listing> made = detail::no_such_format(*head, reader.size_bytes(), expected());
        (void)((Fs::recognises(*head, reader.size_bytes()) ? (made = Fs{}.index(reader, request), true) : false) || ...);
        return made;
    }

  private:
    static std::string expected() {
        std::string names;
        ((names += (names.empty() ? "" : ", ") + std::string(Fs::name)), ...);
        return names;
    }
};

}  // namespace wherry::inline WHERRY_ABI::format

#endif
