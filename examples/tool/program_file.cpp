#include "files.hpp"

#include <wherry/wire/file_kind.hpp>

#if __has_include(<nlohmann/json.hpp>)
#include <wherry/interop/pir.hpp>
#endif

namespace tool {

namespace {
result<Program> parse_json(std::string_view bytes, operators take) {
#if __has_include(<nlohmann/json.hpp>)
    return wherry::read_pir(bytes, {}, take == operators::any ? wherry::pir_operators::any : wherry::pir_operators::known);
#else
    (void)bytes, (void)take;
    return error{.code = errc::unsupported, .message = "this command was built without nlohmann_json, which reads programs of Paddle 3"};
#endif
}
}  // namespace

result<Program> parse_program(std::string_view bytes, operators take) {
    const auto other = [](std::string_view found) {
        return error{.code = errc::not_a_paddle_file, .message = "this is not a program", .expected = "a ProgramDesc", .found = found};
    };
    if (bytes.empty()) return other("an empty file");
    const auto kind = wherry::wire::kind_of(bytes, bytes.size());
    if (kind == wherry::wire::file_kind::tensors) return other("a tensor");
    if (kind == wherry::wire::file_kind::json) return parse_json(bytes, take);
    return Program::parse_from_string(bytes);
}

}  // namespace tool
