#ifndef WHERRY_TOOL_HELP_PAGES_HPP
#define WHERRY_TOOL_HELP_PAGES_HPP

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

/// What `--help` says, as text and in the forms that an installation wants.
namespace tool {

struct help_option {
    std::vector<std::string> names;  ///< "--out", "-o"; of a positional argument its one name
    std::string value;               ///< "FILE"; empty for a flag
    std::string says;
    std::string otherwise;  ///< the value without it; empty where there is none
    bool positional = false;
    bool required = false;
    bool repeats = false;
};
struct help_command {
    std::string name;
    std::string says;
    std::string more;  ///< what comes below the options
    std::vector<help_option> options;
};

/// The text of `wherry --help`, of all commands, in lines of at most so many columns.
std::string help_text(const std::vector<help_command>& commands, std::size_t width);
/// The text of `wherry help COMMAND`.
std::string help_text(const help_command& command, std::size_t width);

/// A page for man(1), in its language.
std::string man_page(const std::vector<help_command>& commands, std::string_view version);

/// A script that completes commands and options, for bash, zsh or fish; empty for another shell.
std::string completion_for(std::string_view shell, const std::vector<help_command>& commands);

}  // namespace tool

#endif
