#include <doctest/doctest.h>
#include <support/formats.hpp>
#include <support/scratch.hpp>
#include <wherry/interop/npz.hpp>
#include <wherry/policy/capped.hpp>
#include <wherry/policy/disk.hpp>
#include <wherry/policy/mapped.hpp>
#include <wherry/policy/memory.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

// tests/golden/numpy is made by tests/oracle/make_npz.py with NumPy 1.26.

using namespace wherry;

namespace {
std::string read_golden(std::string_view name) { return support::read_file(support::golden(name)); }
template <limits Caps = limits{}>
result<loaded_state> arrays_in(std::string_view bytes) {
    return archive<format::npz<>, capped<Caps>>::load_all(memory{bytes});
}
template <limits Caps = limits{}>
error refused(std::string_view bytes) {
    const auto read = arrays_in<Caps>(bytes);
    REQUIRE_FALSE(read);
    return read.error();
}
void check_golden(const state_dict& arrays) {
    REQUIRE(arrays.size() == 7);
    CHECK(*arrays.find("w") == Tensor::of<float>({2, 3}, {0, 1, 2, 3, 4, 5}));
    CHECK(*arrays.find("half") == Tensor::of<float16>({2}, {float16(1.5F), float16(-2.0F)}));
    CHECK(*arrays.find("flag") == Tensor::of<bool>({2}, {true, false}));
    CHECK(*arrays.find("scalar") == Tensor::of<std::int64_t>({}, {7}));
    CHECK(*arrays.find("empty") == Tensor::of<double>({0, 3}, {}));
    CHECK(arrays.find("acc/w")->elements<std::uint8_t>()[199] == 199);
    CHECK(*arrays.find("columns") == Tensor::of<std::int16_t>({2, 2}, {0, 1, 2, 3}));
}
template <int Level = 0>
std::string small() {
    const auto a = Tensor::of<float>({2}, {1, 2});
    const auto b = Tensor::of<std::uint8_t>({300}, std::vector<std::uint8_t>(300, 7));
    const std::vector<tensor_ref> two{a.ref("a"), b.ref("b")};
    return *support::bytes_of<format::npz<Level>>(two);
}
std::string patched(std::string bytes, std::size_t at, std::string_view with) { return bytes.replace(at, with.size(), with); }
}  // namespace

TEST_CASE("members that NumPy stored or deflated are read") {
    check_golden(arrays_in(read_golden("numpy/stored.npz"))->arrays);
    check_golden(arrays_in(read_golden("numpy/deflated.npz"))->arrays);
}

TEST_CASE("stored arrays are written byte for byte as NumPy does") {
    auto arrays = arrays_in(read_golden("numpy/stored.npz"))->arrays;
    auto bytes = *support::bytes_of<format::npz<>>(arrays.refs());
    auto golden = read_golden("numpy/stored.npz");
    // NumPy keeps the order of columns; ours are rows, so that member and what points at its sum differ.
    const auto member = golden.find("columns.npy") - 30;
    const auto directory = golden.find("PK\x01\x02");
    CHECK((bytes.substr(0, member) == golden.substr(0, member)));
    CHECK(bytes.size() == golden.size());
    const auto columns = golden.find("PK\x01\x02", golden.find("acc/w.npy", directory)) - directory;
    CHECK((bytes.substr(directory, columns) == golden.substr(directory, columns)));
    CHECK((bytes.substr(bytes.size() - 22) == golden.substr(golden.size() - 22)));
}

TEST_CASE("arrays go through files and memory, stored and deflated") {
    const support::scratch place("npz");
    const auto arrays = arrays_in(read_golden("numpy/deflated.npz"))->arrays;
    const auto check = [&]<int Level>() {
        CAPTURE(Level);
        REQUIRE(archive<format::npz<Level>>::save(arrays.refs(), disk{place / "deep/a.npz"}));
        for (const auto& loaded :
             {archive<format::npz<>>::load_all(disk{place / "deep/a.npz"}), archive<format::npz<>>::load_all(mapped{place / "deep/a.npz"}),
              arrays_in(*support::bytes_of<format::npz<Level>>(arrays.refs()))}) {
            REQUIRE(loaded);
            check_golden(loaded->arrays);
            CHECK(loaded->report.warnings.empty());
        }
    };
    check.operator()<0>();
    check.operator()<-1>();
    check.operator()<1>();
    check.operator()<9>();
    CHECK(arrays_in(*support::bytes_of<format::npz<>>({}))->arrays.empty());
    CHECK(archive<format::npz<>>::load_all(disk{place / "none"}).error().code == errc::not_found);
}

TEST_CASE("names with letters beyond ASCII, and bfloat16 as its bits") {
    const auto bits = Tensor::of<wherry::bfloat16>({1}, {wherry::bfloat16(1.0F)});
    const std::vector<tensor_ref> one{bits.ref("gewicht_\xC3\xBC")};
    const auto read = arrays_in(*support::bytes_of<format::npz<>>(one));
    REQUIRE(read);
    CHECK(read->arrays.begin()->name == "gewicht_\xC3\xBC");
    CHECK(read->arrays.begin()->tensor == Tensor::of<std::uint16_t>({1}, {0x3f80}));
}

TEST_CASE("names that cannot be files, twice, or arrays that contradict themselves are not written") {
    const auto a = Tensor::of<float>({1}, {1});
    const auto code = [&](std::vector<tensor_ref> arrays) { return support::bytes_of<format::npz<>>(arrays).error().code; };
    CHECK(code({a.ref("../a")}) == errc::bad_name);
    CHECK(code({a.ref("")}) == errc::bad_name);
    CHECK(code({a.ref("a"), a.ref("a")}) == errc::duplicate_name);
    auto wrong = a.ref("a");
    wrong.dims = {2};
    CHECK(code({wrong}) == errc::shape_mismatch);
}

TEST_CASE("an archive cut at any byte is refused") {
    for (const int level : {0, 6}) {
        const auto bytes = (level == 0 ? small() : small<6>());
        for (std::size_t size = 0; size < bytes.size(); ++size) {
            CAPTURE(size);
            const auto found = refused(std::string_view(bytes).substr(0, size));
            CHECK(found.code == (size < 2 ? errc::bad_zip : errc::truncated));
        }
    }
}

TEST_CASE("an archive with any one byte changed is refused, or holds the same arrays") {
    for (const int level : {0, 6}) {
        auto bytes = (level == 0 ? small() : small<6>());
        for (std::size_t at = 0; at < bytes.size(); ++at)
            for (const int flip : {1, 0x20, 0x80, 0xff}) {
                const auto before = bytes[at];
                bytes[at] = static_cast<char>(before ^ flip);
                const auto read = arrays_in(bytes);  // a name, a time or attributes may differ
                if (read)
                    for (const auto& [name, array] : read->arrays)
                        CHECK((array == Tensor::of<float>({2}, {1, 2}) || array.dims() == Shape{300}));
                bytes[at] = before;
            }
    }
}

TEST_CASE("a directory that contradicts the members") {
    const auto bytes = small();
    const auto first = bytes.find("PK\x01\x02");
    const auto second = bytes.find("PK\x01\x02", first + 1);
    const auto end = bytes.find("PK\x05\x06");
    REQUIRE(second != std::string::npos);
    CHECK(refused("junk" + bytes).code == errc::bad_zip);
    CHECK(refused(patched(bytes, 30, "b")).code == errc::bad_zip);  // the member's own name
    CHECK(refused(patched(patched(bytes, second + 46, "a"), bytes.find("b.npy"), "a")).code == errc::duplicate_name);
    CHECK(refused(patched(bytes, second + 42, std::string_view("\0\0\0\0", 4))).code == errc::bad_zip);  // on the first member
    CHECK(refused(patched(bytes, first + 8, "\x01")).code == errc::unsupported);                         // encrypted
    CHECK(refused(patched(bytes, first + 10, "\x0c")).code == errc::unsupported);                        // bzip2
    CHECK(refused(patched(bytes, end + 4, "\x01")).code == errc::unsupported);                           // a second disk
    CHECK(refused(patched(bytes, first + 20, "\xff\xff\xff\x7f")).code == errc::bad_zip);                // packed size
    CHECK(refused(patched(bytes, first + 20, "\xff\xff\xff\xff")).code == errc::bad_zip);                // said to be in an extra field
    CHECK(refused(patched(bytes, end + 16, "\xff\xff\xff\x7f")).code == errc::bad_zip);                  // where the directory is
    CHECK(refused(patched(bytes, end + 8, "\xff\xff\xff\xff")).code == errc::bad_zip);                   // 65,535 members
    const auto crc = refused(patched(bytes, first - 1, "\x08"));
    CHECK(crc.code == errc::bad_checksum);
    CHECK(crc.variable == "b");
    CHECK(refused("").code == errc::bad_zip);
    CHECK(refused("PK").code == errc::truncated);
    CHECK(arrays_in(std::string_view("PK\x05\x06\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 22))->arrays.empty());
}

TEST_CASE("names that leave a folder are refused; members that are not arrays are reported") {
    auto bytes = small();
    for (auto at = bytes.find("a.npy"); at != std::string::npos; at = bytes.find("a.npy", at + 1)) bytes.replace(at, 5, "a.txt");
    const auto read = arrays_in(bytes);
    REQUIRE(read);
    CHECK(read->arrays.size() == 1);
    REQUIRE(read->report.warnings.size() == 1);
    CHECK(read->report.warnings[0].variable == "a.txt");
    bytes = small();
    for (auto at = bytes.find("a.npy"); at != std::string::npos; at = bytes.find("a.npy", at + 1)) bytes.replace(at, 5, "/.npy");
    CHECK(refused(bytes).code == errc::bad_name);
}

TEST_CASE("a zip archive without arrays is named for what it is, with what to do") {
    const auto found = [](std::string_view array, std::string_view member) {
        const auto one = Tensor::of<float>({1}, {1});
        const std::vector<tensor_ref> refs{one.ref(array)};
        auto bytes = *support::bytes_of<format::npz<>>(refs);
        const auto held = std::string(array) + ".npy";
        REQUIRE(held.size() == member.size());
        for (auto at = bytes.find(held); at != std::string::npos; at = bytes.find(held, at + 1)) bytes.replace(at, held.size(), member);
        const auto what = refused(bytes);
        CHECK(what.code == errc::not_a_paddle_file);
        return std::string(what.found.view());
    };
    CHECK(found("archive/data", "archive/data.pkl") ==
          "a PyTorch checkpoint: save its tensors by safetensors.torch.save_file, safetensors are read here");
    CHECK(found("model.weight", "model.weights.h5") == "a Keras model: save its arrays with numpy.savez, .npz is read here");
    CHECK(found("dir/__mo", "di/__model__") == "a zip archive of a model of Paddle: unpack it with unzip");
    CHECK(found("x", "x.jpg") == "a zip archive of other files: unpack it with unzip");
}

TEST_CASE("a small archive that inflates to much ends at the cap; a claimed size costs nothing") {
    const Tensor zeros = Tensor::of<std::uint8_t>({5'000'000}, std::vector<std::uint8_t>(5'000'000, 0));
    const std::vector<tensor_ref> two{zeros.ref("a"), zeros.ref("b")};
    const auto bomb = *support::bytes_of<format::npz<9>>(two);
    CHECK(bomb.size() < 20'000);
    CHECK(refused<limits{.inflated_bytes = 9'000'000}>(bomb).code == errc::too_large);
    CHECK(refused<limits{.inflated_bytes = 9'000'000}>(bomb).variable == "b");
    CHECK(arrays_in<limits{.inflated_bytes = 10'001'000}>(bomb)->arrays.size() == 2);
    const auto bytes = small<6>();
    const auto first = bytes.find("PK\x01\x02");
    const auto wrong = refused(patched(bytes, first + 24, "\xff\xff\xff\x7f"));
    CHECK(wrong.code == errc::bad_zip);
    CHECK(refused(patched(bytes, first + 24, std::string_view("\x08\0\0\0", 4))).code == errc::truncated);
}
