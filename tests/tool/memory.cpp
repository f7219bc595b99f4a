// --memory of every command that loads, parses, plans or runs.
#include "run_tool.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <string>
#include <vector>

using support::golden;

namespace {
/// Commands that succeed, all but `clean`.
std::vector<std::vector<std::string>> commands_with_memory() {
    const std::string readme = "fluid18/readme";
    const auto program = golden(readme + "/main.pdmodel");
    const auto model = golden(readme + "/inference_combined");
    const auto params = model + "/params";
    const auto feed = "img=" + golden(readme + "/feed/img.npy");
    const auto table = fresh("memory.npz");
    MUST_SUCCEED({"convert", model + "/model", params, table, "--quiet"});
    return {{"inspect", model, "--stats"},
            {"convert", table, fresh("memory.safetensors")},
            {"diff", table, table},
            {"dot", program},
            {"infer-model", model + "/model", table, fresh("memory_model")},
            {"run", model, fresh("memory_out"), "--feed", feed},
            {"bench", model, "--feed", feed, "--runs", "1"},
            {"embed", model, "--name", "net", "--out", "memory.hpp"},
            {"train", program, fresh("memory_trained"), "--startup", golden(readme + "/startup.pdmodel"), "--feed", feed, "--feed",
             "label=" + golden(readme + "/feed/label.npy"), "--fetch", "mean_0.tmp_0", "--steps", "1"}};
}
bool names_memory(const outcome& done) { return done.err.find("--memory") != std::string::npos; }
}  // namespace

TEST_CASE("every command that reads takes --memory, and its error names the option") {
    for (const auto& command : commands_with_memory()) {
        CAPTURE(command[0]);
        MUST_SUCCEED(command);
        MUST_SUCCEED(command + std::vector<std::string>{"--memory", "64MB"});
        const auto refused = wherry_tool(command + std::vector<std::string>{"--memory", "300"});
        const bool told = refused.out.find("--memory") != std::string::npos;  // inspect lists the errors of files
        CHECK_MESSAGE((names_memory(refused) || told), refused.err);
        if (command[0] != "inspect") CHECK(refused.status == (command[0] == "diff" ? 2 : 1));
    }
    CHECK(wherry_tool({"clean", ".", "--memory", "1MB"}).status == 1);
}

TEST_CASE("whichever step of a run finds too little memory, --memory is named") {
    const auto all = commands_with_memory();
    for (const auto* name : {"run", "diff", "infer-model", "train"}) {
        std::vector<std::string> command;
        for (const auto& one : all)
            if (one[0] == name) command = one;
        bool succeeded = false;
        for (std::uint64_t bytes = 256; bytes <= std::uint64_t{64} << 20 && !succeeded; bytes += bytes / 4) {
            const auto done = wherry_tool(command + std::vector<std::string>{"--memory", std::to_string(bytes)});
            succeeded = done.status == 0;
            if (!succeeded) CHECK_MESSAGE(names_memory(done), name << " " << bytes << " " << done.err);
        }
        CHECK_MESSAGE(succeeded, name);
    }
}
