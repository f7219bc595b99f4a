// wherry: saves, loads, trains and runs Paddle models from the command line. Each command is one file beside this one.
#include "commands.hpp"

#include <wherry/base/utf8.hpp>
#include <wherry/version.hpp>

#include <CLI/CLI.hpp>

#include <cstdio>
#include <exception>
#include <functional>
#include <string>
#include <string_view>

namespace {

using command = std::function<tool::result<std::string>()>;

/// One line on standard error, and the exit status of every failure.
int complain(std::string_view what) {
    std::fprintf(stderr, "wherry: %s\n", wherry::printable(what, "").c_str());
    return 1;
}

void add_inspect(CLI::App& app, tool::inspect_arguments& given) {
    app.add_option("path", given.path, "A program, a tensor file or a folder of them")->required()->type_name("FILE|DIR");
    app.add_flag("--json", given.json, "One JSON document instead of text");
}

void add_convert(CLI::App& app, tool::convert_arguments& given) {
    app.add_option("program", given.program, "The program that names the variables")->required()->type_name("PROGRAM");
    app.add_option("in", given.from, "The folder they are in, or the one file")->required()->type_name("IN");
    app.add_option("out", given.to, "The folder they are saved to")->required()->type_name("OUT");
    app.add_option("--filter", given.filter, "persistables (all that outlives a run, the default) or params (Parameters alone)")
        ->check(CLI::IsMember({"persistables", "params"}));
    app.add_option("--in-filename", given.in_filename, "The one file in IN that holds all; without it, one file a variable")
        ->type_name("F");
    app.add_option("--out-filename", given.out_filename, "The one file in OUT for all; without it, one file a variable")->type_name("F");
    app.add_option("--program-out", given.program_out, "Where the program is written as well, a .pdmodel whatever PROGRAM was")
        ->type_name("FILE");
}

void add_run(CLI::App& app, tool::run_arguments& given) {
    app.add_option("model", given.model, "A model folder, or PREFIX of PREFIX.pdmodel and PREFIX.pdiparams")
        ->required()
        ->type_name("DIR|PREFIX");
    app.add_option("out", given.out, "The folder for 0.npy, 1.npy, ...")->required()->type_name("OUT");
    app.add_option("--feed", given.feeds, "An input and its array")->type_name("NAME=FILE.npy");
    app.add_option("--model-file", given.model_file, "The program's file in DIR (__model__)")->type_name("F");
    app.add_option("--params-file", given.params_file, "The one file in DIR of all variables; without it, one file a variable")
        ->type_name("F");
}

void add_embed(CLI::App& app, tool::embed_arguments& given) {
    app.add_option("model", given.model, "A model folder, or PREFIX of PREFIX.pdmodel and PREFIX.pdiparams")
        ->required()
        ->type_name("DIR|PREFIX");
    app.add_option("--name", given.name, "The name of the type")->required()->type_name("NAME");
    app.add_option("--out", given.out, "The header to write")->required()->type_name("FILE.hpp");
    app.add_option("--align", given.align, "Where values start: at multiples of so many bytes (16); 1 keeps the file's bytes")
        ->type_name("N");
    app.add_flag("--int8", given.int8, "Weights of layers as int8, with a scale for each column");
    app.add_flag("--incbin", given.incbin, "Parameters in FILE.bin, which the assembler takes in: for models of many megabytes");
    app.add_option("--model-file", given.model_file, "The program's file in DIR (__model__)")->type_name("F");
    app.add_option("--params-file", given.params_file, "The one file in DIR of all variables; without it, one file a variable")
        ->type_name("F");
}

void add_train(CLI::App& app, tool::train_arguments& given) {
    app.add_option("program", given.program, "The training program")->required()->type_name("PROGRAM");
    app.add_option("out", given.out, "The folder for VAR.npy, one row a step")->required()->type_name("OUT");
    app.add_option("--startup", given.startup, "The program that sets first values")->type_name("PROGRAM");
    app.add_option("--persistables", given.persistables, "First values: a folder of one file a variable, or the one file")
        ->type_name("DIR|FILE");
    app.add_option("--feed", given.feeds, "An input and its array, the same in every step")->type_name("NAME=FILE.npy");
    app.add_option("--fetch", given.fetches, "A variable to fetch in every step")->required()->type_name("VAR");
    app.add_option("--steps", given.steps, "How often the program runs")->required()->type_name("N");
    app.add_option("--save", given.save, "The folder for all persistables in the end")->type_name("DIR");
    app.add_option("--save-filename", given.save_filename, "One file in that folder for all; without it, one file a variable")
        ->type_name("F");
}

/// Adds a command whose arguments live as long as the program runs.
template <class Arguments>
void add(CLI::App& app, const char* name, const char* what, void (*options)(CLI::App&, Arguments&),
         tool::result<std::string> (*act)(const Arguments&), command& chosen) {
    static Arguments given;
    auto* added = app.add_subcommand(name, what);
    options(*added, given);
    added->callback([act, &chosen] { chosen = [act] { return act(given); }; });
}

std::string version() {
    const int numbers[] = {WHERRY_VERSION_MAJOR, WHERRY_VERSION_MINOR, WHERRY_VERSION_PATCH};
    return "wherry " + std::to_string(numbers[0]) + "." + std::to_string(numbers[1]) + "." + std::to_string(numbers[2]);
}

int finish(const tool::result<std::string>& outcome) {
    if (!outcome) return complain(to_string(outcome.error()));
    std::fwrite(outcome->data(), 1, outcome->size(), stdout);
    return std::fflush(stdout) == 0 && std::ferror(stdout) == 0 ? 0 : complain("standard output cannot be written");
}

int command_line(int argc, char** argv) {
    CLI::App app{"Saves, loads, trains and runs Paddle models without Paddle.", "wherry"};
    app.set_version_flag("--version", version());
    app.require_subcommand(1);
    command chosen;
    add<tool::inspect_arguments>(app, "inspect", "Says what a program, a tensor file or a folder holds", add_inspect, tool::inspect,
                                 chosen);
    add<tool::convert_arguments>(app, "convert", "Saves a program's variables in another layout", add_convert, tool::convert, chosen);
    add<tool::run_arguments>(app, "run", "Runs an inference model once", add_run, tool::run, chosen);
    add<tool::embed_arguments>(app, "embed", "Writes a model as a C++ header for wherry::embed", add_embed, tool::embed, chosen);
    add<tool::train_arguments>(app, "train", "Runs a training program step by step", add_train, tool::train, chosen);
    try {
        app.parse(argc, argv);
    } catch (const CLI::Success& done) {  // --help, --version
        return app.exit(done);
    } catch (const CLI::ParseError& wrong) { return complain(std::string(wrong.what()) + "; try --help"); }
    return finish(chosen());
}

}  // namespace

int main(int argc, char** argv) {
    try {
        return command_line(argc, argv);
    } catch (const std::exception& failure) {  // out of memory
        return complain(failure.what());
    }
}
