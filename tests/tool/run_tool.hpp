#ifndef WHERRY_TESTS_TOOL_RUN_TOOL_HPP
#define WHERRY_TESTS_TOOL_RUN_TOOL_HPP

#include <support/golden.hpp>

#include <sys/wait.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

struct outcome {
    int status = -1;
    std::string out;
    std::string err;
};

inline std::string quoted(const std::string& argument) {
    std::string made = "'";
    for (const char c : argument) made += c == '\'' ? std::string("'\\''") : std::string(1, c);
    return made + "'";
}

/// Runs the tool as a shell does.
inline outcome wherry_tool(const std::vector<std::string>& arguments) {
    std::string line = quoted(WHERRY_TOOL);
    for (const auto& argument : arguments) line += " " + quoted(argument);
    const int ended = std::system((line + " >stdout.txt 2>stderr.txt").c_str());
    return {WIFEXITED(ended) ? WEXITSTATUS(ended) : -1, support::read_file("stdout.txt"), support::read_file("stderr.txt")};
}
inline std::vector<std::string> operator+(std::vector<std::string> a, const std::vector<std::string>& b) {
    a.insert(a.end(), b.begin(), b.end());
    return a;
}

/// What the tool writes on a terminal of so many columns, both outputs, without carriage returns at ends of lines; by `script`.
inline std::string on_terminal(int columns, const std::vector<std::string>& arguments) {
    std::string line = "stty cols " + std::to_string(columns) + " rows 50; exec " + quoted(WHERRY_TOOL);
    for (const auto& argument : arguments) line += " " + quoted(argument);
    std::ofstream("terminal.sh") << line << "\n";
    if (std::system("script -q -c 'sh terminal.sh' /dev/null </dev/null >terminal.txt 2>&1") != 0) return {};
    auto text = support::read_file("terminal.txt");
    for (auto at = text.find("\r\n"); at != std::string::npos; at = text.find("\r\n", at)) text.erase(at, 1);
    return text;
}

/// The text with each time as T.
inline std::string without_times(const std::string& text) {
    std::string made;
    for (std::size_t at = 0; at < text.size();) {
        const auto end = text.find_first_not_of("0123456789.", at);
        const auto unit = std::string_view(text).substr(std::min(end, text.size()));
        const bool number = end != at && (at == 0 || text[at - 1] == ' ');
        const bool seconds = unit.starts_with(" s\n") || unit.starts_with(" s:") || unit.starts_with(" s,");
        if (number && (unit.starts_with(" ms") || unit.starts_with(" us") || seconds)) {
            made += "T";
            at = end + (seconds ? 2 : 3);
        } else {
            const auto next = number ? end : at + 1;
            made += text.substr(at, next - at);
            at = next;
        }
    }
    return made;
}

/// A name that nothing in the working folder has.
inline std::string fresh(const std::string& folder) {
    std::filesystem::remove_all(folder);
    return folder;
}

/// Relative paths and bytes of all files beneath a folder, sorted.
inline std::vector<std::pair<std::string, std::string>> files_beneath(const std::string& folder) {
    std::vector<std::pair<std::string, std::string>> files;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder))
        if (entry.is_regular_file())
            files.emplace_back(entry.path().lexically_relative(folder).generic_string(), support::read_file(entry.path().string()));
    std::sort(files.begin(), files.end());
    return files;
}
inline void write_file(const std::string& path, std::string_view bytes) {
    std::ofstream(path, std::ios::binary).write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
}

#define MUST_SUCCEED(...)                            \
    do {                                             \
        const auto done_ = wherry_tool(__VA_ARGS__); \
        INFO(done_.err);                             \
        REQUIRE(done_.status == 0);                  \
        REQUIRE(done_.err.empty());                  \
    } while (false)

#endif
