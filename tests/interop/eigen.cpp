#include <doctest/doctest.h>
#include <interop/gemm_backend.hpp>
#include <wherry/archive/archive.hpp>
#include <wherry/interop/eigen.hpp>
#include <wherry/policy/memory.hpp>

#include <array>
#include <cstdint>
#include <string_view>

TEST_CASE_TEMPLATE("eigen multiplies as the portable product does", T, float, double, std::int64_t) {
    support::check_backend<wherry::eigen_gemm, T>();
}

TEST_CASE("matrices and vectors of eigen are saved in row order and loaded into") {
    Eigen::MatrixXf columns(2, 3);
    columns << 1, 2, 3, 4, 5, 6;
    const Eigen::Matrix<double, 2, 3, Eigen::RowMajor> rows = columns.cast<double>();
    const Eigen::VectorXf vector = Eigen::VectorXf::LinSpaced(3, 1, 3);
    const auto bytes = wherry::archive<>::save(
        {{"block", columns.rightCols(2)}, {"columns", columns}, {"rows", rows}, {"sum", columns + columns}, {"vector", vector}},
        wherry::memory{});
    REQUIRE(bytes);

    wherry::Scope scope;
    const std::array<std::string_view, 5> names{"block", "columns", "rows", "sum", "vector"};
    REQUIRE(wherry::archive<>::load(names, scope, wherry::memory{*bytes}));
    CHECK(*scope.find_var("block") == wherry::Tensor::of<float>({2, 2}, {2, 3, 5, 6}));
    CHECK(*scope.find_var("columns") == wherry::Tensor::of<float>({2, 3}, {1, 2, 3, 4, 5, 6}));
    CHECK(*scope.find_var("rows") == wherry::Tensor::of<double>({2, 3}, {1, 2, 3, 4, 5, 6}));
    CHECK(*scope.find_var("sum") == wherry::Tensor::of<float>({2, 3}, {2, 4, 6, 8, 10, 12}));
    CHECK(*scope.find_var("vector") == wherry::Tensor::of<float>({3}, {1, 2, 3}));

    Eigen::MatrixXf wide = Eigen::MatrixXf::Zero(2, 4);
    Eigen::MatrixXf same(2, 3);
    Eigen::Matrix<double, 2, 3, Eigen::RowMajor> same_rows;
    Eigen::Array<float, 2, 3> twice;
    Eigen::RowVector3f vector_as_row;
    REQUIRE(wherry::archive<>::load_into(
        {{"block", wide.middleCols(1, 2)}, {"columns", same}, {"rows", same_rows}, {"sum", twice}, {"vector", vector_as_row}},
        wherry::memory{*bytes}));
    CHECK(wide(0, 0) == 0);
    CHECK(wide(1, 2) == 6);
    CHECK(wide(1, 3) == 0);
    CHECK(same == columns);
    CHECK(same_rows == rows);
    CHECK(twice(1, 0) == 8);
    CHECK(vector_as_row.transpose() == vector);

    Eigen::MatrixXf other(3, 2);
    const auto refused = wherry::archive<>::load_into(
        {{"block", same.leftCols(2)}, {"columns", other}, {"rows", same_rows}, {"sum", twice}, {"vector", vector_as_row}},
        wherry::memory{*bytes});
    CHECK(refused.error().code == wherry::errc::shape_mismatch);
    CHECK(refused.error().variable == "columns");
    CHECK(same == columns);
}
