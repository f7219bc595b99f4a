#ifndef WHERRY_EMBED_LOWER_TABLE_HPP
#define WHERRY_EMBED_LOWER_TABLE_HPP

#include <wherry/embed/lower/elementwise.hpp>
#include <wherry/embed/lower/loss.hpp>
#include <wherry/embed/lower/move.hpp>
#include <wherry/embed/lower/product.hpp>
#include <wherry/embed/lower/reduce.hpp>
#include <wherry/embed/lower/train.hpp>
#include <wherry/embed/plan.hpp>
#include <wherry/version.hpp>

#include <string_view>

/// The operators that embed knows, one table per direction.
/// A function here lowers the operator that the planner is at: it reads slots, checks attributes, adds steps and writes slots, or refuses.
namespace wherry::inline WHERRY_ABI::embed::detail::lower {

/// The steps that an operator of a type becomes.
template <class P>
struct lowering {
    std::string_view type;
    void (*lower)(P&) noexcept;
};

template <class P>
inline constexpr lowering<P> operators[] = {
    {"feed", feed<P>},
    {"mul", mul<P>},
    {"matmul", matmul<P>},
    {"matmul_v2", matmul<P>},
    {"relu", activation<function::relu, P>},
    {"tanh", activation<function::tanh, P>},
    {"sigmoid", activation<function::sigmoid, P>},
    {"sqrt", activation<function::sqrt, P>},
    {"square", activation<function::square, P>},
    {"elementwise_add", elementwise<function::add, P>},
    {"elementwise_sub", elementwise<function::sub, P>},
    {"elementwise_mul", elementwise<function::mul, P>},
    {"elementwise_div", elementwise<function::div, P>},
    {"elementwise_max", elementwise<function::max, P>},
    {"elementwise_min", elementwise<function::min, P>},
    {"softmax", softmax<P>},
    {"scale", scale<P>},
    {"clip", clip<P>},
    {"dropout", dropout<P>},
    {"lookup_table", lookup<P>},
    {"lookup_table_v2", lookup<P>},
    {"concat", concat<P>},
    {"reshape2", reshape<P>},
    {"reshape", reshape<P>},
    {"flatten_contiguous_range", flatten<P>},
    {"assign", assign<P>},
    {"mean", mean<P>},
    {"reduce_mean", reduce<P>},
    {"reduce_sum", reduce<P>},
    {"sum", sum<P>},
    {"cross_entropy", cross_entropy<P>},
    {"cross_entropy2", cross_entropy<P>},
    {"softmax_with_cross_entropy", cross_entropy<P>},
};

template <class P>
inline constexpr lowering<P> gradients[] = {
    {"fill_constant", fill_constant<P>},
    {"mean_grad", mean_grad<P>},
    {"reduce_mean_grad", mean_grad<P>},
    {"cross_entropy_grad", cross_entropy_grad<P>},
    {"cross_entropy_grad2", cross_entropy_grad<P>},
    {"softmax_with_cross_entropy_grad", softmax_with_cross_entropy_grad<P>},
    {"softmax_grad", softmax_grad<P>},
    {"elementwise_add_grad", add_grad<P>},
    {"mul_grad", product_grad<P>},
    {"matmul_v2_grad", product_grad<P>},
    {"relu_grad", activation_grad<function::relu_grad, P>},
    {"tanh_grad", activation_grad<function::tanh_grad, P>},
    {"sigmoid_grad", activation_grad<function::sigmoid_grad, P>},
    {"sgd", sgd<P>},
};

}  // namespace wherry::inline WHERRY_ABI::embed::detail::lower

#endif
