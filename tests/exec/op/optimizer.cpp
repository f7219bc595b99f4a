#include <wherry/exec/op/optimizer.hpp>

#include "op_case.hpp"

using namespace op_test;

namespace {
using ops = op_list<op::sgd, op::momentum, op::adam, op::adamw, op::adagrad, op::rmsprop>;

/// p = 0..5, and k (1..6) for everything else.
Tensor param() { return f32({2, 3}, {0, 1, 2, 3, 4, 5}); }
Tensor times(float k) { return f32({2, 3}, {1 * k, 2 * k, 3 * k, 4 * k, 5 * k, 6 * k}); }

op_case update(std::string_view type) {
    op_case c(ops::table, type);
    c.in("Param", param()).in("Grad", times(1)).in("LearningRate", f32({1}, {0.5F}));
    if (type == "momentum") c.in("Velocity", times(2)).attr("mu", 0.9F);
    if (type == "adagrad") c.in("Moment", times(2)).attr("epsilon", 0.1F);
    if (type.starts_with("adam")) {
        c.in("Moment1", times(0.1F)).in("Moment2", times(0.2F));
        c.in("Beta1Pow", f32({1}, {0.729F})).in("Beta2Pow", f32({1}, {0.997002999F})).attr("epsilon", 0.1F);
    }
    if (type == "rmsprop") {
        c.in("MeanSquare", f32({2, 3}, {2, 8, 18, 32, 50, 72})).in("Moment", times(0.1F)).in("MeanGrad", times(0.3F));
        c.attr("decay", 0.9F).attr("epsilon", 0.1F).attr("momentum", 0.5F);
    }
    return c;
}
/// Every output over its input, as programs have it.
op_case in_place(op_case c) {
    for (const auto& s : c.info().outputs)
        if (s.arity != slot_arity::since_2x) c.in_place(s.name, s.name.substr(0, s.name.size() - 3));
    return c;
}
/// Runs with outputs apart and in place; both must give the same, which is returned.
variables updated(const op_case& c) {
    const auto apart = c.run();
    REQUIRE_MESSAGE(apart, (apart ? std::string() : to_string(apart.error())));
    const auto over = in_place(c).run();
    REQUIRE(over);
    for (const auto& s : c.info().outputs) {
        if (s.arity == slot_arity::since_2x) continue;
        CAPTURE(s.name);
        CHECK(apart->at(std::string(s.name)) == over->at(std::string(s.name.substr(0, s.name.size() - 3))));
    }
    CHECK(apart->at("Param") == param());
    return *apart;
}
constexpr double tolerance = 2e-6;
}  // namespace

// Values below were computed by fluid 1.8.5, where it says so by Paddle 2.6.2.

TEST_CASE("sgd") { check_values<float>(updated(update("sgd")).at("ParamOut"), {-0.5F, 0, 0.5F, 1, 1.5F, 2}, tolerance); }

TEST_CASE("momentum") {
    const auto plain = updated(update("momentum"));
    check_values<float>(plain.at("ParamOut"), {-1.4F, -1.8F, -2.2F, -2.6F, -3, -3.4F}, tolerance);
    check_values<float>(plain.at("VelocityOut"), {2.8F, 5.6F, 8.4F, 11.2F, 14, 16.8F}, tolerance);
    const auto nesterov = updated(update("momentum").attr("use_nesterov", true));
    check_values<float>(nesterov.at("ParamOut"), {-1.76F, -2.52F, -3.28F, -4.04F, -4.8F, -5.56F}, tolerance);
    check_values<float>(nesterov.at("VelocityOut"), {2.8F, 5.6F, 8.4F, 11.2F, 14, 16.8F}, tolerance);
}

TEST_CASE("momentum of 2.6.2 decays the weights itself") {
    const auto decaying = [](bool nesterov) {
        return updated(update("momentum")
                           .attr("regularization_method", "l2_decay")
                           .attr("regularization_coeff", 0.1F)
                           .attr("rescale_grad", 2.0F)
                           .attr("use_nesterov", nesterov)
                           .version(paddle_26));
    };
    check_values<float>(decaying(false).at("ParamOut"), {-1.4F, -1.85F, -2.3F, -2.75F, -3.2F, -3.65F}, tolerance);
    check_values<float>(decaying(false).at("VelocityOut"), {2.8F, 5.7F, 8.6F, 11.5F, 14.4F, 17.3F}, tolerance);
    check_values<float>(decaying(true).at("ParamOut"), {-1.76F, -2.615F, -3.47F, -4.325F, -5.18F, -6.035F}, tolerance);
    check_error(update("momentum").attr("regularization_method", "l1_decay").run(), errc::bad_attribute);
}

TEST_CASE("adam") {
    const auto out = updated(update("adam"));
    check_values<float>(out.at("ParamOut"), {-0.03501312F, 0.9478007F, 1.93457627F, 2.92345691F, 3.91370416F, 4.90493393F}, tolerance);
    check_values<float>(out.at("Moment1Out"), {0.19F, 0.38F, 0.57F, 0.76F, 0.95F, 1.14F}, tolerance);
    check_values<float>(out.at("Moment2Out"), {0.2008F, 0.4036F, 0.6084F, 0.8152F, 1.024F, 1.2348F}, tolerance);
    check_values<float>(out.at("Beta1PowOut"), {0.6561F}, tolerance);
    check_values<float>(out.at("Beta2PowOut"), {0.996006F}, tolerance);
    const auto tensors = updated(update("adam").in("Beta1Tensor", f32({1}, {0.5F})).in("Beta2Tensor", f32({1}, {0.6F})));
    check_values<float>(tensors.at("ParamOut"), {-0.06765562F, 0.92371571F, 1.92025828F, 2.91839409F, 3.91722798F, 4.91642952F}, tolerance);
    check_values<float>(tensors.at("Beta1PowOut"), {0.3645F}, tolerance);
    check_values<float>(tensors.at("Beta2PowOut"), {0.5982018F}, tolerance);
}

TEST_CASE("adam of 2.6.2") {
    const auto later = [] { return update("adam").version(paddle_26); };
    check_values<float>(updated(later()).at("ParamOut"), {-0.04230979F, 0.94010031F, 1.9267031F, 2.91549182F, 3.90568662F, 4.89688683F},
                        tolerance);
    check_values<float>(updated(later().in("EpsilonTensor", f32({1}, {0.3F}))).at("ParamOut"),
                        {-0.04131256F, 0.94110668F, 1.92771077F, 2.9164982F, 3.90669084F, 4.89788771F}, tolerance);
    const auto global = updated(later().attr("use_global_beta_pow", true));
    check_values<float>(global.at("ParamOut"), {-0.04230979F, 0.94010031F, 1.9267031F, 2.91549182F, 3.90568662F, 4.89688683F}, tolerance);
    check_values<float>(global.at("Beta1PowOut"), {0.729F}, 0);
    const auto skipped = updated(later().in("SkipUpdate", Tensor::of<bool>({1}, {true})));
    CHECK(skipped.at("ParamOut") == param());
    CHECK(skipped.at("Moment1Out") == times(0.1F));
    check_values<float>(skipped.at("Beta2PowOut"), {0.997002999F}, 0);
    CHECK(!(updated(later().in("SkipUpdate", Tensor::of<bool>({1}, {false}))).at("ParamOut") == param()));
}

TEST_CASE("adamw of 2.6.2") {
    const auto decay = [](bool with) {
        return updated(update("adamw").attr("coeff", 0.02F).attr("lr_ratio", 0.5F).attr("with_decay", with).version(paddle_26));
    };
    check_values<float>(decay(true).at("ParamOut"), {-0.04230979F, 0.93510032F, 1.9167031F, 2.90049171F, 3.88568664F, 4.87188673F},
                        tolerance);
    check_values<float>(decay(false).at("ParamOut"), {-0.04230979F, 0.94010031F, 1.9267031F, 2.91549182F, 3.90568662F, 4.89688683F},
                        tolerance);
}

TEST_CASE("adagrad") {
    const auto out = updated(update("adagrad"));
    check_values<float>(out.at("ParamOut"), {-0.27291819F, 0.65851974F, 1.62244999F, 2.59991837F, 3.58444691F, 4.57314825F}, tolerance);
    check_values<float>(out.at("MomentOut"), {3, 8, 15, 24, 35, 48}, tolerance);
}

TEST_CASE("rmsprop") {
    const auto plain = updated(update("rmsprop"));
    check_values<float>(plain.at("ParamOut"), {-0.4035534F, 0.53962505F, 1.48831785F, 2.43785691F, 3.3876431F, 4.3375268F}, tolerance);
    check_values<float>(plain.at("MeanSquareOut"), {1.9F, 7.6F, 17.1F, 30.4F, 47.5F, 68.4F}, tolerance);
    check_values<float>(plain.at("MomentOut"), {0.4035534F, 0.46037498F, 0.51168215F, 0.56214303F, 0.6123569F, 0.66247332F}, tolerance);
    CHECK(plain.at("MeanGradOut") == times(0.3F));
    const auto centered = updated(update("rmsprop").attr("centered", true));
    check_values<float>(centered.at("ParamOut"), {-0.41631267F, 0.52608395F, 1.4746232F, 2.42410803F, 3.3738687F, 4.32373857F}, tolerance);
    check_values<float>(centered.at("MeanGradOut"), {0.37F, 0.74F, 1.11F, 1.48F, 1.85F, 2.22F}, tolerance);
    check_error(op_case(ops::table, "rmsprop")
                    .in("Param", param())
                    .in("Grad", param())
                    .in("LearningRate", f32({1}, {1}))
                    .in("MeanSquare", param())
                    .in("Moment", param())
                    .attr("centered", true)
                    .run(),
                errc::missing_slot, "Input(MeanGrad) is needed");
    check_error(update("rmsprop").attr("centered", true).out("MeanGradOut", 0).run(), errc::missing_slot, "Output(MeanGradOut) is needed");
}

TEST_CASE("a scalar rate and double precision") {
    const auto out =
        op_case(ops::table, "sgd").in("Param", f64({2}, {1, 2})).in("Grad", f64({2}, {1, 1})).in("LearningRate", f64({}, {0.5})).run();
    REQUIRE(out);
    check_values<double>(out->at("ParamOut"), {0.5, 1.5}, 0);
}

TEST_CASE("everything has exactly the parameter's shape and element type") {
    struct wrong {
        std::string_view type, slot;
    };
    const auto with = [](std::string_view type, std::string_view slot, const Tensor& instead) {
        op_case c(ops::table, type);
        for (const auto& s : c.info().inputs) {
            if (s.arity != slot_arity::one && s.name != "MeanGrad") continue;
            const bool number = s.name == "LearningRate" || s.name.ends_with("Pow");
            c.in(s.name, s.name == slot ? instead : number ? f32({1}, {0.5F}) : param());
        }
        return c.run();
    };
    for (const auto& row : std::initializer_list<wrong>{{"sgd", "Grad"},
                                                        {"momentum", "Grad"},
                                                        {"momentum", "Velocity"},
                                                        {"adam", "Grad"},
                                                        {"adam", "Moment1"},
                                                        {"adam", "Moment2"},
                                                        {"adamw", "Moment2"},
                                                        {"adagrad", "Grad"},
                                                        {"adagrad", "Moment"},
                                                        {"rmsprop", "Grad"},
                                                        {"rmsprop", "MeanSquare"},
                                                        {"rmsprop", "Moment"},
                                                        {"rmsprop", "MeanGrad"}}) {
        CAPTURE(row.type);
        CAPTURE(row.slot);
        CHECK(with(row.type, "", param()));
        const auto transposed = f32({3, 2}, {0, 1, 2, 3, 4, 5});
        check_error(with(row.type, row.slot, transposed), errc::shape_mismatch,
                    "Param and " + std::string(row.slot) + " should have same dimension. But received Param dims: [2, 3], " +
                        std::string(row.slot) + " dims: [3, 2].");
        check_error(with(row.type, row.slot, f32({1}, {1})), errc::shape_mismatch);
        check_error(with(row.type, row.slot, f64({2, 3}, {0, 1, 2, 3, 4, 5})), errc::dtype_mismatch,
                    "Tensor holds the wrong type, it holds double, but desires to be float.");
    }
    for (const auto* type : {"sgd", "momentum", "adam", "adamw", "adagrad", "rmsprop"}) {
        CAPTURE(type);
        check_error(with(type, "LearningRate", f32({2}, {1, 2})), errc::shape_mismatch,
                    "LearningRate should have 1 element, but received 2");
        check_error(with(type, "LearningRate", f32({0}, {})), errc::shape_mismatch);
    }
    check_error(with("adam", "Beta1Pow", f32({2}, {1, 2})), errc::shape_mismatch, "Beta1Pow should have 1 element, but received 2");
    check_error(with("adam", "Beta2Pow", f32({2}, {1, 2})), errc::shape_mismatch);
    check_error(with("adam", "Beta2Pow", f64({1}, {1})), errc::dtype_mismatch);
}

TEST_CASE("other inputs of updates") {
    check_error(update("adam").in("Beta1Tensor", f32({2}, {1, 2})).run(), errc::shape_mismatch, "Beta1Tensor should have 1 element");
    check_error(update("adam").in("Beta2Tensor", i64({1}, {1})).run(), errc::dtype_mismatch);
    check_error(update("adam").in("SkipUpdate", i64({1}, {1})).run(), errc::dtype_mismatch);
    check_error(update("adam").in("SkipUpdate", Tensor::of<bool>({0}, {})).run(), errc::shape_mismatch);
    check_error(update("sgd").in("MasterParam", param()).run(), errc::unsupported);
    check_error(update("sgd").out("MasterParamOut").run(), errc::unsupported);
    check_error(op_case(ops::table, "sgd").in("Param", i64({1}, {1})).in("Grad", i64({1}, {1})).in("LearningRate", i64({1}, {1})).run(),
                errc::dtype_mismatch, "op sgd does not have kernel for data_type[int64_t]");
    check_error(update("adam").out("Moment1Out", 0).run(), errc::missing_slot, "Output(Moment1Out) is needed");
}

TEST_CASE("updates are written as fluid 1.8.5 writes them") {
    const auto written = [](std::string_view type) { return op_case(ops::table, type).written().desc().attrs.size(); };
    CHECK(written("sgd") == 0);
    CHECK(written("momentum") == 2);
    CHECK(written("adam") == 5);
    CHECK(written("adagrad") == 1);
    CHECK(written("rmsprop") == 4);
    CHECK(op_case(ops::table, "adam").written().find_attr("min_row_size_to_use_multithread")->type == AttrType::LONG);
    const auto metas = op_case(ops::table, "sgd")
                           .in("Param", tensor_meta{DType::FP32, Shape{2}})
                           .in("Grad", tensor_meta{DType::FP32, Shape{2}, 0})
                           .in("LearningRate", tensor_meta{DType::FP32, Shape{1}})
                           .infer();
    REQUIRE(metas);
    CHECK(!metas->at("ParamOut").lod_level);
}
