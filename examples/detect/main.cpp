/// detect: what is on a picture, and where. See README.md.
#include "../classify/pixels.hpp"
#include "../ocr/drawing.hpp"
#include "../ocr/picture_file.hpp"

#include <wherry/base/error.hpp>
#include <wherry/base/result.hpp>
#include <wherry/exec/executor.hpp>
#include <wherry/exec/op/activation.hpp>
#include <wherry/exec/op/concat.hpp>
#include <wherry/exec/op/convolution.hpp>
#include <wherry/exec/op/elementwise.hpp>
#include <wherry/exec/op/feed.hpp>
#include <wherry/exec/op/fetch.hpp>
#include <wherry/exec/op/fused_convolution.hpp>
#include <wherry/exec/op/interpolation.hpp>
#include <wherry/exec/op/matmul.hpp>
#include <wherry/exec/op/multiclass_nms.hpp>
#include <wherry/exec/op/normalization.hpp>
#include <wherry/exec/op/pool.hpp>
#include <wherry/exec/op/reshape.hpp>
#include <wherry/exec/op/scale.hpp>
#include <wherry/exec/op/softmax.hpp>
#include <wherry/exec/op/stack.hpp>
#include <wherry/exec/op/transpose.hpp>
#include <wherry/exec/op/unary.hpp>
#include <wherry/exec/op_list.hpp>
#include <wherry/exec/rewrite/for_inference.hpp>
#include <wherry/model/inference_files.hpp>
#include <wherry/tensor/scope.hpp>
#include <wherry/tensor/tensor.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <iterator>
#include <string>

namespace {

/// The operators of PicoDet.
using operators =
    wherry::op_list<wherry::op::feed, wherry::op::fetch, wherry::op::conv2d, wherry::op::depthwise_conv2d, wherry::op::fused_conv2d,
                    wherry::op::batch_norm, wherry::op::pool2d, wherry::op::nearest_interp_v2, wherry::op::elementwise_add,
                    wherry::op::elementwise_mul, wherry::op::elementwise_div, wherry::op::matmul_v2, wherry::op::relu, wherry::op::sigmoid,
                    wherry::op::sqrt, wherry::op::hard_sigmoid, wherry::op::hard_swish, wherry::op::softmax, wherry::op::scale,
                    wherry::op::concat, wherry::op::split, wherry::op::reshape2, wherry::op::transpose2, wherry::op::multiclass_nms3>;

/// The 80 classes of COCO, in the network's order.
constexpr const char* names[] = {
    "person",         "bicycle",    "car",           "motorcycle",    "airplane",     "bus",           "train",
    "truck",          "boat",       "traffic light", "fire hydrant",  "stop sign",    "parking meter", "bench",
    "bird",           "cat",        "dog",           "horse",         "sheep",        "cow",           "elephant",
    "bear",           "zebra",      "giraffe",       "backpack",      "umbrella",     "handbag",       "tie",
    "suitcase",       "frisbee",    "skis",          "snowboard",     "sports ball",  "kite",          "baseball bat",
    "baseball glove", "skateboard", "surfboard",     "tennis racket", "bottle",       "wine glass",    "cup",
    "fork",           "knife",      "spoon",         "bowl",          "banana",       "apple",         "sandwich",
    "orange",         "broccoli",   "carrot",        "hot dog",       "pizza",        "donut",         "cake",
    "chair",          "couch",      "potted plant",  "bed",           "dining table", "toilet",        "tv",
    "laptop",         "mouse",      "remote",        "keyboard",      "cell phone",   "microwave",     "oven",
    "toaster",        "sink",       "refrigerator",  "book",          "clock",        "vase",          "scissors",
    "teddy bear",     "hair drier", "toothbrush"};

wherry::result<void> detect(const std::string& folder, const std::string& file, const char* out) {
    auto picture = ocr::read_picture(file);
    if (!picture) return picture.failure();

    wherry::Scope scope;
    const auto model =
        wherry::load_inference_model({.dirname = folder, .model_filename = "model.pdmodel", .params_filename = "model.pdiparams"}, scope);
    if (!model) return model.failure();
    const std::array outputs{model->fetch_targets[0].name(), model->fetch_targets[1].name()};  // boxes, and their number
    const auto program = wherry::rewrite::for_inference(model->program, scope, outputs);
    if (!program) return program.failure();

    // The network sees 416 x 416 pixels and answers in pixels of the picture.
    const auto pixels = ocr::normalised(ocr::resized(*picture, 416, 416), 0, 0, 416, 416);
    const auto scale =
        wherry::Tensor::of<float>({1, 2}, {416.0f / static_cast<float>(picture->height), 416.0f / static_cast<float>(picture->width)});
    const std::array fed{pixels.ref("image"), scale.ref("scale_factor")};
    wherry::Executor executor{operators{}};
    const auto made = executor.run(*program, scope, fed, outputs);
    if (!made) return made.failure();

    const auto found = made->front().elements<float>();  // rows of class, confidence, left, top, right, bottom; the best first
    for (std::size_t i = 0; i + 6 <= found.size(); i += 6) {
        const auto row = found.subspan(i, 6);
        if (row[1] < 0.5f) continue;
        const auto kind = static_cast<std::size_t>(row[0]);
        const double left = double(row[2]), top = double(row[3]), right = double(row[4]), bottom = double(row[5]);
        std::printf("%.4f %s %.1f %.1f %.1f %.1f\n", double(row[1]), kind < std::size(names) ? names[kind] : "?", left, top, right, bottom);
        ocr::draw_box(*picture, {{{left, top}, {right, top}, {right, bottom}, {left, bottom}}}, {208, 32, 48});
    }
    return out == nullptr ? wherry::result<void>{} : ocr::write_picture(out, *picture);
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 3 && argc != 4)
        return std::fputs("Usage: detect FOLDER PICTURE [OUT.png]\nFOLDER: PicoDet/ckpt of the package paddlelabel-ml\n", stderr), 2;
    const auto done = detect(argv[1], argv[2], argc == 4 ? argv[3] : nullptr);
    if (done) return 0;
    std::fprintf(stderr, "detect: %s\n", to_string(done.error()).c_str());
    return 1;
}
