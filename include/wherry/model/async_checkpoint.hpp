#ifndef WHERRY_MODEL_ASYNC_CHECKPOINT_HPP
#define WHERRY_MODEL_ASYNC_CHECKPOINT_HPP

#include <wherry/base/budget.hpp>
#include <wherry/base/result.hpp>
#include <wherry/base/sequence.hpp>
#include <wherry/model/checkpoint.hpp>
#include <wherry/model/checkpoint_notes.hpp>
#include <wherry/program/program.hpp>
#include <wherry/tensor/scope.hpp>
#include <wherry/tensor/selected_rows.hpp>
#include <wherry/tensor/tensor.hpp>
#include <wherry/version.hpp>

#include <algorithm>
#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <system_error>
#include <thread>
#include <utility>

namespace wherry::inline WHERRY_ABI {

namespace detail {
/// Arrays as they were when they were taken. Taken again, they go into the memory that is there.
class array_snapshot {
  public:
    /// Errors: out_of_memory; `refs` are none then.
    result<void> take(std::span<const tensor_ref> arrays) {
        refs_.clear();
        if (held_.size() > arrays.size()) held_.erase(held_.begin() + static_cast<std::ptrdiff_t>(arrays.size()), held_.end());
        for (std::size_t i = 0; i < arrays.size(); ++i) {
            if (i == held_.size()) held_.push_back(std::make_unique<held>());
            auto& one = *held_[i];
            const auto& from = arrays[i];
            one.name = from.name;
            if (!one.value.value.try_resize(from.dtype, from.dims)) return out_of_memory(from.bytes.size());
            std::copy(from.bytes.begin(), from.bytes.end(), one.value.value.bytes().begin());
            if (from.lod != nullptr) one.value.value.set_lod(*from.lod);
            if (from.rows == nullptr) continue;
            one.value.rows = from.rows->rows;
            one.value.height = from.rows->height;
        }
        for (std::size_t i = 0; i < arrays.size(); ++i)
            refs_.push_back(arrays[i].rows != nullptr ? held_[i]->value.ref(held_[i]->name) : held_[i]->value.value.ref(held_[i]->name));
        return {};
    }
    [[nodiscard]] std::span<const tensor_ref> refs() const noexcept { return refs_; }

  private:
    struct held {
        std::string name;
        SelectedRows value;  ///< of a tensor, `value.value`
    };
    sequence<std::unique_ptr<held>> held_;
    sequence<tensor_ref> refs_;
};
}  // namespace detail

/// Saves checkpoints while training goes on: a save copies the arrays and returns, a thread writes the copy.
///
/// Cost of a save to who calls it: the wait for the last one, and one copy of the arrays in memory. Once that memory is there, after the
/// first save, the copy takes 0.9 to 1.2 times a memcpy of the same bytes, 2.7 times where they fit the cache of the core that wrote the
/// last one (16 MiB; `benchmarks/checkpoint.cpp`). Memory: that copy, which stays for the next save. The store belongs to this object while
/// a save is under way. Where the system has no thread to give, the save is done before it returns; without exceptions the program ends
/// there.
template <class Store = checkpoint_store<>>
class async_checkpoints {
  public:
    /// The store has to outlive this.
    explicit async_checkpoints(Store& store) noexcept : store_(&store) {}
    async_checkpoints(const async_checkpoints&) = delete;
    async_checkpoints& operator=(const async_checkpoints&) = delete;
    /// Waits. An error that nobody has asked for is lost: call `wait` before.
    ~async_checkpoints() { join(); }

    /// Waits for the last save, takes a snapshot and begins to write it. Errors: that of the last save, and nothing is begun then; those of
    /// `arrays_of`; out_of_memory.
    result<void> save(const Program& program, const Scope& scope, checkpoint_notes notes = {}) {
        return caught([&]() -> result<void> {
            if (auto last = wait(); !last) return last.failure();
            sequence<std::unique_ptr<SelectedRows>> gathered;
            const auto arrays = Store::arrays_of(program, scope, gathered);
            if (!arrays) return arrays.failure();
            if (auto taken = snapshot_.take(*arrays); !taken) return taken;
            notes_ = std::move(notes);
            notes_.random_seed = program.random_seed();
            return begin(), result<void>();
        });
    }
    /// Waits for the save that is under way. Answers what it has made; none where nobody has saved since the last call.
    /// Errors: those of the save, once.
    result<std::optional<saved_checkpoint>> wait() {
        join();
        if (!outcome_) return std::optional<saved_checkpoint>();
        auto outcome = *std::move(outcome_);
        outcome_.reset();
        if (!outcome) return outcome.failure();
        return std::optional(*std::move(outcome));
    }

  private:
    void write() { outcome_.emplace(store_->save(snapshot_.refs(), notes_)); }
    void begin() {
#ifdef __cpp_exceptions
        try {
            thread_ = std::thread([this] { write(); });
        } catch (const std::system_error&) { write(); }
#else
        thread_ = std::thread([this] { write(); });
#endif
    }
    void join() noexcept {
        if (thread_.joinable()) thread_.join();
    }

    Store* store_;
    detail::array_snapshot snapshot_;
    checkpoint_notes notes_;
    std::optional<result<saved_checkpoint>> outcome_;
    std::thread thread_;
};

}  // namespace wherry::inline WHERRY_ABI

#endif
