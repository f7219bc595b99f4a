#include "help_pages.hpp"
#include "text.hpp"

#include <algorithm>

namespace tool {

namespace {
/// A text as roff shows it literally.
std::string roff(std::string_view text) {
    std::string made;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        const bool first = i == 0 || text[i - 1] == '\n';
        if (first && (c == '.' || c == '\'')) made += "\\&";
        if (c == '\\') made += "\\e";
        else if (c == '-') made += "\\-";
        else made += c;
    }
    return made;
}

std::string names_of(const help_option& option) {
    std::string made;
    for (const auto& name : option.names) made += (made.empty() ? "" : ", ") + name;
    return made + (option.value.empty() || option.positional ? "" : " " + option.value);
}

/// A text in lines of at most `width` columns, each but the first after `indent` spaces; its own line ends stay.
std::string wrapped(std::string_view text, std::size_t indent, std::size_t width) {
    std::string made;
    auto column = indent;
    for (std::size_t at = 0; at < text.size();) {
        const auto end = std::min(text.find_first_of(" \n", at), text.size());
        const auto word = text.substr(at, end - at);
        const bool starts = column == indent;
        if (!starts && column + 1 + width_of(word) > width) {
            made += "\n" + std::string(indent, ' ');
            column = indent;
        } else if (!starts) {
            made += " ";
            ++column;
        }
        made += word;
        column += width_of(word);
        if (end < text.size() && text[end] == '\n') {
            made += "\n" + std::string(indent, ' ');
            column = indent;
        }
        at = end + 1;
    }
    return made + "\n";
}

/// `  --out FILE                  The file to write`, in as many lines as it takes.
std::string entry(const std::string& name, const std::string& says, std::size_t width) {
    constexpr std::size_t column = 28;
    auto line = "  " + name;
    line += width_of(line) + 2 > column ? "\n" + std::string(column, ' ') : std::string(column - width_of(line), ' ');
    return line + wrapped(says, column, width);
}

/// What the argument is called in a line of usage.
std::string placeholder(const help_option& option) {
    return option.positional && option.value.empty() ? option.names.front() : option.value;
}

std::string entry(const help_option& option, std::size_t width) {
    auto name = option.positional ? placeholder(option) : names_of(option);
    if (option.repeats && !name.ends_with("...")) name += " ...";
    auto says = option.says;
    if (option.required && !option.positional) says += " (required)";
    if (!option.otherwise.empty()) says += " (without it: " + option.otherwise + ")";
    return entry(name, says, width);
}

/// A text between single quotes of a shell.
std::string in_quotes(std::string_view text) {
    std::string made = "'";
    for (const char c : text) made += c == '\'' ? std::string("'\\''") : std::string(1, c);
    return made + "'";
}

std::string for_bash(const std::vector<help_command>& commands) {
    std::string made = "# wherry(1) completion for bash\n_wherry() {\n    local word=${COMP_WORDS[COMP_CWORD]} words\n"
                       "    if [ \"$COMP_CWORD\" -eq 1 ]; then\n        words='help";
    for (const auto& one : commands) made += " " + one.name;
    made += "'\n    else\n        case ${COMP_WORDS[1]} in\n";
    std::string names;
    for (const auto& one : commands) {
        names += (names.empty() ? "" : " ") + one.name;
        std::string options;
        for (const auto& option : one.options)
            if (!option.positional)
                for (const auto& name : option.names) options += (options.empty() ? "" : " ") + name;
        made += "            " + one.name + ") words='" + options + "' ;;\n";
    }
    made += "            help) words='" + names + "' ;;\n        esac\n";
    return made + "        [[ $word == -* || ${COMP_WORDS[1]} == help ]] || words=\n    fi\n    COMPREPLY=($(compgen -W \"$words\" -- "
                  "\"$word\"))\n}\n"
                  "complete -o default -F _wherry wherry\n";
}

std::string for_zsh(const std::vector<help_command>& commands) {
    const auto text = [](std::string_view says) {  // brackets and colons mean something to _arguments
        std::string made;
        for (const char c : says) made += c == '[' ? '(' : c == ']' ? ')' : c == ':' ? ',' : c;
        return made;
    };
    std::string made = "#compdef wherry\n_wherry() {\n    local -a commands=(\n";
    for (const auto& one : commands) made += "        " + in_quotes(one.name + ":" + text(one.says)) + "\n";
    made += "    )\n    if (( CURRENT == 2 )); then\n        _describe command commands\n        return\n    fi\n    case $words[2] in\n";
    for (const auto& one : commands) {
        made += "        " + one.name + ") _arguments";
        for (const auto& option : one.options)
            if (!option.positional)
                for (const auto& name : option.names)
                    made += " \\\n            " + in_quotes("*" + name + "[" + text(option.says) + "]" +
                                                            (option.value.empty() ? "" : ":" + text(option.value) + ":_files"));
        made += " \\\n            '*:file:_files' ;;\n";
    }
    return made + "    esac\n}\n_wherry \"$@\"\n";
}

std::string for_fish(const std::vector<help_command>& commands) {
    std::string made;
    for (const auto& one : commands) {
        made += "complete -c wherry -n __fish_use_subcommand -f -a " + one.name + " -d " + in_quotes(one.says) + "\n";
        for (const auto& option : one.options) {
            if (option.positional) continue;
            made += "complete -c wherry -n '__fish_seen_subcommand_from " + one.name + "'";
            for (const auto& name : option.names) made += name.starts_with("--") ? " -l " + name.substr(2) : " -s " + name.substr(1);
            made += (option.value.empty() ? "" : " -r") + std::string(" -d ") + in_quotes(option.says) + "\n";
        }
    }
    return made;
}
}  // namespace

std::string help_text(const std::vector<help_command>& commands, std::size_t width) {
    std::string made = "Saves, loads, trains and runs Paddle models without Paddle.\nUsage: wherry COMMAND [OPTIONS] ...\n\nCommands:\n";
    for (const auto& one : commands) made += entry(one.name, one.says, width);
    return made + "\nOptions:\n" + entry("--help, -h", "This text", width) + entry("--version", "The version", width) +
           "\nwherry help COMMAND says what a command takes.\n";
}

std::string help_text(const help_command& command, std::size_t width) {
    auto usage = "Usage: wherry " + command.name + " [OPTIONS]";
    std::string arguments;
    std::string options;
    for (const auto& option : command.options) {
        if (option.positional) usage += " " + placeholder(option);
        (option.positional ? arguments : options) += entry(option, width);
    }
    auto made = command.says + "\n" + usage + "\n\nArguments:\n" + arguments + "\nOptions:\n" + options;
    return command.more.empty() ? made : made + "\n" + wrapped(command.more, 0, width);
}

std::string man_page(const std::vector<help_command>& commands, std::string_view version) {
    std::string made =
        ".TH WHERRY 1 \"\" \"" + roff(version) +
        "\" \"User Commands\"\n.SH NAME\nwherry \\- saves, loads, trains and runs Paddle models without Paddle\n"
        ".SH SYNOPSIS\n.B wherry\n.I COMMAND\n[arguments and options]\n"
        ".SH DESCRIPTION\nWhat a file is, its content tells, never its name. A tar archive is the folder of what it holds, and\n"
        ".B \\-\nis standard input or output.\n.SH COMMANDS\n";
    for (const auto& one : commands) {
        made += ".SS wherry " + roff(one.name);
        for (const auto& option : one.options)
            if (option.positional) made += " " + roff(option.value.empty() ? option.names.front() : option.value);
        made += "\n" + roff(one.says) + ".\n";
        for (const auto& option : one.options)
            if (!option.positional) made += ".TP\n.B " + roff(names_of(option)) + "\n" + roff(option.says) + ".\n";
        if (!one.more.empty()) made += ".PP\n" + roff(one.more) + "\n";
    }
    return made + ".SH EXIT STATUS\n0 on success, 1 on failure;\n.B wherry diff\nends with 1 where the two differ and with 2 on failure.\n";
}

std::string completion_for(std::string_view shell, const std::vector<help_command>& commands) {
    if (shell == "bash") return for_bash(commands);
    if (shell == "zsh") return for_zsh(commands);
    if (shell == "fish") return for_fish(commands);
    return {};
}

}  // namespace tool
