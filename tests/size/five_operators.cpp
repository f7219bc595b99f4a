// Loads an inference model and runs it with the five operators that it needs.
#include <wherry/exec/executor.hpp>
#include <wherry/exec/op/activation.hpp>
#include <wherry/exec/op/elementwise.hpp>
#include <wherry/exec/op/mul.hpp>
#include <wherry/exec/op/scale.hpp>
#include <wherry/exec/op/softmax.hpp>
#include <wherry/model/inference_files.hpp>

int main(int count, char** arguments) {
    using namespace wherry;
    Scope scope;
    const auto model =
        load_inference_model(inference_files{.dirname = count > 1 ? arguments[1] : "model", .params_filename = "params"}, scope);
    if (!model) return 1;
    Executor exe(op_list<op::mul, op::elementwise_add, op::relu, op::softmax, op::scale>{});
    const Tensor x(DType::FP32, {1, 784});
    const tensor_ref fed[] = {x.ref(model->feed_names[0])};
    const std::string fetched[] = {std::string(model->fetch_targets[0].name())};
    return exe.run(model->program, scope, fed, fetched) ? 0 : 1;
}
