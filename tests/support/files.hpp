#ifndef WHERRY_TESTS_SUPPORT_FILES_HPP
#define WHERRY_TESTS_SUPPORT_FILES_HPP

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>

/// Helpers that read golden files. A file that is absent or not understood ends the test program: a golden file
/// is never at fault, its path is.
namespace support {

[[noreturn]] inline void give_up(const std::string& path, std::string_view why) {
    std::fprintf(stderr, "%s: %.*s\n", path.c_str(), static_cast<int>(why.size()), why.data());
    std::abort();
}

/// All bytes of a file.
inline std::string read_file(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    if (!file) give_up(path.string(), "cannot be opened");
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

/// The path of a golden file: `golden("fluid18/readme/main.pdmodel")`.
#ifdef WHERRY_GOLDEN_DIR
inline std::string golden(std::string_view path) { return std::string(WHERRY_GOLDEN_DIR) + "/" + std::string(path); }
#endif

}  // namespace support

#endif
