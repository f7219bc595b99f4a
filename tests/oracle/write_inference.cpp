// Saves again, by wherry, the inference models of golden/fluid18_inference, tensors with annotations, rows and slices, so
// that the real Paddle can read and run them. write_inference GOLDEN_DIR OUT_DIR
#include <wherry/model/inference_files.hpp>
#include <wherry/record/selected_rows.hpp>

#include <support/case_json.hpp>
#include <support/npy.hpp>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

namespace fs = std::filesystem;
using namespace wherry;

namespace {

template <class T>
T checked(result<T>&& r) {
    if (!r) {
        std::fprintf(stderr, "%s\n", to_string(r.error()).c_str());
        std::exit(1);
    }
    if constexpr (!std::is_void_v<T>) return *std::move(r);
}
Program parsed(const std::string& path) { return checked(Program::parse_from_string(support::read_file(path))); }

/// One case as 1.8 saves it, as a folder of 2.x files, and with annotations.
void save_case(const std::string& golden, const std::string& out) {
    const auto info = support::read_file(golden + "/case.json");
    const auto feeds = support::json_strings(info, "feeds");
    const auto targets = support::json_strings(info, "targets");
    const bool parameters = fs::exists(golden + "/params");
    inference_files files{.dirname = golden, .model_filename = "model", .params_filename = {}};
    if (parameters) files.params_filename = "params";
    Scope scope;
    (void)checked(load_inference_model(files, scope));

    auto program = parsed(golden + "/main.pdmodel");
    UniqueNameGenerator names;
    std::vector<Variable> vars;
    for (const auto& target : targets) vars.push_back(program.global_block().find_var(target));
    files.dirname = out;
    const auto saved = checked(save_inference_model(files, feeds, vars, program, scope, names));

    const export_options newer{.skip_bool_targets = true, .clip_extra = true, .compatible_map = false};
    const auto made = checked(make_inference_program(program, feeds, saved.fetch_names, newer));
    (void)checked(inference_model<>::save(made, scope, disk(out + "/two.pdmodel"), disk(out + "/two.pdiparams")));
    using annotated = inference_model<annotate<align<64>, checksum, wherry::names>>;
    const auto old = checked(make_inference_program(program, feeds, saved.fetch_names));
    (void)checked(annotated::save(old, scope, disk(out + "/annotated/model"), disk(out + "/annotated/params")));
}

template <class... As>
void save_annotated(const Program& program, const Scope& scope, const std::string& out) {
    checked(archive<annotate<As...>>::save(program, scope, disk(out + "/one")));
    checked(archive<layout::per_file, annotate<As...>>::save(program, scope, disk(out + "/each")));
}

void save_tensors(const std::string& golden, const std::string& out) {
    const auto program = parsed(golden + "/fluid18/classifier_adam/main.pdmodel");
    Scope scope;
    (void)checked(archive<layout::per_file>::load(program, scope, disk(golden + "/fluid18/classifier_adam/persistables")));
    save_annotated<>(program, scope, out + "/plain");
    save_annotated<align<64>>(program, scope, out + "/align");
    save_annotated<checksum>(program, scope, out + "/checksum");
    save_annotated<wherry::names>(program, scope, out + "/names");
    save_annotated<align<64>, checksum, wherry::names>(program, scope, out + "/all");

    checked(save_selected_rows({{7, 1, 7}, 10, Tensor::of<float>({3, 2}, {1, 2, 3, 4, 5, 6})}, disk(out + "/more/rows")));
    auto deep = Tensor::of<float>({5, 1}, {0, 1, 2, 3, 4});
    deep.set_lod({{0, 1}, {0, 2}, {0, 1, 3}, {0, 1, 2, 5}});
    const std::vector<tensor_ref> lod{deep.ref("deep")};
    checked(archive<layout::per_file, annotate<checksum>>::save(lod, disk(out + "/more")));
    Tensor wide(DType::FP32, {6, 4});
    for (std::size_t i = 0; i < wide.count(); ++i) wide.elements<float>()[i] = static_cast<float>(i);
    checked(archive<layout::per_file, annotate<align<64>>>::save(std::vector<tensor_ref>{wide.ref("wide")}, disk(out + "/more")));
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 3) return 2;
    const std::string golden(argv[1]);
    const std::string out(argv[2]);
    for (const auto& entry : fs::directory_iterator(golden + "/fluid18_inference"))
        save_case(entry.path().string(), out + "/models/" + entry.path().filename().string());
    save_tensors(golden, out + "/tensors");
}
