#include <doctest/doctest.h>
#include <support/scratch.hpp>
#include <wherry/policy/disk.hpp>
#include <wherry/policy/memory.hpp>
#include <wherry/record/whole_record.hpp>

#include <string>
#include <vector>

using namespace wherry;

namespace {
result<std::string> copied(std::string_view bytes) { return std::string(bytes); }
}  // namespace

TEST_CASE("pieces become one record and the record comes back whole") {
    const support::scratch place("whole_record");
    const std::vector<piece> pieces{as_bytes("one "), as_bytes(""), as_bytes("two")};
    disk file(place / "folder/file");
    REQUIRE(write_record(pieces, file));
    CHECK(support::read_file(place / "folder/file") == "one two");
    CHECK(*with_record(file, copied) == "one two");
    memory sink;
    const auto bytes = write_record(pieces, sink);
    REQUIRE(bytes);
    memory source(*bytes);
    const auto seen = with_record(source, [](std::string_view b) { return result<const char*>(b.data()); });
    CHECK(*seen == bytes->data());  // not copied
}

TEST_CASE("an error of a record names its file") {
    const support::scratch place("whole_record");
    disk none(place / "none");
    CHECK(with_record(none, copied).error().code == errc::not_found);
    disk folder(place.path());
    CHECK(with_record(folder, copied).error().code == errc::not_regular_file);
    support::write_file(place / "file", "x");
    disk file(place / "file");
    const auto failed = with_record(file, [](std::string_view) { return result<int>(error{.code = errc::bad_pickle}); });
    REQUIRE_FALSE(failed);
    CHECK(failed.error().file == place / "file");
}
