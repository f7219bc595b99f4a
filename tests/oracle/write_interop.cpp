// Writes state files, .npz, .npy, safetensors and gzip files for their own clients to read, and reads what those wrote.
//   write_interop write GOLDEN_DIR OUT_DIR
//   write_interop read FILE OUT_FOLDER       .pdparams, .npz or .safetensors as one .npy per array
#include <wherry/archive/archive.hpp>
#include <wherry/format/any_of.hpp>
#include <wherry/format/npy.hpp>
#include <wherry/format/pickle.hpp>
#include <wherry/interop/gzip.hpp>
#include <wherry/interop/npz.hpp>
#include <wherry/interop/safetensors.hpp>
#include <wherry/model/state.hpp>

#include <complex>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <utility>
#include <vector>

using namespace wherry;

namespace {

template <class T>
T need(result<T> r) {
    if (!r) std::fprintf(stderr, "%s\n", to_string(r.error()).c_str()), std::exit(1);
    if constexpr (!std::is_void_v<T>) return *std::move(r);
}

void write_values(const std::string& folder, const state_dict& arrays) {
    for (const auto& [name, array] : arrays) {
        std::string file;
        for (const char c : name) file += c == '/' ? std::string("%2F") : std::string(1, c);
        const std::vector<tensor_ref> one{array.ref(name)};
        need(archive<format::npy>::save(one, disk{folder + "/" + file + ".npy"}));
    }
}

template <class T>
void add(state_dict& to, const std::string& name, const Shape& dims, unsigned step) {
    Tensor made(dtype_of<T>, dims);
    unsigned next = 1;
    for (auto& element : made.elements<T>()) element = static_cast<T>(static_cast<float>(next = (next + step) % 113));
    to.add(name, std::move(made));
}

/// Every element type that NumPy has, scalars, empty arrays, single bytes, elements below and above 64 KiB.
state_dict mixed() {
    state_dict state;
    add<float>(state, "w", {3, 4}, 1);
    add<float>(state, "b", {1}, 1);
    add<double>(state, "f64", {2, 1, 3}, 2);
    add<float16>(state, "half", {5}, 3);
    add<std::int8_t>(state, "i8", {1}, 97);
    add<std::int8_t>(state, "i8_again", {1}, 97);
    add<std::uint8_t>(state, "u8", {256}, 1);
    add<std::int16_t>(state, "i16", {300}, 5);
    add<std::int32_t>(state, "i32", {}, 6);
    add<std::int64_t>(state, "i64", {7}, 7);
    add<std::uint16_t>(state, "u16", {2}, 8);
    add<std::uint32_t>(state, "u32", {2}, 9);
    add<std::uint64_t>(state, "u64", {2}, 10);
    add<bool>(state, "flag", {1}, 1);
    add<bool>(state, "flag_again", {1}, 1);
    add<std::complex<float>>(state, "c64", {2}, 11);
    add<float>(state, "empty", {0, 3}, 1);
    add<double>(state, "empty_again", {2, 0}, 1);
    add<float>(state, "acc/w", {3, 4}, 12);
    add<float>(state, "just_64k", {16384}, 13);
    add<float>(state, "below_64k", {16383}, 14);
    add<float>(state, "above_64k", {100, 200}, 15);
    add<std::int64_t>(state, "after", {2, 2, 1, 1, 2}, 16);
    return state;
}
/// So many arrays that frames and batches end.
state_dict many(int count) {
    state_dict state;
    for (int i = 0; i < count; ++i) add<float>(state, "p" + std::to_string(i), {i % 40}, static_cast<unsigned>(i) + 1U);
    return state;
}

/// An archive saves something, a pickle may hold nothing.
result<void> write_pickle(std::span<const tensor_ref> arrays, const std::string& path, const pickle::write_options& options) {
    save_plan plan;
    plan.begin_record();
    if (auto planned = format::pickle<>{options}.plan(plan, arrays, {}); !planned) return planned;
    disk file{path};
    return write(plan, file, {});
}

void write_all(const std::string& golden, const std::string& out) {
    const auto arrays = mixed();
    const auto refs = arrays.refs();
    write_values(out + "/mixed", arrays);
    need(archive<format::npz<>>::save(refs, disk{out + "/stored.npz"}));
    need(archive<format::npz<6>>::save(refs, disk{out + "/deflated.npz"}));
    need(archive<format::safetensors>::save(refs, disk{out + "/mixed.safetensors"}, format::safetensors{{{{"format", "np"}}}}));
    for (const int protocol : {2, 3, 4}) {
        const auto suffix = "-p" + std::to_string(protocol) + ".pdparams";
        need(write_pickle(refs, out + "/mixed" + suffix, {.protocol = protocol}));
        need(write_pickle(refs, out + "/cut" + suffix, {.protocol = protocol, .cut_bytes = 20'000}));
        for (const int count : {0, 1, 999, 1000, 1001, 2000}) {
            const auto state = many(count);
            need(write_pickle(state.refs(), out + "/many" + std::to_string(count) + suffix, {.protocol = protocol}));
        }
    }

    // a trained program of fluid 1.8.5; its file does not say which variables are Parameters
    const auto folder = golden + "/fluid18/classifier_adam";
    disk source{folder + "/main.pdmodel"};
    const auto program = need(with_record(source, [](std::string_view bytes) { return Program::parse_from_string(bytes); }));
    for (const auto& var : program.list_vars())
        if (is_persistable(var) && var.name().starts_with("fc_") && var.name().find("_0_") == std::string::npos)
            var.set_parameter(parameter_traits{});
    Scope scope;
    (void)need(archive<>::load(program, scope, disk{folder + "/persistables.bin"}));
    need(save_state(program, scope, out + "/p2/model"));
    need(save_state(program, scope, out + "/python2/model", {.pickled = {.python2 = true}}));
    need(save_state(program, scope, out + "/p4/model", {.pickled = {.protocol = 4}}));
    write_values(out + "/values", need(load_program_state(out + "/p2/model")).arrays);
    need(archive<>::save(program, scope, disk{out + "/plain/persistables"}));
    need(archive<gzip<9>>::save(program, scope, disk{out + "/gzip/persistables.gz"}));
}

void read_one(const std::string& file, const std::string& out) {
    using neighbour = archive<format::any_of<format::pickle<>, format::npz<>, format::safetensors>>;
    write_values(out, need(neighbour::load_all(disk{file})).arrays);
}

}  // namespace

int main(int argc, char** argv) {
    const std::string what = argc == 4 ? argv[1] : "";
    if (what == "write") return write_all(argv[2], argv[3]), 0;
    if (what == "read") return read_one(argv[2], argv[3]), 0;
    return std::fprintf(stderr, "write_interop write GOLDEN_DIR OUT_DIR | read FILE OUT_FOLDER\n"), 1;
}
