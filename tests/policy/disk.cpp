#include <doctest/doctest.h>
#include <support/scratch.hpp>
#include <wherry/archive/archive.hpp>
#include <wherry/policy/detail/portable_file.hpp>
#include <wherry/policy/disk.hpp>

#include <array>
#include <csignal>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace wherry;
namespace fs = std::filesystem;

namespace {
using portable_disk = basic_disk<portable_saver, portable_opener>;
static_assert(Sink<portable_disk> && Source<portable_disk>);

/// Writes one file of these bytes, by hand.
template <class Disk>
result<void> put(Disk&& target, std::string_view bytes, durability_steps how = atomic::steps, std::string_view record = {}) {
    const record_size size{record, bytes.size()};
    if (auto started = target.start({&size, 1}, how); !started) return started;
    const std::array pieces{as_bytes(bytes.substr(0, bytes.size() / 2)), piece(), as_bytes(bytes.substr(bytes.size() / 2))};
    if (auto written = target.write_at(0, 0, pieces); !written) return written;
    if (auto done = target.commit(0); !done) return done;
    return target.finish();
}
template <class Disk>
result<std::string> get(Disk&& source, std::string_view record = {}) {
    if (auto expected = source.expect({&record, 1}); !expected) return expected.error();
    auto reader = source.open(record);
    if (!reader) return reader.error();
    std::string bytes(static_cast<std::size_t>(reader->size_bytes()), '\0');
    if (auto read = reader->read_at(0, std::as_writable_bytes(std::span(bytes))); !read) return read.error();
    return bytes;
}
const std::array every_durability{fast::steps, atomic::steps, durable::steps};
}  // namespace

TEST_CASE_TEMPLATE("files are made with their folders, replaced whole, read back", Disk, disk, portable_disk) {
    const support::scratch folder("disk");
    for (const auto how : every_durability) {
        if (how.synced && std::is_same_v<Disk, portable_disk>) continue;
        for (const std::string_view bytes : {"short", "a longer text than before", "mid size", ""}) {
            const auto path = folder / "a/b/file";
            REQUIRE(put(Disk(path), bytes, how));
            CHECK(*get(Disk(path)) == bytes);
            REQUIRE(put(Disk(folder / "set"), bytes, how, "deep/er/x"));
            CHECK(*get(Disk(folder / "set"), "deep/er/x") == bytes);
        }
    }
    CHECK(support::names_in(folder.path()) == std::vector<std::string>{"a/b/file", "set/deep/er/x"});
}

TEST_CASE_TEMPLATE("a record without bytes is committed without a write", Disk, disk, portable_disk) {
    const support::scratch folder("disk");
    Disk target(folder / "set");
    const std::array records{record_size{"full", 1}, record_size{"empty", 0}};
    REQUIRE(target.start(records, atomic::steps));
    const auto byte = as_bytes("x");
    REQUIRE(target.write_at(0, 0, std::span(&byte, 1)));
    REQUIRE(target.commit(0));
    REQUIRE(target.commit(1));
    REQUIRE(target.finish());
    CHECK(support::read_folder(folder.path()) == std::map<std::string, std::string>{{"set/empty", ""}, {"set/full", "x"}});
}

TEST_CASE("a durable save is not promised where it cannot be kept") {
    CHECK(put(portable_disk("x"), "bytes", durable::steps).error().code == errc::unsupported);
}

TEST_CASE_TEMPLATE("a path that is not a file is an error that names it, and nothing changes", Disk, disk, portable_disk) {
    const support::scratch folder("nofile");
    support::write_file(folder / "plain", "old");
    fs::create_directories(folder / "dir/inside");
    REQUIRE(::mkfifo((folder / "pipe").c_str(), 0600) == 0);
    for (const auto how : {fast::steps, atomic::steps}) {
        const auto refused = [&](const std::string& path) {
            const auto saved = put(Disk(folder / path), "new", how);
            REQUIRE_FALSE(saved);
            CHECK(saved.error().file == folder / path);
            return saved.error().code;
        };
        CHECK(refused("dir") == errc::not_regular_file);
        CHECK(refused("dir/") == errc::not_regular_file);
        CHECK(refused("plain/below") == errc::cannot_open);
        if (how.beside || std::is_same_v<Disk, disk>) CHECK(refused("pipe") == errc::not_regular_file);  // no wait
    }
    CHECK(get(Disk(folder / "pipe")).error().code == errc::not_regular_file);
    CHECK(get(Disk(folder / "dir")).error().code == errc::not_regular_file);
    CHECK(get(Disk(folder / "absent")).error().code == errc::not_found);
    CHECK(get(Disk(folder / "absent")).error().file == folder / "absent");
    CHECK(get(Disk(folder / "dir"), "inside").error().code == errc::not_regular_file);
    CHECK(get(Disk(folder / "dir"), "absent").error().file == folder / "dir/absent");
    CHECK(get(Disk(folder / "dir"), "../plain").error().code == errc::bad_name);
    CHECK(put(Disk(folder / "dir"), "new", atomic::steps, "../plain").error().code == errc::bad_name);
    CHECK(support::names_in(folder.path()) == std::vector<std::string>{"plain"});
    CHECK(support::read_file(folder / "plain") == "old");
}

TEST_CASE("mode bits are kept, a link stays a link") {
    const support::scratch folder("mode");
    support::write_file(folder / "real/file", "old");
    fs::permissions(folder / "real/file", fs::perms(0640));
    fs::create_symlink("real/file", folder / "link");
    for (const auto how : every_durability) {
        REQUIRE(put(disk(folder / "link"), "new", how));
        CHECK(fs::is_symlink(folder / "link"));
        CHECK(support::read_file(folder / "real/file") == "new");
        CHECK(fs::status(folder / "real/file").permissions() == fs::perms(0640));
        CHECK(*get(disk(folder / "link")) == "new");
    }
    fs::create_symlink("not/there", folder / "dangling");
    CHECK(put(disk(folder / "dangling"), "new").error().code == errc::not_found);
    fs::create_symlink("yet", folder / "waiting");
    REQUIRE(put(disk(folder / "waiting"), "new"));
    CHECK(support::read_file(folder / "yet") == "new");
    fs::create_symlink("round", folder / "round");
    CHECK(put(disk(folder / "round"), "new").error().code == errc::cannot_open);
    CHECK(get(disk(folder / "round")).error().code == errc::cannot_open);
    const auto mask = ::umask(027);
    REQUIRE(put(disk(folder / "fresh"), "new"));
    ::umask(mask);
    CHECK(fs::status(folder / "fresh").permissions() == fs::perms(0640));
}

TEST_CASE("links inside a folder are followed while they stay inside") {
    const support::scratch folder("beneath");
    support::write_file(folder / "outside/secret", "old");
    fs::create_directories(folder / "model/real");
    fs::create_symlink("real", folder / "model/inner");
    fs::create_symlink("../outside", folder / "model/escape");
    fs::create_symlink("../outside/secret", folder / "model/file");
    fs::create_symlink("target", folder / "model/alias");
    for (const auto how : every_durability) {
        CHECK(put(disk(folder / "model"), "new", how, "escape/secret").error().code == errc::cannot_open);
        CHECK(put(disk(folder / "model"), "new", how, "file").error().code == errc::cannot_open);
        REQUIRE(put(disk(folder / "model"), "new", how, "alias"));
        CHECK(fs::is_symlink(folder / "model/alias"));
        CHECK(support::read_file(folder / "model/target") == "new");
    }
    CHECK(get(disk(folder / "model"), "escape/secret").error().code == errc::cannot_open);
    CHECK(get(disk(folder / "model"), "file").error().code == errc::cannot_open);
    CHECK(*get(disk(folder / "model"), "alias") == "new");
    CHECK(support::read_file(folder / "outside/secret") == "old");
    if (put(disk(folder / "model"), "x", atomic::steps, "inner/w")) CHECK(support::read_file(folder / "model/real/w") == "x");
}

TEST_CASE("a full device is an error, not a success") {
    if (!fs::is_character_file("/dev/full")) return;
    const auto scope = support::small_scope();
    const auto saved = archive<fast>::save(support::small_program(), scope, disk("/dev/full"));
    REQUIRE_FALSE(saved);
    CHECK(saved.error().code == errc::cannot_write);
    CHECK(saved.error().file == "/dev/full");
    CHECK_FALSE(saved.error().found.empty());
    CHECK(archive<>::save(support::small_program(), scope, disk("/dev/full")).error().code == errc::not_regular_file);
    CHECK(fs::is_character_file("/dev/full"));
}

TEST_CASE("a file that may not grow is an error; the old one is whole and nothing is left beside it") {
    const support::scratch folder("limit");
    support::write_file(folder / "file", "old");
    const std::string large(200'000, 'x');
    const std::string huge(3'000'000, 'x');
    ::rlimit before{};
    REQUIRE(::getrlimit(RLIMIT_FSIZE, &before) == 0);
    ::rlimit small = before;
    small.rlim_cur = 100'000;
    REQUIRE(::setrlimit(RLIMIT_FSIZE, &small) == 0);
    std::vector<errc> codes;
    for (const auto& bytes : {large, huge})
        for (const auto how : {atomic::steps, durable::steps, fast::steps}) {
            const auto saved = put(disk(how.beside ? folder / "file" : folder / "in_place"), bytes, how);
            codes.push_back(saved ? errc{} : saved.error().code);
        }
    auto* const handler = std::signal(SIGXFSZ, SIG_IGN);  // the standard library alone cannot ask
    const auto portable = put(portable_disk(folder / "file"), large);
    ::setrlimit(RLIMIT_FSIZE, &before);
    std::signal(SIGXFSZ, handler);
    CHECK(codes == std::vector<errc>(6, errc::cannot_write));
    CHECK(portable.error().code == errc::cannot_write);
    CHECK(support::read_folder(folder.path()) == std::map<std::string, std::string>{{"file", "old"}, {"in_place", ""}});
}

TEST_CASE("a folder that may not be written") {
    if (::geteuid() == 0) return;  // may write everywhere
    const support::scratch folder("denied");
    support::write_file(folder / "d/file", "old");
    fs::permissions(folder / "d", fs::perms(0500));
    const auto beside = put(disk(folder / "d/file"), "new");
    const auto fresh = put(disk(folder / "d/sub/file"), "new");
    fs::permissions(folder / "d", fs::perms(0700));
    CHECK(beside.error().code == errc::cannot_open);
    CHECK(fresh.error().code == errc::cannot_open);
    CHECK(support::read_file(folder / "d/file") == "old");
}

TEST_CASE("more pieces than one call takes") {
    const support::scratch folder("pieces");
    std::string bytes;
    for (int i = 0; i < 5000; ++i) bytes += std::to_string(i) + ",";
    std::vector<piece> pieces;
    for (std::size_t at = 0; at < bytes.size(); at += 7) {
        pieces.push_back(as_bytes(std::string_view(bytes).substr(at, 7)));
        pieces.emplace_back();
    }
    disk target(folder / "x");
    const record_size size{{}, bytes.size()};
    REQUIRE(target.start({&size, 1}, {}));
    REQUIRE(target.write_at(0, 0, pieces));
    REQUIRE(target.commit(0));
    CHECK_FALSE(fs::exists(folder / "x"));
    REQUIRE(target.finish());
    CHECK(support::read_file(folder / "x") == bytes);
    auto reader = target.open("");
    std::string read(bytes.size(), '\0');
    std::vector<std::span<std::byte>> into;
    for (std::size_t at = 0; at < read.size(); at += 11)
        into.push_back(std::as_writable_bytes(std::span(read)).subspan(at, std::min<std::size_t>(11, read.size() - at)));
    REQUIRE(reader->read_at(0, std::span<const std::span<std::byte>>(into)));
    CHECK(read == bytes);
    fs::resize_file(folder / "x", 100);
    const auto shrunk = reader->read_at(0, std::span<const std::span<std::byte>>(into));
    CHECK(shrunk.error().code == errc::truncated);
    CHECK(shrunk.error().file == folder / "x");
}
