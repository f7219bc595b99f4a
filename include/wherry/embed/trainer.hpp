#ifndef WHERRY_EMBED_TRAINER_HPP
#define WHERRY_EMBED_TRAINER_HPP

#include <wherry/base/fixed_string.hpp>
#include <wherry/embed/network.hpp>
#include <wherry/version.hpp>

#include <concepts>
#include <cstddef>
#include <span>
#include <string_view>
#include <utility>

namespace wherry::inline WHERRY_ABI::embed {

/// Plain gradient descent: the program's `sgd` operators, with the learning rate that is among its persistables.
struct sgd {
    static constexpr std::string_view name = "sgd";
};

/// Takes pieces of a saved stream one after the other, into flash for example. False ends the save.
template <class S>
concept StreamSink = requires(S& sink, std::span<const std::byte> piece) {
    { sink(piece) } -> std::same_as<bool>;
};

/// Trains a model where it runs. Model::program is a training program: forward, backward and `sgd` operators, as Paddle's `minimize` makes it;
/// Model::params are all its persistables. Layers that the program leaves alone (trainable=False) stay in flash; parameters that it changes
/// live in a block of RAM that the caller owns. Operators: those of network, their gradients for fully connected layers, cross entropy, mean.
/// No heap; one trainer of a type at a time.
template <class Model, class Optimizer = sgd, class... Policies>
class trainer {
    static_assert(std::same_as<Optimizer, sgd>, "wherry: embed trains with sgd, and no other optimizer yet");
    using stepper = network<Model, Policies..., detail::trains>;
    static_assert(stepper::trained_bytes > 0, "wherry: the program of a trainer has no sgd operator that changes a parameter");

  public:
    /// Floats of RAM for the parameters that change.
    static constexpr std::size_t trained_count = stepper::trained_bytes / sizeof(float);
    /// RAM for what is between the operators of a step; .bss, not the caller's.
    static constexpr std::size_t arena_bytes = stepper::arena_bytes;
    /// Bytes that `save` writes: as many as Model::params has.
    static constexpr std::size_t saved_bytes = detail::params_size<Model>();

    /// Starts from the values in Model::params; `trained` is used as long as the trainer lives.
    explicit trainer(std::span<float, trained_count> trained) noexcept : trained_(trained.data()) { reset(); }

    /// Forgets what was learnt.
    void reset() noexcept {
        for_each_record([&](const detail::record& one, std::size_t at, std::size_t count) {
            if (count > 0) __builtin_memcpy(trained_ + at, detail::params_data<Model>() + one.offset, count * sizeof(float));
            return true;
        });
    }

    /// One step: forward, backward, update. Buffers: inputs in the order of the feeds (without feed operators: of their first use), then the
    /// outputs of the policy outputs<...>, the loss for example, or all by name.
    template <class... Buffers>
    void step(Buffers&&... buffers) noexcept {
        stepper::run_from(stepper::arena_of_type::bytes, memory(), buffers...);
    }

    /// Runs the network up to these variables with the parameters as they are now.
    template <fixed_string... Names, class... Buffers>
    void predict(Buffers&&... buffers) const noexcept {
        using forward = network<Model, Policies..., detail::predicts<Names...>>;
        if constexpr (forward::arena_bytes <= stepper::arena_bytes) forward::run_from(stepper::arena_of_type::bytes, memory(), buffers...);
        else forward::run_from(forward::arena_of_type::bytes, memory(), buffers...);
    }

    /// Writes all parameters as a combined stream that Paddle loads. False when the sink returned false.
    template <StreamSink Sink>
    bool save(Sink&& sink) const noexcept {
        const auto* stream = reinterpret_cast<const std::byte*>(detail::params_data<Model>());
        std::size_t done = 0;
        const bool written = for_each_record([&](const detail::record& one, std::size_t at, std::size_t count) {
            if (count == 0) return true;
            if (!sink(std::span<const std::byte>(stream + done, one.offset - done))) return false;
            done = one.offset + count * sizeof(float);
            return sink(std::span<const std::byte>(reinterpret_cast<const std::byte*>(trained_ + at), count * sizeof(float)));
        });
        return written && sink(std::span<const std::byte>(stream + done, saved_bytes - done));
    }
    /// The same into a buffer of the right size.
    void save(std::span<std::byte, saved_bytes> buffer) const noexcept {
        auto* to = buffer.data();
        save([&](std::span<const std::byte> piece) {
            __builtin_memcpy(to, piece.data(), piece.size());
            to += piece.size();
            return true;
        });
    }

  private:
    [[nodiscard]] std::byte* memory() const noexcept { return reinterpret_cast<std::byte*>(trained_); }

    /// f(record, first float in the block, floats): none for a record that is not trained. Stops when f returns false.
    template <class F>
    static bool for_each_record(F f) noexcept {
        static constexpr auto& records = detail::records_of<Model>;
        static constexpr auto counts = detail::trained_counts<Model>();
        std::size_t at = 0;
        for (std::size_t i = 0; i < records.count; ++i) {
            if (!f(records.all[i], at, counts.all[i])) return false;
            at += counts.all[i];
        }
        return true;
    }

    float* trained_;
};

}  // namespace wherry::inline WHERRY_ABI::embed

#endif
