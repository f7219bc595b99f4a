#include <wherry/exec/executor.hpp>
#include <wherry/exec/op/matmul.hpp>
#include <wherry/exec/op/mul.hpp>
#include <wherry/exec/op/scale.hpp>

#include "op_case.hpp"

#include <concepts>

using namespace op_test;

namespace {

/// A user's backend: counts what it is asked for.
struct counting_gemm {
    using kind = kinds::gemm;
    static constexpr std::string_view name = "counting";
    static inline int calls = 0;
    template <class T>
    static void multiply(kernel::matrix<const T> a, kernel::matrix<const T> b, kernel::matrix<T> c,
                         kernel::transpose ta = kernel::transpose::no, kernel::transpose tb = kernel::transpose::no,
                         kernel::update how = kernel::update::overwrite, T alpha = 1) noexcept {
        ++calls;
        kernel::portable::multiply<T>(a, b, c, ta, tb, how, alpha);
    }
};
using portable_ops = op_list<op::mul, op::mul_grad, op::matmul, op::matmul_grad, op::matmul_v2, op::matmul_v2_grad, op::scale>;
using ops = portable_ops::with_gemm<counting_gemm>;

/// A user's operator on top of one of ours.
struct my_mul : op::mul {
    static constexpr std::string_view type = "my_mul";
};

}  // namespace

TEST_CASE("a list with another gemm backend multiplies by it, forwards and backwards, to the same values") {
    for (const std::string type : {"mul", "matmul", "matmul_v2"}) {
        CAPTURE(type);
        const auto of = [&](op_table table) { return op_case(table, type).in("X", some({2, 3})).in("Y", some({3, 4}, 1)); };
        counting_gemm::calls = 0;
        const auto made = of(ops::table).run();
        const auto expected = of(portable_ops::table).run();
        REQUIRE(made);
        REQUIRE(expected);
        CHECK(counting_gemm::calls == 1);
        CHECK(made->at("Out") == expected->at("Out"));
        const auto grad = [&](op_table table) {
            const auto dims = some({2, 4}, 2);
            return op_case(table, type + "_grad")
                .in("X", some({2, 3}))
                .in("Y", some({3, 4}, 1))
                .in("Out@GRAD", dims)
                .out("X@GRAD")
                .out("Y@GRAD")
                .run();
        };
        counting_gemm::calls = 0;
        const auto grads = grad(ops::table);
        REQUIRE(grads);
        CHECK(counting_gemm::calls == 2);
        CHECK(*grads == *grad(portable_ops::table));
    }
}

TEST_CASE("an executor takes its operators and its gemm backend in any order") {
    CHECK(Executor(portable_ops{}, counting_gemm{}).ops().data() == ops::run_table.data());
    CHECK(Executor(counting_gemm{}, portable_ops{}, limits{}).ops().data() == ops::run_table.data());
    CHECK(Executor(portable_ops{}).ops().data() == portable_ops::run_table.data());
    CHECK(Executor().ops().empty());
}

TEST_CASE("operators that multiply no matrices, and a user's own, stay what they are") {
    static_assert(std::same_as<op_list<op::scale, my_mul>::with_gemm<counting_gemm>, op_list<op::scale, my_mul>>);
    static_assert(std::same_as<op_list<op::mul>::with_gemm<counting_gemm>, op_list<op::basic_mul<counting_gemm>>>);
    static_assert(std::same_as<ops::with_gemm<kernel::portable>, portable_ops>);
    CHECK(ops::table.size() == portable_ops::table.size());
}
