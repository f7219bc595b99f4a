#include <doctest/doctest.h>

#include <wherry/archive/archive.hpp>
#include <wherry/policy/memory.hpp>
#include <wherry/record/annotation_choice.hpp>

#include <string>
#include <vector>

using namespace wherry;

namespace {
const Tensor weights = Tensor::of<float>({2, 3}, {1, 2, 3, 4, 5, 6});
const Tensor bias = Tensor::of<double>({1}, {7});
const std::vector<tensor_ref> tensors{weights.ref("w"), bias.ref("b")};

std::string by_choice(const annotation_rules& rules) {
    const auto plan = save_plan::make<layout::combined>(tensors, {}, {}, header_maker_for(rules));
    memory sink;
    return *write(*plan, sink, {});
}
template <class... As>
std::string by_type() {
    return *archive<annotate<As...>>::save(std::span<const tensor_ref>(tensors), memory{});
}
bool has_writer(const annotation_rules& rules) { return header_maker_for(rules) != nullptr; }
}  // namespace

TEST_CASE("rules chosen at run time write the bytes of the same rules as types") {
    CHECK(by_choice({}) == by_type<>());
    CHECK(by_choice({16, false, false}) == by_type<align<16>>());
    CHECK(by_choice({1, true, false}) == by_type<checksum>());
    CHECK(by_choice({1, false, true}) == by_type<names>());
    CHECK(by_choice({2, true, false}) == by_type<align<2>, checksum>());
    CHECK(by_choice({64, false, true}) == by_type<align<64>, names>());
    CHECK(by_choice({65536, true, true}) == by_type<align<65536>, checksum, names>());
}

TEST_CASE("an alignment that is not a power of two up to 65536 has no writer") {
    for (const std::uint64_t wrong : {std::uint64_t{0}, std::uint64_t{3}, std::uint64_t{48}, std::uint64_t{131072}, ~std::uint64_t{0}})
        CHECK(!has_writer({wrong, false, false}));
    for (std::uint64_t right = 1; right <= 65536; right *= 2) CHECK(has_writer({right, true, true}));
}
