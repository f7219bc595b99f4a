#!/bin/bash
# The real fluid 1.8.5 and Paddle 2.6.2 run the inference models that wherry saved and read its annotated files:
#   run_inference.sh FLUID18_PYTHON PADDLE26_PYTHON        from the top of the checkout, ../shared beside it
set -euo pipefail
fluid18=$1 paddle26=$2
oracle=${WHERRY_ORACLE:-$PWD/../shared/oracle} here=$PWD/tests/oracle golden=$PWD/tests/golden
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
checks=0
# say TEXT RESULT: a check that failed in $(...) has no result, and does not end the script by itself
say() { [ -n "$2" ] || { echo "$1: FAILED"; exit 1; }; checks=$((checks + 1)); printf '%-58s %s\n' "$1" "$2"; }
f18() { "$fluid18" "$oracle/fluid18_oracle.py" "$@" >"$work/log" 2>&1 || { cat "$work/log"; return 1; }; }
p26() { "$paddle26" "$oracle/paddle_oracle.py" "$@" >"$work/log" 2>&1 || { cat "$work/log"; return 1; }; }
same() { "$paddle26" "$here/compare.py" "$@"; }

g++ -std=c++20 -O1 -I include -I tests "$here/write_inference.cpp" -o "$work/write_inference"
"$work/write_inference" "$golden" "$work"
for case in "$golden"/fluid18_inference/*/; do
    name=$(basename "$case") model=$work/models/$(basename "$case")
    [ -d "$case/fetch" ] || continue
    feeds=()
    [ -d "$case/feed" ] && for feed in "$case"/feed/*.npy; do feeds+=("$(basename "$feed" .npy)=$feed"); done
    params=()
    [ -f "$case/params" ] && params=(params=params)
    f18 infer "$model" "$work/out/$name" "${feeds[@]}" model=model "${params[@]}"
    say "$name: saved by wherry, run by fluid 1.8.5" "$(same "$case/fetch" "$work/out/$name" 1e-5)"
    [ -f "$case/params" ] || continue
    f18 infer "$model/annotated" "$work/out/$name-annotated" "${feeds[@]}" model=model params=params
    say "$name: annotated, run by fluid 1.8.5" "$(same "$case/fetch" "$work/out/$name-annotated" 1e-5)"
    p26 infer "$model/two" "$work/out/$name-two" --feed "${feeds[@]}"
    say "$name: as .pdmodel, run by Paddle 2.6.2" "$(same "$case/fetch" "$work/out/$name-two" 1e-5)"
done

main=$golden/fluid18/classifier_adam/main.pdmodel
f18 vars "$main" "$golden/fluid18/classifier_adam/persistables" "$work/out/expected"
for kind in align checksum names all; do
    dir=$work/tensors/$kind
    f18 vars "$main" "$dir/each" "$work/out/$kind-each"
    say "$kind: one file per variable, fluid 1.8.5" "$(same "$work/out/expected" "$work/out/$kind-each")"
    f18 vars "$main" "$dir/one" "$work/out/$kind-one" combined
    say "$kind: one file, fluid 1.8.5" "$(same "$work/out/expected" "$work/out/$kind-one")"
    f18 vars "$main" "memory:$dir/one" "$work/out/$kind-memory"
    say "$kind: memory, fluid 1.8.5" "$(same "$work/out/expected" "$work/out/$kind-memory")"
    p26 vars "$main" "$dir/each" "$work/out/$kind-each26"
    say "$kind: one file per variable, Paddle 2.6.2" "$(same "$work/out/expected" "$work/out/$kind-each26")"
    p26 vars "$main" "$dir" "$work/out/$kind-one26" --filename one
    say "$kind: one file, Paddle 2.6.2" "$(same "$work/out/expected" "$work/out/$kind-one26")"
done
cmp "$work/tensors/plain/one" "$golden/fluid18/classifier_adam/persistables.bin"
say "rows, LoD, a slice: fluid 1.8.5" "$("$fluid18" "$here/read_more.py" "$work/tensors/more" 2>/dev/null)"
echo "$checks checks of inference models and annotations by the real Paddle passed"
