# Sourced by run.sh: checkpoints and both names of their parameters through `wherry convert`; the real Paddle resumes from what came back.
for version in 2.6.2 3.3.1; do
    [ "$version" = 2.6.2 ] && python=$paddle26 || python=$paddle33
    from=$work/checkpoints/$version to=$work/checkpoints/$version-back
    mkdir -p "$to"
    checkpoint() { "$python" "$here/check_checkpoints.py" "$@" 2>"$work/log" || { tail -n 3 "$work/log" >&2; return 1; }; }
    checkpoint write "$from" >"$work/said"
    checkpoint write_half "$from" >"$work/said"
    own=$(checkpoint resume "$from/net.pdparams" "$from/opt.pdopt")
    [ -n "$own" ] && [ "$own" = "$(checkpoint resume - - "$from/nested.pdparams")" ] || { echo "Paddle $version does not resume from its own"; exit 1; }
    resumed() { local losses; losses=$(checkpoint resume "${@:2}") && [ "$losses" = "$own" ] && say "$1, Paddle $version" "the same losses" || { echo "$1: $losses, not $own"; exit 1; }; }
    for file in net.pdparams opt.pdopt nested.pdparams list.pdparams one.pdtensor master.pdopt number.pdparams text.pdparams half.pdparams half.pdopt; do
        "$wherry" convert "$from/$file" "$to/$file" --to pdparams --quiet
        say "$file to pdparams, Paddle $version" "$(checkpoint equal "$from/$file" "$to/$file")"
    done
    resumed "net.pdparams and opt.pdopt" "$to/net.pdparams" "$to/opt.pdopt"
    resumed "nested.pdparams" - - "$to/nested.pdparams"
    "$wherry" convert "$from/net.pdparams" "$to/net-p3.pdparams" --protocol 3 --quiet
    "$wherry" convert "$from/opt.pdopt" "$to/opt-p4.pdopt" --protocol 4 --quiet
    half=$(checkpoint resume_half "$from/half.pdparams" "$from/half.pdopt")
    [ -n "$half" ] && [ "$half" = "$(checkpoint resume_half "$to/half.pdparams" "$to/half.pdopt")" ] ||
        { echo "Paddle $version does not resume with the master weights that came back"; exit 1; }
    say "half.pdparams and half.pdopt, Paddle $version" "the same losses"
    resumed "pickles of protocols 3 and 4" "$to/net-p3.pdparams" "$to/opt-p4.pdopt"
    # the names of variables and back: 3.3.1 writes no .info, and 2.6.2 one that has one of two names of a shared parameter
    "$wherry" convert "$from/jit.pdiparams" "$to/jit.pdparams" --names-from "$from/net.pdparams" --quiet
    resumed "jit.pdiparams to pdparams" "$to/jit.pdparams" "$from/opt.pdopt"
    "$wherry" convert "$from/net.pdparams" "$to/net.pdiparams" --quiet
    cmp "$from/jit.pdiparams" "$to/net.pdiparams"
    "$wherry" convert "$to/net.pdiparams" "$to/again.pdparams" --quiet # by the .info that it wrote, which has both names of the shared one
    resumed "net.pdparams to pdiparams and back" "$to/again.pdparams" "$from/opt.pdopt"
    "$wherry" diff "$from/net.pdparams" "$from/jit.pdiparams" --names-from "$from/net.pdparams"
    for form in npz safetensors; do
        "$wherry" convert "$from/net.pdparams" "$to/net.$form" --drop --quiet
        "$wherry" convert "$to/net.$form" "$to/$form.pdparams" --quiet
        resumed "net.pdparams to $form and back" "$to/$form.pdparams" "$from/opt.pdopt"
    done
    # by every form comes back one file, from which Paddle resumes
    program=$from/jit.pdmodel
    [ -e "$program" ] || program=$from/jit.json
    "$wherry" convert "$program" "$from/jit.pdiparams" "$to/direct.pdparams" --names-from "$from/net.pdparams" --quiet
    resumed "jit.pdiparams by its program to pdparams" "$to/direct.pdparams" "$from/opt.pdopt"
    while read -r file options; do
        "$wherry" convert "$program" "$from/jit.pdiparams" "$to/$file" $options --quiet
        "$wherry" convert "$program" "$to/$file" "$to/back.pdparams" --names-from "$from/net.pdparams" --quiet
        cmp "$to/direct.pdparams" "$to/back.pdparams"
    done <<'END'
each --to paddle
zipped --out-filename all.gz --gzip
named --out-filename all --names --checksum --align 64
shards --shard-size 100
text --to text
jit.npz
jit.safetensors
END
    say "jit.pdiparams by all forms to pdparams, $version" "the same file"
done
