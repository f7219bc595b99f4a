#include <doctest/doctest.h>

#include <support/live_bytes.hpp>
#include <support/scratch.hpp>

#include <wherry/archive/archive.hpp>
#include <wherry/policy/disk.hpp>
#include <wherry/policy/mapped.hpp>
#include <wherry/policy/memory.hpp>

#include <span>
#include <string>
#include <string_view>
#include <vector>

using namespace wherry;

namespace {
constexpr std::size_t tensor_count = 1000;
constexpr long long few_allocations = 120;  ///< whatever the number of tensors; each list that grows doubles

template <class Work>
long long allocations_of(const Work& work) {
    const auto before = support::allocations.load();
    CHECK(work());
    return support::allocations.load() - before;
}
}  // namespace

TEST_CASE("small tensors are saved and loaded without an allocation for each") {
    const support::scratch place("allocations");
    const auto path = place / "all";
    std::vector<std::string> held;
    std::vector<std::string_view> names;
    std::vector<tensor_ref> refs;
    Scope scope;
    for (std::size_t i = 0; i < tensor_count; ++i) held.push_back("a_layer_of_some_depth_" + std::to_string(i * 7919 % tensor_count));
    for (const auto& name : held) {
        scope.var(name) = Tensor(DType::FP32, {4, 16});
        for (auto& element : scope.var(name).elements<float>()) element = 1;
        names.push_back(name);
        refs.push_back(scope.var(name).ref(name));
    }
    using plain_file = archive<layout::combined, fast>;
    using aligned_file = archive<layout::combined, fast, annotate<align<64>>>;
    std::string bytes;
    CHECK(allocations_of([&] { return bool(plain_file::save(refs, disk(path))); }) < few_allocations);
    CHECK(allocations_of([&] {
              auto saved = plain_file::save(refs, memory());
              bytes = *std::move(saved);
              return true;
          }) < few_allocations);
    REQUIRE(aligned_file::save(refs, disk(path + ".aligned")));  // before a load gives the tensors other memory
    CHECK(allocations_of([&] { return bool(plain_file::load(names, scope, disk(path))); }) < few_allocations);
    CHECK(allocations_of([&] { return bool(plain_file::load(names, scope, memory(bytes))); }) < few_allocations);
    CHECK(allocations_of([&] { return bool(aligned_file::load(names, scope, mapped(path + ".aligned"))); }) < few_allocations);
    Scope fresh;  // a name, a Tensor; the elements share
    CHECK(allocations_of([&] { return bool(plain_file::load(names, fresh, memory(bytes))); }) <
          2 * static_cast<long long>(tensor_count) + few_allocations);
}
