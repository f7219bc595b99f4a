#ifndef WHERRY_TESTS_SUPPORT_TRAINING_CASE_HPP
#define WHERRY_TESTS_SUPPORT_TRAINING_CASE_HPP

#include <support/golden.hpp>

#include <wherry/program/program.hpp>
#include <wherry/tensor/scope.hpp>
#include <wherry/wire/tensor_stream.hpp>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

namespace support {

/// A tensor from a file of one stream, by the wire room alone.
inline wherry::Tensor load_stream(const std::string& path) {
    const auto bytes = read_file(path);
    wherry::byte_cursor in(bytes);
    auto header = wherry::wire::read_tensor_header(in);
    if (!header) give_up(path, to_string(header.error()));
    wherry::Tensor tensor(header->dtype, header->dims);
    const auto data = in.rest();
    if (data.size() != header->data_bytes) give_up(path, "does not hold what its header says");
    if (!data.empty()) std::memcpy(tensor.bytes().data(), data.data(), data.size());
    tensor.set_lod(header->lod);
    return tensor;
}

/// The tensors of a folder of a golden case, by name.
struct named_tensor {
    std::string name;
    wherry::Tensor tensor;
};
inline std::vector<named_tensor> load_folder(const std::string& folder, bool npy) {
    std::vector<named_tensor> all;
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
        auto path = entry.path().string();
        all.push_back({npy ? entry.path().stem().string() : entry.path().filename().string(), npy ? load_npy(path) : load_stream(path)});
    }
    std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
    return all;
}

/// The largest |a - b| / max(|b|, floor) over all elements.
inline double relative_error(const wherry::Tensor& ours, const wherry::Tensor& theirs, double floor) {
    if (ours.dtype() != theirs.dtype() || ours.count() != theirs.count()) return INFINITY;
    if (ours.dtype() != wherry::DType::FP32)
        return std::memcmp(ours.bytes().data(), theirs.bytes().data(), ours.bytes().size()) == 0 ? 0 : INFINITY;
    double worst = 0;
    for (std::size_t i = 0; i < ours.count(); ++i) {
        const double a = static_cast<double>(ours.elements<float>()[i]);
        const double b = static_cast<double>(theirs.elements<float>()[i]);
        const double error = std::abs(a - b) / std::max(std::abs(b), floor);
        if (!(error <= worst)) worst = error;
    }
    return worst;
}

/// The cases of a golden folder that hold a training run and no convolution.
inline std::vector<std::string> training_cases(const std::string& writer) {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(golden(writer)))
        if (std::filesystem::exists(entry.path() / "start") && entry.path().filename() != "convnet")
            names.push_back(writer + "/" + entry.path().filename().string());
    std::sort(names.begin(), names.end());
    return names;
}

}  // namespace support

#endif
