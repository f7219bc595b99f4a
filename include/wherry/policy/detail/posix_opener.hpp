#ifndef WHERRY_POLICY_DETAIL_POSIX_OPENER_HPP
#define WHERRY_POLICY_DETAIL_POSIX_OPENER_HPP

#include <wherry/base/result.hpp>
#include <wherry/base/sequence.hpp>
#include <wherry/policy/detail/posix_folder.hpp>
#include <wherry/policy/detail/posix_reader.hpp>
#include <wherry/policy/detail/posix_set.hpp>
#include <wherry/policy/file_name.hpp>
#include <wherry/version.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace wherry::inline WHERRY_ABI::detail {

/// Opens one file, or files of one folder. Never waits for a pipe, never leaves the folder. Where a save was killed, the journal is
/// rolled forward first, or read through; where another save came in between the first file and the last, the last is an error.
template <class Calls>
class posix_opener {
  public:
    using reader = posix_reader<Calls>;

    result<void> expect(std::span<const std::string_view> names) {
        folder_ = {};
        journal_.reset();
        seen_.clear();
        held_ = {};
        whole_ = names.size() == 1 && names.front().empty();
        to_come_ = names.size();
        insides_ = insides_of(names);
        return whole_ ? result<void>() : check_each_file_name(names);
    }

    /// Errors: not_found, not_regular_file, cannot_open; locked where the files are being replaced; mixed_generations.
    result<reader> open(std::string_view path, std::string_view record) {
        constexpr int flags = O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;
        auto shown = path_in(path, record);
        if (seen_.empty())
            if (auto begun = begin(path); !begun) return begun.failure().in_file(shown);
        std::string name(whole_ ? path : record);
        const auto open_one = [&](const std::string& one) {
            if (!whole_) return open_beneath<Calls>(folder_.get(), one, flags);
            return descriptor<Calls>(uninterrupted([&] { return Calls::open(AT_FDCWD, one.c_str(), flags, 0); }));
        };
        descriptor<Calls> file;
        if (const auto temporary = temporary_of(name, journal_); !temporary.empty()) file = open_one(temporary);
        if (!file) file = open_one(name);
        if (!file) return open_error(shown, errno);
        struct ::stat status {};
        if (uninterrupted([&] { return Calls::status(file.get(), status); }) != 0)
            return system_error(errc::cannot_read, "the system does not tell the size of the file", shown, errno);
        if (!S_ISREG(status.st_mode))
            return failure(errc::not_regular_file, "this is not a regular file").in_file(shown).found(kind_of(status.st_mode));
        if (seen_.empty() && (to_come_ > 1 || leads_)) held_ = descriptor<Calls>(Calls::duplicate(file.get()));
        seen_.push_back({std::move(name), status.st_dev, status.st_ino});
        if (seen_.size() == to_come_)
            if (auto same = still_the_same(); !same) return same.failure().in_file(shown);
        return reader(std::move(file), static_cast<std::uint64_t>(status.st_size), std::move(shown));
    }

    static void settle(std::string_view path) {
        const auto at = open_folder<Calls>(AT_FDCWD, std::string(path.ends_with('/') ? path : split_path(path).first));
        if (!at) return;
        const std::string here;
        if (const auto journal = settle_folder<Calls>(at.get(), path); journal && !*journal) sweep<Calls>(at.get(), std::span(&here, 1));
    }
    /// The files are of one set with one that `first` has opened. Null: no longer.
    void join(posix_opener* first) noexcept {
        if (auto* const changed = first != nullptr ? first : first_; changed != nullptr) {
            changed->leads_ = first != nullptr;
            changed->held_ = {};
        }
        first_ = first;
    }

  private:
    /// A name, and the file that it was. A set that replaces another was there beside it, so files of the two are told apart by their
    /// numbers; and since the first one stays open, its number is not given again.
    struct opened {
        std::string name;
        ::dev_t device;
        ::ino_t file;
    };

    [[nodiscard]] int at() const noexcept { return whole_ ? AT_FDCWD : folder_.get(); }
    [[nodiscard]] std::string_view folder_path() const noexcept { return whole_ ? split_path(path_).first : std::string_view(path_); }
    result<void> begin(std::string_view path) {
        path_ = path;
        if (!whole_) {
            folder_ = open_folder<Calls>(AT_FDCWD, std::string(path));
            if (!folder_) return open_error({}, errno);
        } else {
            auto journal = read_journal<Calls>(AT_FDCWD, folder_path());
            if (!journal) return journal.failure();
            if (!*journal && first_ == nullptr) return {};
            folder_ = open_folder<Calls>(AT_FDCWD, std::string(folder_path()));
            if (!folder_) return {};  // the file says why
        }
        auto journal = settle_folder<Calls>(folder_.get(), folder_path());
        if (!journal) return journal.failure();
        journal_ = *std::move(journal);
        if (!journal_) sweep<Calls>(folder_.get(), insides_);
        return {};
    }
    /// Where a file lies as long as it has not got its name; empty where it has.
    [[nodiscard]] std::string temporary_of(const std::string& name, const std::optional<set_journal>& journal) const {
        if (!journal) return {};
        const auto [folder, last] = whole_ ? split_path(name) : std::pair(std::string_view(), std::string_view(name));
        for (const auto& entry : journal->entries)
            if (entry.name == last) return whole_ ? path_in(folder, entry.temporary) : entry.temporary;
        return {};
    }
    /// That no file was replaced since it was opened, and no set is half renamed. The journal first: who sees a file of a set and later
    /// one that is not renamed yet sees the journal in between. Errors: locked, those of `read_journal`.
    result<void> still_the_same() {
        if (to_come_ + (first_ != nullptr ? first_->seen_.size() : 0) < 2) return {};
        auto journal = read_journal<Calls>(at(), folder_path());
        if (!journal) return journal.failure();
        bool same = !*journal || (journal_ && (*journal)->id == journal_->id);
        same = same && unchanged(journal_) && (first_ == nullptr || first_->unchanged(journal_));
        if (same) return {};
        return failure(errc::locked, "another process has replaced files of this folder while they were opened");
    }
    /// That the names still mean the files that were opened, read through this journal.
    bool unchanged(const std::optional<set_journal>& journal) {
        for (const auto& one : seen_) {
            struct ::stat now {};
            const auto is_there = [&](const std::string& name) {
                return !name.empty() && uninterrupted([&] { return Calls::status_at(at(), name.c_str(), now); }) == 0;
            };
            if (!is_there(temporary_of(one.name, journal)) && !is_there(one.name)) return false;
            if (now.st_dev != one.device || now.st_ino != one.file) return false;
        }
        return true;
    }
    static std::string_view kind_of(::mode_t mode) noexcept {
        return S_ISDIR(mode) ? "a folder" : S_ISFIFO(mode) ? "a pipe" : S_ISCHR(mode) || S_ISBLK(mode) ? "a device" : "a socket";
    }

    std::string path_;
    bool whole_ = true;
    std::size_t to_come_ = 0;
    sequence<std::string> insides_;
    descriptor<Calls> folder_;
    std::optional<set_journal> journal_;  ///< read through
    sequence<opened> seen_;
    descriptor<Calls> held_;  ///< the first of them
    bool leads_ = false;
    posix_opener* first_ = nullptr;
};

}  // namespace wherry::inline WHERRY_ABI::detail

#endif
