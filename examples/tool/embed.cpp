#include "commands.hpp"
#include "embed_measure.hpp"
#include "embed_stream.hpp"
#include "model_files.hpp"
#include "progress.hpp"
#include "said.hpp"

#include <wherry/base/utf8.hpp>
#include <wherry/wire/file_kind.hpp>

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string_view>
#include <utility>

namespace tool {

namespace {

/// Both files of a model, the parameters as one stream.
struct model_bytes {
    std::string program;
    std::string params;
    std::vector<std::string> names;  ///< of the tensors in `params`
    Program parsed;
};

result<model_bytes> read_model(const embed_arguments& given) {
    auto found = find_model(given.model, given.model_file, given.params_file);
    if (!found) return std::move(found).error();
    auto program = read_file(found->program_file, chosen_limits::caps.program_bytes);
    if (!program) return std::move(program).error();
    model_bytes made{*std::move(program), {}, {}, std::move(found->program)};
    if (wherry::wire::kind_of(made.program, made.program.size()) == wherry::wire::file_kind::json)
        made.program = made.parsed.serialize_to_string();  // a ProgramDesc is what the compiler reads
    const auto variables = persistables_of(made.parsed);
    for (const auto& var : variables) made.names.emplace_back(var.name());
    std::sort(made.names.begin(), made.names.end());
    const auto from = place_of(made.parsed, found->variables);
    if (!from) return from.error();
    if (from->held == place::form::combined) {
        auto params = read_file(from->path);
        if (!params) return std::move(params).error();
        made.params = *std::move(params);
    } else if (from->held == place::form::separate) {
        for (const auto& name : made.names) {
            const auto one = read_file(joined(from->path, name));
            if (!one) return one.error();
            made.params += *one;
        }
    } else {
        Scope scope;
        if (auto loaded = load_variables(variables, scope, *from, progress_bar(given.quiet)); !loaded) return std::move(loaded).error();
        auto stream = stream_of(variables, scope);
        if (!stream) return std::move(stream).error();
        made.params = *std::move(stream);
    }
    return made;
}

/// Weights of layers: what `quantize<int8>` can use. A variable that another operator reads too stays float.
std::vector<std::string> weights_of(const Program& program) {
    std::vector<std::string> weights;
    std::vector<std::string> others;
    for (const auto& op : program.global_block().ops()) {
        const bool product = op.type() == "mul" || ((op.type() == "matmul" || op.type() == "matmul_v2") &&
                                                    !op.attr_or<bool>("trans_y", false) && !op.attr_or<bool>("transpose_Y", false));
        for (const auto& slot : op.desc().inputs)
            for (const auto& name : slot.arguments) (product && slot.parameter == "Y" ? weights : others).push_back(name);
    }
    std::vector<std::string> found;
    for (const auto& var : persistables_of(program)) {
        const auto in = [&](const auto& names) { return std::find(names.begin(), names.end(), var.name()) != names.end(); };
        if (in(weights) && !in(others) && var.dtype() == wherry::DType::FP32) found.emplace_back(var.name());
    }
    return found;
}

bool is_identifier(const std::string& name) {
    const auto letter = [](char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; };
    return !name.empty() && std::isdigit(static_cast<unsigned char>(name[0])) == 0 && std::all_of(name.begin(), name.end(), letter);
}

/// Words that C++20 keeps for itself.
bool is_keyword(std::string_view name) {
    // clang-format off
    constexpr std::string_view keywords[] = {
        "alignas", "alignof", "and", "and_eq", "asm", "auto", "bitand", "bitor", "bool", "break", "case", "catch", "char", "char16_t",
        "char32_t", "char8_t", "class", "co_await", "co_return", "co_yield", "compl", "concept", "const", "const_cast", "consteval",
        "constexpr", "constinit", "continue", "decltype", "default", "delete", "do", "double", "dynamic_cast", "else", "enum", "explicit",
        "export", "extern", "false", "float", "for", "friend", "goto", "if", "inline", "int", "long", "mutable", "namespace", "new",
        "noexcept", "not", "not_eq", "nullptr", "operator", "or", "or_eq", "private", "protected", "public", "register",
        "reinterpret_cast", "requires", "return", "short", "signed", "sizeof", "static", "static_assert", "static_cast", "struct",
        "switch", "template", "this", "thread_local", "throw", "true", "try", "typedef", "typeid", "typename", "union", "unsigned",
        "using", "virtual", "void", "volatile", "wchar_t", "while", "xor", "xor_eq"};
    // clang-format on
    return std::find(std::begin(keywords), std::end(keywords), name) != std::end(keywords);
}

std::string guard_of(const std::string& name) {
    std::string guard = name + "_MODEL_HPP";
    for (auto& c : guard) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    return guard;
}

/// The needs of a board for one inference, a line for each fact.
std::string needs_of(const measured_network& network) {
    if (!network.refused.empty()) return "note   network<> refuses it: " + wherry::printable(network.refused) + "\n";
    std::string made;
    for (const auto& [label, ports] : {std::pair{"input  ", &network.inputs}, std::pair{"output ", &network.outputs}})
        for (const auto& port : *ports) made += label + wherry::printable(port.name) + "  " + port.words + "\n";
    made += "RAM    " + counted(network.arena_bytes, "byte") + " between the layers, beside inputs and outputs\n";
    made += "flash  " + counted(network.parameter_bytes, "byte") + " of parameters, beside the code\n";
    return made + "MACs   " + std::to_string(network.macs) + " in one inference\n";
}

std::string commented(const std::string& lines) {
    std::string made;
    for (std::size_t at = 0; at < lines.size();) {
        const auto end = lines.find('\n', at);
        made += "// " + lines.substr(at, end - at + 1);
        at = end + 1;
    }
    return made;
}

std::string header_start(const embed_arguments& given, const std::string& program, const std::string& needs) {
    const auto guard = guard_of(given.name);
    return "// Written by `wherry embed`" + std::string(given.int8 ? " --int8" : "") + ".\n" + commented(needs) + "#ifndef " + guard +
           "\n#define " + guard + "\n\n" + (given.incbin ? "#include <wherry/embed/params.hpp>\n\n" : "") +
           "#include <cstddef>\n#include <string_view>\n\n@" + "struct " + given.name +
           " {\n    static constexpr std::string_view program{\n        " + as_literal(program) + ",\n        " +
           std::to_string(program.size()) + "};\n    static constexpr std::size_t alignment = " + std::to_string(given.align) + ";\n";
}

std::string literal_header(const embed_arguments& given, const model_bytes& model, const combined_stream& stream,
                           const std::string& needs) {
    auto text = header_start(given, model.program, needs);
    text.erase(text.find('@'), 1);
    text += "    alignas(" + std::to_string(given.align) + ") static constexpr char storage[] =\n        " + as_literal(stream.bytes) +
            ";\n    static constexpr std::string_view params{storage, " + std::to_string(stream.bytes.size()) + "};\n};\n\n#endif\n";
    return text;
}

/// The parameters stay in a file beside the header: the compiler takes it by #embed, or the assembler by .incbin.
std::string linked_header(const embed_arguments& given, const model_bytes& model, const combined_stream& stream, const std::string& file,
                          const std::string& needs) {
    const auto symbol = given.name + "_params";
    std::string offsets;
    for (const auto offset : stream.offsets) offsets += (offsets.empty() ? "" : ", ") + std::to_string(offset);
    const auto path = as_literal(std::filesystem::absolute(file).generic_string());
    const auto quoted = "\"" + path.substr(0, path.size() - 1).insert(0, "\\").append("\\\"\\n\"");
    const auto align = std::to_string(given.align);
    auto text = header_start(given, model.program, needs);
    const std::string assembly = "#ifndef __has_embed\nextern \"C\" const unsigned char " + symbol + "[];\nasm(\".pushsection .rodata." +
                                 symbol + ",\\\"aG\\\",%progbits," + symbol + ",comdat\\n\"\n    \".balign " + align + "\\n.weak " +
                                 symbol + "\\n" + symbol + ":\\n.incbin \"\n    " + quoted + "\n    \".popsection\\n\");\n#endif\n\n";
    text.replace(text.find('@'), 1, assembly);
    // clang calls #embed an extension of C++, and some build with -Werror
    text += "#ifdef __has_embed\n#ifdef __clang__\n#pragma clang diagnostic push\n#pragma clang diagnostic ignored \"-Wc23-extensions\"\n"
            "#endif\n    alignas(" +
            align + ") static constexpr unsigned char params[] = {\n#embed " + path +
            "\n    };\n#ifdef __clang__\n#pragma clang diagnostic pop\n#endif\n#else\n    static constexpr wherry::embed::linked_params<" +
            std::to_string(stream.offsets.size()) + "> params{" + symbol + ", " + std::to_string(stream.bytes.size()) + ", {" + offsets +
            "}};\n#endif\n};\n\n#endif\n";
    return text;
}

result<void> write_whole(const std::string& path, std::string_view bytes) {
    std::ofstream file(path, std::ios::binary);
    file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    if (!file.flush()) return error{.code = errc::cannot_write, .message = "a file cannot be written", .file = path};
    return {};
}

result<void> check(const embed_arguments& given) {
    const auto bad = [](std::string_view message) { return error{.code = errc::bad_argument, .message = message}; };
    if (!is_identifier(given.name) || is_keyword(given.name) || given.name.find("__") != std::string::npos)
        return error{.code = errc::bad_argument,
                     .message = "--name is not the name of a C++ type",
                     .expected = "letters, digits and _, no keyword, no __",
                     .found = given.name};
    if (given.align == 0 || (given.align & (given.align - 1)) != 0 || given.align > 4096)
        return bad("--align is a power of two, at most 4096");
    if (given.incbin && given.out == "-") return bad("--incbin writes a second file beside the header: --out names it");
    if (given.incbin && given.int8) return bad("--incbin and --int8 do not go together yet: int8 models are small enough for a literal");
    return {};
}

}  // namespace

result<std::string> embed(const embed_arguments& given) {
    if (auto checked = check(given); !checked) return std::move(checked).error();
    const auto model = read_model(given);
    if (!model) return model.error();
    stream_options options{.align = given.align};
    if (given.int8) options.int8 = weights_of(model->parsed);
    const auto stream = rewrite_stream(model->params, model->names, options);
    if (!stream) return wherry::error(stream.error()).in_file(given.model);
    const auto beside = std::filesystem::path(given.out).replace_extension(".bin").string();
    if (given.incbin)
        if (auto written = write_whole(beside, stream->bytes); !written) return std::move(written).error();
    const auto needs = needs_of(measure_network(model->program, stream->bytes));
    const auto text = given.incbin ? linked_header(given, *model, *stream, beside, needs) : literal_header(given, *model, *stream, needs);
    if (given.out == "-") return text;
    if (auto written = write_whole(given.out, text); !written) return std::move(written).error();
    if (given.quiet) return std::string();
    return needs + "wrote  " + wherry::printable(given.out) + (given.incbin ? " and " + wherry::printable(beside) : "") + "\n";
}

}  // namespace tool
