#ifndef WHERRY_POLICY_CLAIMED_FOLDER_HPP
#define WHERRY_POLICY_CLAIMED_FOLDER_HPP

#include <wherry/base/result.hpp>
#include <wherry/base/sequence.hpp>
#include <wherry/policy/durability.hpp>
#include <wherry/version.hpp>

#if defined(__unix__) || defined(__APPLE__)
#include <wherry/policy/detail/posix_calls.hpp>
#include <wherry/policy/detail/posix_folder.hpp>
#include <wherry/policy/detail/posix_owner.hpp>
#include <wherry/policy/detail/posix_set.hpp>

#include <cerrno>
#include <span>

#include <fcntl.h>
#else
#include <wherry/policy/paths.hpp>

#include <filesystem>
#include <system_error>
#endif

#include <string>
#include <string_view>
#include <utility>

namespace wherry::inline WHERRY_ABI {

/// A folder that one writer keeps for itself, as long as this lives: others who claim it are refused, who reads it is not. The system
/// gives it back when the process ends, however it ends. Where there are no locks (Windows, some network disks) nobody is refused.
class claimed_folder {
  public:
    /// Makes the folder, and those above it, where they are missing; removes what killed saves have left there. `synced`: the device holds
    /// new folders before this returns. Errors: locked, with the process and the host; cannot_open, cannot_write.
    static result<claimed_folder> take(std::string path, bool synced) {
        claimed_folder made(std::move(path));
#if defined(__unix__) || defined(__APPLE__)
        for (auto end = made.path_.find('/', 1); end != std::string::npos; end = made.path_.find('/', end + 1))
            if (auto there = detail::make_folder_once<calls>(made.path_.substr(0, end), synced); !there)
                return there.failure().in_file(made.path_);
        if (auto there = detail::make_folder_once<calls>(made.path_, synced); !there) return there.failure().in_file(made.path_);
        made.folder_ = detail::open_folder<calls>(AT_FDCWD, made.path_);
        if (!made.folder_) return detail::open_error(made.path_, errno);
        const std::string here;
        detail::sweep<calls>(made.folder_.get(), std::span(&here, 1));
        if (detail::uninterrupted([&] { return calls::lock(made.folder_.get()); }) != 0 && errno == EWOULDBLOCK)
            return failure(errc::locked, "another writer keeps this folder for itself")
                .in_file(made.path_)
                .found(detail::told_holder(made.folder_.get()));
#else
        static_cast<void>(synced);
        std::error_code failed;
        std::filesystem::create_directories(paths::of_utf8(made.path_), failed);
        if (failed) return failure(errc::cannot_open, "the system refused to make a folder").in_file(made.path_).found(failed.message());
#endif
        return made;
    }

    /// Removes a folder in it and what that holds: a kill leaves it there or not, never a part. Errors: cannot_write.
    result<void> remove(std::string_view name) {
        const std::string old(name);
#if defined(__unix__) || defined(__APPLE__)
        const auto gone = detail::temporary_name(name);
        if (calls::rename(folder_.get(), old.c_str(), gone.c_str()) != 0)
            return errno == ENOENT ? result<void>() : result<void>(refused(old, errno));
        return detail::remove_temporary<calls>(folder_.get(), gone) ? result<void>() : result<void>(refused(old, errno));
#else
        std::error_code failed;
        std::filesystem::remove_all(paths::of_utf8(path_, old), failed);
        if (!failed) return {};
        return failure(errc::cannot_write, "the system refused to remove a folder").in_file(path_ + "/" + old);
#endif
    }

  private:
    explicit claimed_folder(std::string path) : path_(std::move(path)) {
        while (path_.size() > 1 && path_.back() == '/') path_.pop_back();
        if (path_.empty()) path_ = ".";
    }
    std::string path_;
#if defined(__unix__) || defined(__APPLE__)
    using calls = detail::posix_calls;
    [[nodiscard]] error refused(const std::string& name, int number) const {
        return detail::system_error(errc::cannot_write, "the system refused to remove a folder", detail::path_in(path_, name), number);
    }
    detail::descriptor<calls> folder_;
#endif
};

/// What a folder holds, by name; nothing for a folder that is not there. Errors: cannot_open.
inline result<sequence<std::string>> names_in_folder(const std::string& path) {
    sequence<std::string> names;
#if defined(__unix__) || defined(__APPLE__)
    using calls = detail::posix_calls;
    const auto folder = detail::open_folder<calls>(AT_FDCWD, path);
    if (!folder && errno == ENOENT) return names;
    if (!folder || calls::list(folder.get(), [&](std::string_view name) { names.emplace_back(name); }) != 0)
        return detail::open_error(path, errno);
#else
    std::error_code failed;
    for (std::filesystem::directory_iterator at(paths::of_utf8(path), failed), end; !failed && at != end; at.increment(failed))
        names.push_back(paths::to_utf8(at->path().filename()));
    if (failed && paths::exists(path))
        return failure(errc::cannot_open, "the system refused to list the folder").in_file(path).found(failed.message());
#endif
    return names;
}

}  // namespace wherry::inline WHERRY_ABI

#endif
