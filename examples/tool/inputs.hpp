#ifndef WHERRY_TOOL_INPUTS_HPP
#define WHERRY_TOOL_INPUTS_HPP

#include <wherry/base/result.hpp>

#include <span>
#include <string>
#include <utility>
#include <vector>

/// Inputs that are not files: standard input and archives. They become files of a temporary folder, so that nothing else has to know.
namespace tool {

/// A folder that nobody else can read, gone with this object.
class temporary_folder {
  public:
    temporary_folder() = default;
    ~temporary_folder();
    temporary_folder(const temporary_folder&) = delete;
    temporary_folder& operator=(const temporary_folder&) = delete;

    /// Its path; the folder is made at the first call. Errors: cannot_write.
    wherry::result<std::string> path();

  private:
    std::string path_;
};

class inputs {
  public:
    /// The files of these: "-" is standard input, a tar archive (also compressed: .tar.gz, .tgz) is the folder of what it holds.
    /// Errors: bad_argument for standard input twice, those of reading and of `unpack_tar`.
    wherry::result<void> open(std::span<std::string* const> paths);
    /// A text with the temporary files named as the user named them.
    [[nodiscard]] std::string in_users_words(std::string text) const;

  private:
    wherry::result<void> open(std::string& path);
    wherry::result<std::string> unpacked_archive(const std::string& path);

    temporary_folder folder_;
    std::vector<std::pair<std::string, std::string>> names_;  ///< temporary path, the user's
};

/// All of standard input. Errors: cannot_read, too_large, out_of_memory.
wherry::result<std::string> read_standard_input();

}  // namespace tool

#endif
