#!/bin/bash
# The calls of same_calls.txt, made in the real fluid 1.8.5 and in wherry, do the same:
#   same_calls.sh FLUID18_PYTHON        from the top of the checkout
set -euo pipefail
fluid18=$1 here=$PWD/tests/oracle
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
g++ -std=c++20 -O0 -I include "$here/same_calls.cpp" -o "$work/same_calls"
"$fluid18" "$here/same_calls.py" "$here/same_calls.txt" "$work/theirs" >"$work/theirs.lines" 2>"$work/log" || { cat "$work/log"; exit 1; }
"$work/same_calls" "$here/same_calls.txt" "$work/ours" >"$work/ours.lines"
"$fluid18" "$here/compare_calls.py" "$work/theirs.lines" "$work/theirs" "$work/ours.lines" "$work/ours"
