#include "commands.hpp"
#include "files.hpp"
#include "said.hpp"

#include <wherry/base/utf8.hpp>
#include <wherry/policy/durability.hpp>
#include <wherry/program/dot.hpp>
#include <wherry/program/dot_compact.hpp>
#include <wherry/record/whole_record.hpp>

#include <csignal>
#include <cstddef>
#include <cstdio>
#include <filesystem>
#include <string>
#include <string_view>
#include <system_error>

#if __has_include(<sys/wait.h>)
#include <sys/wait.h>
#endif

namespace tool {

namespace {
/// What Graphviz makes of a name's ending; empty for its own language.
std::string_view picture_format(const std::string& path) {
    const auto ending = std::filesystem::path(path).extension().string();
    for (const std::string_view format : {"svg", "png", "pdf"})
        if (ending.size() == 4 && ending.substr(1) == format) return format;
    return {};
}

/// Lets the `dot` of Graphviz draw. Errors: unsupported, cannot_write.
result<void> draw(const std::string& picture, const std::string& path, std::string_view format) {
#if __has_include(<sys/wait.h>)
    std::string name = "'";
    const auto part = path + ".part";  // so that a failure leaves what was there
    for (const char c : part) name += c == '\'' ? std::string("'\\''") : std::string(1, c);
    const auto line = "{ dot -T" + std::string(format) + " >" + name + "'; } 2>/dev/null";
    std::signal(SIGPIPE, SIG_IGN);  // where it ends before it has read all
    auto* pipe = popen(line.c_str(), "w");
    const bool written = pipe != nullptr && std::fwrite(picture.data(), 1, picture.size(), pipe) == picture.size();
    const int status = pipe == nullptr ? -1 : pclose(pipe);
    std::error_code failed;
    if (written && status == 0) std::filesystem::rename(part, path, failed);
    if (written && status == 0 && !failed) return {};
    std::filesystem::remove(part, failed);
    if (WIFEXITED(status) && WEXITSTATUS(status) == 127)
        return error{.code = errc::unsupported,
                     .message = "Graphviz draws such files, and its command dot is not installed; any other ending gets its language",
                     .file = path};
    return error{.code = errc::cannot_write, .message = "the command dot of Graphviz failed", .file = path};
#else
    return error{
        .code = errc::unsupported, .message = "Graphviz is not asked on this system: write FILE.dot, then dot -Tsvg", .file = path};
#endif
}
}  // namespace

result<std::string> dot(const dot_arguments& given) {
    const stopwatch running;
    const auto program = load_program(given.program);
    if (!program) return program.error();
    const auto picture = given.compact ? wherry::to_compact_dot(*program) : wherry::to_dot(*program);
    if (given.out.empty() || given.out == "-") return picture;
    if (const auto format = picture_format(given.out); !format.empty()) {
        if (auto drawn = draw(picture, given.out, format); !drawn) return std::move(drawn).error();
    } else {
        wherry::disk file{given.out};
        if (auto written = wherry::write_whole(file, picture, wherry::atomic::steps); !written) return std::move(written).error();
    }
    std::size_t operators = 0;
    for (const auto& block : program->blocks()) operators += block.ops().size();
    return given.quiet ? std::string()
                       : "drew " + counted(operators, "operator") + " in " + time_text(running.seconds()) + ": " +
                             wherry::printable(given.out) + "\n";
}

}  // namespace tool
