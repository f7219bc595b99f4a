// Every system call of every save, one after the other: it fails with each errno that matters, moves fewer bytes than it was asked to, or is
// the last one before the process is killed. After each, and after the next load, the files are the old ones or the new ones, whole, and
// nothing else is there. A parent that traces its child does it to the calls themselves, so nothing of the library is replaced.
// Beside that: two processes that save and one that loads; files that may not grow (SIGXFSZ); a file system that is full.
//   system_calls fail [all] [here] | kill [here] | savers [ROUNDS] [here] | small | full        here: in the working folder, whatever device that is on
#include "ways.hpp"

#include <support/scratch.hpp>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

namespace {
namespace fs = std::filesystem;
using faults::check;
using faults::files;
using faults::way;
using faults::ways;
using faults::wrong;
using support::read_folder;

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

/// In memory where there is such a place, since it is calls that are tested and `durable` waits for a disk.
bool in_memory = ::access("/dev/shm", W_OK) == 0;
std::string inside;  ///< of it, where it may not be removed itself
std::string scratch() {
    static const auto made = (in_memory ? "/dev/shm" : fs::current_path().string()) + "/wherry_faults." + std::to_string(::getpid());
    return made + inside;
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
    if (WIFEXITED(status)) {
        fs::remove_all(scratch());
        std::exit(WEXITSTATUS(status));
    }
    ::ptrace(PTRACE_SETOPTIONS, child, nullptr, PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL | PTRACE_O_TRACECLONE);
    struct state {
        bool entered = false;
        bool chosen = false;
    };
    std::map<::pid_t, state> threads;
    ::pid_t thread = child;
    while (true) {
        ::ptrace(PTRACE_SYSCALL, thread, nullptr, nullptr);
        thread = ::waitpid(-1, &status, __WALL);
        if (thread == child && !WIFSTOPPED(status)) break;
        if (!WIFSTOPPED(status) || WSTOPSIG(status) != (SIGTRAP | 0x80)) continue;
        ::user_regs_struct now{};
        ::ptrace(PTRACE_GETREGS, thread, nullptr, &now);
        auto& [entered, chosen] = threads[thread];
        entered = !entered;
        if (entered) {
            chosen = touches_files(static_cast<long>(now.orig_rax)) && ++seen.calls == what.at;
            if (!chosen) continue;
            seen.call = static_cast<long>(now.orig_rax);
            if (what.crumbs && now.orig_rax == SYS_pwritev) {
                const auto base = ::ptrace(PTRACE_PEEKDATA, thread, reinterpret_cast<void*>(now.rsi + 8), nullptr);  // NOLINT: an address
                if (base > 1)
                    ::ptrace(PTRACE_POKEDATA, thread, reinterpret_cast<void*>(now.rsi + 8), reinterpret_cast<void*>(1));  // NOLINT
                now.rdx = 1;
                ::ptrace(PTRACE_SETREGS, thread, nullptr, &now);
            }
            if (what.number != 0 && now.orig_rax != SYS_close) {
                now.orig_rax = ~0ULL;  // no call at all
                ::ptrace(PTRACE_SETREGS, thread, nullptr, &now);
            }
        } else if (chosen) {
            chosen = false;
            if (what.number != 0) {
                now.rax = static_cast<unsigned long long>(-what.number);
                ::ptrace(PTRACE_SETREGS, thread, nullptr, &now);
            }
            if (what.kill) ::kill(child, SIGKILL);  // all its threads, each before its next instruction
        }
    }
    seen.saved = WIFEXITED(status) && WEXITSTATUS(status) == 0;
    return seen;
}

std::string fresh(const way& how, bool over_old) {
    fs::remove_all(scratch());
    fs::create_directories(scratch());
    const auto path = scratch() + "/m";
    if (over_old) check(how.save(path, 1), "an ordinary save");
    return path;
}

files shown(const way& how, bool unhurt) {
    const auto found = read_folder(scratch());
    return how.shown != nullptr ? how.shown(found, unhurt) : found;
}

/// The state after a save that was hurt, before and after the next load or save.
void check_after(const way& how, const std::string& path, bool over_old, const outcome& seen, bool killed, bool by_save,
                 const files& old_files, const files& new_files, const std::string& told) {
    if (by_save) {
        check(how.save(path, 2), told + "the next save fails");
        check(shown(how, true) == new_files, told + "litter after the next save");
        return;
    }
    if (!killed && seen.call != SYS_unlinkat) {
        const auto left = read_folder(scratch());
        for (const auto& [name, bytes] : left) {
            const bool old_checkpoint = seen.saved && name.starts_with("m/.checkpoint-1.");  // which a warning names
            check(left.contains("m/.wherry-set") || old_checkpoint || name.find(".tmp") == std::string::npos,
                  told + "a save that fails leaves " + name);
        }
    }
    float value = 0;
    const bool loaded = how.load(path, value);
    if (seen.saved) check(loaded && value == 2, told + "a save that worked does not load");
    check(loaded ? value == 1 || value == 2 : !over_old, told + "the next load fails");
    const auto left = shown(how, false);
    if (loaded && (how.lists || !killed)) check(left == (value == 2 ? new_files : old_files), told + "litter after the next load");
    for (const auto& [name, bytes] : left) check(loaded || name.find(".tmp") != std::string::npos, told + "half a set: " + name);
}

int hurt(bool kill, bool all) {
    int points = 0;
    for (const auto& how : ways)
        for (const bool over_old : {true, false}) {
            check(how.save(fresh(how, false), 2), "an ordinary save");
            const auto new_files = shown(how, true);
            static_cast<void>(fresh(how, true));
            const auto old_files = shown(how, true);
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
            if (running > 0 && !how.read_beside) continue;
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

/// What a save leaves that had no room: the old files or the new ones, whole, and nothing else.
void check_cut(const way& how, const std::string& path, const std::string& told, bool saved, const files& old_files,
               const files& new_files) {
    check(shown(how, false) == (saved ? new_files : old_files), told + (saved ? "not the new files" : "not the old files"));
    float value = 0;
    check(how.load(path, value) && value == (saved ? 2 : 1), told + "a load fails, or mixes");
}
/// Runs a save in a process of its own; a signal, SIGXFSZ say, is wrong.
template <class Before>
bool saved_apart(const way& how, const std::string& path, const std::string& told, const Before& before) {
    const auto child = ::fork();
    if (child == 0) {
        before();
        ::_exit(how.save(path, 2) ? 0 : 1);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    check(WIFEXITED(status), told + "the process is killed");
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}
template <class Each>
void with_files(const way& how, const Each& each) {
    check(how.save(fresh(how, false), 2), "an ordinary save");
    const auto new_files = shown(how, true);
    static_cast<void>(fresh(how, true));
    each(shown(how, true), new_files);
}

/// Files may have so many bytes at most, from none up to what a save needs.
int small_files() {
    int points = 0;
    for (const auto& how : ways)
        with_files(how, [&](const files& old_files, const files& new_files) {
            bool saved = false;
            for (::rlim_t most = 0; !saved && most < 8192; most += most < 1024 ? 16 : 256, ++points) {
                const auto path = fresh(how, true);
                const auto told = std::string(how.name) + ", files of " + std::to_string(most) + " bytes: ";
                saved = saved_apart(how, path, told, [most] {
                    const ::rlimit limit{most, most};
                    ::setrlimit(RLIMIT_FSIZE, &limit);
                });
                check_cut(how, path, told, saved, old_files, new_files);
            }
            check(saved, std::string(how.name) + ": no limit is large enough");
        });
    fs::remove_all(scratch());
    std::printf("%d limits, %d wrong\n", points, wrong);
    return wrong == 0 ? 0 : 1;
}

/// A file system that has no page, one page, two pages ... left. It is mounted where nobody else sees it.
int full_device() {
    fs::create_directories(scratch());
    const bool mounted = ::unshare(CLONE_NEWNS) == 0 && ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0 &&
                         ::mount("none", scratch().c_str(), "tmpfs", 0, "size=256k") == 0;
    if (!mounted) {
        fs::remove_all(scratch());
        std::printf("skipped: only root may mount a small file system\n");
        return 77;
    }
    const auto top = scratch();
    inside = "/inside";
    int points = 0;
    for (const auto& how : ways)
        with_files(how, [&](const files& old_files, const files& new_files) {
            bool saved = false;
            for (std::uint64_t pages = 0; !saved && pages < 40; ++pages, ++points) {
                const auto path = fresh(how, true);
                const auto told = std::string(how.name) + ", " + std::to_string(pages) + " pages left: ";
                const auto left = fs::space(top).available / 4096;
                const int filler = ::open((top + "/filler").c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0666);  // NOLINT: mode
                check(::posix_fallocate(filler, 0, static_cast<::off_t>((left - std::min(left, pages)) * 4096 + (left > pages ? 0 : 1))) ==
                          0,
                      "room is taken");
                ::close(filler);
                saved = saved_apart(how, path, told, [] {});
                check_cut(how, path, told, saved, old_files, new_files);
                fs::remove(top + "/filler");
            }
            check(saved, std::string(how.name) + ": there is never room");
        });
    inside.clear();
    ::umount(top.c_str());
    fs::remove_all(top);
    std::printf("%d full devices, %d wrong\n", points, wrong);
    return wrong == 0 ? 0 : 1;
}
}  // namespace

int main(int argc, char** argv) {
    const std::string_view what = argc > 1 ? argv[1] : "";
    bool all = false;
    int rounds = 20;
    for (int i = 2; i < argc; ++i) {
        const std::string_view word(argv[i]);
        if (word == "here") in_memory = false;
        else if (word == "all") all = true;
        else rounds = std::atoi(argv[i]);
    }
    if (what == "fail" || what == "kill") return hurt(what == "kill", all);
    if (what == "savers") return savers(rounds);
    if (what == "small") return small_files();
    if (what == "full") return full_device();
    return 2;
}
