# Sourced by run.sh: state files, .npz, safetensors and gzip, read by their own clients and the other way round.
g++ -std=c++20 -O1 -I include "$here/write_interop.cpp" -lz -o "$work/write_interop"
interop=$work/interop
"$work/write_interop" write "$PWD/tests/golden" "$interop"
say "interop" "$("$paddle26" "$here/check_interop.py" "$interop")"
for file in "$interop"/theirs/*; do
    name=$(basename "$file")
    "$work/write_interop" read "$file" "$interop/read/$name"
    say "$name, read by wherry" "$(same "$interop/mixed" "$interop/read/$name")"
done
for case in p2 p4 python2; do
    p26 state "$interop/$case/model" "$interop/paddle26/$case"
    say "$case: load_program_state, Paddle 2.6.2" "$(same "$interop/values" "$interop/paddle26/$case")"
    [ "$case" = p4 ] && continue  # Python 2 knows no protocol 4
    f18 state "$interop/$case/model" "$interop/fluid18/$case"
    say "$case: load_program_state, fluid 1.8.5" "$(same "$interop/values" "$interop/fluid18/$case")"
done
