"""PYTHON compare_calls.py THEIRS THEIR_DIR OURS OUR_DIR: compares, case by case, what same_calls.py and same_calls.cpp printed and left.

What a call returned or threw, what it said, what was warned of, what the scope held and which operators the program had then, and every
file byte for byte; of programs their content, since the reference writes their variables in the order of a hash and the place in the
source of each call. What differs must be in `deviations`, with what is different there, and what is there must differ.
Exit status 1 otherwise.
"""
from __future__ import print_function
import json, os, pickle, re, sys
from paddle.fluid.proto import framework_pb2


def content(name, data):
    """What two files are compared by: Python 2 pickles a dict, and 1.8.5 writes variables, in the order of a hash."""
    if name.endswith((".pdparams", ".pdopt")):
        return sorted((name, a.dtype.str, a.shape, a.tobytes()) for name, a in pickle.loads(data).items())
    if os.path.basename(name) not in ("__model__", "__model__.main_program", "model") and not name.endswith(".pdmodel"):
        return data
    program = framework_pb2.ProgramDesc.FromString(data)
    for block in program.blocks:
        block.vars.sort(key=lambda var: var.name)
        for op in block.ops:
            kept = sorted((a for a in op.attrs if a.name != "op_callstack"), key=lambda a: a.name)
            del op.attrs[:]
            op.attrs.extend(kept)
            op.inputs.sort(key=lambda slot: slot.parameter)
            op.outputs.sort(key=lambda slot: slot.parameter)
    return program.SerializeToString()


def files(folder):
    found = {}
    for root, _, names in os.walk(folder):
        for name in names:
            path = os.path.join(root, name)
            with open(path, "rb") as f:
                found[os.path.relpath(path, folder)] = f.read()
    return found


def answers(lines, folder):
    found = {}
    for line in open(lines):
        answer = json.loads(line)
        name = answer.pop("case")
        if name in found:
            sys.exit("%s: two cases of this name" % name)
        answer["warnings"] = sorted(answer["warnings"])
        answer["message"] = re.sub(r"^\[Errno \d+\] ", "", re.sub(r" \[operator < \w+ > error\]$", "", answer["message"])).strip()
        answer["files"] = files(os.path.join(folder, name))
        found[name] = answer
    return found


def same(field, theirs, ours):
    if field != "files" or theirs == ours:
        return theirs == ours
    return sorted(theirs) == sorted(ours) and all(theirs[n] == ours[n] or content(n, theirs[n]) == content(n, ours[n]) for n in theirs)


def brief(field, value):
    if field == "files":
        return ", ".join("%s (%d bytes)" % (name, len(value[name])) for name in sorted(value))
    return value if field in ("message", "outcome") else json.dumps(value, sort_keys=True)


def is_now(value):
    return lambda theirs, ours: ours == value


def both_say(text):
    return lambda theirs, ours: text in theirs and text in ours


def says(text):
    return lambda theirs, ours: text in ours


def without_scale(theirs, ours):
    return theirs == ours + ["scale"]


def held_before(theirs, ours):
    return theirs["fc_0.w_0"].startswith("float32 (2, 4)") and ours["fc_0.w_0"].startswith("float32 (4, 2)")


nothing = is_now({})

# Why wherry differs on purpose; in which cases; and, a field, what must hold of the two answers.
deviations = [
    ("a load that fails leaves the scope as it was",
     "load_model_memory_more load_more_memory load_more_one load_rows_missing_file load_rows_one load_rows_memory load_subset_one "
     "state_load_damaged_folder state_load_optimizer_state_missing state_load_parameter_missing state_load_without_pdopt",
     {"scope": nothing}),
    ("a load that fails leaves the scope as it was",
     "load_other_shape_each load_other_shape_one load_other_shape_memory state_load_file_of_another_shape state_load_folder_of_another_shape",
     {"scope": held_before}),
    ("a save that fails has written nothing", "save_rows_uninitialized_each save_second_uninitialized_each", {"files": nothing}),
    ("a save that fails has written nothing, and the program has no new operator", "model_uninitialized_each model_uninitialized_one",
     {"files": nothing, "operators": without_scale}),
    ("a save that fails leaves the program as it was",
     "model_file_name_is_a_folder model_target_nothing_makes model_unknown_feed model_unneeded_feed", {"operators": without_scale}),
    ("parameters are written before the program, so that no program lacks them", "model_folder_is_a_file",
     {"message": is_now("Not a directory: 'm/fc_0.b_0'"), "operators": without_scale}),
    ("a program is not overwritten by its own parameters", "model_one_file_twice",
     {"outcome": is_now("ValueError"), "message": is_now("the program and a variable would be one file"), "returned": is_now(None),
      "files": nothing, "operators": without_scale}),
    ("values that are cut short are not values", "load_cut_in_the_values",
     {"outcome": is_now("EnforceNotMet"), "message": says("truncated: the elements of a tensor are cut short"), "scope": nothing}),
    ("the place of what cannot be parsed is named", "load_bad_desc", {"message": both_say("InvalidArgumentError: Cannot parse tensor desc")}),
    ("the place of what cannot be parsed is named", "load_model_no_program load_model_no_program_memory",
     {"message": both_say("InvalidArgumentError: Failed to parse program_desc from binary string.")}),
    ("the version that was found is named, as of a LoDTensor", "load_rows_of_another_version",
     {"message": both_say("Only version 0 is supported")}),
    ("the reference forgot to format this message", "load_model_missing_folder load_model_folder_is_a_file",
     {"message": says("There is no directory named '")}),
    ("every element type is written in both forms", "save_bool_each",
     {"outcome": is_now("ok"), "message": is_now(""), "files": lambda theirs, ours: list(ours) == ["d/flags"]}),
    ("an argument that Python code fails on is refused", "save_filename_without_folder",
     {"outcome": is_now("TypeError"), "message": is_now("a filename is given and no dirname")}),
    ("a variable that Python code fails on is named", "state_save_uninitialized state_load_without_startup",
     {"outcome": is_now("RuntimeError"), "message": says("fc_0.w_0")}),
    ("the reference runs an empty program to look a value up, and warns of it", "value value_by_name", {"warnings": is_now([])}),
    ("the reference answers memory that nobody wrote", "value_uninitialized",
     {"outcome": is_now("RuntimeError"), "message": says("the variable holds no value yet [variable fc_0.w_0]"), "returned": is_now(None),
      "warnings": is_now([])}),
]


def expected_deviations():
    found = {}
    for _, names, fields in deviations:
        for name in names.split():
            for field, check in fields.items():
                if (name, field) in found:
                    sys.exit("%s: %s is in `deviations` twice" % (name, field))
                found[name, field] = check
    return found


def compare(theirs, ours):
    """What is wrong, a line each."""
    allowed = expected_deviations()
    wrong = ["%s: only one side has this case" % name for name in sorted(set(theirs) ^ set(ours))]
    wrong += ["%s: is in `deviations`, and is not a case" % name for name in sorted(set(name for name, _ in allowed) - set(theirs))]
    for name in sorted(set(theirs) & set(ours)):
        for field in sorted(theirs[name]):
            a, b, check = theirs[name][field], ours[name][field], allowed.get((name, field))
            told = "%s: %s\n  fluid 1.8.5: %s\n  wherry:      %s" % (name, field, brief(field, a), brief(field, b))
            if same(field, a, b):
                if check:
                    wrong.append("%s: %s is in `deviations`, and is the same" % (name, field))
            elif not check:
                wrong.append(told)
            elif not check(a, b):
                wrong.append(told + "\n  which is not the difference that `deviations` has")
    return wrong


if __name__ == "__main__":
    theirs, ours = answers(*sys.argv[1:3]), answers(*sys.argv[3:5])
    wrong = compare(theirs, ours)
    if not theirs or wrong:
        sys.exit("\n".join(wrong) or "no case")
    apart = len(set(name for name, _ in expected_deviations()))
    print("%d calls: %d the same, %d different on purpose" % (len(theirs), len(theirs) - apart, apart))
