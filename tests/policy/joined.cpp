#include <wherry/policy/joined.hpp>

#include <doctest/doctest.h>
#include <support/scratch.hpp>
#include <wherry/archive/archive.hpp>
#include <wherry/policy/disk.hpp>
#include <wherry/policy/memory.hpp>
#include <wherry/policy/set_journal.hpp>
#include <wherry/record/whole_record.hpp>

#include <cstddef>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/wait.h>
#include <unistd.h>

// Files that take their names together: what a killed save leaves is made by hand here, and by killed saves in tests/faults.

using namespace wherry;

namespace {
using folder_files = std::map<std::string, std::string>;
using set_archive = archive<layout::per_file>;

struct impatient_calls : posix_calls {
    static void pause() noexcept {}
};
/// Ends the process when all files are whole, right before the commit.
struct dying_calls : posix_calls {
    static int lock(int) noexcept { ::_exit(0); }
    static int rename(int, const char*, const char*) noexcept { ::_exit(0); }
};
/// What a save leaves whose process ends before its commit.
void die_saving(const Scope& scope, const std::string& path) {
    const auto child = ::fork();
    if (child == 0) {
        static_cast<void>(set_archive::save(support::small_program(), scope, posix_disk<dying_calls>(path)));
        ::_exit(1);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    REQUIRE(status == 0);
}
Scope new_values() {
    auto scope = support::small_scope();
    scope.var("w") = support::counting({2, 3}, 100);
    scope.var("acc/w") = support::counting({2, 3}, 200);
    scope.var("b") = support::counting({3}, 300);
    scope.var("lr") = support::counting({1}, 400);
    return scope;
}
folder_files saved_files(const Scope& scope, const std::string& path) {
    REQUIRE(set_archive::save(support::small_program(), scope, disk(path)));
    return support::read_folder(path);
}

/// A folder with an old set, and a new one as a save leaves it that is killed after its commit, with so many files renamed.
struct killed_save {
    support::scratch place{"killed"};
    std::string path = place / "m";
    folder_files fresh = saved_files(new_values(), place / "new");
    folder_files old = saved_files(support::small_scope(), path);

    explicit killed_save(std::size_t renamed = 1) {
        die_saving(new_values(), path);
        set_journal journal;
        for (const auto& [temporary, bytes] : support::read_folder(path)) {
            if (!temporary.ends_with(".tmp")) continue;
            const auto slash = temporary.rfind('/');
            const auto from = slash == std::string::npos ? 0 : slash + 1;
            const auto name = temporary.substr(0, from) + temporary.substr(from + 1, temporary.find('.', from + 1) - from - 1);
            journal.entries.push_back({temporary, name, bytes.size()});
            if (renamed > 0) --renamed, support::fs::rename(path + "/" + temporary, path + "/" + name);
        }
        REQUIRE(journal.entries.size() == 4);
        support::write_file(path + "/.wherry-set", journal_text(journal));
    }
    template <class Disk = disk>
    [[nodiscard]] bool loads_new() const {
        Scope scope;
        const auto loaded = set_archive::load(support::small_program(), scope, Disk(path));
        if (!loaded) FAIL(to_string(loaded.error()));
        for (const auto* name : {"w", "b", "acc/w", "lr"})
            if (*scope.find_var(name) != *new_values().find_var(name)) return false;
        return true;
    }
};
}  // namespace

TEST_CASE("two files that are joined take their names together, in a new folder with it") {
    const support::scratch place("joined");
    for (const auto how : {atomic::steps, durable::steps})
        for (const std::string_view bytes : {"first", "second"}) {
            disk program(place / "m/program");
            disk params(place / "m/params");
            const joined set(params, program);
            const auto before = support::read_folder(place.path());
            REQUIRE(write_whole(params, bytes, how));
            folder_files seen;
            for (const auto& [name, text] : support::read_folder(place.path()))
                if (name.find(".tmp") == std::string::npos) seen[name] = text;
            CHECK(seen == before);
            REQUIRE(write_whole(program, bytes, how));
            CHECK(support::read_folder(place.path()) == folder_files{{"m/params", std::string(bytes)}, {"m/program", std::string(bytes)}});
        }
    {
        disk program(place / "m/program");
        disk params(place / "m/params");
        const joined set(params, program);
        REQUIRE(write_whole(params, "third", atomic::steps));  // and the program is never saved
    }
    CHECK(support::read_folder(place.path()) == folder_files{{"m/params", "second"}, {"m/program", "second"}});
    disk elsewhere(place / "other/program");
    disk params(place / "m/params");
    const joined not_a_set(params, elsewhere);
    REQUIRE(write_whole(params, "fourth", atomic::steps));
    CHECK(support::read_file(place / "m/params") == "fourth");
    memory bytes;
    const joined nothing(bytes, elsewhere);
}

TEST_CASE("a load or a save finishes what a save left that was killed after its commit") {
    for (const std::size_t renamed : {0U, 1U, 3U, 4U}) {
        const killed_save by_load(renamed);
        CHECK(by_load.loads_new());
        CHECK(support::read_folder(by_load.path) == by_load.fresh);
        const killed_save by_save(renamed);
        disk other(by_save.path + "/other");
        REQUIRE(write_whole(other, "x", atomic::steps));
        auto expected = by_save.fresh;
        expected["other"] = "x";
        CHECK(support::read_folder(by_save.path) == expected);
        const killed_save by_one_file(renamed);
        Scope scope;
        const std::vector<std::string_view> name{"b"};
        REQUIRE(archive<>::load(name, scope, disk(by_one_file.path + "/b")));
        CHECK(*scope.find_var("b") == *new_values().find_var("b"));
        CHECK(support::read_folder(by_one_file.path) == by_one_file.fresh);
    }
}

TEST_CASE("while its saver is at work a set is read through its journal, and another saver waits, then gives up") {
    const killed_save held(2);
    const auto before = support::read_folder(held.path);
    const int folder = ::open(held.path.c_str(), O_RDONLY | O_DIRECTORY);
    REQUIRE(::flock(folder, LOCK_EX) == 0);
    CHECK(held.loads_new());
    CHECK(support::read_folder(held.path) == before);
    const auto saved = set_archive::save(support::small_program(), support::small_scope(), posix_disk<impatient_calls>(held.path));
    ::close(folder);
    REQUIRE_FALSE(saved);
    CHECK(saved.error().code == errc::locked);
    CHECK(saved.error().file == held.path);
#ifdef __linux__
    CHECK(saved.error().found.view().starts_with("process " + std::to_string(::getpid()) + " of host "));
#endif
    CHECK(support::read_folder(held.path) == before);
    CHECK(held.loads_new());
    CHECK(support::read_folder(held.path) == held.fresh);
}

TEST_CASE("half a journal does not count; one of other files is an error until a save replaces them") {
    const killed_save killed(0);
    const auto journal = support::read_file(killed.path + "/.wherry-set");
    support::write_file(killed.path + "/.wherry-set", journal.substr(0, journal.size() / 2));
    Scope scope;
    REQUIRE(set_archive::load(support::small_program(), scope, disk(killed.path)));
    CHECK(*scope.find_var("w") == *support::small_scope().find_var("w"));

    const killed_save other(0);
    for (const auto& [name, bytes] : support::read_folder(other.path))
        if (name.starts_with(".w.")) support::write_file(other.path + "/" + name, "not the bytes of the journal");
    Scope untouched;
    const auto loaded = set_archive::load(support::small_program(), untouched, disk(other.path));
    CHECK(loaded.error().code == errc::mixed_generations);
    CHECK(loaded.error().file.view().ends_with(".wherry-set"));
    CHECK(untouched.local_var_names().empty());
    CHECK(saved_files(new_values(), other.path) == other.fresh);
}

TEST_CASE("temporaries of processes that are gone are removed by the next save or load, others are left alone and not seen") {
    const support::scratch place("litter");
    const auto files = saved_files(support::small_scope(), place / "m");
    for (const bool by_save : {true, false}) {
        disk unfinished(place / "m");
        const record_size size{"other", 4};
        REQUIRE(unfinished.start(std::span(&size, 1), atomic::steps));
        const auto bytes = as_bytes("half");
        REQUIRE(unfinished.write_at(0, 0, std::span(&bytes, 1)));
        die_saving(new_values(), place / "m");
        CHECK(support::read_folder(place / "m").size() == files.size() + 1 + 4);
        Scope scope;
        if (by_save) CHECK(set_archive::save(support::small_program(), support::small_scope(), disk(place / "m")));
        else CHECK(set_archive::load(support::small_program(), scope, disk(place / "m")));
        auto left = support::read_folder(place / "m");
        CHECK(left.size() == files.size() + 1);
        erase_if(left, [](const auto& file) { return file.first.ends_with(".tmp"); });
        CHECK(left == files);
    }
    CHECK(support::read_folder(place / "m") == files);
    die_saving(new_values(), place / "new");
    CHECK_FALSE(support::fs::exists(place / "new"));
    CHECK(support::read_folder(place.path()).size() == files.size() + 4);
    static_cast<void>(saved_files(support::small_scope(), place / "new"));
    CHECK(support::read_folder(place.path()).size() == files.size() + 4);
}

TEST_CASE("files that are replaced while they are opened are an error, not a mixture") {
    const support::scratch place("between");
    static_cast<void>(saved_files(support::small_scope(), place / "m"));
    disk source(place / "m");
    const std::vector<std::string_view> names{"w", "b"};
    const auto replace = [&] { static_cast<void>(saved_files(new_values(), place / "m")); };
    REQUIRE(source.expect(names));
    REQUIRE(source.open("w"));
    replace();
    CHECK(source.open("b").error().code == errc::locked);
    REQUIRE(source.expect(names));
    REQUIRE(source.open("w"));
    REQUIRE(source.open("b"));

    disk program(place / "m/acc/w");
    disk params(place / "m/acc/w");
    const joined set(params, program);
    REQUIRE(read_whole(program, 1000));
    REQUIRE(read_whole(params, 1000));
    REQUIRE(read_whole(program, 1000));
    replace();
    CHECK(read_whole(params, 1000).error().code == errc::locked);
}
