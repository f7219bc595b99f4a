#!/bin/bash
# The real fluid 1.8.5, Paddle 2.6.2 and 3.3.1 read and run what wherry wrote:
#   run.sh FLUID18_PYTHON PADDLE26_PYTHON PADDLE33_PYTHON BUILD_DIR        from the top of the checkout, ../shared beside it
set -euo pipefail
export PYTHONDONTWRITEBYTECODE=1 # a checkout stays as it is
fluid18=$1 paddle26=$2 paddle33=$3 build=$4
oracle=$PWD/../shared/oracle here=$PWD/tests/oracle golden=$PWD/tests/golden
work=$(mktemp -d)
trap 'kill $(jobs -p) 2>/dev/null || true; rm -rf "$work"' EXIT
checks=0
# inference models and calls one by one need nothing of the rest, so that they are checked meanwhile
(bash "$here/run_inference.sh" "$fluid18" "$paddle26" && bash "$here/same_calls.sh" "$fluid18" &&
    for python in "$paddle26" "$fluid18"; do
        "$python" "$here/op_cases.py" "$build/wherry" "$here"/op_cases/*.py || exit
    done) >"$work/meanwhile.log" 2>&1 &
meanwhile=$!
# say TEXT RESULT: a check that failed in $(...) has no result, and does not end the script by itself
say() { [ -n "$2" ] || { echo "$1: FAILED"; exit 1; }; checks=$((checks + 1)); printf '%-58s %s\n' "$1" "$2"; }
f18() { "$fluid18" "$oracle/fluid18_oracle.py" "$@" >"$work/log" 2>&1 || { cat "$work/log"; return 1; }; }
p26() { "$paddle26" "$oracle/paddle_oracle.py" "$@" >"$work/log" 2>&1 || { cat "$work/log"; return 1; }; }
p33() { "$paddle33" "$oracle/paddle_oracle.py" "$@" >"$work/log" 2>&1 || { cat "$work/log"; return 1; }; }
p33_of_2() { FLAGS_enable_pir_api=0 p33 "$@"; } # with programs of version 2
same() { "$paddle26" "$here/compare.py" "$@"; }

g++ -std=c++20 -O1 -I include "$here/write_cases.cpp" -o "$work/write_cases"
"$work/write_cases" "$work/cases"
for dir in "$work"/cases/*/; do
    dir=${dir%/} name=$(basename "$dir") loss=$(cat "$dir/loss.txt")
    feeds=()
    for feed in "$dir"/feed/*.npy; do feeds+=("$(basename "$feed" .npy)=$feed"); done
    f18 vars "$dir/main.pdmodel" "$dir/persistables" "$work/out/$name-each"
    say "$name: one file per variable, fluid 1.8.5" "$(same "$dir/values" "$work/out/$name-each")"
    f18 vars "$dir/main.pdmodel" "$dir/persistables.bin" "$work/out/$name-one" combined
    say "$name: one file, fluid 1.8.5" "$(same "$dir/values" "$work/out/$name-one")"
    f18 vars "$dir/main.pdmodel" "memory:$dir/memory.bin" "$work/out/$name-memory"
    say "$name: memory, fluid 1.8.5" "$(same "$dir/values" "$work/out/$name-memory")"
    f18 train "$dir/main.pdmodel" "$dir/start" "$work/out/$name-train" 6 "$loss" "${feeds[@]}"
    say "$name: the program's losses, fluid 1.8.5" "$(same "$dir/losses.npy" "$work/out/$name-train/$loss.npy" 2e-5)"
    p26 vars "$dir/main.pdmodel" "$dir/persistables" "$work/out/$name-each26"
    say "$name: one file per variable, Paddle 2.6.2" "$(same "$dir/values" "$work/out/$name-each26")"
    p26 vars "$dir/main.pdmodel" "$dir" "$work/out/$name-one26" --filename persistables.bin
    say "$name: one file, Paddle 2.6.2" "$(same "$dir/values" "$work/out/$name-one26")"
    cmp "$dir/memory.bin" "$dir/persistables.bin"
    if [ "$name" = adam ]; then # checkpoints: the files of a save and a text; Paddle 3.3.1 reads sets as the others do
        diff <(cd "$dir/persistables" && find . -type f | sort) <(cd "$dir/run-each/checkpoint-1" && find . -type f ! -name checkpoint.txt | sort)
        f18 vars "$dir/main.pdmodel" "$dir/run/checkpoint-1/persistables" "$work/out/run18" combined
        say "a checkpoint, fluid 1.8.5" "$(same "$dir/values" "$work/out/run18")"
        p26 vars "$dir/main.pdmodel" "$dir/run-each/checkpoint-1" "$work/out/run26"
        say "a checkpoint of a file per variable, Paddle 2.6.2" "$(same "$dir/values" "$work/out/run26")"
        for set in run-each/checkpoint-1 persistables; do
            p33_of_2 vars "$dir/main.pdmodel" "$dir/$set" "$work/out/$name-${set%/*}33"
            say "$set, Paddle 3.3.1" "$(same "$dir/values" "$work/out/$name-${set%/*}33")"
        done
        p33_of_2 vars "$dir/main.pdmodel" "$dir/run/checkpoint-1" "$work/out/run33" --filename persistables
        say "a checkpoint, Paddle 3.3.1" "$(same "$dir/values" "$work/out/run33")"
    fi
    # Adam's epsilon has another place from 2.0 on, so its losses are not compared there
    [ "$name" = adam ] && continue
    p26 train "$dir/main.pdmodel" "$dir/startup.pdmodel" "$dir/start" "$work/out/$name-train26" --feed "${feeds[@]}" --fetch "$loss" --steps 6
    say "$name: the program's losses, Paddle 2.6.2" "$(same "$dir/losses.npy" "$work/out/$name-train26/$loss.npy" 2e-5)"
done

training=$("$paddle26" "$here/check_training.py" "$golden/fluid18_training" 2>"$work/log") || { tail -n 20 "$work/log"; exit 1; }
say "optimizers, schedules, decay and averages of 1.8.5, Paddle 2.6.2" "$training"

# what the quickstart saved, and what the command makes of it
(cd "$work" && g++ -std=c++20 -O1 -I "$OLDPWD/include" "$OLDPWD/examples/quickstart.cpp" -o quickstart && ./quickstart "$OLDPWD/examples/data/digits.csv" >log)
model=$work/my_paddle_model
f18 vars "$model/digits.pdmodel" "$model/digits" "$work/out/digits"
f18 vars "$model/digits.pdmodel" "$model/digits.persistables" "$work/out/digits-one" combined
say "quickstart: one file per variable and one file, fluid 1.8.5" "$(same "$work/out/digits" "$work/out/digits-one")"
p26 vars "$model/digits.pdmodel" "$model/digits" "$work/out/digits26"
say "quickstart: one file per variable, Paddle 2.6.2" "$(same "$work/out/digits" "$work/out/digits26")"
p26 vars "$model/digits.pdmodel" "$model" "$work/out/digits-one26" --filename digits.persistables
say "quickstart: one file, Paddle 2.6.2" "$(same "$work/out/digits" "$work/out/digits-one26")"
"$build/wherry" convert "$model/digits.pdmodel" "$model/digits" "$work/converted" --out-filename all
cmp "$work/converted/all" "$model/digits.persistables"
"$build/wherry" convert "$model/digits.pdmodel" "$work/converted" "$work/converted-each" --in-filename all
f18 vars "$model/digits.pdmodel" "$work/converted-each" "$work/out/converted"
say "wherry convert: one file per variable, fluid 1.8.5" "$(same "$work/out/digits" "$work/out/converted")"
p26 vars "$model/digits.pdmodel" "$work/converted" "$work/out/converted26" --filename all
say "wherry convert: one file, Paddle 2.6.2" "$(same "$work/out/digits" "$work/out/converted26")"

for name in classifier fc embedding; do
    from=$golden/paddle33/$name
    answer=$from/0.npy
    [ -e "$answer" ] || answer=$from/y.npy
    # annotated parameters are still those of Paddle 3
    "$build/wherry" convert "$from/inference.json" "$from/inference.pdiparams" "$work/$name-3x" --out-filename inference.pdiparams \
        --align 64 --checksum --names
    cp "$from/inference.json" "$work/$name-3x"
    p33 infer "$work/$name-3x/inference" "$work/out/$name-3x" --feed "x=$from/x.npy"
    say "wherry convert --align --checksum --names, Paddle 3.3.1" "$(same "$answer" "$work/out/$name-3x/0.npy" 2e-5)"
    # the program that Paddle 3 does not write any more
    "$build/wherry" convert "$from/inference.json" "$from/inference.pdiparams" "$work/$name-2x" --out-filename inference.pdiparams \
        --program-out "$work/$name-2x/inference.pdmodel"
    p26 infer "$work/$name-2x/inference" "$work/out/$name-2x" --feed "x=$from/x.npy"
    say "wherry convert: a program of Paddle 3, Paddle 2.6.2" "$(same "$answer" "$work/out/$name-2x/0.npy" 2e-5)"
done

mlp=$golden/embed/mlp
for align in 4 16 64; do # weights at round addresses: still Paddle's file
    mkdir -p "$work/aligned$align"
    "$build/wherry" embed "$mlp" --params-file params --name mlp --out "$work/aligned$align/params.hpp" --align $align --incbin
    mv "$work/aligned$align/params.bin" "$work/aligned$align/params"
    cp "$mlp/__model__" "$work/aligned$align"
    p26 infer "$work/aligned$align" "$work/out/aligned$align" --params-file params --feed "x=$mlp/0.x.npy"
    say "wherry embed --align $align, Paddle 2.6.2" "$(same "$mlp/0.y.npy" "$work/out/aligned$align/0.npy")"
    [ $align = 64 ] || continue
    p33_of_2 infer "$work/aligned$align" "$work/out/aligned33" --params-file params --feed "x=$mlp/0.x.npy"
    say "wherry embed --align $align, Paddle 3.3.1" "$(same "$mlp/0.y.npy" "$work/out/aligned33/0.npy" 1e-6)"
done
# what a model as a type learnt: the saved stream is Paddle's file, and holds what Paddle learns from the same start
finetune=$golden/embed/finetune
mkdir -p "$work/trained" "$work/trained-end"
cmake -D "golden=$finetune" -D "out=$work/finetune_model.hpp" -P "$here/finetune_literal.cmake"
g++ -std=c++20 -O2 -I include -I "$work" "$here/write_trained.cpp" -o "$work/write_trained"
"$work/write_trained" "$finetune/x.npy" "$finetune/label.npy" "$work/trained/params"
p26 vars "$finetune/main.pdmodel" "$work/trained" "$work/out/trained" --filename params
p26 vars "$finetune/main.pdmodel" "$finetune/end" "$work/out/trained-end"
for value in "$work"/out/trained-end/*.npy; do
    say "embed::trainer's $(basename "$value" .npy), Paddle 2.6.2" "$(same "$value" "$work/out/trained/$(basename "$value")" 1e-4)"
done
programs=$("$paddle33" "$here/pir_cases.py" "$build/wherry" 2>"$work/log") || { cat "$work/log"; echo "$programs"; exit 1; }
say "operators and layers of Paddle 3" "$programs"
. "$here/interop.sh"
. "$here/tool.sh"
. "$here/checkpoints.sh"
cases=$("$paddle26" "$here/check_cases.py" "$build/wherry" "$PWD/../shared/cases" "$work/cases" 2>"$work/log") ||
    { cat "$work/log"; echo "$cases"; exit 1; }
say "../shared/cases" "$cases"
siblings=$("$paddle26" "$here/check_siblings.py" "$build/wherry" "$PWD/../shared/cases" "$work/siblings" 2>"$work/log") ||
    { tail -n 20 "$work/log"; echo "$siblings"; exit 1; }
say "their siblings" "$siblings"
real=$(python3 "$here/sweep_real.py" "$build/wherry" "$PWD/../shared/real" "$work/real" 1000000) || { echo "$real"; exit 1; }
say "../shared/real" "$real"
mkdir "$work/types"
cp "$golden/paddle26/tensors/main.pdmodel" "$work/types"
real=$(python3 "$here/sweep_real.py" "$build/wherry" "$work/types" "$work/real" 1000000) || { echo "$real"; exit 1; }
[[ $real == *"refused 7"* ]] || { echo "of every element type and LoD: $real"; exit 1; }
say "every element type and LoD" "$real"
python3 "$here/large_files.py" "$build/wherry" "$work/large" 64
wait "$meanwhile" || { cat "$work/meanwhile.log"; exit 1; }
cat "$work/meanwhile.log"
echo "$checks checks by the real Paddle passed"
