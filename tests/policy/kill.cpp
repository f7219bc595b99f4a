#include <doctest/doctest.h>
#include <support/scratch.hpp>
#include <wherry/archive/archive.hpp>
#include <wherry/policy/disk.hpp>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <string>
#include <thread>
#include <vector>

#include <sys/wait.h>
#include <unistd.h>

using namespace wherry;

namespace {
using saved_whole = archive<atomic>;

std::vector<Tensor> filled(std::int64_t elements) {
    std::vector<Tensor> made;
    for (const float value : {1.0F, 2.0F}) {
        made.emplace_back(DType::FP32, Shape{elements});
        std::fill(made.back().elements<float>().begin(), made.back().elements<float>().end(), value);
    }
    return made;
}
result<void> save(const Tensor& tensor, const std::string& path) {
    const auto ref = tensor.ref("w");
    return saved_whole::save(std::span(&ref, 1), disk(path));
}
}  // namespace

TEST_CASE("a process that is killed while it saves leaves the old file or the new one, whole") {
    const support::scratch place("kill");
    const auto path = place / "model";
    const auto versions = filled(4'000'000);  // writes that take some milliseconds: most kills fall into one
    REQUIRE(save(versions[0], path));
    for (int round = 0; round < 10; ++round) {
        const auto child = ::fork();
        REQUIRE(child >= 0);
        if (child == 0)
            for (std::size_t i = 1;; ++i)
                if (!save(versions[i % 2], path)) ::_exit(1);
        std::this_thread::sleep_for(std::chrono::microseconds(8'000 + 1'300 * round));
        REQUIRE(::kill(child, SIGKILL) == 0);
        int status = 0;
        REQUIRE(::waitpid(child, &status, 0) == child);
        CHECK(WIFSIGNALED(status));

        Scope scope;
        const std::vector<std::string_view> names{"w"};
        const auto loaded = saved_whole::load(std::span<const std::string_view>(names), scope, disk(path));
        REQUIRE_MESSAGE(loaded, (loaded ? std::string() : to_string(loaded.error())));
        const auto bytes = scope.find_var("w")->bytes();
        const bool whole = std::equal(bytes.begin(), bytes.end(), versions[0].bytes().begin()) ||
                           std::equal(bytes.begin(), bytes.end(), versions[1].bytes().begin());
        CHECK(whole);
    }
}
