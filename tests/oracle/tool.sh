# Sourced by run.sh: what the command writes, opened by its users' own clients. Needs dot and node (Debian: graphviz, nodejs) and, in the
# Python of Paddle 2.6.2, safetensors, netron, onnxruntime and paddle2onnx 1.3.1.
wherry=$build/wherry fixtures=$PWD/../shared/fixtures/fluid18 tool=$work/tool
mkdir -p "$tool"
for program in dot node gunzip; do
    command -v "$program" >/dev/null || { echo "tests/oracle/tool.sh: there is no $program"; exit 1; }
done
began=$SECONDS
# told TEXT RESULT: as say, with the seconds since the last one
told() { say "$1" "${2:+$2 ($((SECONDS - began)) s)}"; began=$SECONDS; }
check() { "$paddle26" "$here/check_tool.py" "$@" >"$work/said" 2>"$work/log" && tail -n 1 "$work/said" || { tail -n 3 "$work/log" >&2; return 1; }; }

# every form
model=$golden/paddle26/classifier_adam
p26 vars "$model/main.pdmodel" "$model/persistables" "$tool/values"
for form in safetensors npz pdparams; do
    "$wherry" convert "$model/main.pdmodel" "$model/persistables.bin" "$tool/state.$form" --to $form
    told "wherry convert --to $form, its own client" "$(check arrays "$tool/values" "$tool/state.$form")"
done
"$wherry" convert "$tool/state.npz" "$tool/shards" --shard-size 500
[ "$(ls "$tool/shards" | wc -l)" -gt 2 ] || { echo "wherry convert --shard-size made no shards"; exit 1; }
told "wherry convert --shard-size, safetensors" "$(check arrays "$tool/values" "$tool/shards")"
check shards "$tool/values" "$tool/their-shards" >"$work/log"
"$wherry" diff "$tool/their-shards" "$tool/state.npz"
told "shards of the safetensors package, wherry diff" "the same arrays"
"$wherry" convert "$tool/state.npz" "$tool/text" --to text
told "wherry convert --to text, numpy.loadtxt" "$(check text "$tool/values" "$tool/text")"
check savetxt "$tool/values" "$tool/savetxt" >"$work/log"
"$wherry" convert "$model/main.pdmodel" "$tool/savetxt" "$tool/of_savetxt"
p26 vars "$model/main.pdmodel" "$tool/of_savetxt" "$tool/savetxt26"
told "numpy.savetxt, wherry convert, Paddle 2.6.2" "$(same "$tool/values" "$tool/savetxt26")"
cp "$tool/state.pdparams" "$tool/state.pickle"
told "wherry convert --to pdparams, pickle" "$(check arrays "$tool/values" "$tool/state.pickle")"
p26 state "$tool/state" "$tool/state26"
told "wherry convert --to pdparams, load_program_state of Paddle 2.6.2" "$(same "$tool/values" "$tool/state26")"
"$wherry" convert "$tool/state.npz" "$tool/all" --out-filename all --names --checksum --align 64
p26 vars "$model/main.pdmodel" "$tool/all" "$tool/all26" --filename all
told "wherry convert --names --checksum --align 64, Paddle 2.6.2" "$(same "$tool/values" "$tool/all26")"
"$wherry" convert "$tool/state.safetensors" "$tool/each" --checksum --align 16 --names
p26 vars "$model/main.pdmodel" "$tool/each" "$tool/each26"
told "the same, one file per variable, Paddle 2.6.2" "$(same "$tool/values" "$tool/each26")"
"$wherry" convert "$tool/all/all" "$tool/zipped" --out-filename all.gz --gzip
gunzip -c "$tool/zipped/all.gz" | cmp - "$model/persistables.bin"
told "wherry convert --gzip, gunzip" "the Paddle file"


# element types; NumPy's safetensors know no complex numbers of 128 bits and no bfloat16
tensors=$golden/paddle26/tensors
"$wherry" convert "$tensors/main.pdmodel" "$tensors/persistables.bin" "$tool/types.npz" --to npz --bits --drop 2>"$work/log"
told "every element type in npz, NumPy" "$(check arrays "$tensors/values" "$tool/types.npz")"
"$wherry" convert "$tensors/main.pdmodel" "$tensors/persistables.bin" "$tool/types" 2>"$work/log"
cp -r "$tensors/values" "$tool/types-values"
rm "$tool/types/complex128" "$tool/types/bfloat16" "$tool/types-values/complex128.npy" "$tool/types-values/bfloat16.npy"
"$wherry" convert "$tool/types" "$tool/types.safetensors" --to safetensors --drop 2>"$work/log"
told "element types in safetensors" "$(check arrays "$tool/types-values" "$tool/types.safetensors")"
"$wherry" convert "$tool/types" "$tool/types-text" --to text --drop 2>"$work/log"
told "element types in text, numpy.loadtxt" "$(check text "$tool/types-values" "$tool/types-text")"

# models made from trained programs
while read -r name target feeds; do
    from=$fixtures/$name made=$tool/models/$name
    "$wherry" infer-model "$from/main.pdmodel" "$from/persistables.bin" "$made" --feed-names "$feeds" --targets "$target" \
        --model-filename m.pdmodel --params-filename m.pdiparams >"$work/log"
    given=()
    for feed in ${feeds//,/ }; do given+=("$feed=$from/feed/$feed.npy"); done
    f18 infer "$made" "$tool/out/$name-18" "${given[@]}" model=m.pdmodel params=m.pdiparams
    told "wherry infer-model: $name, fluid 1.8.5" "$(same "$from/inference_fetch" "$tool/out/$name-18" 1e-5)"
    p26 infer "$made/m" "$tool/out/$name-26" --feed "${given[@]}"
    told "wherry infer-model: $name, Paddle 2.6.2" "$(same "$from/inference_fetch" "$tool/out/$name-26" 1e-5)"
    check onnx "$made" "$tool/out/$name-onnx" "${given[@]}" >"$work/log2"
    told "wherry infer-model: $name, paddle2onnx, $(cat "$work/log2")" "$(same "$from/inference_fetch" "$tool/out/$name-onnx" 1e-5)"
done <<'END'
readme fc_0.tmp_2 img
classifier_adam fc_2.tmp_2 x
two_inputs fc_0.tmp_3 a,b
convnet fc_0.tmp_2 img
END

# pictures
pictures=0
while IFS= read -r program; do
    "$wherry" dot "$program" -o "$tool/picture.dot" --quiet
    dot -Tsvg "$tool/picture.dot" -o "$tool/picture.svg" 2>"$work/log"
    [ ! -s "$work/log" ] || { cat "$work/log"; exit 1; }
    "$wherry" dot "$program" -o "$tool/asked.svg" --quiet # which asks Graphviz itself
    cmp "$tool/picture.svg" "$tool/asked.svg"
    "$paddle26" -c "import sys, xml.dom.minidom as x; x.parse(sys.argv[1])" "$tool/picture.svg"
    pictures=$((pictures + 1))
done < <(ls "$golden"/fluid18_inference/*/main.pdmodel "$fixtures"/{readme,convnet,word2vec}/main.pdmodel "$golden"/paddle33/classifier/inference.json)
told "wherry dot, Graphviz" "$pictures pictures without a warning"

# JSON, of every golden file and of two that differ
"$wherry" inspect --json "$golden" >"$tool/all.json"
"$wherry" inspect --json --stats "$golden" >"$tool/stats.json"
"$wherry" diff --json "$golden/fluid18/readme/params" "$golden/fluid18/readme/feed/img.npy" >"$tool/diff.json" || [ $? = 1 ]
for document in all stats diff; do "$paddle26" -m json.tool "$tool/$document.json" >"$work/log"; done
told "wherry inspect --json, wherry diff --json, json.tool of Python" "3 documents, $(wc -l <"$work/log") lines in the last"

# Netron, its own JavaScript without a browser
netron=$work/netron
mkdir "$netron"
cp "$("$paddle26" -c "import importlib.util as u; print(u.find_spec('netron').submodule_search_locations[0])")"/*.js* "$netron"
echo '{"type": "module"}' >"$netron/package.json"
head -c -100 "$tool/state.safetensors" >"$tool/cut.safetensors"
if node "$here/netron.mjs" "$netron" "$tool/cut.safetensors" >"$work/log"; then echo "Netron opened a cut file"; exit 1; fi
readme=$tool/models/readme annotated=$tool/models/annotated
"$wherry" convert "$readme/m.pdmodel" "$readme/m.pdiparams" "$annotated" --out-filename m.pdiparams --align 64 --checksum --names
cp "$readme/m.pdmodel" "$annotated"
node "$here/netron.mjs" "$netron" "$readme"/m.pdmodel "$readme"/m.pdiparams "$annotated"/m.pdiparams "$tool"/models/convnet/m.pdmodel \
    "$tool"/models/convnet/m.pdiparams "$tool"/state.{safetensors,npz,pdparams} >"$work/log" || { cat "$work/log"; exit 1; }
diff <(sed 's/:.*, / /' "$work/log") - <<'END'
m.pdmodel 2 tensors
m.pdiparams 2 tensors
m.pdiparams 2 tensors
m.pdmodel 10 tensors
m.pdiparams 10 tensors
state.safetensors 31 tensors
state.npz 31 tensors
state.pdparams 31 tensors
END
told "Netron" "$(wc -l <"$work/log") files opened"
