#ifndef WHERRY_TESTS_SUPPORT_SMALL_PROGRAM_HPP
#define WHERRY_TESTS_SUPPORT_SMALL_PROGRAM_HPP

#include <wherry/base/sequence.hpp>
#include <wherry/program/program.hpp>

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace support {

/// A program written by hand, operator by operator, that nothing has checked: what a file may hold.
///
///     small_program p;
///     p.var("x", {-1, 2}).var("y", {-1, 2}).op("relu", {{"X", {"x"}}}, {{"Out", {"y"}}});
struct small_program {
    struct slot_names {
        std::string slot;
        std::vector<std::string> names;
    };
    wherry::Program program;

    small_program& var(std::string_view name, std::vector<std::int64_t> shape, wherry::DType dtype = wherry::DType::FP32,
                       bool persistable = false) {
        wherry::wire::VarDesc<> desc;
        desc.name = name;
        desc.type.lod_tensor.emplace().tensor.data_type = dtype;
        desc.type.lod_tensor->tensor.dims = std::move(shape);
        desc.persistable = persistable;
        program.global_block().create_var(std::move(desc));
        return *this;
    }
    small_program& parameter(std::string_view name, std::vector<std::int64_t> shape, wherry::DType dtype = wherry::DType::FP32) {
        return var(name, std::move(shape), dtype, true);
    }
    small_program& op(std::string_view type, std::initializer_list<slot_names> inputs, std::initializer_list<slot_names> outputs,
                      std::vector<wherry::Attr> attrs = {}) {
        wherry::wire::OpDesc<> desc;
        desc.type = type;
        add(desc.inputs, inputs);
        add(desc.outputs, outputs);
        desc.attrs = wherry::sequence<wherry::Attr>(attrs);
        program.global_block().append_op(std::move(desc));
        return *this;
    }

  private:
    static void add(wherry::Operator::slots& to, std::initializer_list<slot_names> slots) {
        for (const auto& [slot, names] : slots) {
            auto& made = to.emplace_back();
            made.parameter = slot;
            made.arguments = names;
        }
    }
};

}  // namespace support

#endif
