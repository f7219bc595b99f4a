#include <doctest/doctest.h>

#include <support/npy.hpp>

#include <algorithm>
#include <cstddef>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

/// One row a rule of the reference's save and load functions, the test case that checks it, and the calls by which the real reference does.
namespace {
struct rule {
    int section;  ///< of spec/fluid-io.md
    std::string_view says;
    std::string_view file;
    std::string_view test_case;
    std::string_view real = {};  ///< cases of oracle/same_calls.txt: CI makes the same calls in fluid 1.8.5
};

constexpr std::string_view filter_file = "policy/filter.cpp", program_file = "program/program.cpp", prune_file = "program/prune.cpp",
                           io_file = "fluid/io.cpp", model_file = "model/inference_model.cpp", made_file = "model/inference_program.cpp",
                           fluid_model = "fluid/inference_model.cpp", new_names = "fluid/paddle_static.cpp",
                           hostile = "archive/hostile.cpp", archive_file = "archive/archive.cpp", select_file = "archive/select.cpp",
                           state_file = "model/state.cpp", fluid_state = "fluid/state.cpp", fluid_rows = "fluid/selected_rows.cpp";

constexpr rule rules[] = {
    {1, "list_vars goes by blocks, then by creation", select_file, "a selection walks all blocks in order", "lists"},
    {1, "is_parameter: made as one here, or copied; nothing after parsing 1.8 bytes", program_file,
     "program: files of 1.8.5 flag no Parameters, training programs of 2.6.2 do", "lists lists_parsed"},
    {1, "is_persistable leaves out feed and fetch lists and readers", filter_file, "filters keep what the reference's predicates keep",
     "lists_without_feeds"},
    {1, "is_belong_to_optimizer: persistable, no Parameter, no checked feed", filter_file,
     "filters keep what the reference's predicates keep", "lists"},
    {1, "in a program of 1.8 bytes every persistable counts as optimizer state", program_file,
     "program: files of 1.8.5 flag no Parameters, training programs of 2.6.2 do", "lists_parsed"},

    {2, "memory when there is neither dirname nor filename", io_file,
     "one file per variable, one file and memory hold the same values, and load into a fresh scope",
     "save_memory save_filename_without_folder"},
    {2, "without a predicate every variable is kept, which fails on temporaries", io_file,
     "without a predicate every variable is meant, so that temporaries without a value fail a save",
     "save_everything_each save_everything_one save_everything_memory load_everything_each"},
    {2, "vars wins over predicate", io_file, "vars wins over predicate, and a program parsed from 1.8 bytes has no Parameters",
     "save_vars_win load_vars_win"},
    {2, "an empty list warns and makes nothing, no folder either", io_file, "nothing to save warns, returns nothing and makes no folder",
     "save_nothing_each save_nothing_one save_nothing_memory"},
    {2, "RAW is skipped; all RAW: files of their own write nothing, one file fails", io_file,
     "RAW variables are skipped; where nothing else is left, files of their own warn and one file fails",
     "save_raw_is_skipped_each save_raw_is_skipped_one save_raw_alone_each save_raw_alone_one save_raw_alone_memory "
     "load_raw_is_skipped_each load_raw_is_skipped_memory"},
    {2, "separate: a file of the variable's name", io_file,
     "one file per variable, one file and memory hold the same values, and load into a fresh scope",
     "save_each save_name_with_folder save_name_twice_each"},
    {2, "combined: sorted by name, a name once", archive_file, "lists of variables, names and arrays of your own need no filter",
     "save_one save_sorts_by_bytes save_name_twice_one"},
    {2, "combined: the filename may hold folders", io_file, "params are the Parameters alone; a filename may hold folders",
     "save_filename_with_folders load_filename_with_folders"},
    {2, "dirname \"\" is the current folder", io_file,
     "an empty folder name is the current folder; files are replaced, and other files there are ignored",
     "save_here_each save_here_one load_here_each"},
    {2, "parents are made, files replaced", io_file,
     "an empty folder name is the current folder; files are replaced, and other files there are ignored",
     "save_replaces_files_each save_replaces_files_one"},
    {2, "the memory form returns the bytes of the combined file", archive_file,
     "the memory form is the combined file, in one allocation of the exact size", "save_memory load_memory"},
    {2, "a variable without a value: EnforceNotMet, in each form its own words (and nothing is written)", io_file,
     "a variable without a value is named, and nothing is written",
     "save_uninitialized_each save_uninitialized_one save_uninitialized_memory save_second_uninitialized_each "
     "save_second_uninitialized_one model_uninitialized_each model_uninitialized_one"},
    {2, "a path that cannot be written: Unavailable", io_file,
     "a path that cannot be written is Unavailable, and a name that leaves the folder is refused",
     "save_folder_is_a_file_each save_folder_is_a_file_one save_file_is_a_folder_each save_file_is_a_folder_one"},
    {2, "dirname is read as os.path.normpath reads it", io_file,
     "a folder's name may hold dots and slashes, and is made as it reads without them",
     "save_normal_path_each save_normal_path_one load_normal_path load_normal_path_one"},
    {2, "dirname None with a filename: TypeError", io_file, "a filename without a folder is a TypeError", "save_filename_without_folder"},
    {2, "SelectedRows have files of their own", fluid_rows,
     "rows that fluid 1.8.5 saved are loaded with the other persistables and saved as they were",
     "save_rows_each load_rows_each load_rows_over_rows load_rows_more_each"},
    {2, "SelectedRows without a value, a missing or damaged file of them", "record/selected_rows.cpp",
     "rows that are cut, or whose file is not there, leave the scope as it was",
     "save_rows_uninitialized_each save_rows_uninitialized_one load_rows_missing_file load_rows_of_another_version"},
    {2, "tensor arrays have no form", fluid_rows, "a tensor array has no form in files", "save_array_each save_array_one"},
    {2, "main_program decides what is saved", io_file, "vars wins over predicate, and a program parsed from 1.8 bytes has no Parameters",
     "save_other_program load_other_program"},
    {2, "SelectedRows in one file: wrong type", select_file, "rows and arrays of tensors are refused with what to do instead",
     "save_rows_one save_rows_alone_one save_rows_memory load_rows_one load_rows_memory"},
    {2, "dtype, dims and LoD are those in the scope, whatever the VarDesc says", io_file,
     "a save writes the element type, dims and LoD that a variable has, whatever the program says",
     "save_actual_values_each save_actual_values_one save_integers_each save_bool_each save_uint8_one save_bool_one save_empty_tensor"},

    {3, "save_params and save_persistables are save_vars by is_parameter and is_persistable", io_file,
     "params are the Parameters alone; a filename may hold folders",
     "save_params_each save_params_one save_params_memory save_persistables_each save_persistables_one save_persistables_memory"},
    {3, "save_params on a parsed program warns and saves nothing", io_file,
     "vars wins over predicate, and a program parsed from 1.8 bytes has no Parameters", "save_params_parsed save_persistables_parsed"},

    {4, "neither dirname nor bytes: ValueError", io_file,
     "files that are missing, hold more or are cut are the reference's errors, and the scope stays as it was",
     "load_neither_folder_nor_bytes"},
    {4, "combined: wanted names sorted, duplicates once", archive_file, "lists of variables, names and arrays of your own need no filter",
     "load_one load_name_twice_one load_name_twice_each load_other_names_one"},
    {4, "missing persistables are made in the scope", "record/load_plan.cpp", "names are made in the scope, or found in a parent",
     "load_each load_one load_memory"},
    {4, "dtype, dims and LoD come from the file", io_file,
     "a save writes the element type, dims and LoD that a variable has, whatever the program says",
     "load_actual_values_each load_actual_values_one load_other_dtype load_replaces_what_is_held"},
    {4, "a Parameter of another shape: RuntimeError (and the scope stays)", io_file,
     "a Parameter of another shape is a RuntimeError that names both shapes, and changes nothing",
     "load_other_shape_each load_other_shape_one load_other_shape_memory"},
    {4, "other variables are never compared", hostile,
     "a parameter of another shape is refused with both shapes; other variables take what comes",
     "load_other_shape_of_no_parameter load_model_other_shape"},
    {4, "an empty list: nothing from files, InvalidArgument from one file", io_file,
     "an empty list is loaded from files of their own, and refused from one file",
     "load_nothing_each load_nothing_one load_nothing_memory load_raw_alone_each load_raw_alone_one"},
    {4, "a missing file: Unavailable, in both forms", io_file,
     "files that are missing, hold more or are cut are the reference's errors, and the scope stays as it was",
     "load_missing_file_each load_missing_file_one load_missing_folder load_folder_is_a_file"},
    {4, "bytes left over: Unavailable", io_file,
     "files that are missing, hold more or are cut are the reference's errors, and the scope stays as it was",
     "load_more_one load_more_memory load_subset_one load_more_each"},
    {4, "too few streams: an error", hostile, "too few and too many tensors in a combined file"},
    {4, "a version that is not 0, an impossible desc", hostile, "wrong numbers in a header",
     "load_bad_version load_bad_inner_version load_bad_version_one load_bad_desc load_cut_in_the_values"},

    {5, "load_params and load_persistables are load_vars by the same predicates", io_file,
     "params are the Parameters alone; a filename may hold folders",
     "load_params_each load_params_one load_params_memory load_persistables_each load_persistables_one"},
    {5, "files that nobody asked for are ignored", io_file,
     "an empty folder name is the current folder; files are replaced, and other files there are ignored", "load_ignores_other_files"},
    {5, "memory form", io_file, "one file per variable, one file and memory hold the same values, and load into a fresh scope",
     "load_persistables_memory load_params_memory"},

    {6, "get_parameter_value: a copy of a Parameter's value", "model/parameter_value.cpp",
     "a parameter's value is a copy, by variable or by name", "value value_uninitialized"},
    {6, "get_parameter_value_by_name: ValueError, AssertionError", fluid_state, "values of parameters, by variable and by name",
     "value_by_name value_by_unknown_name value_by_name_of_no_parameter value_of_no_parameter"},

    {7, "a single feed name, a single target", fluid_model, "a model that is saved, loaded into a fresh scope and run answers as before",
     "model_one_feed_one_target"},
    {7, "an empty feed list is allowed", model_file,
     "a needed input that nobody feeds is not an error, and a fed target needs no persistables", "model_no_feeds"},
    {7, "no targets: ValueError", fluid_model, "a failing save throws what the reference throws", "model_no_targets"},
    {7, "op_device is cleared up to the first auc, which is warned about", model_file,
     "an auc operator is warned about, and devices up to it are cleared"},
    {7, "a scale a target is appended to the caller's program, with every call", model_file,
     "the program grows by a scale per target with every save, and by none with a save that fails", "model_each model_two_targets"},
    {7, "the scale's output replaces the target: .tmp_0, then .tmp_1", made_file,
     "programs made for inference equal those that fluid 1.8.5 saved", "model_twice model_one_target_twice"},
    {7, "2.x leaves bool targets as they are; 1.8 refuses them", model_file, "a bool target is an error in 1.8 and stays as it is in 2.x",
     "model_of_a_bool"},
    {7, "folders are made, existing ones are fine", model_file,
     "a model is saved with its persistables alone, as one file per variable or as one", "model_each model_folder_is_a_file"},
    {7, "file names are reduced to their last part, __model__ by default", model_file,
     "a model is saved with its persistables alone, as one file per variable or as one",
     "model_file_names_lose_folders load_model_file_names_lose_folders"},
    {7, "names that end with '/' are folders: an error", model_file, "names that cannot be files, or one file twice, are refused",
     "model_file_name_is_a_folder model_one_file_twice"},
    {7, "export: feed and fetch operators go, pruned, fit for inference, version, map", made_file,
     "programs made for inference equal those that fluid 1.8.5 saved", "model_each model_one model_of_a_clone"},
    {7, "export_for_deployment false: the whole program as .main_program, all persistables", model_file,
     "program_only leaves the parameters out; without export_for_deployment the whole program is kept", "model_whole_program"},
    {7, "program_only warns and leaves the parameters out", fluid_model, "a save's remarks are warnings", "model_program_only"},
    {7, "all persistables of the pruned program, statistics too", made_file,
     "the inference models of the training cases come out as fluid 1.8.5 saved them", "model_each model_of_a_loss"},
    {7, "nothing persistable: a warning, no params file", fluid_model, "a save's remarks are warnings", "model_nothing_persistable"},
    {7, "returns the names of the scales' outputs", fluid_model,
     "a model that is saved, loaded into a fresh scope and run answers as before", "model_two_targets model_twice"},
    {7, "an input that is not fed is not an error", model_file,
     "a needed input that nobody feeds is not an error, and a fed target needs no persistables", "model_missing_input"},
    {7, "a feed that is unknown or not needed: ValueError", model_file,
     "targets and feeds that the program cannot serve are named, and nothing is written", "model_unknown_feed model_unneeded_feed"},
    {7, "of a trained program only forward operators remain", made_file,
     "the inference models of the training cases come out as fluid 1.8.5 saved them", "model_of_a_loss"},
    {7, "feeds ['b', 'a']: columns 0 and 1, operators in reverse", model_file,
     "models of fluid 1.8.5 and of Paddle 2.6.2 are read with their names, columns and parameters",
     "model_two_inputs load_model_two_inputs"},

    {8, "a fed target is skipped", prune_file, "pruning stops at what is fed, and a fed target needs no operator",
     "model_fed_target model_inner_feed"},
    {8, "the first operator that makes a target and is not an update; none: ValueError", prune_file, "a target that nothing makes is named",
     "model_target_nothing_makes"},
    {8, "feed operators first, fetch operators last", prune_file, "feed and fetch operators must be at the ends"},
    {8, "backwards: targets, and what makes what is needed", prune_file,
     "a pruned program holds what its targets need, and variables sorted by name", "model_each model_inner_feed"},
    {8, "updates are not kept for what they write", prune_file, "updates are never kept for what they write", "model_of_a_loss"},
    {8, "a gradient as a target keeps backward operators", made_file, "programs made for inference equal those that fluid 1.8.5 saved"},
    {8, "sub-blocks are pruned and renumbered", prune_file, "sub-blocks are pruned too and numbered in the order of their operators"},
    {8, "variables that nobody names go, the rest is sorted", prune_file,
     "a pruned program holds what its targets need, and variables sorted by name", "model_each model_of_a_loss"},
    {8, "Parameters stay Parameters", prune_file, "a pruned program holds what its targets need, and variables sorted by name"},

    {9, "what precedes a read operator goes, READER variables too", prune_file,
     "a program fit for inference tests everywhere, reads no files and has no Parameters"},
    {9, "is_test becomes true where it is; no Parameter is left", prune_file,
     "a program fit for inference tests everywhere, reads no files and has no Parameters", "model_two_targets"},
    {9, "clone(for_test): what only training needs goes, Parameters stay", "fluid/golden_programs.cpp",
     "programs built here hold what fluid 1.8.5 puts into them", "model_of_a_clone"},
    {9, "clone(): an exact copy", program_file, "program: a clone is another program with the same content"},

    {10, "feed operators are prepended, fetch operators appended, with columns; no feeds, no feed variable", made_file,
     "programs made for inference equal those that fluid 1.8.5 saved", "model_two_inputs model_no_feeds"},
    {10, "without feeds there is no feed variable", model_file,
     "a needed input that nobody feeds is not an error, and a fed target needs no persistables", "model_no_feeds"},

    {11, "no such folder: ValueError; no program in it: IOError", fluid_model, "a failing load throws what the reference throws",
     "load_model_missing_folder load_model_folder_is_a_file load_model_missing_program load_model_missing_parameter "
     "load_model_missing_params"},
    {11, "memory: program and params are the bytes; params None: ValueError", fluid_model,
     "a failing load throws what the reference throws", "load_model_memory load_model_memory_without_params load_model_memory_more"},
    {11, "bytes that are not a program: InvalidArgument", fluid_model, "a failing load throws what the reference throws",
     "load_model_no_program load_model_no_program_memory"},
    {11, "the version check accepts all, and has its text", model_file, "bytes that are not a model are refused before the scope changes"},
    {11, "a params file for a program without persistables: InvalidArgument", fluid_model,
     "a failing load throws what the reference throws", "load_model_params_of_nothing_persistable load_model_nothing_persistable"},
    {11, "models of 2.6.2 are loaded too", model_file,
     "models of fluid 1.8.5 and of Paddle 2.6.2 are read with their names, columns and parameters"},
    {11, "epmap takes the given endpoints", model_file, "endpoints replace the attribute epmap where there is one"},
    {11, "feed names and fetch variables by column", model_file,
     "models of fluid 1.8.5 and of Paddle 2.6.2 are read with their names, columns and parameters",
     "load_model_two_inputs load_model_each load_model_one"},
    {11, "the executor runs a loaded model with its own feeds and fetches", fluid_model,
     "models that fluid 1.8.5 saved answer as they did there"},

    {12, "no name: AssertionError; no value: RuntimeError, and nothing is written", fluid_state,
     "fluid.save refuses with the reference's words", "state_save_without_name state_save_without_anything state_save_uninitialized"},
    {12, "missing folders are made, three files written, in protocols 2 to 4", state_file,
     "a program's state is saved as three files and comes back",
     "state_save state_save_here state_save_replaces_files state_save_folder_is_a_file"},
    {12, "the pickles of Python 2 and 3, byte for byte", "format/pickle.cpp",
     "files of fluid 1.8.5 and Paddle 2.6.2 are read and written again byte for byte", "state_save"},
    {12, ".pdopt is written for a program without optimizer state", state_file,
     "a program without optimizer state writes an empty .pdopt and needs none", "state_save_without_optimizer"},
    {12, ".pdmodel: the whole program, with version and op_compatible_map", state_file,
     "the .pdmodel is the program as fluid 1.8.5 and Paddle 2.6.2 write it, byte for byte", "state_save"},

    {13, "a suffix is taken off", state_file, "a program's state is saved as three files and comes back",
     "state_load_by_pdparams state_load_by_pdopt state_load_by_pdmodel program_state_by_pdopt"},
    {13, "a Parameter that is not in the file, a .pdopt that is not there: AssertionError", fluid_state,
     "fluid.load refuses with the reference's words",
     "state_load_parameter_missing state_load_optimizer_state_missing state_load_without_pdopt state_load_pdopt_not_needed"},
    {13, "without an Executor the startup program must have run", fluid_state,
     "fluid.save and fluid.load carry parameters and optimizer state", "state_load state_load_without_executor state_load_without_startup"},
    {13, "shape and element type are not compared, extra keys ignored", state_file,
     "arrays of another shape or element type replace what a variable held, extra keys are ignored",
     "state_load_other_shape state_load_of_less"},
    {13, "no .pdparams: a warning, files of save_vars, those left over warned about", fluid_state,
     "fluid.load takes what save_persistables wrote, and says so",
     "state_load_folder state_load_folder_with_other_files state_load_folder_without_executor state_load_folder_of_another_shape"},
    {13, "one file without var_list: ValueError; a stranger in it: LookupError; damaged: RuntimeError", fluid_state,
     "fluid.load takes what save_persistables wrote, and says so",
     "state_load_file state_load_file_without_list state_load_file_of_a_stranger state_load_damaged_file state_load_damaged_folder "
     "state_load_file_of_another_shape"},
    {13, "nothing there: IOError, and without an Executor ValueError", fluid_state, "fluid.load refuses with the reference's words",
     "state_load_nothing_there state_load_nothing_there_without_executor"},

    {14, ".pdparams updated with .pdopt; a folder; one file with var_list; nothing: no arrays", state_file,
     "state without a program: from pickles, folders, one file, nothing",
     "program_state program_state_without_pdopt program_state_of_a_folder program_state_of_a_folder_with_list program_state_of_a_file "
     "program_state_of_nothing"},
    {14, "one file without var_list: ValueError; damaged: RuntimeError", fluid_state, "program state is read, changed and set",
     "program_state_of_a_file_without_list program_state_of_a_damaged_file program_state_of_a_damaged_folder"},

    {15, "a persistable that the scope lacks: AssertionError", state_file,
     "set_program_state compares shapes and element types and warns of what is left over", "set_state_without_startup"},
    {15, "shape and element type are compared; keys left over are warned about", state_file,
     "set_program_state compares shapes and element types and warns of what is left over",
     "set_state set_state_in_part set_state_with_more set_state_other_shape set_state_other_dtype"},

    {16, "save_inference_model by prefix; a prefix or target that is a folder: ValueError", new_names,
     "2.x's refusals are made in its words, and the program stays as it was"},
    {16, "load_inference_model by prefix, and in the old way with suffixes tried first", new_names,
     "a prefix is two files, which a fresh scope loads and runs"},
    {16, "no .pdiparams where nothing is persistable", new_names,
     "a program without persistables has no .pdiparams and is loaded without one"},
    {16, "normalize_program: TypeErrors, ValueError for a feed that is not needed", new_names,
     "2.x's refusals are made in its words, and the program stays as it was"},
    {16, "clip_extra: as 2.6.2 leaves out attributes and outputs", made_file,
     "models of Paddle 2.6.2 come out of its training programs as it saved them, extra attributes clipped"},
    {16, "skip_prune_program", new_names, "skip_prune_program keeps operators that no fetch needs"},
    {16, "serialize_program, serialize_persistables, deserialize_program", new_names,
     "bytes of a program and of its persistables are what the two files hold"},
    {16, "deserialize_persistables compares Parameters", new_names, "persistables are checked against the Parameters of the program"},
    {16, "save_to_file, load_from_file", new_names, "bytes of a program and of its persistables are what the two files hold"},
};

std::string source_of(std::string_view file) {
    auto text = support::read_file(support::golden("../" + std::string(file)));
    for (auto at = text.find("\"\n"); at != std::string::npos; at = text.find("\"\n", at)) {  // literals in two lines
        const auto next = text.find_first_not_of(" \n", at + 1);
        if (next != std::string::npos && text[next] == '"') text.erase(at, next + 1 - at);
        else at += 2;
    }
    return text;
}
}  // namespace

TEST_CASE("every rule of the save and load functions has a test case that exists") {
    bool sections[17] = {};
    for (const auto& row : rules) {
        CAPTURE(std::string(row.says));
        REQUIRE(row.section < 17);
        sections[row.section] = true;
        CAPTURE(std::string(row.test_case));
        CHECK(source_of(row.file).find("TEST_CASE(\"" + std::string(row.test_case) + "\")") != std::string::npos);
    }
    for (int i = 1; i <= 16; ++i) {
        CAPTURE(i);
        CHECK(sections[i]);
    }
}

TEST_CASE("every call that is made in fluid 1.8.5 too belongs to a rule, and exists") {
    std::vector<std::string> named;
    for (const auto& row : rules) {
        std::istringstream words{std::string(row.real)};
        for (std::string name; words >> name;) named.push_back(name);
    }
    std::istringstream lines(support::read_file(support::golden("../oracle/same_calls.txt")));
    std::vector<std::string> cases;
    for (std::string line; std::getline(lines, line);)
        if (!line.empty() && line[0] != '#') cases.push_back(line.substr(0, line.find(": ")));
    CHECK(cases.size() > 200);
    const auto stands_in = [](const std::vector<std::string>& list, const std::string& name) {
        return std::find(list.begin(), list.end(), name) != list.end();
    };
    for (const auto& name : named) {
        CAPTURE(name);
        CHECK(stands_in(cases, name));
    }
    for (const auto& name : cases) {
        CAPTURE(name);
        CHECK(stands_in(named, name));
        CHECK(std::count(cases.begin(), cases.end(), name) == 1);
    }
}
