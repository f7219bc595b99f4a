#ifndef WHERRY_POLICY_DETAIL_POSIX_CALLS_HPP
#define WHERRY_POLICY_DETAIL_POSIX_CALLS_HPP

#include <wherry/base/result.hpp>
#include <wherry/version.hpp>

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

#if defined(__linux__) && __has_include(<linux/openat2.h>)
#include <linux/openat2.h>
#include <sys/syscall.h>
#endif

namespace wherry::inline WHERRY_ABI::detail {

/// Calls again while a signal interrupts.
template <class Call>
auto uninterrupted(Call call) noexcept {
    auto answer = call();
    while (answer < 0 && errno == EINTR) answer = call();
    return answer;
}

/// The system calls that files need, one function each, as the system gives them. A type, so that a test can hand in
/// one that fails.
struct posix_calls {
    static int open(int folder, const char* path, int flags, unsigned mode) noexcept { return ::openat(folder, path, flags, mode); }
    /// Follows links, but never out of `folder`. ENOSYS where the system cannot promise that.
    static int open_beneath([[maybe_unused]] int folder, [[maybe_unused]] const char* path, [[maybe_unused]] int flags) noexcept {
#if defined(SYS_openat2) && defined(RESOLVE_BENEATH)
        ::open_how how{};
        how.flags = static_cast<decltype(how.flags)>(flags);
        how.resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS;
        return static_cast<int>(::syscall(SYS_openat2, folder, path, &how, sizeof how));
#else
        errno = ENOSYS;
        return -1;
#endif
    }
    static int close(int fd) noexcept { return ::close(fd); }
    static int duplicate(int fd) noexcept { return ::fcntl(fd, F_DUPFD_CLOEXEC, 0); }
    static int make_folder(int folder, const char* path) noexcept { return ::mkdirat(folder, path, 0777); }
    static int status(int fd, struct ::stat& into) noexcept { return ::fstat(fd, &into); }
    /// Of the name itself, also when it is a link.
    static int status_of(int folder, const char* path, struct ::stat& into) noexcept {
        return ::fstatat(folder, path, &into, AT_SYMLINK_NOFOLLOW);
    }
    /// Of what the name leads to.
    static int status_at(int folder, const char* path, struct ::stat& into) noexcept { return ::fstatat(folder, path, &into, 0); }
    static ::ssize_t read_link(int folder, const char* path, char* into, std::size_t size) noexcept {
        return ::readlinkat(folder, path, into, size);
    }
    static ::ssize_t read(int fd, const ::iovec* pieces, int count, ::off_t at) noexcept { return ::preadv(fd, pieces, count, at); }
    static ::ssize_t write(int fd, const ::iovec* pieces, int count, ::off_t at) noexcept { return ::pwritev(fd, pieces, count, at); }
    /// Space before the bytes. Not posix_fallocate, which writes zeros where the file system cannot.
    static int allocate([[maybe_unused]] int fd, [[maybe_unused]] ::off_t size) noexcept {
#if defined(__linux__) && defined(FALLOC_FL_KEEP_SIZE)
        return ::fallocate(fd, 0, 0, size);
#else
        errno = EOPNOTSUPP;
        return -1;
#endif
    }
    /// The largest file that this process may write. A write past it is a signal, SIGXFSZ, before it is an error.
    static std::uint64_t largest_file() noexcept {
        ::rlimit most{};
        return ::getrlimit(RLIMIT_FSIZE, &most) == 0 && most.rlim_cur != RLIM_INFINITY ? std::uint64_t{most.rlim_cur} : ~std::uint64_t{0};
    }
    static int resize(int fd, ::off_t size) noexcept { return ::ftruncate(fd, size); }
    static int change_mode(int fd, ::mode_t mode) noexcept { return ::fchmod(fd, mode); }
    static int sync(int fd) noexcept {
#ifdef F_FULLFSYNC
        return ::fcntl(fd, F_FULLFSYNC);  // fsync of macOS stops at the device's cache
#else
        return ::fsync(fd);
#endif
    }
    static int rename(int folder, const char* from, const char* to) noexcept { return ::renameat(folder, from, folder, to); }
    static int move(int from_folder, const char* from, int to_folder, const char* to) noexcept {
        return ::renameat(from_folder, from, to_folder, to);
    }
    static int remove(int folder, const char* path) noexcept { return ::unlinkat(folder, path, 0); }
    static int remove_folder(int folder, const char* path) noexcept { return ::unlinkat(folder, path, AT_REMOVEDIR); }
    /// An advisory lock of a folder, which goes with the descriptor or the process. Does not wait: EWOULDBLOCK.
    static int lock(int folder) noexcept { return ::flock(folder, LOCK_EX | LOCK_NB); }
    static void unlock(int folder) noexcept { ::flock(folder, LOCK_UN); }
    static void pause() noexcept { ::usleep(2000); }
    /// Calls `each(name)` for what a folder holds, but "." and "..".
    template <class Each>
    static int list(int folder, Each each) {
        const int again = uninterrupted([&] { return open(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0); });
        if (again < 0) return -1;
        ::DIR* const listing = ::fdopendir(again);
        if (listing == nullptr) return ::close(again), -1;
        const ::dirent* entry = nullptr;
        while (errno = 0, (entry = ::readdir(listing)) != nullptr) {
            const std::string_view name(entry->d_name);
            if (name != "." && name != "..") each(name);
        }
        const int number = errno;  // 0: that was all
        static_cast<void>(::closedir(listing));
        return number == 0 ? 0 : (errno = number, -1);
    }
};

/// A file descriptor that is closed when it goes.
template <class Calls>
class descriptor {
  public:
    descriptor() noexcept = default;
    explicit descriptor(int fd) noexcept : fd_(fd) {}
    descriptor(descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
    descriptor& operator=(descriptor&& other) noexcept {
        std::swap(fd_, other.fd_);
        return *this;
    }
    ~descriptor() { static_cast<void>(close()); }

    [[nodiscard]] int get() const noexcept { return fd_; }
    explicit operator bool() const noexcept { return fd_ >= 0; }
    /// Answers what close() does. Never to be repeated: the number may belong to another file by then.
    int close() noexcept { return fd_ >= 0 ? Calls::close(std::exchange(fd_, -1)) : 0; }

  private:
    int fd_ = -1;
};

/// The error of a call that just failed, with the system's own words.
inline failure system_error(errc code, const char* message, std::string_view path, int number) {
    return failure(code, message).in_file(path).found(std::generic_category().message(number));
}
inline error open_error(std::string_view path, int number) {
    if (number == ENOENT) return system_error(errc::not_found, "no such file", path, number);
    if (number == ENXIO || number == EISDIR || number == ENODEV)
        return system_error(errc::not_regular_file, "this is not a regular file", path, number);
    return system_error(errc::cannot_open, "the system refused to open the file", path, number);
}

/// Opens a path beneath a folder: links are followed as long as they stay inside, nothing leaves it.
template <class Calls>
descriptor<Calls> open_beneath(int folder, const std::string& path, int flags) {
    const int fd = uninterrupted([&] { return Calls::open_beneath(folder, path.c_str(), flags); });
    if (fd >= 0 || (errno != ENOSYS && errno != EPERM && errno != EINVAL && errno != E2BIG)) return descriptor<Calls>(fd);
    descriptor<Calls> at;
    std::size_t from = 0;
    for (auto slash = path.find('/'); slash != std::string::npos; from = slash + 1, slash = path.find('/', from)) {
        const auto part = path.substr(from, slash - from);
        const int parent = at ? at.get() : folder;
        at = descriptor<Calls>(
            uninterrupted([&] { return Calls::open(parent, part.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC, 0); }));
        if (!at) return at;
    }
    const int parent = at ? at.get() : folder;
    return descriptor<Calls>(uninterrupted([&] { return Calls::open(parent, path.c_str() + from, flags | O_NOFOLLOW, 0); }));
}

/// "folder/name" for messages.
inline std::string path_in(std::string_view folder, std::string_view name) {
    std::string path(folder);
    if (name.empty()) return path;
    if (!path.empty() && path.back() != '/') path += '/';
    return path.append(name);
}

}  // namespace wherry::inline WHERRY_ABI::detail

#endif
