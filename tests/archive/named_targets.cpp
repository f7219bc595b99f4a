#include <doctest/doctest.h>

#include <support/scratch.hpp>
#include <wherry/archive/archive.hpp>
#include <wherry/format/npy.hpp>
#include <wherry/format/pickle.hpp>
#include <wherry/format/text_file.hpp>
#include <wherry/policy/disk.hpp>
#include <wherry/policy/memory.hpp>
#include <wherry/tensor/selected_rows.hpp>

#include <string>
#include <string_view>
#include <vector>

// Sinks and sources are named variables or temporaries in every call; a const one is a sentence (compile_fail/sink.cpp, source.cpp).
using namespace wherry;

TEST_CASE_TEMPLATE("a sink and a source may be named or temporary", F, format::streams, format::pickle<>, format::npy, format::text) {
    const support::scratch place("named_targets");
    const auto weights = support::counting({2, 3}, 1);
    const std::vector<tensor_ref> one{weights.ref("w")};
    disk file{place / "named"};
    REQUIRE(archive<F>::save(one, file));
    REQUIRE(archive<F>::save(one, disk{place / "temporary"}));
    memory kept;
    const auto bytes = archive<F>::save(one, kept);
    REQUIRE(bytes);
    CHECK(*bytes == *archive<F>::save(one, memory{}));
    CHECK(*bytes == support::read_file(place / "named"));
    CHECK(*bytes == support::read_file(place / "temporary"));

    const std::string_view names[] = {"w"};
    const auto loads = [&](auto&& source) {
        Scope scope;
        REQUIRE(archive<F>::load(std::span<const std::string_view>(names), scope, std::forward<decltype(source)>(source)));
        CHECK(*scope.find_var("w") == weights);
        if constexpr (F::facts.holds_names) CHECK(archive<F>::load_all(source)->arrays.size() == 1);
    };
    disk folder{place / "named"};
    memory held{*bytes};
    loads(folder);
    loads(held);
    loads(disk{place / "temporary"});
    loads(memory{*bytes});
}
