#ifndef WHERRY_PROGRAM_VARIABLE_HPP
#define WHERRY_PROGRAM_VARIABLE_HPP

#include <wherry/base/dtype.hpp>
#include <wherry/base/revision.hpp>
#include <wherry/version.hpp>
#include <wherry/wire/framework.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>

namespace wherry::inline WHERRY_ABI {

/// The kind of a variable's value. Source: framework.proto, VarType.Type.
using wire::VarKind;

struct op_info;  // exec/op_list.hpp

/// Weight decay that an optimizer adds to a gradient: `coefficient * of(parameter)`.
struct weight_decay {
    float coefficient = 0;
    const op_info* of = nullptr;  ///< the operator that the parameter goes through first; null: none
};
/// Decay by the parameter itself. Source: fluid.regularizer.L2Decay; L1Decay is in train/regularizer.hpp.
struct L2Decay : weight_decay {
    constexpr explicit L2Decay(float by = 0) noexcept : weight_decay{by} {}
};

/// The properties of a Parameter. Not stored in 1.8 files: a program parsed from them has no Parameters.
struct parameter_traits {
    bool trainable = true;
    float learning_rate = 1;  ///< factor on the optimizer's
    std::optional<weight_decay> regularizer{};
    bool do_model_average = true;  ///< false: an ExponentialMovingAverage leaves it out
};

namespace detail {
/// A variable as its Block holds it.
struct variable_node {
    wire::VarDesc<> desc;
    std::optional<parameter_traits> parameter;
    bool stop_gradient = false;
    std::shared_ptr<std::uint64_t> program_revision;
};
}  // namespace detail

/// A handle to one variable of a Program: copies of it mean the same variable, which lives as long as a handle does.
/// A default-made handle is empty and may only be tested.
class Variable {
  public:
    Variable() = default;
    explicit Variable(std::shared_ptr<detail::variable_node> node) noexcept : node_(std::move(node)) {}

    [[nodiscard]] explicit operator bool() const noexcept { return node_ != nullptr; }
    friend bool operator==(const Variable&, const Variable&) noexcept = default;

    [[nodiscard]] const std::string& name() const noexcept { return node_->desc.name; }
    [[nodiscard]] VarKind kind() const noexcept { return node_->desc.type.type; }
    [[nodiscard]] const wire::VarDesc<>& desc() const noexcept { return node_->desc; }
    /// For those who edit a program; plans that depend on it are made again.
    [[nodiscard]] wire::VarDesc<>& edit() const noexcept { return changed(), node_->desc; }

    /// Element type; FP32 for kinds that hold no tensor.
    [[nodiscard]] DType dtype() const noexcept { return tensor_desc() != nullptr ? tensor_desc()->data_type : DType::FP32; }
    /// Dims; negative where unknown (-1, and what Paddle itself computes from that); none for kinds that hold no tensor.
    [[nodiscard]] std::span<const std::int64_t> shape() const noexcept {
        return tensor_desc() != nullptr ? std::span<const std::int64_t>(tensor_desc()->dims) : std::span<const std::int64_t>();
    }
    [[nodiscard]] std::int32_t lod_level() const noexcept {
        const auto& type = node_->desc.type;
        if (type.lod_tensor) return type.lod_tensor->lod_level.value_or(0);
        return type.tensor_array ? type.tensor_array->lod_level.value_or(0) : 0;
    }

    [[nodiscard]] bool persistable() const noexcept { return node_->desc.persistable.value_or(false); }
    void set_persistable(bool value) const { changed(), node_->desc.persistable = value; }
    [[nodiscard]] bool need_check_feed() const noexcept { return node_->desc.need_check_feed.value_or(false); }
    [[nodiscard]] bool stop_gradient() const noexcept { return node_->stop_gradient; }
    void set_stop_gradient(bool value) const { changed(), node_->stop_gradient = value; }

    [[nodiscard]] bool is_parameter() const noexcept { return node_->parameter.has_value(); }
    [[nodiscard]] const std::optional<parameter_traits>& parameter() const noexcept { return node_->parameter; }
    void set_parameter(std::optional<parameter_traits> traits) const { changed(), node_->parameter = traits; }

    /// Element type and dims, wherever this kind keeps them; null when it has none.
    [[nodiscard]] const wire::TensorDesc<>* tensor_desc() const noexcept {
        const auto& type = node_->desc.type;
        if (type.selected_rows && (type.type == VarKind::SELECTED_ROWS || !type.lod_tensor)) return &*type.selected_rows;
        if (type.lod_tensor) return &type.lod_tensor->tensor;
        return type.tensor_array ? &type.tensor_array->tensor : nullptr;
    }

  private:
    void changed() const noexcept {
        if (node_->program_revision) ++*node_->program_revision;
    }

    std::shared_ptr<detail::variable_node> node_;
};

/// A Variable that training changes: made by layers, saved by `save_params`.
class Parameter : public Variable {
  public:
    using Variable::Variable;
    explicit Parameter(const Variable& variable) : Variable(variable) {}
    [[nodiscard]] bool trainable() const noexcept { return parameter()->trainable; }
    [[nodiscard]] float learning_rate() const noexcept { return parameter()->learning_rate; }
};

/// Source: fluid.io.is_persistable: feed and fetch lists and readers are flagged persistable and are not.
inline bool is_persistable(const Variable& v) noexcept {
    return v.persistable() && v.kind() != VarKind::FEED_MINIBATCH && v.kind() != VarKind::FETCH_LIST && v.kind() != VarKind::READER;
}
/// Source: fluid.io.is_parameter.
inline bool is_parameter(const Variable& v) noexcept { return v.is_parameter(); }
/// Source: fluid.io.is_belong_to_optimizer.
inline bool is_belong_to_optimizer(const Variable& v) noexcept { return !v.is_parameter() && !v.need_check_feed() && is_persistable(v); }

}  // namespace wherry::inline WHERRY_ABI

#endif
