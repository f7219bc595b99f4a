// Every system call of every save, one after the other: it fails with each errno that matters, moves fewer bytes than it was asked to, or is
// the last one before the process is killed. After each, and after the next load, the files are the old ones or the new ones, whole, and
// nothing else is there. A parent that traces its child does it to the calls themselves, so nothing of the library is replaced.
//   system_calls fail [all] | kill | savers [ROUNDS]
#include <wherry/archive/archive.hpp>
#include <wherry/model/inference_files.hpp>
#include <wherry/model/state.hpp>
#include <wherry/policy/disk.hpp>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <fcntl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

namespace {
namespace fs = std::filesystem;
using namespace wherry;
using files = std::map<std::string, std::string>;
using file_each = archive<layout::per_file>;
using file_each_durable = archive<layout::per_file, durable>;

int wrong = 0;
void check(bool holds, const std::string& what) {
    if (holds || ++wrong > 20) return;
    std::printf("FAILED: %s\n", what.c_str());
}

/// Parameters and an accumulator in a folder of its own; every value is `value`.
Program program_of() {
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
Scope scope_of(float value) {
    Scope scope;
    for (const auto* name : {"w", "b", "acc/w"}) scope.var(name) = Tensor::of<float>({4}, {value, value, value, value});
    return scope;
}
inference_program model_of(float value) {
    inference_program made{program_of(), {}, {}};
    made.program.rest().version.emplace().version = static_cast<std::int64_t>(value);  // a program of the same size that is another one
    return made;
}

/// A way to save and to load.
struct way {
    const char* name;
    bool (*save)(const std::string& path, float value);
    bool (*load)(const std::string& path, float& value);
};
bool value_of(const Scope& scope, float& value) {
    const auto* const w = scope.find_var("w");
    if (w == nullptr) return false;
    value = w->elements<float>()[0];
    for (const auto name : scope.local_var_names())
        for (const float one : scope.find_var(name)->elements<float>())
            if (one != value) return check(false, "a load mixes two saves"), false;
    return true;
}
template <class Archive>
bool save_each(const std::string& path, float value) {
    return bool(Archive::save(program_of(), scope_of(value), disk(path)));
}
bool load_each(const std::string& path, float& value) {
    Scope scope;
    return file_each::load(program_of(), scope, disk(path)) && value_of(scope, value);
}
bool load_model(const std::string& path, float& value, bool combined) {
    Scope scope;
    const auto loaded = combined ? inference_model<>::load(scope, disk(path + "/__model__"), disk(path + "/params"))
                                 : inference_model<layout::per_file>::load(scope, disk(path + "/__model__"), disk(path));
    if (!loaded || !value_of(scope, value)) return false;
    check(loaded->program.version() == static_cast<std::int64_t>(value), "a model mixes two saves");
    return true;
}
const std::array ways{
    way{"a file each", save_each<file_each>, load_each},
    way{"a file each, durable", save_each<file_each_durable>, load_each},
    way{"one file",
        [](const std::string& path, float value) { return bool(archive<>::save(program_of(), scope_of(value), disk(path + "/all"))); },
        [](const std::string& path, float& value) {
            Scope scope;
            return archive<>::load(program_of(), scope, disk(path + "/all")) && value_of(scope, value);
        }},
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
};

files read_folder(const fs::path& folder) {
    files found;
    if (!fs::exists(folder)) return found;
    for (const auto& entry : fs::recursive_directory_iterator(folder)) {
        if (!entry.is_regular_file()) continue;
        std::ifstream in(entry.path(), std::ios::binary);
        found[entry.path().lexically_relative(folder).generic_string()] = std::string(std::istreambuf_iterator<char>(in), {});
    }
    return found;
}

/// What is done to the child.
struct plan {
    int at = 0;           ///< which of its calls that touch files, from 1; 0: none
    int number = 0;       ///< the errno that it gets
    bool kill = false;    ///< right after the call
    bool crumbs = false;  ///< a write moves one byte
};
struct outcome {
    int calls = 0;
    bool saved = false;
    long call = -1;  ///< the number of the one that was chosen
};

bool touches_files(long call) {
    for (const long one : {SYS_openat, SYS_openat2, SYS_close, SYS_fstat, SYS_newfstatat, SYS_readlinkat, SYS_pwritev, SYS_preadv,
                           SYS_fallocate, SYS_ftruncate, SYS_fchmod, SYS_fsync, SYS_renameat, SYS_renameat2, SYS_unlinkat, SYS_mkdirat,
                           SYS_flock, SYS_getdents64, SYS_fcntl})
        if (call == one) return true;
    return false;
}

/// Runs a save in a child that is traced. Exit status 77: this system lets nobody trace.
outcome traced(const way& how, const std::string& path, float value, const plan& what) {
    const auto child = ::fork();
    if (child == 0) {
        if (::ptrace(PTRACE_TRACEME, 0, nullptr, nullptr) != 0) ::_exit(77);
        ::raise(SIGSTOP);
        ::_exit(how.save(path, value) ? 0 : 1);
    }
    outcome seen;
    int status = 0;
    ::waitpid(child, &status, 0);
    if (WIFEXITED(status)) std::exit(WEXITSTATUS(status));
    ::ptrace(PTRACE_SETOPTIONS, child, nullptr, PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL);
    bool entered = false;
    bool chosen = false;
    while (true) {
        ::ptrace(PTRACE_SYSCALL, child, nullptr, nullptr);
        ::waitpid(child, &status, 0);
        if (WIFEXITED(status) || WIFSIGNALED(status)) break;
        if (!WIFSTOPPED(status) || WSTOPSIG(status) != (SIGTRAP | 0x80)) continue;
        ::user_regs_struct now{};
        ::ptrace(PTRACE_GETREGS, child, nullptr, &now);
        entered = !entered;
        if (entered) {
            chosen = touches_files(static_cast<long>(now.orig_rax)) && ++seen.calls == what.at;
            if (!chosen) continue;
            seen.call = static_cast<long>(now.orig_rax);
            if (what.crumbs && now.orig_rax == SYS_pwritev) {
                const auto base = ::ptrace(PTRACE_PEEKDATA, child, reinterpret_cast<void*>(now.rsi + 8), nullptr);  // NOLINT: an address
                if (base > 1) ::ptrace(PTRACE_POKEDATA, child, reinterpret_cast<void*>(now.rsi + 8), reinterpret_cast<void*>(1));  // NOLINT
                now.rdx = 1;
                ::ptrace(PTRACE_SETREGS, child, nullptr, &now);
            }
            if (what.number != 0 && now.orig_rax != SYS_close) {
                now.orig_rax = ~0ULL;  // no call at all
                ::ptrace(PTRACE_SETREGS, child, nullptr, &now);
            }
        } else if (chosen) {
            chosen = false;
            if (what.number != 0) {
                now.rax = static_cast<unsigned long long>(-what.number);
                ::ptrace(PTRACE_SETREGS, child, nullptr, &now);
            }
            if (what.kill) {
                ::kill(child, SIGKILL);
                ::waitpid(child, &status, 0);
                return seen;
            }
        }
    }
    seen.saved = WIFEXITED(status) && WEXITSTATUS(status) == 0;
    return seen;
}

std::string scratch() { return (fs::current_path() / "scratch_faults").string(); }
std::string fresh(const way& how, bool over_old) {
    fs::remove_all(scratch());
    fs::create_directories(scratch());
    const auto path = scratch() + "/m";
    if (over_old) check(how.save(path, 1), "an ordinary save");
    return path;
}

/// The state after a save that was hurt, before and after the next load or save.
void check_after(const way& how, const std::string& path, bool over_old, const outcome& seen, bool killed, bool by_save,
                 const files& old_files, const files& new_files, const std::string& told) {
    if (by_save) {
        check(how.save(path, 2), told + "the next save fails");
        check(read_folder(scratch()) == new_files, told + "litter after the next save");
        return;
    }
    if (!killed && seen.call != SYS_unlinkat) {
        const auto left = read_folder(scratch());
        for (const auto& [name, bytes] : left)
            check(left.contains("m/.wherry-set") || name.find(".tmp") == std::string::npos, told + "a save that fails leaves " + name);
    }
    float value = 0;
    const bool loaded = how.load(path, value);
    if (seen.saved) check(loaded && value == 2, told + "a save that worked does not load");
    check(loaded ? value == 1 || value == 2 : !over_old, told + "the next load fails");
    const auto left = read_folder(scratch());
    const bool one_file = how.name == std::string_view("one file");  // whose load does not list the folder
    if (loaded && !(one_file && killed)) check(left == (value == 2 ? new_files : old_files), told + "litter after the next load");
    for (const auto& [name, bytes] : left) check(loaded || name.find(".tmp") != std::string::npos, told + "half a set: " + name);
}

int hurt(bool kill, bool all) {
    int points = 0;
    for (const auto& how : ways)
        for (const bool over_old : {true, false}) {
            check(how.save(fresh(how, false), 2), "an ordinary save");
            const auto new_files = read_folder(scratch());
            static_cast<void>(fresh(how, true));
            const auto old_files = read_folder(scratch());
            std::vector<plan> plans;
            if (kill) plans = {{.kill = true}};
            else plans = {{.number = EIO}, {.number = EINTR}, {.crumbs = true}};
            if (all)
                for (const int number : {ENOSPC, EACCES, EMFILE, EROFS, EDQUOT, ENOENT, EEXIST}) plans.push_back({.number = number});
            for (auto what : plans)
                for (const bool by_save : {false, true}) {
                    if (by_save && !kill) continue;
                    for (what.at = 1;; ++what.at) {
                        const auto path = fresh(how, over_old);
                        const auto seen = traced(how, path, 2, what);
                        if (seen.calls < what.at) break;
                        ++points;
                        check_after(how, path, over_old, seen, kill, by_save, old_files, new_files,
                                    std::string(how.name) + (over_old ? " over old" : " as new") + ", call " + std::to_string(what.at) +
                                        " (number " + std::to_string(seen.call) + "), errno " + std::to_string(what.number) + ": ");
                    }
                }
        }
    fs::remove_all(scratch());
    std::printf("%d points, %d wrong\n", points, wrong);
    return wrong == 0 ? 0 : 1;
}

/// Two processes save into one folder, a third one loads.
int savers(int rounds) {
    for (const auto& how : ways) {
        const auto path = fresh(how, true);
        std::array<::pid_t, 2> children{};
        for (int one = 0; one < 2; ++one) {
            children[static_cast<std::size_t>(one)] = ::fork();
            if (children[static_cast<std::size_t>(one)] != 0) continue;
            bool all = true;
            for (int round = 0; round < rounds; ++round) all = how.save(path, static_cast<float>(10 + 2 * round + one)) && all;
            ::_exit(all ? 0 : 1);
        }
        int loads = 0;
        for (int running = 2; running > 0;) {
            int status = 0;
            for (const auto child : children)
                if (::waitpid(child, &status, WNOHANG) == child) {
                    check(WIFEXITED(status) && WEXITSTATUS(status) == 0, std::string(how.name) + ": one of two savers fails");
                    --running;
                }
            float value = 0;
            check(how.load(path, value), std::string(how.name) + ": a load beside two savers fails");
            ++loads;
        }
        for (const auto& [name, bytes] : read_folder(scratch()))
            check(name.find(".tmp") == std::string::npos && name.find(".wherry-set") == std::string::npos, "two savers leave " + name);
        std::printf("%s: two savers, %d rounds each, %d loads beside them\n", how.name, rounds, loads);
    }
    fs::remove_all(scratch());
    return wrong == 0 ? 0 : 1;
}
}  // namespace

int main(int argc, char** argv) {
    const std::string_view what = argc > 1 ? argv[1] : "";
    if (what == "fail" || what == "kill") return hurt(what == "kill", argc > 2);
    if (what == "savers") return savers(argc > 2 ? std::atoi(argv[2]) : 20);
    return 2;
}
