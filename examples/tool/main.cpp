// wherry: saves, loads, trains and runs Paddle models from the command line. Each command is one file beside this one.
#include "commands.hpp"
#include "help_pages.hpp"
#include "inputs.hpp"
#include "memory.hpp"
#include "said.hpp"
#include "suggest.hpp"
#include "text.hpp"

#include <wherry/base/error.hpp>
#include <wherry/base/utf8.hpp>
#include <wherry/version.hpp>

#include <CLI/CLI.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <functional>
#include <limits>
#include <new>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace {

const CLI::Range positive(1, std::numeric_limits<std::int32_t>::max());
constexpr int diff_trouble = 2;  ///< as diff(1): 1 says that the two differ

using command = std::function<tool::result<tool::answer>()>;

/// One line on standard error, and the exit status of a failure.
int complain(std::string_view what, int status = 1) {
    std::fprintf(stderr, "wherry: %s\n", wherry::printable(what, "").c_str());
    return status;
}

void add_inspect(CLI::App& app, tool::inspect_arguments& given) {
    app.add_option("path", given.path,
                   "A program, tensors, .pdparams, .npz, safetensors, numbers in text, one of them compressed, or a folder of them")
        ->required()
        ->type_name("FILE|DIR");
    app.add_flag("--json", given.json, "One JSON document instead of text");
    app.add_flag("--stats", given.stats, "The least, the largest and the mean value of every array, and how many are NaN");
}

void add_convert(CLI::App& app, tool::convert_arguments& given) {
    app.footer(
        "Two paths are IN and OUT, three are PROGRAM, IN and OUT. PROGRAM names the tensors of a combined file without names and "
        "chooses what is converted. IN may be a combined file, a folder of one file per variable, a .pdparams pickle, .npz, safetensors, "
        "or one of them compressed with gzip: told by content, never by name. It may also be numbers in text, as numpy.savetxt writes "
        "them, a file or a folder of NAME.txt; PROGRAM gives them element types and dims. OUT is the file, or, --to paddle and --to text, "
        "the folder.\n\n"
        "Element types are kept. bfloat16 and float8, which NumPy lacks, become unsigned numbers of their bits in pdparams, as Paddle "
        "writes them; in npz they are an error without --cast or --bits. With PROGRAM such bits become bfloat16 again.");
    app.add_option("paths", given.paths, "The program, if one is needed, what is read and what is written")
        ->required()
        ->expected(2, 3)
        ->type_name("[PROGRAM] IN OUT");
    app.add_option("--to", given.form,
                   "The form of OUT: paddle, pdparams, npz, safetensors or text; without it, what the ending of OUT names, or paddle")
        ->check(CLI::IsMember({"paddle", "pdparams", "npz", "safetensors", "text"}))
        ->type_name("FORM");
    app.add_option("--filter", given.filter, "persistables (all that outlives a run, the default) or params (Parameters alone)")
        ->check(CLI::IsMember({"persistables", "params"}))
        ->type_name("FILTER");
    app.add_option("--in-filename", given.in_filename, "The one file in the folder IN that holds all")->type_name("F");
    app.add_option("--out-filename", given.out_filename, "paddle: the one file in OUT for all; without it, one file per variable")
        ->type_name("F");
    app.add_option("--program-out", given.program_out, "Where the program is written as well, a .pdmodel whatever PROGRAM was")
        ->type_name("FILE");
    app.add_flag("--strip", given.strip, "--program-out: without the call stacks of its operators, which are most of its bytes");
    app.add_option("--align", given.align, "paddle: elements start at multiples of so many bytes, a power of two: 16, 64, 4096")
        ->check(positive)
        ->type_name("N");
    app.add_flag("--checksum", given.checksum, "paddle: every tensor carries checksums; they are checked whenever it is read here");
    app.add_flag("--names", given.names, "paddle: every tensor carries its name, so that PROGRAM is not needed any more");
    app.add_flag("--gzip", given.gzip, "paddle: every file is compressed; gunzip gives the Paddle file");
    app.add_option("--cast", given.casts, "Values of one floating point type as another, such as bfloat16=float32")
        ->allow_extra_args(false)
        ->type_name("FROM=TO");
    app.add_option("--transpose", given.transposed,
                   "A matrix by name gets rows and columns exchanged, such as a linear layer's from elsewhere")
        ->allow_extra_args(false)
        ->type_name("NAME");
    app.add_option("--rename", given.renames,
                   "An array gets another name, last of all; with a * on both sides all that start so: --rename '*=teacher/*'")
        ->allow_extra_args(false)
        ->type_name("OLD=NEW");
    app.add_option(
           "--names-from", given.names_from,
           "The names that layers have for parameters (fc1.weight), of a .pdparams, a .pdiparams.info or a text of two names per "
           "line (fc1.weight linear_0.w_0): OUT gets them, --to paddle the names of variables; without it, IN.info and a .pdparams tell")
        ->type_name("FILE");
    app.add_flag("--drop", given.drop,
                 "What the form of OUT cannot hold, such as LR_Scheduler in npz or LoD, is left out and not an error");
    app.add_option("--protocol", given.protocol, "pdparams: the protocol of the pickle, 2 (the default), 3 or 4")
        ->check(CLI::Range(2, 4))
        ->type_name("N");
    app.add_option("--shard-size", given.shard_bytes,
                   "safetensors: files of at most so many bytes, such as 5GB, NAME-00001-of-00002.safetensors, and their index")
        ->transform(CLI::AsSizeValue(true))
        ->type_name("SIZE");
    app.add_flag("--bits", given.bits, "npz: bfloat16 and float8 as unsigned numbers of their bits");
    app.add_flag("--quiet", given.quiet, "Say nothing of what was done");
}

void add_dot(CLI::App& app, tool::dot_arguments& given) {
    app.add_option("program", given.program, "The program to draw")->required()->type_name("PROGRAM");
    app.add_option(
           "-o,--out", given.out,
           "The file to write: .svg, .png and .pdf are drawn by Graphviz, any other is in its language; without it, standard output")
        ->type_name("FILE");
    app.add_flag("--compact", given.compact,
                 "Operators alone, with dims on the arrows between them and those of parameters in their boxes");
    app.add_flag("--quiet", given.quiet, "Say nothing of what was done");
}

void add_diff(CLI::App& app, tool::diff_arguments& given) {
    app.footer("Exit status: 0 where both hold the same, 1 where they differ, 2 in case of trouble. A value that is not the same has "
               "max abs |a - b| and max rel |a - b| / max(|a|, |b|). NaN is the same as NaN, 0 as -0.");
    app.add_option("a", given.a, "A file or folder of any form that convert reads")->required()->type_name("A");
    app.add_option("b", given.b, "Another, of the same form or not")->required()->type_name("B");
    app.add_option("--program", given.program, "Names the tensors of a combined file that has no names")->type_name("PROGRAM");
    app.add_option("--names-from", given.names_from,
                   "Names of parameters, as of convert, besides those that A and B tell: linear_0.w_0 and fc1.weight are one array")
        ->type_name("FILE");
    app.add_flag("--json", given.json, "One JSON document instead of text");
    app.add_flag("--quiet", given.quiet, "Say nothing: the exit status tells");
}

void add_infer_model(CLI::App& app, tool::infer_model_arguments& given) {
    app.add_option("program", given.program, "The trained program")->required()->type_name("PROGRAM");
    app.add_option("in", given.from, "Its persistables: a file or folder of any form that convert reads")->required()->type_name("IN");
    app.add_option("out", given.to, "The folder of the model")->required()->type_name("OUT");
    app.add_option("--feed-names", given.feeds, "What is fed, in order; without it, the model's own inputs")
        ->delimiter(',')
        ->allow_extra_args(false)
        ->type_name("NAME,...");
    app.add_option("--targets", given.targets, "What is fetched, in order; without it, the model's own outputs")
        ->delimiter(',')
        ->allow_extra_args(false)
        ->type_name("NAME,...");
    app.add_option("--model-filename", given.model_filename, "The program's file in OUT (__model__)")->type_name("F");
    app.add_option("--params-filename", given.params_filename, "The one file in OUT of all variables; without it, one file per variable")
        ->type_name("F");
    app.add_option("--batch", given.batch, "The inputs have so many rows, where the program leaves their first dim open")
        ->check(positive)
        ->type_name("N");
    app.add_flag("--strip", given.strip, "The program without the call stacks of its operators, which are most of its bytes");
    app.add_flag("--quiet", given.quiet, "Say nothing of what was done");
}

/// The options that tell a model and what it is fed.
void add_model(CLI::App& app, tool::run_arguments& given) {
    app.add_option("--feed", given.feeds, "An input and its array")->type_name("NAME=FILE.npy");
    app.add_option("--fetch", given.fetches, "Variables to fetch instead of the model's outputs, such as values between its layers")
        ->delimiter(',')
        ->allow_extra_args(false)
        ->type_name("NAME,...");
    app.add_option("--lod", given.lods,
                   "How the rows of an input fall into sequences: offsets, from 0 to the number of rows; once per level")
        ->allow_extra_args(false)
        ->type_name("NAME=0,2,5");
    app.add_option("--model-file", given.model_file, "The program's file in DIR; without it, found by content")->type_name("F");
    app.add_option("--params-file", given.params_file, "The file in DIR of all variables; without it, found by content")->type_name("F");
    app.add_option("--threads", given.threads, "Threads that compute an operator together")->type_name("N")->capture_default_str();
    app.add_flag("--as-written", given.as_written, "Operator by operator: batch_norm is not folded into weights, nothing is put together");
}
void add_run(CLI::App& app, tool::run_arguments& given) {
    app.add_option("model", given.model,
                   "A model folder, whatever its files are called, a program file, or PREFIX of PREFIX.pdmodel and PREFIX.pdiparams")
        ->required()
        ->type_name("DIR|FILE|PREFIX");
    app.add_option("out", given.out, "The folder for 0.npy, 1.npy, ... and 0.lod.npy, ... of outputs with LoD")
        ->required()
        ->type_name("OUT");
    add_model(app, given);
    app.add_flag("--profile", given.profile, "Run five times more and print what each kind of operator takes");
    app.add_option("--trace", given.trace, "The same, operator by operator, for chrome://tracing and Perfetto")->type_name("FILE.json");
    app.add_flag("--quiet", given.quiet, "Say nothing of what was done");
}
void add_bench(CLI::App& app, tool::bench_arguments& given) {
    app.add_option("model", given.model,
                   "A model folder, whatever its files are called, a program file, or PREFIX of PREFIX.pdmodel and PREFIX.pdiparams")
        ->required()
        ->type_name("DIR|FILE|PREFIX");
    add_model(app, given);
    app.add_option("--runs", given.runs, "Runs after the first one")->type_name("N")->capture_default_str();
}

void add_embed(CLI::App& app, tool::embed_arguments& given) {
    app.add_option("model", given.model,
                   "A model folder, whatever its files are called, a program file, or PREFIX of PREFIX.pdmodel and PREFIX.pdiparams")
        ->required()
        ->type_name("DIR|FILE|PREFIX");
    app.add_option("--name", given.name, "The name of the type")->required()->type_name("NAME");
    app.add_option("--out", given.out, "The header to write")->required()->type_name("FILE.hpp");
    app.add_option("--align", given.align, "Where values start: at multiples of so many bytes (16); 1 keeps the file's bytes")
        ->type_name("N");
    app.add_flag("--int8", given.int8, "Weights of layers as int8, with a scale for each column");
    app.add_flag("--incbin", given.incbin, "Parameters in FILE.bin, which the assembler takes in: for models of many megabytes");
    app.add_option("--model-file", given.model_file, "The program's file in DIR; without it, found by content")->type_name("F");
    app.add_option("--params-file", given.params_file, "The file in DIR of all variables; without it, found by content")->type_name("F");
    app.add_flag("--quiet", given.quiet, "Say nothing of what was done");
}

void add_clean(CLI::App& app, tool::clean_arguments& given) {
    app.footer(
        "Saves write temporary files and give them their names when all are whole. A save that was killed leaves some: they are removed "
        "where its process of this host is gone, and where it had committed, its files get their names. Folders inside are cleaned, too. "
        "Loads do the second by themselves and do not see the first; the next save into a folder does both.");
    app.add_option("folder", given.folder, "The folder to clean")->required()->type_name("DIR");
    app.add_flag("--dry-run", given.dry_run, "Say what would be done, and change nothing");
    app.add_flag("--quiet", given.quiet, "Say nothing of what was done");
}

void add_train(CLI::App& app, tool::train_arguments& given) {
    app.add_option("program", given.program, "The training program")->required()->type_name("PROGRAM");
    app.add_option("out", given.out, "The folder for VAR.npy, one row per step")->required()->type_name("OUT");
    app.add_option("--startup", given.startup, "The program that sets first values")->type_name("PROGRAM");
    app.add_option("--persistables", given.persistables, "First values: a folder of one file per variable, or the one file")
        ->type_name("DIR|FILE");
    app.add_option("--feed", given.feeds, "An input and its array, the same in every step")->type_name("NAME=FILE.npy");
    app.add_option("--fetch", given.fetches, "A variable to fetch in every step")->required()->type_name("VAR");
    app.add_option("--steps", given.steps, "How often the program runs")->required()->type_name("N");
    app.add_option("--save", given.save, "The folder for all persistables in the end")->type_name("DIR");
    app.add_option("--save-filename", given.save_filename, "One file in that folder for all; without it, one file per variable")
        ->type_name("F");
    app.add_flag("--quiet", given.quiet, "Say nothing of what was done");
}

/// The arguments that name files to read.
std::vector<std::string*> inputs_of(tool::inspect_arguments& given) { return {&given.path}; }
std::vector<std::string*> inputs_of(tool::convert_arguments& given) {
    std::vector<std::string*> all;
    for (auto& path : given.paths) all.push_back(&path);
    all.back() = &given.names_from;  // OUT is written
    return all;
}
std::vector<std::string*> inputs_of(tool::dot_arguments& given) { return {&given.program}; }
std::vector<std::string*> inputs_of(tool::diff_arguments& given) { return {&given.a, &given.b, &given.program, &given.names_from}; }
std::vector<std::string*> inputs_of(tool::infer_model_arguments& given) { return {&given.program, &given.from}; }
std::vector<std::string*> inputs_of(tool::run_arguments& given) { return {&given.model}; }
std::vector<std::string*> inputs_of(tool::bench_arguments& given) { return {&given.model}; }
std::vector<std::string*> inputs_of(tool::embed_arguments& given) { return {&given.model}; }
std::vector<std::string*> inputs_of(tool::clean_arguments&) { return {}; }
std::vector<std::string*> inputs_of(tool::train_arguments& given) { return {&given.program, &given.startup, &given.persistables}; }

/// Adds a command whose arguments live as long as the program runs.
template <class Arguments, class Said>
void add(CLI::App& app, const char* name, const char* what, void (*options)(CLI::App&, Arguments&),
         tool::result<Said> (*act)(const Arguments&), tool::inputs& files, command& chosen) {
    static Arguments given;
    auto* added = app.add_subcommand(name, what);
    options(*added, given);
    if constexpr (!std::is_same_v<Arguments, tool::clean_arguments>)
        added
            ->add_option("--memory", tool::chosen_limits::caps.total_bytes,
                         "The most that one load, program or run may hold, such as 512MB; what would take more is an error")
            ->transform(CLI::AsSizeValue(true))
            ->default_str(tool::size_text(tool::chosen_limits::caps.total_bytes))
            ->type_name("SIZE");
    added->callback([act, &files, &chosen] {
        chosen = [act, &files]() -> tool::result<tool::answer> {
            if (auto opened = files.open(inputs_of(given)); !opened) return std::move(opened).error();
            auto said = act(given);
            if (!said) return std::move(said).error();
            return tool::answer(*std::move(said));
        };
    });
}

std::string version() {
    const int numbers[] = {WHERRY_VERSION_MAJOR, WHERRY_VERSION_MINOR, WHERRY_VERSION_PATCH};
    return "wherry " + std::to_string(numbers[0]) + "." + std::to_string(numbers[1]) + "." + std::to_string(numbers[2]);
}

int finish(const tool::result<tool::answer>& outcome, const tool::inputs& files, int trouble) {
    if (!outcome) return complain(files.in_users_words(tool::told(outcome.error())), trouble);
    std::fwrite(outcome->text.data(), 1, outcome->text.size(), stdout);
    if (std::fflush(stdout) == 0 && std::ferror(stdout) == 0) return outcome->status;
    return complain("standard output cannot be written", trouble);
}

std::vector<std::string> words_of(int argc, char** argv) {
    std::vector<std::string> words;
    for (int i = 1; i < argc; ++i) words.emplace_back(argv[i]);
    return words;
}

/// The message where the first word is neither a command nor an option; empty where it is.
std::string unknown_command(const CLI::App& app, const std::string& word) {
    std::vector<std::string> names;
    for (const auto* known : app.get_subcommands([](const CLI::App*) { return true; })) names.push_back(known->get_name());
    if (word.starts_with('-'))
        return word == "-h" || word == "--help" || word == "--version" ? "" : "there is no option " + word + "; wherry --help lists all";
    if (std::find(names.begin(), names.end(), word) != names.end()) return {};
    const auto meant = tool::suggestion_for(word, names);
    const auto unknown = "there is no command " + word;
    return meant.empty() ? unknown + "; wherry --help lists all" : unknown + "; did you mean " + std::string(meant) + "?";
}

/// The message where a word reads as an option that the command does not have; empty where there is none.
std::string unknown_option(const CLI::App& asked, const std::vector<std::string>& words) {
    for (const auto& word : words) {
        if (word == "--") break;
        const auto name = word.substr(0, word.find('='));
        if (name.starts_with("--") && asked.get_option_no_throw(name) == nullptr)
            return "wherry " + asked.get_name() + " has no option " + name;
    }
    return {};
}

/// What --help says, as data.
std::vector<tool::help_command> help_of(const CLI::App& app) {
    std::vector<tool::help_command> commands;
    for (const auto* known : app.get_subcommands([](const CLI::App*) { return true; })) {
        tool::help_command one{known->get_name(), known->get_description(), known->get_footer(), {}};
        for (const auto* option : known->get_options()) {
            tool::help_option made{{},
                                   option->get_type_name(),
                                   option->get_description(),
                                   option->get_default_str(),
                                   option->get_positional(),
                                   option->get_required(),
                                   option->get_expected_max() >= CLI::detail::expected_max_vector_size};
            for (const auto* checks : {":", " ["})
                made.value.resize(std::min(made.value.find(checks), made.value.size()));  // what else CLI11 says of its checks
            for (const auto& name : option->get_lnames()) made.names.push_back("--" + name);
            for (const auto& name : option->get_snames()) made.names.push_back("-" + name);
            if (made.names.empty()) made.names.push_back(option->get_name(true));
            if (option->get_expected_max() == 0) made.value.clear();
            one.options.push_back(std::move(made));
        }
        commands.push_back(std::move(one));
    }
    return commands;
}

/// `wherry help --man` and `wherry help --completion SHELL`, which an installation asks.
int help_page(const CLI::App& app, const std::vector<std::string>& arguments) {
    const auto commands = help_of(app);
    const bool man = arguments[1] == "--man" && arguments.size() == 2;
    const auto page = man                                                       ? tool::man_page(commands, version())
                      : arguments[1] == "--completion" && arguments.size() == 3 ? tool::completion_for(arguments[2], commands)
                                                                                : "";
    if (page.empty()) return complain("help takes a command, --man, or --completion with bash, zsh or fish");
    std::fputs(page.c_str(), stdout);
    return 0;
}

/// `wherry --help` and `wherry COMMAND --help`.
int print_help(const CLI::App& app) {
    constexpr std::size_t readable = 100;
    const auto columns = tool::output_width();
    const auto width = columns == 0 ? readable : std::min(columns, readable);
    const auto commands = help_of(app);
    const auto asked = app.get_subcommands();
    const auto is_asked = [&](const tool::help_command& one) { return one.name == asked.front()->get_name(); };
    const auto text = asked.empty() ? tool::help_text(commands, width)
                                    : tool::help_text(*std::find_if(commands.begin(), commands.end(), is_asked), width);
    std::fputs(text.c_str(), stdout);
    return 0;
}

int command_line(int argc, char** argv) {
    CLI::App app{"", "wherry"};
    app.set_help_flag("--help,-h", "This text");
    app.set_version_flag("--version", version());
    app.require_subcommand(1);
    tool::inputs files;
    command chosen;
    add(app, "inspect", "Says what a program, a tensor file or a folder holds", add_inspect, tool::inspect, files, chosen);
    add(app, "convert", "Saves variables in another form", add_convert, tool::convert, files, chosen);
    add(app, "diff", "Says which variables of two files or folders differ", add_diff, tool::diff, files, chosen);
    add(app, "dot", "Draws a program for Graphviz", add_dot, tool::dot, files, chosen);
    add(app, "infer-model", "Saves what targets need of a trained program as an inference model", add_infer_model, tool::infer_model, files,
        chosen);
    add(app, "run", "Runs an inference model once", add_run, tool::run, files, chosen);
    add(app, "bench", "Runs an inference model several times and tells how long that takes", add_bench, tool::bench, files, chosen);
    add(app, "embed", "Writes a model as a C++ header for wherry::embed", add_embed, tool::embed, files, chosen);
    add(app, "clean", "Removes what killed saves left in a folder", add_clean, tool::clean, files, chosen);
    add(app, "train", "Runs a training program step by step", add_train, tool::train, files, chosen);
    auto arguments = words_of(argc, argv);
    if (arguments.empty()) arguments = {"--help"};
    if (arguments[0] == "help" && arguments.size() > 1 && arguments[1].starts_with('-') && arguments[1] != "--help")
        return help_page(app, arguments);
    if (arguments[0] == "help")
        arguments = arguments.size() > 1 ? std::vector{arguments[1], std::string("--help")} : std::vector{std::string("--help")};
    if (const auto wrong = unknown_command(app, arguments[0]); !wrong.empty()) return complain(wrong);
    std::reverse(arguments.begin(), arguments.end());  // as CLI11 takes them
    try {
        app.parse(std::move(arguments));
    } catch (const CLI::CallForHelp&) { return print_help(app); } catch (const CLI::Success& done) {  // --version
        return app.exit(done);
    } catch (const CLI::ParseError& wrong) {
        const auto used = app.get_subcommands();
        const auto help = used.empty() ? "wherry --help lists all" : "wherry help " + used.front()->get_name() + " says what it takes";
        const auto unknown = used.empty() ? std::string() : unknown_option(*used.front(), words_of(argc, argv));
        return complain((unknown.empty() ? wrong.what() : unknown) + "; " + help, app.got_subcommand("diff") ? diff_trouble : 1);
    }
    return finish(chosen(), files, app.got_subcommand("diff") ? diff_trouble : 1);
}

}  // namespace

int main(int argc, char** argv) {
    try {
        return command_line(argc, argv);
    } catch (const std::exception& failure) {
        const bool memory = dynamic_cast<const std::bad_alloc*>(&failure) != nullptr;
        return complain(memory ? tool::told({.code = tool::errc::out_of_memory}) : failure.what(),
                        argc > 1 && argv[1] == std::string_view("diff") ? diff_trouble : 1);
    }
}
