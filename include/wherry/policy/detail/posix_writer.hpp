#ifndef WHERRY_POLICY_DETAIL_POSIX_WRITER_HPP
#define WHERRY_POLICY_DETAIL_POSIX_WRITER_HPP

#include <wherry/base/result.hpp>
#include <wherry/policy/detail/posix_owner.hpp>
#include <wherry/policy/detail/posix_reader.hpp>
#include <wherry/policy/sink.hpp>
#include <wherry/version.hpp>

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace wherry::inline WHERRY_ABI::detail {

/// One file on its way to the disk: a temporary one, or the file itself.
/// Guarantee: one that was not closed leaves nothing behind (in place: an empty file, once a write has failed).
template <class Calls>
class posix_writer {
  public:
    /// `folder` stays open as long as the writer lives. `old`: what is there under the name, which is no link; null for nothing. `largest`:
    /// the largest file that this process may write. Errors: cannot_open, not_regular_file.
    static result<posix_writer> create(int folder, std::string name, std::string path, std::uint64_t size_bytes, durability_steps how,
                                       const struct ::stat* old, std::uint64_t largest) {
        posix_writer made(folder, std::move(name), std::move(path), size_bytes, how, largest);
        auto opened = how.beside ? made.open_beside(old) : made.open_in_place(old);
        if (opened) opened = made.reserve();
        if (!opened) return opened.failure();
        return made;
    }
    posix_writer(posix_writer&& other) noexcept
        : folder_(other.folder_),
          name_(std::move(other.name_)),
          path_(std::move(other.path_)),
          temporary_(std::exchange(other.temporary_, {})),
          size_bytes_(other.size_bytes_),
          old_size_(other.old_size_),
          largest_(other.largest_),
          mode_(other.mode_),
          how_(other.how_),
          dirty_(std::exchange(other.dirty_, false)),
          file_(std::move(other.file_)) {}
    posix_writer& operator=(posix_writer&&) = delete;
    ~posix_writer() {
        if (!temporary_.empty()) Calls::remove(folder_, temporary_.c_str());
        if (dirty_ && file_) uninterrupted([&] { return Calls::resize(file_.get(), 0); });
    }

    /// Errors: cannot_write.
    result<void> write_at(std::uint64_t offset, std::span<const piece> pieces) {
        if (!dirty_ && !how_.beside) dirty_ = true;  // by the first write alone: others may come from several threads
        std::uint64_t end = offset;
        for (const auto& bytes : pieces) end += bytes.size();
        if (end > largest_) return cannot_write(EFBIG);
        const int failed = move_all(
            offset, pieces, [&](const ::iovec* batch, int count, ::off_t at) { return Calls::write(file_.get(), batch, count, at); });
        if (failed == 0) return {};
        auto failure = failed > 0 ? cannot_write(failed) : cannot_write(ENOSPC);
        failure.offset = offset;
        return failure;
    }

    /// The file is whole: it gets the old one's mode bits. Answers its temporary name, which is the caller's from now on; empty in place.
    /// Errors: cannot_write.
    result<std::string> close() {
        if (!how_.beside && old_size_ > size_bytes_ &&
            uninterrupted([&] { return Calls::resize(file_.get(), static_cast<::off_t>(size_bytes_)); }) != 0)
            return cannot_write(errno);
        if (mode_ && uninterrupted([&] { return Calls::change_mode(file_.get(), *mode_); }) != 0) return cannot_write(errno);
        // A second fsync after a failed one would lie: the pages are gone by then.
        if (how_.synced && uninterrupted([&] { return Calls::sync(file_.get()); }) != 0 && errno != EINVAL) return cannot_write(errno);
        dirty_ = false;
        if (file_.close() != 0 && errno != EINTR) return cannot_write(errno);
        return std::exchange(temporary_, {});
    }

  private:
    posix_writer(int folder, std::string name, std::string path, std::uint64_t size_bytes, durability_steps how, std::uint64_t largest)
        : folder_(folder), name_(std::move(name)), path_(std::move(path)), size_bytes_(size_bytes), largest_(largest), how_(how) {}

    [[nodiscard]] wherry::failure not_regular() const {
        return failure(errc::not_regular_file, "the target is not a regular file").in_file(path_);
    }
    result<void> open_beside(const struct ::stat* old) {
        if (old != nullptr && !S_ISREG(old->st_mode)) return not_regular();
        if (old != nullptr) mode_ = old->st_mode & 07777U;
        for (int attempt = 0; attempt < 100; ++attempt) {
            auto name = temporary_name(name_);
            // Readable by nobody else until it has the old file's mode.
            const unsigned mode = mode_ ? 0600 : 0666;
            file_ = descriptor<Calls>(uninterrupted(
                [&] { return Calls::open(folder_, name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode); }));
            if (file_) return temporary_ = std::move(name), result<void>();
            if (errno != EEXIST) break;
        }
        return system_error(errc::cannot_open, "the system refused to create a file beside the target", path_, errno);
    }
    result<void> open_in_place(const struct ::stat* old) {
        if (old != nullptr && !S_ISCHR(old->st_mode) && !S_ISREG(old->st_mode)) return not_regular();  // a pipe would wait to be opened
        constexpr int flags = O_WRONLY | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;
        file_ = descriptor<Calls>(uninterrupted([&] { return Calls::open(folder_, name_.c_str(), flags, 0666); }));
        if (!file_) return open_error(path_, errno);
        struct ::stat opened {};  // what is there may have changed since
        if (uninterrupted([&] { return Calls::status(file_.get(), opened); }) != 0) return cannot_write(errno);
        const bool device = S_ISCHR(opened.st_mode);
        if (!device && !S_ISREG(opened.st_mode)) return not_regular();
        old_size_ = device ? size_bytes_ : static_cast<std::uint64_t>(opened.st_size);
        if (device) largest_ = ~std::uint64_t{0};
        return {};
    }
    /// A full disk is noticed before the bytes move, and large files are laid out in one go. Systems that cannot, do not.
    result<void> reserve() {
        if (size_bytes_ > largest_) return cannot_write(EFBIG);
        constexpr std::uint64_t worth_it = std::uint64_t{1} << 20U;
        if (size_bytes_ < worth_it || old_size_ >= size_bytes_ || !std::in_range<::off_t>(size_bytes_)) return {};
        if (Calls::allocate(file_.get(), static_cast<::off_t>(size_bytes_)) == 0) return {};
        return errno == ENOSPC || errno == EFBIG || errno == EDQUOT ? result<void>(cannot_write(errno)) : result<void>();
    }
    [[nodiscard]] error cannot_write(int number) const {
        return system_error(errc::cannot_write, "the system failed while writing", path_, number);
    }

    int folder_;
    std::string name_;
    std::string path_;
    std::string temporary_;  ///< empty: none to remove
    std::uint64_t size_bytes_;
    std::uint64_t old_size_ = 0;
    std::uint64_t largest_;
    std::optional<::mode_t> mode_;
    durability_steps how_;
    bool dirty_ = false;
    descriptor<Calls> file_;
};

}  // namespace wherry::inline WHERRY_ABI::detail

#endif
