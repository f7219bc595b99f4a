#include "run_tool.hpp"

#include <wherry/wire/tensor_stream.hpp>

#include <doctest/doctest.h>

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace fs = std::filesystem;
using support::golden;

TEST_CASE("embed writes a model as a header") {
    MUST_SUCCEED({"embed", golden("embed/linear"), "--params-file", "params", "--name", "net", "--out", "net_model.hpp"});
    const auto text = support::read_file("net_model.hpp");
    CHECK(text.find("#ifndef NET_MODEL_HPP") != std::string::npos);
    CHECK(text.find("struct net {") != std::string::npos);
    CHECK(text.find("alignment = 16;") != std::string::npos);
}

TEST_CASE("embed leaves the bytes of the parameters alone when it is asked for no alignment") {
    MUST_SUCCEED(
        {"embed", golden("embed/linear"), "--params-file", "params", "--name", "net", "--out", "plain.hpp", "--align", "1", "--incbin"});
    CHECK(support::read_file("plain.bin") == support::read_file(golden("embed/linear/params")));
}

TEST_CASE("embed puts the values of every tensor at round addresses, in a file that is still Paddle's") {
    for (const int align : {2, 4, 16, 64, 256}) {
        CAPTURE(align);
        MUST_SUCCEED({"embed", golden("embed/linear"), "--params-file", "params", "--name", "net", "--out", "round.hpp", "--align",
                      std::to_string(align), "--incbin"});
        const auto before = support::read_file(golden("embed/linear/params")), after = support::read_file("round.bin");
        wherry::byte_cursor left(before), right(after);
        int tensors = 0;
        for (; !left.at_end(); ++tensors) {
            const auto one = wherry::wire::read_tensor_header(left), other = wherry::wire::read_tensor_header(right);
            REQUIRE(one);
            REQUIRE(other);
            CHECK(other->data_offset % static_cast<std::uint64_t>(align) == 0);
            CHECK(one->dims == other->dims);
            CHECK(*left.take(one->data_bytes, "") == *right.take(other->data_bytes, ""));
        }
        CHECK(right.at_end());
        CHECK(tensors == 4);
    }
}

TEST_CASE("embed reads one file per variable too") {
    MUST_SUCCEED({"embed", golden("fluid18/classifier_adam/inference"), "--name", "net", "--out", "each.hpp", "--incbin", "--align", "1"});
    CHECK(support::read_file("each.bin") == support::read_file(golden("fluid18/classifier_adam/inference_combined/params")));
}

TEST_CASE("embed refuses models that it cannot write") {
    const auto refused = [](const std::vector<std::string>& more) {
        const auto done = wherry_tool(std::vector<std::string>{"embed", golden("embed/linear"), "--params-file", "params"} + more);
        CHECK(done.status == 1);
        return done.err;
    };
    for (const auto* name : {"int", "", "a-b", "co_await", "bitand", "a__b"})
        CHECK(refused({"--name", name, "--out", "no.hpp"}).find("--name is not the name of a C++ type") != std::string::npos);
    CHECK(refused({"--name", "3", "--out", "no.hpp"}).find("--name") != std::string::npos);
    CHECK(refused({"--name", "net", "--out", "no.hpp", "--align", "3"}).find("--align") != std::string::npos);
    CHECK(refused({"--name", "net", "--out", "no.hpp", "--int8", "--incbin"}).find("--int8") != std::string::npos);
    CHECK(refused({"--name", "net", "--out", "no/such/folder/no.hpp"}).find("cannot be written") != std::string::npos);
    CHECK_FALSE(fs::exists("no.hpp"));
}

TEST_CASE("embed refuses parameters of another model") {
    const auto done =
        wherry_tool({"embed", golden("embed/linear"), "--params-file", "../words/params", "--name", "net", "--out", "other.hpp"});
    CHECK(done.status == 1);
    CHECK_FALSE(fs::exists("other.hpp"));
}
