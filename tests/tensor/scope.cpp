#include <wherry/tensor/scope.hpp>

#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

using namespace wherry;

TEST_CASE("scope: a variable is made once, not initialized, and found again") {
    Scope scope;
    CHECK(scope.find_var("w") == nullptr);
    auto& w = scope.var("w");
    CHECK_FALSE(w.is_initialized());
    CHECK(&scope.var("w") == &w);
    CHECK(scope.find_var("w") == &w);
    CHECK(scope.find_var("") == nullptr);
    CHECK(scope.find_var("w2") == nullptr);
    CHECK(&std::as_const(scope).find_var("w")[0] == &w);
}

TEST_CASE("scope: addresses stay while other names come and go") {
    Scope scope;
    std::vector<Tensor*> tensors;
    const auto name = [](int i) { return "v" + std::to_string((i * 7919) % 1000); };  // every number once, in no order
    for (int i = 0; i < 1000; ++i) tensors.push_back(&scope.var(name(i)));
    for (int i = 0; i < 1000; i += 2) scope.erase(name(i));
    for (int i = 0; i < 1000; ++i) CHECK(scope.find_var(name(i)) == (i % 2 == 0 ? nullptr : tensors[static_cast<std::size_t>(i)]));
}

TEST_CASE("scope: names are listed sorted by their bytes, any byte is a name") {
    Scope scope;
    for (const std::string_view name : {"fc_2", "fc_10", "b", "\xff", "", "A"}) (void)scope.var(name);
    const std::string with_nul("a\0b", 3);
    (void)scope.var(with_nul);
    CHECK(scope.local_var_names() == std::vector<std::string_view>{"", "A", with_nul, "b", "fc_10", "fc_2", "\xff"});
    CHECK(scope.find_var("a") == nullptr);
}

TEST_CASE("scope: a name that is not here is looked up in the parents, never the other way") {
    Scope root;
    Scope child(&root);
    Scope grandchild(&child);
    auto& w = root.var("w");
    CHECK(grandchild.find_var("w") == &w);
    auto& own = child.var("w");
    CHECK(&own != &w);
    CHECK(grandchild.find_var("w") == &own);
    CHECK(root.find_var("w") == &w);
    (void)grandchild.var("x");
    CHECK(root.find_var("x") == nullptr);
    CHECK(child.find_var("x") == nullptr);
    CHECK(&grandchild.root() == &root);
    CHECK(&root.root() == &root);
    CHECK(grandchild.parent() == &child);
    CHECK(root.parent() == nullptr);
    CHECK(child.local_var_names() == std::vector<std::string_view>{"w"});
}

TEST_CASE("scope: its revision tells when a name came or went") {
    Scope scope;
    (void)scope.var("a");
    const revision::seen seen(scope.names_revision());
    (void)scope.var("a");
    (void)scope.find_var("b");
    scope.erase("b");
    CHECK(seen.is_current(scope.names_revision()));
    (void)scope.var("b");
    CHECK_FALSE(seen.is_current(scope.names_revision()));
    const revision::seen later(scope.names_revision());
    scope.erase("b");
    CHECK_FALSE(later.is_current(scope.names_revision()));
}

TEST_CASE("scope: moves with its tensors, and what is left can be used again") {
    Scope a;
    auto& w = a.var("w");
    const Scope b = std::move(a);
    CHECK(b.find_var("w") == &w);
    (void)a.var("x");  // NOLINT: on purpose
    const revision::seen seen(a.names_revision());
    CHECK_FALSE(seen.is_current(b.names_revision()));
}

TEST_CASE("scope: a name holds rows or a tensor, whichever came last") {
    Scope outer;
    Scope scope(&outer);
    CHECK(scope.find_rows("g") == nullptr);
    auto& rows = scope.rows("g");
    CHECK(scope.find_rows("g") == &rows);
    CHECK(&scope.rows("g") == &rows);
    CHECK_FALSE(scope.find_var("g")->is_initialized());
    scope.var("g").resize(DType::FP32, {2});
    CHECK(scope.find_rows("g") == nullptr);
    CHECK(&scope.rows("g") == &rows);
    CHECK_FALSE(scope.find_var("g")->is_initialized());
    (void)outer.var("above");
    auto& above = scope.rows("above");
    CHECK(outer.find_rows("above") == &above);
    CHECK(scope.local_var_names() == std::vector<std::string_view>{"g"});
    scope.erase("g");
    CHECK(scope.find_rows("g") == nullptr);
}

TEST_CASE("scope: new names go again unless they are kept, and the scope is in its order") {
    Scope scope;
    (void)scope.var("b");
    (void)scope.var("a");
    {
        new_names names(scope);
        (void)names.var("x");
        (void)names.var("b");
        (void)names.var("y");
        CHECK(scope.holds("y"));
    }
    CHECK(scope.local_var_names() == std::vector<std::string_view>{"a", "b"});
    {
        new_names names(scope);
        (void)names.var("x");
        names.keep();
    }
    CHECK(scope.holds("x"));
    scope.set_rows("x", std::make_unique<SelectedRows>());
    CHECK(scope.find_rows("x") != nullptr);
}
