#ifndef WHERRY_TOOL_COMMANDS_HPP
#define WHERRY_TOOL_COMMANDS_HPP

#include <wherry/base/result.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

/// The commands of the `wherry` program. Each returns what goes to standard output, or the one error that is shown; files
/// are written only after everything was computed.
namespace tool {

using wherry::errc;
using wherry::error;
using wherry::result;

struct inspect_arguments {
    std::string path;
    bool json = false;
};
/// Says what a program, a tensor file or a folder of them holds. Errors: those of reading; not_a_paddle_file.
result<std::string> inspect(const inspect_arguments& given);

struct convert_arguments {
    std::string program;
    std::string from;
    std::string to;
    std::string filter = "persistables";  ///< or "params"
    std::string in_filename{};            ///< empty: one file a variable
    std::string out_filename{};           ///< empty: one file a variable
    std::string program_out{};            ///< where the program is written, as a ProgramDesc; empty: nowhere
};
/// Loads a program's variables in one layout and saves them in another. Errors: those of `archive` and of the sink.
result<std::string> convert(const convert_arguments& given);

struct run_arguments {
    std::string model;  ///< a folder, or PREFIX of PREFIX.pdmodel and PREFIX.pdiparams
    std::string out;
    std::vector<std::string> feeds;
    std::string model_file{};
    std::string params_file{};
};
/// Runs an inference program once; its results become OUT/0.npy, OUT/1.npy, ... Errors: feed_mismatch, fetch_mismatch,
/// those of loading and of `Executor::run`.
result<std::string> run(const run_arguments& given);

struct embed_arguments {
    std::string model;  ///< a folder, or PREFIX of PREFIX.pdmodel and PREFIX.pdiparams
    std::string name;
    std::string out;
    std::size_t align = 16;
    bool int8 = false;
    bool incbin = false;
    std::string model_file{};
    std::string params_file{};
};
/// Writes a model as a C++ header for `wherry::embed::network`. Errors: bad_argument, those of reading and writing.
result<std::string> embed(const embed_arguments& given);

struct train_arguments {
    std::string program;
    std::string out;
    std::string startup{};
    std::string persistables{};
    std::vector<std::string> feeds{};
    std::vector<std::string> fetches{};
    std::int64_t steps = 1;
    std::string save{};
    std::string save_filename{};
};
/// Runs a program many times on the same arrays; what is fetched becomes OUT/NAME.npy, one row a step. Errors:
/// bad_argument, those of loading, of saving and of `Executor::run`.
result<std::string> train(const train_arguments& given);

}  // namespace tool

#endif
