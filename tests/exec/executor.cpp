#include <doctest/doctest.h>

#include <support/training_case.hpp>

#include <wherry/exec/executor.hpp>
#include <wherry/exec/op/all.hpp>

#include <cstdio>
#include <string>
#include <vector>

using wherry::errc;
using wherry::Executor;
using wherry::Program;
using wherry::Scope;
using wherry::Tensor;

namespace {

/// "mean_0.tmp_0" from `"loss": "mean_0.tmp_0"` in a case.json.
std::string fetched_variable(const std::string& json, const std::string& key) {
    const auto at = json.find('"', json.find(':', json.find("\"" + key + "\"", json.find("\"fetch\""))));
    return json.substr(at + 1, json.find('"', at + 1) - at - 1);
}

Program load_program(const std::string& path) {
    auto program = Program::parse_from_string(support::read_file(support::golden(path)));
    REQUIRE(program);
    return *std::move(program);
}

struct worst_errors {
    double fetched = 0;      ///< of losses, predictions and accuracies, at any step
    double persistable = 0;  ///< of what training left, divided by the number of steps
};

/// Trains a golden case from its start.
worst_errors replay(const std::string& name) {
    const auto program = load_program(name + "/main.pdmodel");
    const auto json = support::read_file(support::golden(name + "/case.json"));
    Scope scope;
    for (auto& [var, tensor] : support::load_folder(support::golden(name + "/start"), false)) scope.var(var) = std::move(tensor);
    const auto feed = support::load_folder(support::golden(name + "/feed"), true);
    const auto expected = support::load_folder(support::golden(name + "/fetch"), true);
    std::vector<wherry::tensor_ref> fed;
    for (const auto& [var, tensor] : feed) fed.push_back(tensor.ref(var));
    std::vector<std::string> fetches;
    for (const auto& [key, tensor] : expected) fetches.push_back(fetched_variable(json, key));

    Executor exe(wherry::op::all{});
    worst_errors worst;
    const auto steps = expected.at(0).tensor.dims()[0];
    for (std::int64_t step = 0; step < steps; ++step) {
        const auto values = exe.run(program, scope, fed, fetches);
        if (!values) {
            FAIL_CHECK(name << ": " << to_string(values.error()));
            return {INFINITY, INFINITY};
        }
        for (std::size_t i = 0; i < values->size(); ++i) {
            const auto& all = expected[i].tensor;
            wherry::Shape row;
            for (std::size_t axis = 1; axis < all.dims().rank(); ++axis) row.push_back(all.dims()[axis]);
            Tensor one(all.dtype(), row);
            CHECK((*values)[i].dims() == row);
            std::memcpy(one.bytes().data(), all.bytes().data() + static_cast<std::size_t>(step) * one.bytes().size(), one.bytes().size());
            worst.fetched = std::max(worst.fetched, support::relative_error((*values)[i], one, 1e-2));
        }
    }
    for (const auto& [var, tensor] : support::load_folder(support::golden(name + "/persistables"), false)) {
        const auto* ours = scope.find_var(var);
        REQUIRE(ours != nullptr);
        CHECK(ours->dims() == tensor.dims());
        worst.persistable = std::max(worst.persistable, support::relative_error(*ours, tensor, 1e-2) / static_cast<double>(steps));
    }
    return worst;
}

}  // namespace

// Relative to at least 0.01: a weight that training leaves near 0 has no digits of its own to compare. Rounding differences
// add up while parameters train (Adagrad divides by the root of gradients that are near 0), so those count per step.
TEST_CASE("programs of both Paddles train to the losses and persistables they trained to there") {
    for (const auto* writer : {"fluid18", "fluid18_more", "paddle26"})
        for (const auto& name : support::training_cases(writer)) {
            const auto worst = replay(name);
            std::printf("%-32s worst relative error: fetched %.2g, persistables %.2g a step\n", name.c_str(), worst.fetched,
                        worst.persistable);
            CHECK_MESSAGE(worst.fetched <= 2e-5, name);
            CHECK_MESSAGE(worst.persistable <= 2e-5, name);
        }
}

TEST_CASE("startup programs of 1.8.5 give its first values bit for bit") {
    for (const auto& name : support::training_cases("fluid18")) {
        const auto startup = load_program(name + "/startup.pdmodel");
        Scope scope;
        Executor exe(wherry::op::all{});
        const auto ran = exe.run(startup, scope);
        REQUIRE_MESSAGE(ran, name);
        for (const auto& [var, tensor] : support::load_folder(support::golden(name + "/start"), false)) {
            const auto* ours = scope.find_var(var);
            REQUIRE(ours != nullptr);
            const auto what = name + " " + std::string(var);
            CHECK_MESSAGE(*ours == tensor, what);
        }
    }
}

TEST_CASE("a closed executor runs nothing") {
    Executor exe(wherry::op::all{});
    exe.close();
    Scope scope;
    const auto ran = exe.run(Program(), scope);
    REQUIRE_FALSE(ran);
    CHECK(ran.error().code == errc::closed);
}

TEST_CASE("running before the startup program names the parameter and what to do") {
    const auto program = load_program("fluid18/readme/main.pdmodel");
    const auto img = support::load_npy(support::golden("fluid18/readme/feed/img.npy"));
    const auto label = support::load_npy(support::golden("fluid18/readme/feed/label.npy"));
    Scope scope;
    Executor exe(wherry::op::all{});
    const std::vector fed = {img.ref("img"), label.ref("label")};
    const auto ran = exe.run(program, scope, fed);
    REQUIRE_FALSE(ran);
    CHECK(ran.error().code == errc::not_initialized);
    CHECK(ran.error().variable == "fc_0.w_0");
    CHECK(ran.error().op == "mul");
    CHECK(ran.error().message ==
          "The Input variable Y(fc_0.w_0) has not been initialized. You may need to confirm if you put exe.run(startup_program) after "
          "optimizer.minimize function.");
    CHECK(scope.local_var_names().empty());
}

TEST_CASE("fed arrays are checked against the program, position by position") {
    const auto program = load_program("fluid18/readme/main.pdmodel");
    Scope scope;
    for (auto& [var, tensor] : support::load_folder(support::golden("fluid18/readme/start"), false)) scope.var(var) = std::move(tensor);
    const auto label = support::load_npy(support::golden("fluid18/readme/feed/label.npy"));
    Executor exe(wherry::op::all{});
    const auto fed_with = [&](const Tensor& img) {
        const std::vector fed = {img.ref("img"), label.ref("label")};
        const auto ran = exe.run(program, scope, fed);
        REQUIRE_FALSE(ran);
        return ran.error();
    };
    const auto wide = fed_with(Tensor(wherry::DType::FP32, {6, 28, 29}));
    CHECK(wide.code == errc::shape_mismatch);
    CHECK(wide.variable == "img");
    CHECK(wide.message ==
          "The fed Variable 'img' should have dimensions = 3, shape = (-1, 28, 28), but received fed shape [6, 28, 29] on each device");
    CHECK(fed_with(Tensor(wherry::DType::FP32, {6, 28, 28, 1})).code == errc::shape_mismatch);
    const auto wrong = fed_with(Tensor(wherry::DType::FP64, {6, 28, 28}));
    CHECK(wrong.code == errc::dtype_mismatch);
    CHECK(wrong.message == "The data type of fed Variable 'img' must be 'float32', but received 'float64'");
    const auto flat = fed_with(Tensor(wherry::DType::FP32, {6}));  // fewer dims pass the feed and fail in mul
    CHECK(flat.code == errc::shape_mismatch);
    CHECK(flat.op == "mul");
}

TEST_CASE("an input that is not fed, a fetch that is not there and a feed that is unknown are named") {
    const auto program = load_program("fluid18/readme/main.pdmodel");
    Scope scope;
    for (auto& [var, tensor] : support::load_folder(support::golden("fluid18/readme/start"), false)) scope.var(var) = std::move(tensor);
    const auto img = support::load_npy(support::golden("fluid18/readme/feed/img.npy"));
    const auto label = support::load_npy(support::golden("fluid18/readme/feed/label.npy"));
    Executor exe(wherry::op::all{});
    const std::vector only_label = {label.ref("label")};
    const auto unfed = exe.run(program, scope, only_label);
    REQUIRE_FALSE(unfed);
    CHECK(unfed.error().code == errc::not_initialized);
    CHECK(unfed.error().message == "The Tensor in the mul Op's Input Variable X(img) is not initialized.");
    const std::vector both = {img.ref("img"), label.ref("label")};
    const std::vector<std::string> nope = {"nope"};
    const auto unfetched = exe.run(program, scope, both, nope);
    REQUIRE_FALSE(unfetched);
    CHECK(unfetched.error().code == errc::not_found);
    CHECK(unfetched.error().variable == "nope");
    const std::vector stranger = {img.ref("img"), label.ref("label"), img.ref("stranger")};
    const auto unknown = exe.run(program, scope, stranger);
    REQUIRE_FALSE(unknown);
    CHECK(unknown.error().code == errc::no_such_variable);
    CHECK(unknown.error().variable == "stranger");
}

TEST_CASE("a label outside of the classes is an error that names it, and no parameter changes") {
    const auto program = load_program("fluid18/classifier_sgd/main.pdmodel");
    Scope scope;
    for (auto& [var, tensor] : support::load_folder(support::golden("fluid18/classifier_sgd/start"), false))
        scope.var(var) = std::move(tensor);
    const auto before = *scope.find_var("fc_0.w_0");
    const auto x = support::load_npy(support::golden("fluid18/classifier_sgd/feed/x.npy"));
    auto label = support::load_npy(support::golden("fluid18/classifier_sgd/feed/label.npy"));
    label.elements<std::int64_t>()[3] = 4;
    Executor exe(wherry::op::all{});
    const std::vector fed = {x.ref("x"), label.ref("label")};
    const auto ran = exe.run(program, scope, fed);
    REQUIRE_FALSE(ran);
    CHECK(ran.error().code == errc::label_out_of_range);
    CHECK(ran.error().op == "cross_entropy2");
    CHECK(*scope.find_var("fc_0.w_0") == before);
}

TEST_CASE("parameters may be fetched, and are their value after the run") {
    const auto program = load_program("fluid18/classifier_sgd/main.pdmodel");
    Scope scope;
    for (auto& [var, tensor] : support::load_folder(support::golden("fluid18/classifier_sgd/start"), false))
        scope.var(var) = std::move(tensor);
    const auto before = *scope.find_var("fc_2.b_0");
    const auto x = support::load_npy(support::golden("fluid18/classifier_sgd/feed/x.npy"));
    const auto label = support::load_npy(support::golden("fluid18/classifier_sgd/feed/label.npy"));
    Executor exe(wherry::op::all{});
    const std::vector fed = {x.ref("x"), label.ref("label")};
    const std::vector<std::string> fetches = {"fc_2.b_0", "x"};
    const auto values = exe.run(program, scope, fed, fetches);
    REQUIRE(values);
    CHECK((*values)[0] == *scope.find_var("fc_2.b_0"));
    CHECK_FALSE((*values)[0] == before);
    CHECK((*values)[1] == x);
}
