// Saves and loads of a thousand tensors of 256 bytes.
#include "counts/counts.hpp"

#include <wherry/archive/archive.hpp>
#include <wherry/policy/disk.hpp>
#include <wherry/policy/mapped.hpp>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace {
using namespace wherry;
using counts::work;

/// A thousand tensors of 256 bytes, in mixed order, and a file of them in this folder.
struct tensors {
    std::vector<std::string> held_names;
    std::vector<std::string_view> names;
    std::vector<tensor_ref> refs;
    Scope scope;

    tensors() {
        for (int i = 0; i < 1000; ++i) held_names.push_back("layer_" + std::to_string(i * 7919 % 1000) + ".w_0");
        for (const auto& name : held_names) {
            auto& tensor = scope.var(name) = Tensor(DType::FP32, {64});
            for (auto& element : tensor.elements<float>()) element = 1;
            names.push_back(name);
            refs.push_back(tensor.ref(name));
        }
        (void)plain::save(refs, disk("plain"));
        (void)aligned::save(refs, disk("aligned"));
    }
    using plain = archive<layout::combined, fast>;
    using aligned = archive<layout::combined, fast, annotate<align<64>>>;
};
std::shared_ptr<tensors> all() { return std::make_shared<tensors>(); }

work save() {
    return [held = all()] { return bool(tensors::plain::save(held->refs, disk("plain"))); };
}
work load() {
    return [held = all()] { return bool(tensors::plain::load(held->names, held->scope, disk("plain"))); };
}
work load_fresh() {
    return [held = all()] {
        Scope fresh;
        return bool(tensors::plain::load(held->names, fresh, disk("plain")));
    };
}
work load_mapped() {
    return [held = all()] { return bool(tensors::aligned::load(held->names, held->scope, mapped("aligned"))); };
}
}  // namespace

int main(int argc, char** argv) {
    return counts::run(argc, argv, {{"save", save}, {"load", load}, {"load_fresh", load_fresh}, {"load_mapped", load_mapped}});
}
