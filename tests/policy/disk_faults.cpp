#include <doctest/doctest.h>
#include <support/scratch.hpp>
#include <wherry/archive/archive.hpp>
#include <wherry/policy/disk.hpp>

#include <cerrno>
#include <string>
#include <vector>

#include <fcntl.h>

// Every system call of a save and of a load fails once, with every errno: the name means the old file or the new one, an
// error is reported, nothing is left beside it, no descriptor stays open.

using namespace wherry;

namespace {
enum class trouble { none, fail, interrupt, crumbs };

struct faults {
    inline static trouble kind = trouble::none;
    inline static int at = 0;      ///< which call, counted from 1
    inline static int number = 0;  ///< its errno
    inline static int calls = 0;
    inline static int open_files = 0;
    inline static int file_syncs = 0;
    inline static int folder_syncs = 0;
    inline static bool beneath = true;
    inline static bool grave = false;  ///< the call that failed is one that no save may get over
    static bool hit() noexcept {
        ++calls;
        if (kind == trouble::interrupt && calls % 2 == 1) return errno = EINTR, true;
        return kind == trouble::fail && calls == at ? (errno = number, true) : false;
    }
    static bool grave_hit() noexcept {
        if (!hit()) return false;
        return grave = kind == trouble::fail, true;
    }
    static int opened(int fd) noexcept { return open_files += fd >= 0 ? 1 : 0, fd; }
};

/// Real calls, of which one fails.
struct faulty_calls : posix_calls {
    using real = posix_calls;
    static int open(int folder, const char* path, int flags, unsigned mode) noexcept {
        return faults::hit() ? -1 : faults::opened(real::open(folder, path, flags, mode));
    }
    static int open_beneath(int folder, const char* path, int flags) noexcept {
        if (!faults::beneath) return errno = ENOSYS, -1;
        return faults::hit() ? -1 : faults::opened(real::open_beneath(folder, path, flags));
    }
    static int close(int fd) noexcept {
        --faults::open_files;
        const bool written = (::fcntl(fd, F_GETFL) & O_ACCMODE) == O_WRONLY;
        const int answer = real::close(fd);  // a close that fails has closed
        if (faults::kind == trouble::interrupt) return answer;
        return (written ? faults::grave_hit() : faults::hit()) ? -1 : answer;
    }
    static int duplicate(int fd) noexcept { return faults::hit() ? -1 : faults::opened(real::duplicate(fd)); }
    static int lock(int folder) noexcept { return faults::hit() ? -1 : real::lock(folder); }
    static int move(int from_folder, const char* from, int to_folder, const char* to) noexcept {
        return faults::grave_hit() ? -1 : real::move(from_folder, from, to_folder, to);
    }
    static void pause() noexcept {}
    static int status_at(int folder, const char* path, struct ::stat& into) noexcept {
        return faults::hit() ? -1 : real::status_at(folder, path, into);
    }
    static int make_folder(int folder, const char* path) noexcept { return faults::hit() ? -1 : real::make_folder(folder, path); }
    static int status(int fd, struct ::stat& into) noexcept { return faults::hit() ? -1 : real::status(fd, into); }
    static int status_of(int folder, const char* path, struct ::stat& into) noexcept {
        return faults::hit() ? -1 : real::status_of(folder, path, into);
    }
    static ::ssize_t read(int fd, const ::iovec* pieces, int count, ::off_t at) noexcept {
        if (faults::hit()) return -1;
        if (faults::kind != trouble::crumbs) return real::read(fd, pieces, count, at);
        const ::iovec crumb{pieces[0].iov_base, 1};
        return real::read(fd, &crumb, 1, at);
    }
    static ::ssize_t write(int fd, const ::iovec* pieces, int count, ::off_t at) noexcept {
        if (faults::grave_hit()) return -1;
        if (faults::kind != trouble::crumbs) return real::write(fd, pieces, count, at);
        const ::iovec crumb{pieces[0].iov_base, 1};
        return real::write(fd, &crumb, 1, at);
    }
    static int resize(int fd, ::off_t size) noexcept { return size > 0 && faults::grave_hit() ? -1 : real::resize(fd, size); }
    static int change_mode(int fd, ::mode_t mode) noexcept { return faults::grave_hit() ? -1 : real::change_mode(fd, mode); }
    static int sync(int fd) noexcept {
        struct ::stat of {};
        real::status(fd, of);
        ++(S_ISDIR(of.st_mode) ? faults::folder_syncs : faults::file_syncs);
        return faults::grave_hit() ? -1 : real::sync(fd);
    }
    static int rename(int folder, const char* from, const char* to) noexcept {
        return faults::kind != trouble::interrupt && faults::hit() ? -1 : real::rename(folder, from, to);
    }
};
using faulty_disk = posix_disk<faulty_calls>;

Scope old_scope() {
    Scope scope = support::small_scope();
    scope.var("w") = support::counting({100}, 1);  // longer than the new one: a file in place is cut
    return scope;
}

template <class Archive>
std::map<std::string, std::string> files_of(const Scope& scope, const std::string& path) {
    REQUIRE(Archive::save(support::small_program(), scope, disk(path)));
    return Archive::layout_policy::single_record ? std::map<std::string, std::string>{{"", support::read_file(path)}}
                                                 : support::read_folder(path);
}

/// Fails call 1, 2, ... of a save over an old model, until a save has no such call.
template <class Archive>
void every_call_fails(bool over_old) {
    const support::scratch folder("faults");
    const auto new_files = files_of<Archive>(support::small_scope(), folder / "new");
    const auto old_files = files_of<Archive>(old_scope(), folder / "old");
    int failures = 0;
    for (const int number : {EIO, ENOSPC, EACCES, EMFILE})
        for (int at = 1;; ++at) {
            CAPTURE(at);
            CAPTURE(number);
            Scope loaded;
            const support::scratch place("fault");
            const auto path = place / "a/model";
            if (over_old) static_cast<void>(files_of<Archive>(old_scope(), path));
            faults::kind = trouble::fail;
            faults::at = at;
            faults::number = number;
            faults::calls = 0;
            faults::open_files = 0;
            faults::grave = false;
            const auto saved = Archive::save(support::small_program(), support::small_scope(), faulty_disk(path));
            faults::kind = trouble::none;
            CHECK(faults::open_files == 0);
            const auto found = Archive::layout_policy::single_record && support::fs::exists(path)
                                   ? std::map<std::string, std::string>{{"", support::read_file(path)}}
                                   : support::read_folder(path);
            if (saved) {
                CHECK_FALSE(faults::grave);
                CHECK(found == new_files);
            } else {
                ++failures;
                CHECK((saved.error().code == errc::cannot_open || saved.error().code == errc::cannot_write));
                CHECK(saved.error().file.view().starts_with(place / "a"));  // the file or its folder
                CHECK_FALSE(saved.error().found.empty());
                // a folder that is not confirmed holds the new files; a journal that is left over is finished by the next load
                if (Archive::durability_policy::steps.beside && !found.contains(".wherry-set"))
                    CHECK((found == new_files || (over_old ? found == old_files : found.empty())));
                for (const auto& [name, bytes] : found)
                    if (!Archive::durability_policy::steps.beside)
                        CHECK((bytes.empty() || bytes == new_files.at(name) || bytes == old_files.at(name)));
            }
            for (const auto& name : support::names_in(place.path()))
                CHECK((found.contains(".wherry-set") || name.find(".tmp") == std::string::npos));
            if (found.contains(".wherry-set")) {
                CHECK(archive<layout::per_file>::load(support::small_program(), loaded, disk(path)));
                CHECK(support::read_folder(path) == new_files);
            }
            if (faults::calls < at) break;
        }
    CHECK(failures >= 12);
}
}  // namespace

TEST_CASE("a save survives the failure of each of its system calls") {
    for (const bool over_old : {false, true}) {
        every_call_fails<archive<fast>>(over_old);
        every_call_fails<archive<atomic>>(over_old);
        every_call_fails<archive<durable>>(over_old);
        every_call_fails<archive<durable, layout::per_file>>(over_old);
        every_call_fails<archive<atomic, layout::per_file>>(over_old);
    }
}

TEST_CASE("durable waits for every file and every folder that got a new name; the others wait for nothing") {
    const support::scratch folder("sync");
    const auto counts = [&]<class Archive>(Archive, const std::string& path) {
        faults::file_syncs = faults::folder_syncs = 0;
        REQUIRE(Archive::save(support::small_program(), support::small_scope(), faulty_disk(path)));
        return std::pair(faults::file_syncs, faults::folder_syncs);
    };
    CHECK(counts(archive<durable>{}, folder / "all") == std::pair(1, 1));
    CHECK(counts(archive<durable>{}, folder / "new/deep/all") == std::pair(1, 3));
    const auto [files, folders] = counts(archive<durable, layout::per_file>{}, folder / "set");
    CHECK(files == 4);
    CHECK(folders >= 4);  // that of "set", "set" itself before and after "acc" was made, "acc"
    const auto [again, folders_again] = counts(archive<durable, layout::per_file>{}, folder / "set");
    CHECK(again == 5);          // and the journal
    CHECK(folders_again == 6);  // both before the journal is there, "set" after it, both with the new names, "set" without the journal
    CHECK(counts(archive<atomic>{}, folder / "all") == std::pair(0, 0));
    CHECK(counts(archive<fast, layout::per_file>{}, folder / "set") == std::pair(0, 0));
}

TEST_CASE("a load survives the failure of each of its system calls, and leaves the scope as it was") {
    const support::scratch folder("load_faults");
    const auto program = support::small_program();
    REQUIRE(archive<>::save(program, support::small_scope(), disk(folder / "all")));
    REQUIRE(archive<layout::per_file>::save(program, support::small_scope(), disk(folder / "set")));
    const auto check = [&]<class Archive>(Archive, const std::string& path) {
        int failures = 0;
        for (int at = 1;; ++at) {
            CAPTURE(at);
            auto scope = old_scope();
            scope.erase("lr");
            const support::snapshot before(scope);
            faults::kind = trouble::fail;
            faults::at = at;
            faults::number = EIO;
            faults::calls = 0;
            faults::open_files = 0;
            const auto loaded = Archive::load(program, scope, faulty_disk(path));
            faults::kind = trouble::none;
            CHECK(faults::open_files == 0);
            if (!loaded) {
                ++failures;
                CHECK((loaded.error().code == errc::cannot_open || loaded.error().code == errc::cannot_read));
                CHECK(loaded.error().file.view().starts_with(folder.path()));
                CHECK(before.unchanged(scope));
            } else {
                CHECK(*scope.find_var("w") == *support::small_scope().find_var("w"));
            }
            if (faults::calls < at) break;
        }
        CHECK(failures >= 3);
    };
    check(archive<>{}, folder / "all");
    check(archive<layout::per_file>{}, folder / "set");
}

TEST_CASE("signals and short answers are not failures") {
    const auto program = support::small_program();
    const auto scope = support::small_scope();
    for (const bool beneath : {true, false})
        for (const auto kind : {trouble::interrupt, trouble::crumbs}) {
            const support::scratch folder("crumbs");
            faults::beneath = beneath;
            faults::kind = kind;
            faults::calls = 0;
            faults::open_files = 0;
            Scope loaded;
            const auto saved = archive<durable>::save(program, scope, faulty_disk(folder / "a/all"));
            const auto again = archive<durable>::save(program, scope, faulty_disk(folder / "a/all"));  // which keeps the mode bits
            support::write_file(folder / "longer", std::string(10'000, 'x'));
            const auto cut = archive<fast>::save(program, scope, faulty_disk(folder / "longer"));
            const auto set = archive<durable, layout::per_file>::save(program, scope, faulty_disk(folder / "set"));
            const auto read = archive<>::load(program, loaded, faulty_disk(folder / "a/all"));
            const auto read_set = archive<layout::per_file>::load(program, loaded, faulty_disk(folder / "set"));
            faults::kind = trouble::none;
            faults::beneath = true;
            REQUIRE(saved);
            REQUIRE(again);
            REQUIRE(cut);
            CHECK(support::read_file(folder / "longer") == support::read_file(folder / "a/all"));
            if (!set) FAIL(to_string(set.error()));
            REQUIRE(read);
            REQUIRE(read_set);
            CHECK(faults::open_files == 0);
            for (const auto name : scope.local_var_names()) CHECK(*loaded.find_var(name) == *scope.find_var(name));
        }
}

TEST_CASE("without the system's help nothing leaves the folder either") {
    const support::scratch folder("walk");
    support::write_file(folder / "outside/secret", "old");
    support::fs::create_directories(folder / "model");
    support::fs::create_symlink("../outside", folder / "model/escape");
    faults::beneath = false;
    Scope scope;
    const std::vector<std::string_view> names{"escape/secret"};
    const auto loaded = archive<layout::per_file>::load(names, scope, faulty_disk(folder / "model"));
    const auto value = support::counting({2}, 0);
    const auto ref = value.ref("escape/secret");
    const auto saved = archive<layout::per_file>::save(std::span(&ref, 1), faulty_disk(folder / "model"));
    faults::beneath = true;
    CHECK(loaded.error().code == errc::cannot_open);
    CHECK(saved.error().code == errc::cannot_open);
    CHECK(support::read_file(folder / "outside/secret") == "old");
}
