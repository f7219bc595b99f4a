#ifndef WHERRY_TOOL_HELP_PAGES_HPP
#define WHERRY_TOOL_HELP_PAGES_HPP

#include <string>
#include <string_view>
#include <vector>

/// The help of the command in the forms that an installation wants, all made of what `--help` says.
namespace tool {

struct help_option {
    std::vector<std::string> names;  ///< "--out", "-o"; of a positional argument its one name
    std::string value;               ///< "FILE"; empty for a flag
    std::string says;
    bool positional = false;
};
struct help_command {
    std::string name;
    std::string says;
    std::string more;  ///< what comes below the options
    std::vector<help_option> options;
};

/// A page for man(1), in its language.
std::string man_page(const std::vector<help_command>& commands, std::string_view version);

/// A script that completes commands and options, for bash, zsh or fish; empty for another shell.
std::string completion_for(std::string_view shell, const std::vector<help_command>& commands);

}  // namespace tool

#endif
