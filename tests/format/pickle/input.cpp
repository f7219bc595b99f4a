#include <doctest/doctest.h>

#include <support/formats.hpp>
#include <support/golden.hpp>

#include <wherry/format/pickle.hpp>
#include <wherry/format/pickle/input.hpp>
#include <wherry/policy/memory.hpp>
#include <wherry/record/any_reader.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>

using namespace wherry;

namespace {
/// Bytes that are read as those of a file, and how many were.
struct file_of_bytes {
    std::string held;
    std::uint64_t read = 0;

    [[nodiscard]] std::uint64_t size_bytes() const noexcept { return held.size(); }
    [[nodiscard]] std::string_view path() const noexcept { return "file"; }
    result<void> read_at(std::uint64_t offset, std::span<std::byte> into) {
        if (offset > held.size() || into.size() > held.size() - offset) return error{.code = errc::truncated};
        if (!into.empty()) std::memcpy(into.data(), held.data() + offset, into.size());
        read += into.size();
        return {};
    }
};
constexpr std::array pickled_files{"pickle/numpy2-fortran-p4.pdparams",
                                   "pickle/numpy2-p2.pdparams",
                                   "pickle/py2-big-p2.pdparams",
                                   "pickle/py2-ordered-p2.pdparams",
                                   "pickle/py3-big-p2.pdparams",
                                   "pickle/py3-ordered-p2.pdparams",
                                   "pickle/py3-p3.pdparams",
                                   "pickle/py3-p4.pdparams",
                                   "cases/nested-checkpoint/ckpt.pdparams",
                                   "paddle26/checkpoints/nested.pdparams"};

/// All elements of all arrays by name, or the code of the error.
std::string read_through(any_reader reader) {
    auto listed = pickle::index(reader, {});
    if (!listed) return std::string(name_of(listed.error().code)) + " at " + std::to_string(listed.error().offset);
    std::string all;
    for (const auto& one : listed->arrays) {
        Tensor made(one.header.dtype, one.header.dims);
        const auto decoded = one.decoder.run(one.decoder.state.get(), one.decoder.at, reader, made);
        if (!decoded) return std::string(name_of(decoded.error().code)) + " at elements";
        all += one.name + ":";
        all.append(reinterpret_cast<const char*>(made.bytes().data()), made.bytes().size());
    }
    if (const auto* const rest = listed->extra.as<pickle::extra>(); rest != nullptr)
        for (const auto& value : rest->values()) all += value.name + "=" + value.text + "\n";
    return all;
}
bool is_refused(std::string_view read) { return read.substr(0, 40).find(" at ") != std::string_view::npos; }
std::string from_file(std::string bytes) {
    file_of_bytes file{std::move(bytes)};
    return read_through(file);
}
std::string from_memory(std::string_view bytes) {
    memory_reader memory(bytes);
    return read_through(memory);
}
}  // namespace

TEST_CASE("a pickle is the same from a file, of which a window is held, and from memory") {
    for (const auto* const name : pickled_files) {
        CAPTURE(name);
        const auto bytes = support::read_file(support::golden(name));
        CHECK(from_file(bytes) == from_memory(bytes));
        const auto step = bytes.size() / 200 + 1;
        for (std::size_t cut = 0; cut < bytes.size(); cut += step) {
            CAPTURE(cut);
            CHECK(from_file(bytes.substr(0, cut)) == from_memory(std::string_view(bytes).substr(0, cut)));
        }
        for (std::size_t at = 0; at < bytes.size(); at += step) {
            CAPTURE(at);
            auto changed = bytes;
            changed[at] = static_cast<char>(changed[at] ^ 0x21);
            const auto file = from_file(changed);
            const auto memory = from_memory(changed);
            CHECK((file == memory || (is_refused(file) && is_refused(memory))));  // a text that is not read yet is refused later
        }
    }
}

TEST_CASE("long arrays and long texts of a file are read when they are asked for, across windows") {
    Tensor big(DType::UINT8, {300'001});
    for (std::size_t i = 0; i < big.bytes().size(); ++i) big.bytes()[i] = static_cast<std::byte>(i * 7 % 256);
    const Tensor small = Tensor::of<float>({2}, {1, 2});
    const sequence<tensor_ref> arrays{big.ref("big"), small.ref("small")};
    pickle::extra beside;
    const std::string note(5000, 'n');
    beside.chars = std::make_shared<const std::string>(note + "note");
    beside.objects.slices = {std::string_view(*beside.chars).substr(5000), std::string_view(*beside.chars).substr(0, 5000)};
    beside.first_places = {0, 1};
    beside.top = beside.objects.make(pickle::kind::dict);
    beside.objects.append(beside.top, {pickle::kind::text, 0});
    beside.objects.append(beside.top, {pickle::kind::text, 1});
    for (const int protocol : {2, 3, 4}) {
        CAPTURE(protocol);
        const auto bytes = support::bytes_of(arrays, format::pickle<>{{.protocol = protocol}, beside});
        REQUIRE(bytes);
        file_of_bytes file{*bytes};
        any_reader reader(file);
        auto listed = pickle::index(reader, {});
        REQUIRE(listed);
        CHECK(listed->held_bytes < 20'000);
        CHECK(file.read < 220'000);  // of 300 000: two windows, and the note again
        REQUIRE(listed->arrays.size() == 2);
        for (const auto& one : listed->arrays) {
            Tensor made(one.header.dtype, one.header.dims);
            REQUIRE(one.decoder.run(one.decoder.state.get(), one.decoder.at, reader, made));
            CHECK(made == (one.name == "big" ? big : small));
        }
        const auto* const rest = listed->extra.as<pickle::extra>();
        REQUIRE(rest != nullptr);
        const auto again = support::bytes_of(arrays, format::pickle<>{{.protocol = protocol}, *rest});
        REQUIRE(again);
        CHECK((*again == *bytes));  // the note is whole
    }
}

TEST_CASE("a text that is not one of bytes is refused wherever it is in the file") {
    Tensor big(DType::UINT8, {200'000});
    std::fill(big.bytes().begin(), big.bytes().end(), std::byte{0x80});
    const sequence<tensor_ref> arrays{big.ref("big")};
    const auto bytes = support::bytes_of(arrays, format::pickle<>{});
    REQUIRE(bytes);
    for (const std::size_t near : {std::size_t{1'000}, std::size_t{65'530}, std::size_t{399'000}}) {
        auto changed = *bytes;
        changed.replace(changed.find("\xc2\x80", near), 2, "\xc5\x81");  // another character, U+0141
        CHECK(from_file(changed) == "bad_pickle at elements");
        CHECK(from_memory(changed) == "bad_pickle at elements");
    }
    for (const char* const other : {"aa", "\x80\x80"}) {  // more characters, and fewer
        auto changed = *bytes;
        changed.replace(changed.find("\xc2\x80", 1'000), 2, other);
        CHECK(from_file(changed) == "bad_pickle at elements");
        CHECK(from_memory(changed).starts_with("shape_mismatch at "));
    }
    const auto with_dim = [&](std::uint32_t dim) {
        auto changed = *bytes;
        const auto at = changed.find("J\x40\x0d\x03");  // 200 000
        REQUIRE(at != std::string::npos);
        for (unsigned i = 0; i < 4; ++i) changed[at + 1 + i] = static_cast<char>(dim >> (8 * i) & 0xffU);
        return changed;
    };
    // the text has 400 000 bytes, two for each of an array's: so many are possible, and it turns out that there are fewer
    for (const std::uint32_t dim : {200'001U, 300'000U, 400'000U}) CHECK(from_file(with_dim(dim)) == "bad_pickle at elements");
    for (const std::uint32_t dim : {1U, 199'999U, 400'001U}) CHECK(from_file(with_dim(dim)).starts_with("shape_mismatch at "));
    for (const std::uint32_t dim : {1U, 199'999U, 300'000U, 400'001U}) CHECK(from_memory(with_dim(dim)).starts_with("shape_mismatch at "));
}
