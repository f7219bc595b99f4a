// Files and folders with names beyond ASCII: on Windows a narrow call would lose them; and checkpoints there. Run there, or under wine; ends with 0.
#include <wherry/archive/archive.hpp>
#include <wherry/archive/weights.hpp>
#include <wherry/model/checkpoint.hpp>
#include <wherry/model/state.hpp>
#include <wherry/policy/disk.hpp>

#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

using namespace wherry;

namespace {
bool failed = false;
void check(bool holds, const char* what) {
    if (holds) return;
    failed = true;
    std::puts(what);
}
template <class T>
bool good(const result<T>& made) {
    if (!made) std::puts(to_string(made.error()).c_str());
    return made.has_value();
}
}  // namespace

int main() {
    const std::string folder = "\xE6\xA8\xA1\xE5\x9E\x8B \xC3\xA4\xE2\x82\xAC";  // "model" in Chinese, a German letter, a currency
    const std::filesystem::path wide(u8"\u6A21\u578B \u00E4\u20AC");
    std::filesystem::remove_all(wide);
    const auto w = Tensor::of<float>({2}, {1, 2});
    const std::vector<tensor_ref> refs{w.ref("\xE6\x9D\x83\xE9\x87\x8D")};  // "weight"
    const std::vector<std::string_view> names{refs[0].name};

    using one_file = archive<>;
    check(good(one_file::save(std::span<const tensor_ref>(refs), disk(folder + "/all.\xC3\xA4"))), "one file is saved");
    check(std::filesystem::exists(wide / u8"all.\u00E4"), "under its name");
    Scope scope;
    check(good(one_file::load(std::span<const std::string_view>(names), scope, disk(folder + "/all.\xC3\xA4"))), "and loaded");
    check(*scope.find_var(names[0]) == w, "with its values");

    using each = archive<layout::per_file>;
    check(good(each::save(std::span<const tensor_ref>(refs), disk(folder + "/each"))), "a file per variable is saved");
    check(std::filesystem::exists(wide / "each" / u8"\u6743\u91CD"), "under its name");
    const auto found = weights(folder + "/each");
    check(good(found) && found->size() == 1 && (*found)[0].name == names[0], "weights() finds it");
    check(good(weights(folder + "/all.\xC3\xA4")), "and the one file");

    Program program;
    wire::VarDesc<> desc;
    desc.name = names[0];
    desc.type.type = VarKind::LOD_TENSOR;
    desc.type.lod_tensor.emplace().tensor = {DType::FP32, {2}, {}};
    desc.persistable = true;
    program.global_block().create_var(std::move(desc)).set_parameter(parameter_traits{});
    check(good(save_state(program, scope, folder + "/state")), "state files are saved");
    check(std::filesystem::exists(wide / "state.pdparams"), "under their names");
    Scope loaded;
    check(good(load_state(program, loaded, folder + "/state")), "and loaded");
    check(good(load_state(program, loaded, folder + "/each")), "as are files of save_vars");

    // what `disk` and `checkpoint_store` say of systems without POSIX calls
    check(good(each::save(std::span<const tensor_ref>(refs), disk(folder + "/each"))), "a file per variable is replaced");
    check(archive<durable>::save(std::span<const tensor_ref>(refs), disk(folder + "/all.\xC3\xA4")).error().code == errc::unsupported,
          "durable is refused");
    checkpoint_store<archive<annotate<checksum>>, keep<2>> store(folder + "/run");
    for (std::uint64_t step = 1; step < 4; ++step) check(good(store.save(program, scope, {.step = step})), "a checkpoint is saved");
    std::filesystem::resize_file(wide / "run" / "checkpoint-3" / "persistables", 20);  // as a kill may leave it
    const auto resumed = store.resume(program, loaded);
    check(good(resumed) && *resumed && (*resumed)->notes.step == 2 && (*resumed)->passed_over.size() == 1,
          "one that is cut is passed over");
    check(!std::filesystem::exists(wide / "run" / "checkpoint-1"), "the oldest has gone");
    bool litter = false;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(wide)) litter = litter || entry.path().extension() == ".tmp";
    check(!litter, "no temporary file is left");
    std::puts(failed ? "failed" : "names beyond ASCII are kept, checkpoints come back");
    return failed ? 1 : 0;
}
