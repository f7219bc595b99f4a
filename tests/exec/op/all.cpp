#include <wherry/exec/op/all.hpp>
#include <wherry/exec/op/lists.hpp>

#include <support/readme.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <set>
#include <string>
#include <string_view>
#include <vector>

using namespace wherry;

namespace {

using names = std::set<std::string, std::less<>>;

/// The operators that the README says are run: "a, b_add/sub, c" of its table.
names named_in_readme() {
    const auto text = support::readme();
    const std::string_view start = "\n| operators run | ";
    const auto from = text.find(start);
    REQUIRE(from != std::string::npos);
    auto row = std::string_view(text).substr(from + start.size());
    row = row.substr(0, row.find(", and the gradients of all that have one |\n"));
    names found;
    while (!row.empty()) {
        const auto end = std::min(row.find(", "), row.size());
        auto word = row.substr(0, end);
        row.remove_prefix(std::min(end + 2, row.size()));
        const auto family = std::string(word.substr(0, word.find('/') == word.npos ? 0 : word.rfind('_', word.find('/')) + 1));
        for (auto cut = word.find('/'); cut != word.npos; cut = word.find('/')) {  // elementwise_add/sub: a prefix, then endings
            const auto one = word.substr(0, cut);
            found.emplace(one.starts_with(family) ? std::string(one) : family + std::string(one));
            word.remove_prefix(cut + 1);
        }
        found.emplace(word.starts_with(family) ? std::string(word) : family + std::string(word));
    }
    return found;
}

/// A forward operator with a variable in every slot.
Operator filled(const op_info& info) {
    wire::OpDesc<> desc;
    desc.type = info.type;
    const auto fill = [](Operator::slots& to, std::span<const slot> declared) {
        for (const auto& s : declared) {
            auto& made = to.emplace_back();
            made.parameter = s.name;
            made.arguments.push_back(std::string(s.name) + "_0");
            if (s.arity == slot_arity::many) made.arguments.push_back(std::string(s.name) + "_1");
        }
    };
    fill(desc.inputs, info.inputs);
    fill(desc.outputs, info.outputs);
    Operator op(std::move(desc));
    info.write_defaults(op);
    return op;
}

/// The gradient operators of an operator; nothing when it has none.
std::vector<Operator> gradients_of(const op_info& info) {
    std::vector<Operator> made;
    if (info.gradient == nullptr) return made;
    const auto forward = filled(info);
    gradient_maker maker(forward);
    info.gradient(maker);
    for (auto& op : maker.ops()) made.emplace_back(std::move(op).take());
    return made;
}
bool is_gradient(std::string_view type) { return type.ends_with("_grad") || type.ends_with("_grad2"); }
bool declares(std::span<const slot> slots, std::string_view name) {
    return std::any_of(slots.begin(), slots.end(), [&](const slot& s) { return s.name == name; });
}

}  // namespace

TEST_CASE("op::all runs exactly the operators that the README names, and gradients") {
    names run;
    for (const auto& info : op::all::table)
        if (!is_gradient(info.type)) run.emplace(info.type);
    const auto told = named_in_readme();
    for (const auto& type : run) CHECK_MESSAGE(told.contains(type), "the README does not name " << type);
    for (const auto& type : told) CHECK_MESSAGE(run.contains(type), "the README names " << type);
    CHECK(run.contains("elementwise_min"));  // the last of a family: the row was taken apart
}

TEST_CASE("every operator that a gradient is made of is in the list, and knows the slots it is given") {
    for (const auto& info : op::all::table) {
        if (info.gradient == nullptr) continue;
        const auto made = gradients_of(info);
        CHECK_MESSAGE(!made.empty(), info.type);
        for (const auto& op : made) {
            const auto* grad = find_op(op::all::table, op.type());
            REQUIRE_MESSAGE(grad, info.type << " needs " << op.type());
            for (const auto& s : op.desc().inputs)
                CHECK_MESSAGE(declares(grad->inputs, s.parameter), op.type() << " reads " << s.parameter);
            for (const auto& s : op.desc().outputs)
                CHECK_MESSAGE(declares(grad->outputs, s.parameter), op.type() << " writes " << s.parameter);
            const bool carried = op.implementation() != nullptr && op.implementation()->type == op.type();
            CHECK_MESSAGE(carried, info.type << ": its gradient does not name " << op.type() << " by type: g.append<...>()");
            CHECK_MESSAGE(grad->read_attributes(op), op.type() << " does not read the attributes that " << info.type << " hands on");
        }
    }
}

TEST_CASE("operators of training have a gradient") {
    for (const auto* type : {"mul",
                             "matmul",
                             "matmul_v2",
                             "elementwise_add",
                             "elementwise_sub",
                             "elementwise_mul",
                             "elementwise_div",
                             "elementwise_max",
                             "elementwise_min",
                             "relu",
                             "tanh",
                             "sigmoid",
                             "sqrt",
                             "square",
                             "softmax",
                             "mean",
                             "reduce_sum",
                             "reduce_mean",
                             "sum",
                             "scale",
                             "clip",
                             "squared_l2_norm",
                             "dropout",
                             "cross_entropy",
                             "cross_entropy2",
                             "softmax_with_cross_entropy",
                             "top_k",
                             "concat",
                             "reshape2",
                             "assign",
                             "cast",
                             "lookup_table",
                             "lookup_table_v2"})
        CHECK_MESSAGE(!gradients_of(*find_op(op::all::table, type)).empty(), type);
}

TEST_CASE("every gradient operator is the gradient of one that is in the list") {
    names made;
    for (const auto& info : op::all::table)
        for (const auto& op : gradients_of(info)) made.insert(op.type());
    for (const auto& info : op::all::table)
        if (is_gradient(info.type)) CHECK_MESSAGE(made.contains(info.type), info.type << " undoes nothing");
}

TEST_CASE("sources, updates and measures have no gradient; no operator opens a file") {
    for (const auto* type : {"feed", "fetch", "fill_constant", "uniform_random", "gaussian_random", "truncated_gaussian_random", "accuracy",
                             "sgd", "momentum", "adam", "adamw", "adagrad", "rmsprop", "merge_selected_rows"}) {
        const auto* info = find_op(op::all::table, type);
        REQUIRE_MESSAGE(info, type);
        CHECK_MESSAGE(gradients_of(*info).empty(), type);
    }
    for (const auto* type : {"save", "load", "save_combine", "load_combine", "read", "print", "py_func", "while", "conditional_block"})
        CHECK_MESSAGE(!find_op(op::all::table, type), type);
}

TEST_CASE("the parts of op::all are disjoint and are all of it") {
    CHECK(op::sources::table.size() + op::maths::table.size() + op::losses::table.size() + op::arrays::table.size() +
              op::updates::table.size() ==
          op::all::table.size());
}
