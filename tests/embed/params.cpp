#include <embed_models/mlp.hpp>
#include <embed_models/words.hpp>

#include <wherry/embed/params.hpp>
#include <wherry/wire/tensor_stream.hpp>

#include <doctest/doctest.h>

#include <cstring>
#include <string_view>

using namespace wherry::embed;
using namespace wherry::embed::detail;

namespace {

/// wire/ and the compiler find the values in the same place.
template <class Model>
void check_same() {
    constexpr auto& all = records_of<Model>;
    static_assert(all.wrong.why == reason::nothing);
    wherry::byte_cursor in(Model::params);
    for (std::size_t i = 0; i < all.count; ++i) {
        const auto header = wherry::wire::read_tensor_header(in);
        REQUIRE(header);
        CHECK(all.all[i].offset == header->data_offset);
        CHECK(all.all[i].dtype == static_cast<std::int32_t>(header->dtype));
        REQUIRE(in.take(header->data_bytes, "values"));
    }
    CHECK(in.at_end());
}

template <std::size_t Size>
struct cut {
    static constexpr auto program = words::program;
    static constexpr auto params = words::params.substr(0, Size);
};
template <std::size_t Size>
constexpr bool refused_as_cut = records_of<cut<Size>>.wrong.why == reason::params_truncated&& records_of<cut<Size>>.wrong.found == Size;

struct linked {
    static constexpr auto program = words::program;
    static constexpr linked_params<3> params{nullptr, 0, {1, 2, 3}};
};

}  // namespace

TEST_CASE("The compiler finds the values where wire finds them") {
    check_same<mlp>();
    check_same<words>();
}

TEST_CASE("A stream that is cut is refused wherever it is cut") {
    static_assert(refused_as_cut<0> && refused_as_cut<3> && refused_as_cut<11> && refused_as_cut<15> && refused_as_cut<19> &&
                  refused_as_cut<22>);
    static_assert(refused_as_cut<100> && refused_as_cut<words::params.size() - 1>);
    CHECK(refused_as_cut<100>);
}

TEST_CASE("Parameters that the linker brings must be as many as the program has") {
    static_assert(records_of<linked>.wrong.why == reason::params_left_over);
    CHECK(records_of<linked>.wrong.found == 3);
    CHECK(records_of<linked>.wrong.expected == 5);
}

TEST_CASE("Parameters are sorted by name, as every writer sorts them") {
    constexpr auto& all = records_of<words>;
    for (std::size_t i = 1; i < all.count; ++i)
        CHECK(before<program_of<words>>(graph_of<words>.variables[all.all[i - 1].variable].name,
                                        graph_of<words>.variables[all.all[i].variable].name));
}
