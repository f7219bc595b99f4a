#ifndef WHERRY_POLICY_DETAIL_POSIX_SET_HPP
#define WHERRY_POLICY_DETAIL_POSIX_SET_HPP

#include <wherry/base/budget.hpp>
#include <wherry/base/result.hpp>
#include <wherry/base/sequence.hpp>
#include <wherry/policy/detail/posix_folder.hpp>
#include <wherry/policy/detail/posix_reader.hpp>
#include <wherry/policy/durability.hpp>
#include <wherry/policy/sink.hpp>
#include <wherry/version.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace wherry::inline WHERRY_ABI::detail {

/// A path as folder and name: "a/b" is "a" and "b", "b" is "." and "b", "/b" is "/" and "b".
constexpr std::pair<std::string_view, std::string_view> split_path(std::string_view path) noexcept {
    const auto slash = path.rfind('/');
    if (slash == std::string_view::npos) return {".", path};
    return {slash == 0 ? path.substr(0, 1) : path.substr(0, slash), path.substr(slash + 1)};
}
/// A folder without the '/' at its end; "." for nothing.
constexpr std::string_view folder_of(std::string_view path) noexcept {
    while (path.size() > 1 && path.back() == '/') path.remove_suffix(1);
    return path.empty() ? std::string_view(".") : path;
}

inline error cannot_make() { return system_error(errc::cannot_open, "the system refused to make a folder", {}, errno); }
/// A folder that may be there already. `synced`: the device holds its name, too. Errors: cannot_open, cannot_write.
template <class Calls>
result<void> make_folder_once(const std::string& folder, bool synced) {
    if (uninterrupted([&] { return Calls::make_folder(AT_FDCWD, folder.c_str()); }) != 0)
        return errno == EEXIST ? result<void>() : result<void>(cannot_make());
    if (!synced) return {};
    const auto above = open_folder<Calls>(AT_FDCWD, std::string(split_path(folder).first));
    if (above && (uninterrupted([&] { return Calls::sync(above.get()); }) == 0 || errno == EINVAL)) return {};
    return system_error(errc::cannot_write, "the device does not confirm a new folder", folder, errno);
}

/// Files of one folder that take their names together: temporaries beside them, and for several a journal, whose renaming is the commit.
/// In a folder that is not there yet the files have their names, and the folder, beside its place, is what is renamed.
/// Guarantee: a set that is not committed leaves nothing behind.
template <class Calls>
class staged_set {
  public:
    staged_set() = default;
    staged_set(staged_set&& other) noexcept { *this = std::move(other); }
    staged_set& operator=(staged_set&& other) noexcept {
        std::swap(folder_, other.folder_);
        std::swap(how_, other.how_);
        std::swap(root_, other.root_);
        std::swap(above_, other.above_);
        std::swap(beside_, other.beside_);
        std::swap(items_, other.items_);
        std::swap(largest_file_, other.largest_file_);
        return *this;
    }
    ~staged_set() { abandon(); }

    explicit operator bool() const noexcept { return bool(root_); }
    [[nodiscard]] int root() const noexcept { return root_.get(); }
    /// That this process may write, as the system says when the set is opened.
    [[nodiscard]] std::uint64_t largest_file() const noexcept { return largest_file_; }
    /// Whether files have their names already, in a folder that has not.
    [[nodiscard]] bool is_new() const noexcept { return !beside_.empty(); }

    /// Opens the folder, or makes one beside its place; folders above it are made. Finishes and removes what killed saves left in these
    /// folders beneath it. The path is the caller's own and may hold links and "..".
    /// Errors: those of opening and making a folder; cannot_write where the device does not confirm one.
    result<void> open(std::string_view folder, durability_steps how, bool stage, std::span<const std::string> insides) {
        folder_ = folder_of(folder);
        how_ = how;
        largest_file_ = Calls::largest_file();
        root_ = open_folder<Calls>(AT_FDCWD, folder_);
        if (!root_ && errno == ENOENT)
            if (auto made = make(stage); !made) return made;
        if (!root_) return open_error({}, errno);
        return is_new() ? result<void>() : tidy(insides);
    }

    /// A file that is whole. `temporary` is empty in a new folder. `inside` is empty or ends in '/'.
    void add(std::string_view inside, std::string temporary, std::string_view name, std::uint64_t size_bytes) {
        if (!temporary.empty()) temporary.insert(0, inside);
        items_.push_back({std::move(temporary), std::string(inside).append(name), size_bytes});
    }

    /// Gives the files their names. Errors: locked where another saver does so for too long; cannot_write.
    result<void> commit() {
        if (is_new()) {
            if (auto done = rename_folder(); !done || !is_new()) return done;
            if (auto moved = move_in(); !moved) return moved;
        }
        if (!how_.beside || items_.empty()) return sync_folders() ? result<void>() : result<void>(unconfirmed());
        if (items_.size() == 1) return rename_one();
        folder_lock<Calls> lock(root());
        if (auto waited = wait(lock); !waited) return waited;
        if (auto settled = settle_to_write(true); !settled) return settled;
        auto journal = write_journal();
        if (!journal) return journal.failure();
        items_.clear();  // they are no longer temporaries that may go
        const bool known = !how_.synced || sync(root());
        auto rolled = roll_forward<Calls>(root(), *journal, false);
        if (rolled == not_rolled::refused) rolled = roll_forward<Calls>(root(), *journal);  // what has failed once may work
        if (rolled == not_rolled::unconfirmed) return unconfirmed();
        if (rolled != not_rolled::it_is)
            return failed("the set is saved, but not all of its files have their names yet: the next load or save goes on", folder_, errno);
        if (known && (!how_.synced || sync(root()))) return {};
        return unconfirmed();
    }

    /// Where memory is out, files may stay: a later save removes them.
    void abandon() noexcept {
        static_cast<void>(caught([&]() -> result<void> {
            remove_temporaries();
            if (is_new()) remove_tree<Calls>(above_.get(), beside_);
            return {};
        }));
        items_.clear();
        close();
    }
    void close() noexcept {
        beside_.clear();
        root_ = {};
        above_ = {};
    }

  private:
    static error failed(const char* message, std::string_view path, int number) {
        return system_error(errc::cannot_write, message, path, number);
    }
    [[nodiscard]] error unconfirmed() const {
        return failed("the files are whole, but the device does not confirm their folder", folder_, errno);
    }
    static bool sync(int folder) {
        return uninterrupted([&] { return Calls::sync(folder); }) == 0 || errno == EINVAL;
    }

    /// mkdir -p, the last one beside its place.
    result<void> make(bool stage) {
        for (std::size_t end = folder_.find('/', 1); end != std::string::npos; end = folder_.find('/', end + 1))
            if (auto made = make_folder_once<Calls>(folder_.substr(0, end), how_.synced); !made) return made;
        const auto [above, name] = split_path(folder_);
        if (!stage || name == "." || name == "..") {
            auto made = make_folder_once<Calls>(folder_, how_.synced);
            if (made) root_ = open_folder<Calls>(AT_FDCWD, folder_);
            return made;
        }
        above_ = open_folder<Calls>(AT_FDCWD, std::string(above));
        if (!above_) return open_error({}, errno);
        struct ::stat seen {};
        if (Calls::status_of(above_.get(), std::string(name).c_str(), seen) == 0) {  // a link to nowhere, or just made
            root_ = open_folder<Calls>(AT_FDCWD, folder_);
            return root_ ? result<void>() : result<void>(open_error({}, errno));
        }
        const std::string here;
        sweep<Calls>(above_.get(), std::span(&here, 1));
        auto beside = temporary_name(name);
        if (uninterrupted([&] { return Calls::make_folder(above_.get(), beside.c_str()); }) != 0) return cannot_make();
        beside_ = std::move(beside);
        root_ = open_folder<Calls>(above_.get(), beside_);
        return {};
    }
    result<void> tidy(std::span<const std::string> insides) {
        if (auto settled = settle_to_write(false); !settled) return settled;
        sweep<Calls>(root(), insides);
        return {};
    }
    /// Errors: those of `settle_folder`, but a journal of other files goes: they are about to be replaced. cannot_write where one may not go.
    result<void> settle_to_write(bool locked) {
        const auto settled = settle_folder<Calls>(root(), folder_, locked);
        if (settled && (!*settled || !locked)) return {};
        if (!settled && settled.error().code != errc::mixed_generations) return settled.failure();
        if (!settled && Calls::remove(root(), std::string(set_journal_name).c_str()) == 0) return {};
        return failed("a save was cut short here, and the system refuses to finish it", path_in(folder_, set_journal_name), errno);
    }

    /// Errors: locked.
    result<void> wait(folder_lock<Calls>& lock) {
        constexpr int most = 15'000;  // half a minute
        for (int tries = 0; lock.take() == folder_lock<Calls>::state::busy; ++tries) {
            if (tries == most)
                return failure(errc::locked, "another process has been renaming its files in this folder for too long")
                    .in_file(folder_)
                    .found(told_holder(root()));
            Calls::pause();
        }
        return {};
    }
    /// Puts the journal in place: from here on the set is saved. Errors: cannot_write, and then it is not.
    result<set_journal> write_journal() {
        set_journal journal{items_, how_.synced, 0};
        const auto text = journal_text(journal);
        const auto place = path_in(folder_, set_journal_name);
        const auto name = temporary_name(set_journal_name.substr(1));
        if (!sync_folders()) return failed("the device does not confirm a folder", place, errno);  // the files' own names first
        descriptor<Calls> file(
            uninterrupted([&] { return Calls::open(root(), name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666); }));
        if (!file) return failed("the system refused to create a file", place, errno);
        const piece bytes = std::as_bytes(std::span(text));
        int number =
            text.size() > largest_file_ ? EFBIG : move_all(0, std::span(&bytes, 1), [&](const ::iovec* all, int count, ::off_t at) {
                return Calls::write(file.get(), all, count, at);
            });
        if (number < 0) number = ENOSPC;
        if (number == 0 && how_.synced && !sync(file.get())) number = errno;
        if (file.close() != 0 && errno != EINTR && number == 0) number = errno;
        if (number == 0 && Calls::rename(root(), name.c_str(), std::string(set_journal_name).c_str()) != 0) number = errno;
        if (number == 0) return journal;
        Calls::remove(root(), name.c_str());
        return failed("the system failed while writing", place, number);
    }
    /// The folders of all files, and those above them, where the policy asks for it.
    bool sync_folders() {
        if (!how_.synced) return true;
        folders_beneath<Calls> beneath(root());
        for (const auto& inside : insides_of(items_))
            if (const int at = beneath.of(inside); at < 0 || !sync(at)) return false;
        return true;
    }

    result<void> rename_one() {
        auto& only = items_.front();
        const auto [inside, name] = split_inside(only.name);
        folders_beneath<Calls> beneath(root());
        const int at = beneath.of(inside);
        if (at < 0 || Calls::rename(at, std::string(split_inside(only.temporary).second).c_str(), std::string(name).c_str()) != 0)
            return failed("the system failed while writing", path_in(folder_, only.name), errno);
        items_.clear();
        if (!how_.synced || sync(at)) return {};
        return unconfirmed();
    }

    /// Leaves `is_new()` where somebody else has made the folder.
    result<void> rename_folder() {
        if (!sync_folders()) return failed("the device does not confirm a folder", folder_, errno);
        const std::string name(split_path(folder_).second);
        if (Calls::rename(above_.get(), beside_.c_str(), name.c_str()) != 0)
            return errno == EEXIST || errno == ENOTEMPTY ? result<void>()
                                                         : result<void>(failed("the system failed while writing", folder_, errno));
        beside_.clear();
        items_.clear();
        if (!how_.synced || sync(above_.get())) return {};
        return unconfirmed();
    }
    /// Somebody else has made the folder: the files go there as temporaries.
    result<void> move_in() {
        const auto staged = std::exchange(root_, open_folder<Calls>(AT_FDCWD, folder_));
        if (!root_) return open_error(folder_, errno);
        folders_beneath<Calls> from(staged.get());
        folders_beneath<Calls> to(root());
        for (auto& one : items_) {
            const auto [inside, name] = split_inside(one.name);
            for (auto end = inside.find('/'); end != std::string_view::npos; end = inside.find('/', end + 1))
                Calls::make_folder(root(), std::string(inside.substr(0, end)).c_str());
            const auto temporary = temporary_name(name);
            const int source = from.of(inside);
            const int target = to.of(inside);
            if (source < 0 || target < 0 || Calls::move(source, std::string(name).c_str(), target, temporary.c_str()) != 0)
                return failed("the system failed while writing", path_in(folder_, one.name), errno);
            one.temporary = std::string(inside) + temporary;
        }
        remove_tree<Calls>(above_.get(), beside_);
        beside_.clear();
        return {};
    }
    void remove_temporaries() {
        if (!root_) return;
        folders_beneath<Calls> beneath(root());
        for (const auto& one : items_) {
            if (one.temporary.empty()) continue;
            const auto inside = split_inside(one.temporary).first;
            if (const int at = beneath.of(inside); at >= 0) Calls::remove(at, one.temporary.c_str() + inside.size());
        }
    }

    std::string folder_;
    durability_steps how_;
    descriptor<Calls> root_;   ///< the folder, or the one beside its place
    descriptor<Calls> above_;  ///< of a new folder
    std::string beside_;       ///< the name in it until it is whole; empty: the folder was there
    sequence<set_entry> items_;
    std::uint64_t largest_file_ = 0;
};

}  // namespace wherry::inline WHERRY_ABI::detail

#endif
