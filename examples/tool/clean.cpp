#include "commands.hpp"
#include "said.hpp"

#include <wherry/base/utf8.hpp>
#include <wherry/policy/clean_folder.hpp>

#include <string>
#include <string_view>

namespace tool {

result<std::string> clean(const clean_arguments& given) {
    const auto done = wherry::clean_folder(given.folder, given.dry_run);
    if (!done) return done.error();
    std::string text;
    const auto list = [&](std::string_view what, const auto& names) {
        if (given.quiet) return;
        for (const auto& name : names) text += std::string(what) + " " + wherry::printable(given.folder + "/" + name) + "\n";
    };
    list(given.dry_run ? "would finish" : "finished", done->finished);
    list(given.dry_run ? "would remove" : "removed", done->removed);
    list("left", done->left);
    if (given.quiet) return text;
    if (text.empty()) return std::string("there is nothing to clean\n");
    text += "saves finished: " + std::to_string(done->finished.size()) + ", files removed: " + std::to_string(done->removed.size()) +
            ", left: " + std::to_string(done->left.size());
    text += done->left.empty() ? "\n" : " (of processes that run, or of other hosts)\n";
    return text;
}

}  // namespace tool
