#ifndef WHERRY_TOOL_COMMANDS_HPP
#define WHERRY_TOOL_COMMANDS_HPP

#include <wherry/base/result.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
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
    bool stats = false;  ///< min, max, mean and the number of NaN of every array
};
/// Says what a program, a tensor file or a folder of them holds. Errors: those of reading; not_a_paddle_file.
result<std::string> inspect(const inspect_arguments& given);

struct convert_arguments {
    std::vector<std::string> paths;  ///< IN and OUT, or PROGRAM, IN and OUT
    std::string form{};              ///< paddle, pdparams, npz, safetensors or text; empty: what the ending of OUT names
    std::string filter{};            ///< persistables (empty means these) or params
    std::string in_filename{};       ///< empty: IN itself
    std::string out_filename{};      ///< paddle: empty for one file per variable
    std::string program_out{};       ///< where the program is written, as a ProgramDesc; empty: nowhere
    std::vector<std::string> casts{};
    std::vector<std::string> transposed{};
    std::vector<std::string> renames{};  ///< OLD=NEW
    std::string names_from{};            ///< a file that tells the names of parameters
    int protocol = 0;                    ///< of pdparams; 0: 2
    std::uint64_t align = 0;             ///< 0: where they fall
    bool checksum = false;
    std::uint64_t shard_bytes = 0;  ///< safetensors: of one file; 0: one file
    bool names = false;
    bool gzip = false;
    bool bits = false;
    bool drop = false;   ///< what the form cannot hold
    bool strip = false;  ///< `program_out` without call stacks
    bool quiet = false;
};
/// Saves the arrays of any file or folder in another form. Errors: bad_argument, those of `state_file`.
result<std::string> convert(const convert_arguments& given);

struct dot_arguments {
    std::string program;
    std::string out{};  ///< empty: standard output
    bool compact = false;
    bool quiet = false;
};
/// Draws a program for Graphviz. Errors: those of reading and writing.
result<std::string> dot(const dot_arguments& given);

/// Text for standard output, with an exit status.
struct answer {
    std::string text;
    int status = 0;

    answer(std::string said, int exit_status = 0) : text(std::move(said)), status(exit_status) {}  // NOLINT(google-explicit-constructor)
};

struct diff_arguments {
    std::string a;
    std::string b;
    std::string program{};
    std::string names_from{};
    bool json = false;
    bool quiet = false;  ///< nothing but the status
};
/// Compares the arrays of two files or folders of any form; the status is 1 where they differ. Errors: those of `state_file::load`.
result<answer> diff(const diff_arguments& given);

struct infer_model_arguments {
    std::string program;
    std::string from;
    std::string to;
    std::vector<std::string> feeds{};
    std::vector<std::string> targets{};
    std::string model_filename = "__model__";
    std::string params_filename{};  ///< empty: one file per variable
    std::int64_t batch = 0;         ///< the first dim of the inputs; 0: as it is
    bool strip = false;             ///< without call stacks
    bool quiet = false;
};
/// Saves what targets need of a trained program as an inference model. Errors: those of `state_file::load` and `save_inference_model`.
result<std::string> infer_model(const infer_model_arguments& given);

struct run_arguments {
    std::string model;  ///< a folder, or PREFIX of PREFIX.pdmodel and PREFIX.pdiparams
    std::string out;
    std::vector<std::string> feeds;
    std::vector<std::string> fetches{};  ///< empty: the model's outputs
    std::vector<std::string> lods{};     ///< NAME=0,2,5
    std::string model_file{};
    std::string params_file{};
    std::string trace{};  ///< a file for what each operator took, as Chrome and Perfetto show it
    std::size_t threads = 1;
    bool quiet = false;
    bool as_written = false;  ///< without the rules of exec/rewrite/
    bool profile = false;     ///< a table of what each kind of operator took
};
/// Runs an inference program once; its results become OUT/0.npy, OUT/1.npy, ... and, for one with LoD, OUT/0.lod.npy. Errors:
/// bad_argument, feed_mismatch, fetch_mismatch, no_such_variable, dtype_mismatch, shape_mismatch, bad_lod, those of loading and of
/// `Executor::run`.
result<std::string> run(const run_arguments& given);

struct bench_arguments : run_arguments {
    std::int64_t runs = 20;
};
/// Runs an inference program several times and tells how long that took; `out` is not used. Errors: those of `run`.
result<std::string> bench(const bench_arguments& given);

struct embed_arguments {
    std::string model;  ///< a folder, or PREFIX of PREFIX.pdmodel and PREFIX.pdiparams
    std::string name;
    std::string out;
    std::size_t align = 16;
    bool int8 = false;
    bool incbin = false;
    std::string model_file{};
    std::string params_file{};
    bool quiet = false;
};
/// Writes a model as a C++ header for `wherry::embed::network`. Errors: bad_argument, those of reading and writing.
result<std::string> embed(const embed_arguments& given);

struct clean_arguments {
    std::string folder;
    bool dry_run = false;  ///< says what would be done
    bool quiet = false;
};
/// Removes what killed saves left in a folder, and finishes what they had committed. Errors: those of `clean_folder`.
result<std::string> clean(const clean_arguments& given);

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
    bool quiet = false;
};
/// Runs a program many times on the same arrays; what is fetched becomes OUT/NAME.npy, one row per step. Errors:
/// bad_argument, those of loading, of saving and of `Executor::run`.
result<std::string> train(const train_arguments& given);

}  // namespace tool

#endif
