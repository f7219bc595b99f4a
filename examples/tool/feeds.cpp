#include "feeds.hpp"

#include <wherry/base/shape.hpp>

#include <algorithm>
#include <cstdint>
#include <string_view>

namespace tool {

namespace {
std::string listed(std::span<const std::string> names) {
    std::string made;
    for (const auto& name : names) made += (made.empty() ? "" : ", ") + name;
    return made.empty() ? "nothing" : made;
}

std::string words_of(wherry::DType dtype, std::span<const std::int64_t> dims) {
    return std::string(wherry::name_of(dtype)) + " " + wherry::to_string(dims);
}

/// Checks what is fed against what the model declares, so that an error names the input and not the operator that reads it. Dims are
/// compared where the program says that they are to be, as the reference does.
result<void> check_feed(const Program& program, const named_array& given) {
    const auto var = program.global_block().find_var(given.name);
    if (!var || var.tensor_desc() == nullptr) return {};
    const auto declared = words_of(var.dtype(), var.shape());
    if (var.dtype() != given.array.dtype())
        return error{.code = errc::dtype_mismatch,
                     .message = "an input has another element type than its array",
                     .file = given.file,
                     .variable = given.name,
                     .expected = declared,
                     .found = words_of(given.array.dtype(), given.array.dims().dims()) + "; in Python: a.astype('" +
                              std::string(wherry::name_of(var.dtype())) + "')"};
    if (var.need_check_feed() && !wherry::agrees(var.shape(), given.array.dims()))
        return error{.code = errc::shape_mismatch,
                     .message = "an input has other dims than its array",
                     .file = given.file,
                     .variable = given.name,
                     .expected = declared,
                     .found = words_of(given.array.dtype(), given.array.dims().dims())};
    return {};
}

}  // namespace

result<void> check_feeds(const Program& program, std::span<const std::string> wanted, std::span<const named_array> given) {
    for (const auto& held : given)
        if (std::find(wanted.begin(), wanted.end(), held.name) == wanted.end())
            return error{
                .code = errc::feed_mismatch, .message = "the model has no such input", .variable = held.name, .expected = listed(wanted)};
    for (const auto& name : wanted) {
        if (std::any_of(given.begin(), given.end(), [&](const auto& held) { return held.name == name; })) continue;
        const auto var = program.global_block().find_var(name);
        const auto declared = var && var.tensor_desc() != nullptr ? " of " + words_of(var.dtype(), var.shape()) : "";
        return error{.code = errc::feed_mismatch,
                     .message = "the model has an input that no --feed gives",
                     .variable = name,
                     .expected = "--feed " + name + "=FILE.npy" + declared};
    }
    for (const auto& held : given)
        if (auto checked = check_feed(program, held); !checked) return checked;
    return {};
}

std::vector<std::string> inputs_of(const Program& program) {
    std::vector<std::string> written;
    std::vector<std::string> inputs;
    const auto& block = program.global_block();
    const auto among = [](const std::vector<std::string>& names, const std::string& name) {
        return std::find(names.begin(), names.end(), name) != names.end();
    };
    for (const auto& op : block.ops()) {
        for (const auto& slot : op.desc().inputs)
            for (const auto& name : slot.arguments) {
                const auto var = block.find_var(name);
                const bool given = var && var.tensor_desc() != nullptr && !var.persistable();
                if (given && !among(written, name) && !among(inputs, name)) inputs.push_back(name);
            }
        for (const auto& slot : op.desc().outputs) written.insert(written.end(), slot.arguments.begin(), slot.arguments.end());
    }
    return inputs;
}

}  // namespace tool
