#ifndef WHERRY_TESTS_FAULTS_WAYS_HPP
#define WHERRY_TESTS_FAULTS_WAYS_HPP

#include <wherry/archive/archive.hpp>
#include <wherry/format/pickle.hpp>
#include <wherry/model/async_checkpoint.hpp>
#include <wherry/model/checkpoint.hpp>
#include <wherry/model/inference_files.hpp>
#include <wherry/model/state.hpp>
#include <wherry/policy/disk.hpp>
#if __has_include(<nlohmann/json.hpp>) && __has_include(<zlib.h>)
#include <wherry/interop/state_file.hpp>
#include <wherry/interop/state_file_save.hpp>
#define WHERRY_TESTS_FAULTS_STATE_FILES
#endif

#include <array>
#include <cstdint>
#include <cstdio>
#include <map>
#include <string>
#include <string_view>

/// The ways to save: what is saved, and what a load of it answers.
namespace faults {
using namespace wherry;
using files = std::map<std::string, std::string>;
using file_each = archive<layout::per_file>;
using file_each_durable = archive<layout::per_file, durable>;

inline int wrong = 0;
inline void check(bool holds, const std::string& what) {
    if (holds || ++wrong > 20) return;
    std::printf("FAILED: %s\n", what.c_str());
}

/// Parameters and an accumulator in a folder of its own; every value is `value`.
inline Program program_of() {
    Program program;
    for (const auto* name : {"w", "b", "acc/w"}) {
        wire::VarDesc<> desc;
        desc.name = name;
        desc.type.type = VarKind::LOD_TENSOR;
        desc.type.lod_tensor.emplace().tensor = {DType::FP32, {4}, {}};
        desc.persistable = true;
        auto made = program.global_block().create_var(std::move(desc));
        if (made.name() != "acc/w") made.set_parameter(parameter_traits{});
    }
    return program;
}
inline Scope scope_of(float value) {
    Scope scope;
    for (const auto* name : {"w", "b", "acc/w"}) scope.var(name) = Tensor::of<float>({4}, {value, value, value, value});
    return scope;
}
inline inference_program model_of(float value) {
    inference_program made{program_of(), {}, {}};
    made.program.rest().version.emplace().version = static_cast<std::int64_t>(value);  // a program of the same size that is another one
    return made;
}

/// A way to save beneath a folder and to load.
struct way {
    const char* name;
    bool (*save)(const std::string& path, float value);
    bool (*load)(const std::string& path, float& value);
    bool lists = true;                             ///< a load lists the folder, and so removes what killed saves left
    files (*shown)(const files&, bool) = nullptr;  ///< the files that count; the flag: after a save or load that was not hurt
    bool read_beside = true;                       ///< a load may be asked for while others save
};
inline bool value_of(const Scope& scope, float& value) {
    const auto* const w = scope.find_var("w");
    if (w == nullptr) return false;
    value = w->elements<float>()[0];
    for (const auto name : scope.local_var_names())
        for (const float one : scope.find_var(name)->elements<float>())
            if (one != value) return check(false, "a load mixes two saves"), false;
    return true;
}
template <class Format>
bool save_one(const std::string& path, float value) {
    return bool(archive<Format>::save(program_of(), scope_of(value), disk(path + "/all")));
}
template <class Format>
bool load_one(const std::string& path, float& value) {
    Scope scope;
    return archive<Format>::load(program_of(), scope, disk(path + "/all")) && value_of(scope, value);
}
template <class Archive>
bool save_each(const std::string& path, float value) {
    return bool(Archive::save(program_of(), scope_of(value), disk(path)));
}
inline bool load_each(const std::string& path, float& value) {
    Scope scope;
    return file_each::load(program_of(), scope, disk(path)) && value_of(scope, value);
}
inline bool load_model(const std::string& path, float& value, bool combined) {
    Scope scope;
    const auto loaded = combined ? inference_model<>::load(scope, disk(path + "/__model__"), disk(path + "/params"))
                                 : inference_model<layout::per_file>::load(scope, disk(path + "/__model__"), disk(path));
    if (!loaded || !value_of(scope, value)) return false;
    check(loaded->program.version() == static_cast<std::int64_t>(value), "a model mixes two saves");
    return true;
}

/// Two checkpoints at most: the newest, which is compared, and, hurt in between, the one before with the same files.
inline files newest_checkpoint(const files& all, bool unhurt) {
    std::map<std::string, files> checkpoints;
    files kept;
    for (const auto& [path, bytes] : all) {
        const std::string_view name(path);
        const bool counts = name.starts_with("m/checkpoint-");
        const auto end = counts ? name.find('/', 2) : 0;
        if (counts) checkpoints[path.substr(0, end)]["m/newest" + path.substr(end)] = bytes;
        else kept[path] = bytes;
    }
    check(checkpoints.size() < (unhurt ? 2U : 3U), "too many checkpoints");
    if (checkpoints.empty()) return kept;
    const auto& newest = checkpoints.rbegin()->second;
    for (const auto& [folder, held] : checkpoints) {
        check(held.size() == newest.size(), "half a checkpoint: " + folder);
        for (const auto& [name, bytes] : held) check(newest.contains(name), "a checkpoint has another file: " + name);
    }
    kept.insert(newest.begin(), newest.end());
    return kept;
}
template <class Archive>
using checkpoints = checkpoint_store<Archive, keep<1>>;
using checkpoints_durable = checkpoints<archive<durable, annotate<checksum, names>>>;
using checkpoints_each = checkpoints<archive<layout::per_file, annotate<checksum>>>;
inline checkpoint_notes notes_of(float value) { return {.step = static_cast<std::uint64_t>(value), .notes = {{"key", "value"}}}; }
/// The folder is another one's, who does not keep it for long.
template <class Save>
bool unless_locked(const Save& save) {
    auto saved = save();
    while (!saved && saved.error().code == errc::locked) saved = save();
    return bool(saved);
}
template <class Store>
bool save_checkpoint(const std::string& path, float value) {
    Store store(path);
    return unless_locked([&] { return store.save(program_of(), scope_of(value), notes_of(value)); });
}
/// By a thread.
template <class Store>
bool save_checkpoint_beside(const std::string& path, float value) {
    Store store(path);
    async_checkpoints saver(store);
    return unless_locked([&] {
        const auto begun = saver.save(program_of(), scope_of(value), notes_of(value));
        return begun ? saver.wait() : begun.failure();
    });
}
template <class Store>
bool load_checkpoint(const std::string& path, float& value) {
    Scope scope;
    auto program = program_of();
    const auto resumed = Store(path).resume(program, scope);
    if (!resumed || !*resumed || !value_of(scope, value)) return false;
    check((*resumed)->notes == notes_of(value), "a checkpoint has notes of another one");
    return true;
}

#ifdef WHERRY_TESTS_FAULTS_STATE_FILES
/// Of another number each time, so that some of those before have to go.
inline bool save_shards(const std::string& path, float value) {
    const auto scope = scope_of(value);
    std::vector<tensor_ref> arrays;
    for (const auto* name : {"acc/w", "b", "w"}) arrays.push_back(scope.find_var(name)->ref(name));
    const bool odd = static_cast<int>(value) % 2 != 0;
    return bool(state_file::save(arrays, path + "/all.safetensors", state_file::form::safetensors, {.shard_bytes = odd ? 16U : 32U}));
}
/// A kill after the commit leaves those that have to go, until the next save; the index does not name them.
inline files named_shards(const files& all, bool unhurt) {
    const auto index = all.find("m/all.safetensors.index.json");
    if (unhurt || index == all.end()) return all;
    files kept;
    for (const auto& [name, bytes] : all)
        if (!name.starts_with("m/all-") || index->second.find(name.substr(2)) != std::string::npos) kept[name] = bytes;
    return kept;
}
inline bool load_shards(const std::string& path, float& value) {
    const auto loaded = state_file::load(path);
    if (!loaded || loaded->arrays.find("w") == nullptr) return false;
    Scope scope;
    for (const auto& one : loaded->arrays.refs()) scope.var(std::string(one.name)) = *copied(one);
    return value_of(scope, value);
}
#endif

inline const std::array ways{
    way{"a file each", save_each<file_each>, load_each},
    way{"a file each, durable", save_each<file_each_durable>, load_each},
    way{"one file", save_one<format::streams>, load_one<format::streams>, false},
    way{"one pickle", save_one<format::pickle<>>, load_one<format::pickle<>>, false},
    way{"a model of two files",
        [](const std::string& path, float value) {
            return bool(inference_model<>::save(model_of(value), scope_of(value), disk(path + "/__model__"), disk(path + "/params")));
        },
        [](const std::string& path, float& value) { return load_model(path, value, true); }},
    way{"a model of a file each",
        [](const std::string& path, float value) {
            return bool(inference_model<layout::per_file>::save(model_of(value), scope_of(value), disk(path + "/__model__"), disk(path)));
        },
        [](const std::string& path, float& value) { return load_model(path, value, false); }},
    way{"a state of three files",
        [](const std::string& path, float value) { return bool(save_state(program_of(), scope_of(value), path + "/s")); },
        [](const std::string& path, float& value) {
            Scope scope;
            return load_state(program_of(), scope, path + "/s") && value_of(scope, value);
        }},
    way{"a checkpoint", save_checkpoint<checkpoints_durable>, load_checkpoint<checkpoints_durable>, true, newest_checkpoint},
    way{"a checkpoint of a file each", save_checkpoint<checkpoints_each>, load_checkpoint<checkpoints_each>, true, newest_checkpoint},
    way{"a checkpoint in the background", save_checkpoint_beside<checkpoints_each>, load_checkpoint<checkpoints_each>, true,
        newest_checkpoint},
#ifdef WHERRY_TESTS_FAULTS_STATE_FILES
    way{"one npz", save_one<format::npz<>>, load_one<format::npz<>>, false},
    way{"one safetensors", save_one<format::safetensors>, load_one<format::safetensors>, false},
    way{"shards of safetensors", save_shards, load_shards, true, named_shards, false},
#endif
};

}  // namespace faults

#endif
