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
