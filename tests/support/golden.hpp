#ifndef WHERRY_TESTS_SUPPORT_GOLDEN_HPP
#define WHERRY_TESTS_SUPPORT_GOLDEN_HPP

#include <support/npy.hpp>

#include <algorithm>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

/// The golden files by what they hold.
namespace support {

template <class Wanted>
std::vector<std::string> golden_files(Wanted wanted) {
    const std::filesystem::path root(WHERRY_GOLDEN_DIR);
    std::vector<std::string> found;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(root)) {
        if (!entry.is_regular_file()) continue;
        auto path = entry.path().lexically_relative(root).generic_string();
        if (wanted(std::string_view(path))) found.push_back(std::move(path));
    }
    std::sort(found.begin(), found.end());
    return found;
}

/// Paths of every ProgramDesc.
inline std::vector<std::string> golden_programs() {
    return golden_files([](std::string_view path) {
        return path.ends_with(".pdmodel") || path.ends_with("/__model__") || path.ends_with("/inference_combined/model");
    });
}

/// Paths of every file that holds one LoDTensor stream.
inline std::vector<std::string> golden_tensors() {
    return golden_files([](std::string_view path) {
        if (path.ends_with("/__model__") || path.ends_with(".npy")) return false;
        constexpr std::string_view folders[] = {"/start/", "/persistables/", "/params/", "/inference/", "/fluid/"};
        return std::any_of(std::begin(folders), std::end(folders), [&](auto f) { return path.find(f) != path.npos; });
    });
}

/// Paths of every file that holds LoDTensor streams one after another.
inline std::vector<std::string> golden_combined() {
    return golden_files([](std::string_view path) {
        return path.ends_with(".bin") || path.ends_with(".pdiparams") || path.ends_with("/inference_combined/params");
    });
}

}  // namespace support

#endif
