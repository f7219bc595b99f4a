#include <doctest/doctest.h>

#include <support/formats.hpp>
#include <support/scratch.hpp>
#include <wherry/archive/archive.hpp>
#include <wherry/format/any_of.hpp>
#include <wherry/format/npy.hpp>
#include <wherry/format/pickle.hpp>
#include <wherry/format/text_file.hpp>
#include <wherry/policy/disk.hpp>
#include <wherry/policy/mapped.hpp>

#include <string>
#include <string_view>
#include <vector>

using namespace wherry;

namespace {
using several = format::any_of<format::streams, format::pickle<>, format::npy, format::text>;
const Tensor weights = Tensor::of<float>({2, 3}, {1, 2, 3, 4, 5, 6});
const std::vector<tensor_ref> one{weights.ref("w")};
const std::string_view names_of_one[] = {"w"};

template <class F>
void is_told() {
    const support::scratch place("any_of");
    CAPTURE(F::name);
    REQUIRE(archive<F>::save(one, disk{place / "m"}));
    Scope scope;
    const auto loaded = archive<several>::load(std::span<const std::string_view>(names_of_one), scope, disk{place / "m"});
    REQUIRE(loaded);
    CHECK(*scope.find_var("w") == weights);
    Scope again;
    const auto lent = archive<several>::load(std::span<const std::string_view>(names_of_one), again, mapped{place / "m"});
    REQUIRE(lent);
    CHECK(*again.find_var("w") == weights);
    const bool lends = native_is_little_endian && F::name == std::string_view("npy");  // the others start where a Tensor may not
    CHECK(lent->lent_bytes == (lends ? 24 : 0));
    CHECK(archive<several>::load_all(disk{place / "m"})->arrays.size() == 1);
}
}  // namespace

TEST_CASE("a format is told by its content, by a load of names and by one of all arrays") {
    is_told<format::streams>();
    is_told<format::pickle<2>>();
    is_told<format::pickle<4>>();
    is_told<format::npy>();
    is_told<format::text>();
}

TEST_CASE("a file of no format of the list is called what it is; the scope stays as it was") {
    Scope scope;
    const auto refused = [&](std::string_view bytes) {
        const auto loaded =
            archive<format::any_of<format::npy, format::text>>::load(std::span<const std::string_view>(names_of_one), scope, memory{bytes});
        REQUIRE_FALSE(loaded);
        CHECK(scope.find_var("w") == nullptr);
        return loaded.error();
    };
    const auto pickled = *support::bytes_of<format::pickle<>>(one);
    CHECK(refused(pickled).code == errc::not_a_paddle_file);
    CHECK(refused(pickled).found == "a pickle (.pdparams or .pdopt)");
    CHECK(refused(pickled).expected == "npy, text");
    CHECK(refused("").found == "an empty file");
}

TEST_CASE("a folder may hold a file of another format for each variable") {
    const support::scratch place("any_of_folder");
    const auto bias = Tensor::of<float>({3}, {7, 8, 9});
    const std::vector<tensor_ref> other{bias.ref("b")};
    REQUIRE(archive<format::text>::save(one, disk{place / "w"}));
    REQUIRE(archive<format::npy>::save(other, disk{place / "b"}));
    Scope scope;
    const std::string_view both[] = {"w", "b"};
    REQUIRE(archive<several, layout::per_file>::load(std::span<const std::string_view>(both), scope, disk{place.path()}));
    CHECK(*scope.find_var("w") == weights);
    CHECK(*scope.find_var("b") == bias);
}
