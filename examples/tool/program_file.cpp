#include "files.hpp"

#include <wherry/wire/file_kind.hpp>
#include <wherry/wire/sniff.hpp>

#include <algorithm>
#include <optional>

#if __has_include(<nlohmann/json.hpp>)
#include <wherry/interop/pir.hpp>
#endif

namespace tool {

namespace {
result<Program> parse_json(std::string_view bytes, operators take) {
#if __has_include(<nlohmann/json.hpp>)
    return wherry::read_pir(bytes, chosen_limits::caps, take == operators::any ? wherry::pir_operators::any : wherry::pir_operators::known);
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
    if (const auto foreign = wherry::wire::kind_instead_of_program(bytes);
        !foreign.empty() && !wherry::wire::detail::looks_like_program(bytes))
        return other(foreign);
    return Program::parse_from_string(bytes, chosen_limits::caps);
}

namespace {
bool has_fetch(const Program& program) {
    const auto& ops = program.global_block().ops();
    return std::any_of(ops.begin(), ops.end(), [](const wherry::Operator& op) { return op.type() == "fetch"; });
}
/// True for bytes that can be nothing but a program, well made or not.
bool is_believed(std::string_view bytes) {
    return wherry::wire::detail::looks_like_program(bytes) || bytes.substr(0, 512).find("\"pir\"") != std::string_view::npos;
}
}  // namespace

result<std::string> program_file_in(const std::string& folder) {
    const auto usual = joined(folder, "__model__");
    if (exists(usual)) return usual;
    std::vector<std::string> programs;
    std::vector<std::string> with_outputs;
    std::optional<error> refused;
    for (const auto& name : files_in(folder)) {
        const auto path = joined(folder, name);
        auto file = open_file(path);
        if (!file) continue;
        const auto head = wherry::read_head(*file, wherry::wire::kind_bytes);
        if (!head || !is_believed(*head)) continue;
        const auto program = load_program(path);
        if (!program) {
            refused = program.error();
            continue;
        }
        programs.push_back(path);
        if (has_fetch(*program)) with_outputs.push_back(path);
    }
    const auto& found = with_outputs.empty() ? programs : with_outputs;
    if (found.size() == 1) return found.front();
    if (found.empty() && refused) return *std::move(refused);
    if (const auto inner = found.empty() ? only_folder_in(folder) : std::string(); !inner.empty())
        if (auto file = program_file_in(inner); file || file.error().code != errc::not_found) return file;
    if (found.empty()) return error{.code = errc::not_found, .message = "no file of the folder is a program", .file = folder};
    return error{.code = errc::bad_argument,
                 .message = "several files of the folder are programs; name the one that is meant",
                 .file = folder,
                 .found = some_names(found)};
}

result<Program> load_program(const std::string& path, operators take) {
    auto file = is_folder(path) ? program_file_in(path) : result<std::string>(path);
    if (!file) return std::move(file).error();
    const auto bytes = read_file(*file, chosen_limits::caps.program_bytes);
    if (!bytes) return bytes.error();
    auto program = parse_program(*bytes, take);
    if (!program) return program.failure().in_file(*file);
    return program;
}

}  // namespace tool
