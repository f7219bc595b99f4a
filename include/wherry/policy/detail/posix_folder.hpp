#ifndef WHERRY_POLICY_DETAIL_POSIX_FOLDER_HPP
#define WHERRY_POLICY_DETAIL_POSIX_FOLDER_HPP

#include <wherry/base/order.hpp>
#include <wherry/base/result.hpp>
#include <wherry/base/sequence.hpp>
#include <wherry/policy/detail/posix_calls.hpp>
#include <wherry/policy/detail/posix_owner.hpp>
#include <wherry/policy/file_name.hpp>
#include <wherry/policy/set_journal.hpp>
#include <wherry/version.hpp>

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

/// What killed saves leave in a folder: a journal, which is rolled forward, and temporaries, which are removed.
namespace wherry::inline WHERRY_ABI::detail {

inline constexpr int folder_flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC;

template <class Calls>
descriptor<Calls> open_folder(int at, const std::string& path) {
    return descriptor<Calls>(uninterrupted([&] { return Calls::open(at, path.empty() ? "." : path.c_str(), folder_flags, 0); }));
}

/// The folders that the files of a set lie in; the one asked for last stays open.
template <class Calls>
class folders_beneath {
  public:
    explicit folders_beneath(int root) noexcept : root_(root) {}
    /// A descriptor, or -1 and errno. `inside` is empty or ends in '/'.
    int of(std::string_view inside) {
        if (inside.empty()) return root_;
        if (!last_ || inside != name_) {
            name_ = inside;
            last_ = open_beneath<Calls>(root_, name_.substr(0, name_.size() - 1), folder_flags);
        }
        return last_.get();
    }

  private:
    int root_;
    std::string name_;
    descriptor<Calls> last_;
};

/// The right to rename a set in a folder. Advisory, among savers and whoever rolls a journal forward.
template <class Calls>
class folder_lock {
  public:
    enum class state { taken, busy, unknown };  ///< unknown: this file system has no locks

    explicit folder_lock(int folder) noexcept : folder_(folder) {}
    folder_lock(const folder_lock&) = delete;
    folder_lock& operator=(const folder_lock&) = delete;
    ~folder_lock() {
        if (held_) Calls::unlock(folder_);
    }
    state take() noexcept {
        held_ = uninterrupted([&] { return Calls::lock(folder_); }) == 0;
        return held_ ? state::taken : errno == EWOULDBLOCK ? state::busy : state::unknown;
    }

  private:
    int folder_;
    bool held_ = false;
};

/// The journal of a folder: `at`, or where that is AT_FDCWD, the folder of this path. None where there is none, or one that the power cut short.
/// Errors: cannot_open, cannot_read.
template <class Calls>
result<std::optional<set_journal>> read_journal(int at, std::string_view folder) {
    const auto path = path_in(at == AT_FDCWD ? folder : std::string_view(), set_journal_name);
    const auto shown = path_in(folder, set_journal_name);
    using none = std::optional<set_journal>;
    constexpr int flags = O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;
    const descriptor<Calls> file(uninterrupted([&] { return Calls::open(at, path.c_str(), flags, 0); }));
    if (!file && (errno == ENOENT || errno == ENOTDIR || errno == ELOOP || errno == ENAMETOOLONG)) return none();
    if (!file) return open_error(shown, errno);
    struct ::stat status {};
    if (uninterrupted([&] { return Calls::status(file.get(), status); }) != 0)
        return system_error(errc::cannot_read, "the system does not tell the size of the file", shown, errno);
    constexpr ::off_t most = ::off_t{1} << 30;  // of a million files
    if (!S_ISREG(status.st_mode) || status.st_size > most) return none();
    std::string text(static_cast<std::size_t>(status.st_size), '\0');
    for (std::size_t done = 0; done < text.size();) {
        const ::iovec piece{text.data() + done, text.size() - done};
        const auto moved = uninterrupted([&] { return Calls::read(file.get(), &piece, 1, static_cast<::off_t>(done)); });
        if (moved < 0) return system_error(errc::cannot_read, "the system failed while reading", shown, errno);
        if (moved == 0) return none();
        done += static_cast<std::size_t>(moved);
    }
    return parse_journal(text);
}

/// The folders of files beneath a folder, and those above them: "" and "a/" of "a/b" and "c".
[[gnu::noinline]] inline sequence<std::string> insides_of(std::span<const std::string_view> files) {
    sequence<std::string_view> insides{std::string_view()};
    for (const auto file : files)
        for (auto end = file.find('/'); end != std::string_view::npos; end = file.find('/', end + 1))
            if (file.substr(0, end + 1) != insides.back()) insides.push_back(file.substr(0, end + 1));
    sequence<std::string> sorted;
    for (const auto at : order_of(insides))
        if (sorted.empty() || sorted.back() != insides[at]) sorted.emplace_back(insides[at]);
    return sorted;
}
template <class Files>
sequence<std::string> insides_of(const Files& files) {
    sequence<std::string_view> names;
    for (const auto& file : files) names.push_back(file.name);
    return insides_of(std::span<const std::string_view>(names));
}

/// What keeps a journal from being rolled forward.
enum class not_rolled { it_is, refused, unconfirmed, broken };

/// Gives the files of a journal their names and removes it; goes on where another left off. `refused` with errno; `unconfirmed` where the
/// device does not answer for the names, so that the journal stays; `broken` where a
/// file is neither under its temporary name nor under its own, with the size that it had: then nothing was renamed. The saver itself need
/// not check that.
template <class Calls>
not_rolled roll_forward(int folder, const set_journal& journal, bool check = true) {
    folders_beneath<Calls> folders(folder);
    enum class found { whole, nothing, other, refused };
    const auto look = [](int at, std::string_view name, std::uint64_t size) {
        struct ::stat seen {};
        const std::string last(split_inside(name).second);
        if (uninterrupted([&] { return Calls::status_of(at, last.c_str(), seen); }) != 0)
            return errno == ENOENT ? found::nothing : found::refused;
        return S_ISREG(seen.st_mode) && std::cmp_equal(seen.st_size, size) ? found::whole : found::other;
    };
    for (const auto& entry : journal.entries) {
        if (!check) break;
        const int at = folders.of(split_inside(entry.name).first);
        if (at < 0) return errno == ENOENT || errno == ENOTDIR ? not_rolled::broken : not_rolled::refused;
        auto seen = look(at, entry.temporary, entry.size_bytes);
        if (seen == found::nothing) seen = look(at, entry.name, entry.size_bytes);
        if (seen != found::whole) return seen == found::refused ? not_rolled::refused : not_rolled::broken;
    }
    for (const auto& entry : journal.entries) {
        const int at = folders.of(split_inside(entry.name).first);
        const std::string from(split_inside(entry.temporary).second);
        const std::string to(split_inside(entry.name).second);
        if (at < 0) return not_rolled::refused;
        if (Calls::rename(at, from.c_str(), to.c_str()) == 0) continue;
        struct ::stat seen {};  // that it is not there is taken from two calls
        if (errno != ENOENT || uninterrupted([&] { return Calls::status_of(at, from.c_str(), seen); }) == 0 || errno != ENOENT)
            return not_rolled::refused;
    }
    if (journal.synced)
        for (const auto& inside : insides_of(journal.entries))
            if (const int at = folders.of(inside); at < 0 || (uninterrupted([&] { return Calls::sync(at); }) != 0 && errno != EINVAL))
                return not_rolled::unconfirmed;
    return Calls::remove(folder, std::string(set_journal_name).c_str()) == 0 || errno == ENOENT ? not_rolled::it_is : not_rolled::refused;
}

/// Rolls a journal forward whose saver is gone. What is answered is a journal to read through: its saver is at work, or this process may
/// not write here. `mine`: the lock is held already. Errors: mixed_generations for files that are not those of the journal; those of `read_journal`.
template <class Calls>
result<std::optional<set_journal>> settle_folder(int folder, std::string_view shown, bool mine = false) {
    auto journal = read_journal<Calls>(folder, shown);
    if (!journal || !*journal) return journal;
    using state = typename folder_lock<Calls>::state;
    folder_lock<Calls> lock(folder);
    const auto locked = mine ? state::taken : lock.take();
    if (locked == state::busy) return journal;
    if (locked == state::unknown && !(*journal)->entries.empty() &&
        !is_gone(owner_of(split_inside((*journal)->entries.front().temporary).second)))
        return journal;
    journal = read_journal<Calls>(folder, shown);  // its saver may have been done in between
    if (!journal || !*journal) return journal;
    const auto rolled = roll_forward<Calls>(folder, **journal);
    if (rolled == not_rolled::it_is) return std::optional<set_journal>();
    if (rolled != not_rolled::broken) return journal;
    return failure(errc::mixed_generations, "a save was cut short, and its files are not those that its journal names")
        .in_file(path_in(shown, set_journal_name));
}

/// Removes a folder of a save and what it holds, as far as the system lets it.
template <class Calls>
void remove_tree(int at, const std::string& name) {
    sequence<std::string> open{name};
    while (!open.empty()) {
        const auto folder = open_folder<Calls>(at, open.back());
        sequence<std::string> held;
        if (folder) static_cast<void>(Calls::list(folder.get(), [&](std::string_view one) { held.emplace_back(one); }));
        const auto before = open.size();
        for (const auto& one : held)
            if (Calls::remove(folder.get(), one.c_str()) != 0 && (errno == EISDIR || errno == EPERM))
                open.push_back(open[before - 1] + "/" + one);
        if (open.size() > before) continue;
        if (Calls::remove_folder(at, open.back().c_str()) != 0) return;
        open.pop_back();
    }
}

/// Removes a file or a folder of a save. True where it is not there any more.
template <class Calls>
bool remove_temporary(int at, const std::string& name) {
    if (Calls::remove(at, name.c_str()) != 0 && (errno == EISDIR || errno == EPERM)) remove_tree<Calls>(at, name);
    struct ::stat seen {};
    return Calls::status_of(at, name.c_str(), seen) != 0;
}

/// What a sweep does without anybody who is told.
struct untold {
    static constexpr bool only_looks = false;
    void operator()(const std::string&, bool) const noexcept {}
};
/// Removes temporaries of processes that are gone from these folders beneath a folder, unless a journal wants them. Calls
/// `told(path beneath the folder, whether it went)` for each temporary; with `told.only_looks` all stays.
template <class Calls, class Told = untold>
void sweep(int folder, std::span<const std::string> insides, Told told = {}) {
    sequence<std::pair<std::string_view, std::string>> dead;
    folders_beneath<Calls> folders(folder);
    for (const auto& inside : insides) {
        const int at = folders.of(inside);
        if (at < 0) continue;
        static_cast<void>(Calls::list(at, [&](std::string_view name) {
            if (!looks_temporary(name)) return;
            if (is_gone(owner_of(name))) dead.emplace_back(inside, std::string(name));
            else told(std::string(inside).append(name), false);
        }));
    }
    if (dead.empty()) return;
    folder_lock<Calls> lock(folder);
    const bool busy = lock.take() == folder_lock<Calls>::state::busy;
    const auto journal = read_journal<Calls>(folder, {});
    for (const auto& [inside, name] : dead) {
        const int at = folders.of(inside);
        const bool may = !busy && journal && !*journal && at >= 0;
        told(std::string(inside).append(name), may && (told.only_looks || remove_temporary<Calls>(at, name)));
    }
}

}  // namespace wherry::inline WHERRY_ABI::detail

#endif
