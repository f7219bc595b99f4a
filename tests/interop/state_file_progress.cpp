#include <wherry/interop/state_file.hpp>
#include <wherry/interop/state_file_save.hpp>

#include <support/check_error.hpp>

#include <doctest/doctest.h>

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

using namespace wherry;

namespace {
struct form_to_tell {
    state_file::form form;
    const char* path;
};
constexpr form_to_tell forms_to_tell[] = {{state_file::form::combined, "told.pdiparams"},      {state_file::form::per_file, "told_folder"},
                                          {state_file::form::pdparams, "told.pdparams"},       {state_file::form::npz, "told.npz"},
                                          {state_file::form::safetensors, "told.safetensors"}, {state_file::form::text, "told_text"}};
}  // namespace

TEST_CASE("a conversion by path tells how far it is, and is stopped with the old file in place") {
    const std::vector<float> numbers(3000, 1.5F);
    const auto weight = Tensor::of<float>({3000}, numbers);
    const auto bias = Tensor::of<float>({2}, {1, 2});
    const std::vector<tensor_ref> arrays{bias.ref("b"), weight.ref("w")};
    const callback stop([](std::uint64_t, std::uint64_t) { return false; });
    for (const auto& one : forms_to_tell) {
        const std::string path = one.path;
        const auto as = one.form;
        CAPTURE(path);
        std::filesystem::remove_all(path);
        std::uint64_t done = 0;
        std::uint64_t all = 0;
        const callback told([&](std::uint64_t now, std::uint64_t of) {
            CHECK(now <= of);
            done = now;
            all = of;
        });
        support::check_error(state_file::save(arrays, path, as, {}, stop), errc::cancelled);
        CHECK(!std::filesystem::is_regular_file(path));
        REQUIRE(state_file::save(arrays, path, as, {}, told));
        CHECK(all > 3002 * 4);
        CHECK(done == all);
        support::check_error(state_file::save(std::vector<tensor_ref>{bias.ref("b")}, path, as, {}, stop), errc::cancelled);
        if (as == state_file::form::combined) continue;  // a file without names
        done = all = 0;
        const auto loaded = state_file::load(path, {}, told);
        REQUIRE(loaded);
        CHECK(loaded->arrays.size() == 2);  // the old file
        CHECK(done == 3002 * 4);
        CHECK(done == all);
        support::check_error(state_file::load(path, {}, stop), errc::cancelled);
    }
}
