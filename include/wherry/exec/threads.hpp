#ifndef WHERRY_EXEC_THREADS_HPP
#define WHERRY_EXEC_THREADS_HPP

#include <wherry/base/dtype.hpp>
#include <wherry/base/result.hpp>
#include <wherry/base/shape.hpp>
#include <wherry/exec/executor.hpp>
#include <wherry/exec/op_list.hpp>
#include <wherry/exec/run.hpp>
#include <wherry/exec/slot.hpp>
#include <wherry/version.hpp>

#include <algorithm>
#include <array>
#include <atomic>
#include <concepts>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <span>
#include <string_view>
#include <thread>
#include <vector>

/// Several threads in a run. Operators that take long are cut into parts of their output: convolutions by images or filters, pooling and
/// resizing by images or channels, products by matrices or rows, softmax by rows, functions of elements by elements. Each number is
/// computed as in one thread, so that results do not depend on how many there are.
///
///     Executor exe(op::inference{}, threads<4>{});
namespace wherry::inline WHERRY_ABI {

/// Something that runs tasks: `count`, into how many parts it is worth to cut an operator; `run(n, task, of)` calls `task(of, i)` for each i < n,
/// in any order and at once if it likes, and returns after the last one. May be called by several threads.
template <class T>
concept TaskRunner = requires(void (*task)(void*, std::size_t) noexcept) {
    { T::count } -> std::convertible_to<std::size_t>;
    { T::run(std::size_t{1}, task, nullptr) }
    noexcept->std::same_as<void>;
};

namespace kinds {
/// Who runs the parts of an operator: a `TaskRunner`.
struct tasks {
    template <class P>
    static constexpr bool check() noexcept {
        static_assert(
            TaskRunner<P>,
            "wherry: tasks: needs `static constexpr std::size_t count` and `static void run(std::size_t count, void (*task)(void* "
            "of, std::size_t i) noexcept, void* of) noexcept` (see wherry/exec/threads.hpp)");
        return TaskRunner<P>;
    }
};
}  // namespace kinds

namespace detail {
/// Threads that wait for work. One caller at a time is helped by them, others do their work alone.
class thread_pool {
  public:
    using task = void (*)(void*, std::size_t) noexcept;

    explicit thread_pool(std::size_t helpers) {
        helpers_.reserve(helpers);
#ifdef __cpp_exceptions
        try {
            while (helpers_.size() < helpers) helpers_.emplace_back([this] { help(); });
        } catch (...) {  // fewer, where the system has no more
        }
#else
        while (helpers_.size() < helpers) helpers_.emplace_back([this] { help(); });
#endif
    }
    thread_pool(const thread_pool&) = delete;
    thread_pool& operator=(const thread_pool&) = delete;
    ~thread_pool() {
        {
            const std::lock_guard lock(mutex_);
            ends_ = true;
        }
        begins_.notify_all();
        for (auto& helper : helpers_) helper.join();
    }

    void run(std::size_t count, task what, void* of) noexcept {
        const std::unique_lock alone(caller_, std::try_to_lock);
        if (!alone || helpers_.empty() || count < 2) {
            for (std::size_t i = 0; i < count; ++i) what(of, i);
            return;
        }
        {
            const std::lock_guard lock(mutex_);
            what_ = what, of_ = of, count_ = count;
            next_.store(0, std::memory_order_relaxed);
            busy_.store(helpers_.size(), std::memory_order_relaxed);
            round_.fetch_add(1, std::memory_order_release);
        }
        begins_.notify_all();
        work();
        while (busy_.load(std::memory_order_acquire) != 0) std::this_thread::yield();
    }

  private:
    void work() noexcept {
        for (std::size_t i = next_.fetch_add(1, std::memory_order_relaxed); i < count_; i = next_.fetch_add(1, std::memory_order_relaxed))
            what_(of_, i);
    }
    void help() noexcept {
        for (std::size_t seen = 0;;) {
            // operators follow one another within microseconds: to wake up takes longer than most of them
            for (int spins = 0; spins < 2000 && round_.load(std::memory_order_acquire) == seen; ++spins) std::this_thread::yield();
            if (round_.load(std::memory_order_acquire) == seen) {
                std::unique_lock lock(mutex_);
                begins_.wait(lock, [&] { return ends_ || round_.load(std::memory_order_relaxed) != seen; });
                if (ends_) return;
            }
            ++seen;  // the next round begins after all have left this one
            work();
            busy_.fetch_sub(1, std::memory_order_release);
        }
    }

    std::mutex caller_, mutex_;
    std::condition_variable begins_;
    bool ends_ = false;
    task what_ = nullptr;
    void* of_ = nullptr;
    std::size_t count_ = 0;
    std::atomic<std::size_t> next_{0}, busy_{0};
    std::atomic<std::size_t> round_{0};
    std::vector<std::thread> helpers_;
};
}  // namespace detail

/// N threads together with the one that calls `run`. They begin with the first operator that is cut, serve all executors of the program that
/// name as many, and end with it. Where the system refuses threads, there are fewer (without exceptions the program ends).
template <std::size_t N>
    requires(N > 0)
struct threads {
    using kind = kinds::tasks;
    static constexpr std::string_view name = "threads";
    static constexpr std::size_t count = N;
    static void run(std::size_t parts, detail::thread_pool::task task, void* of) noexcept {
        static detail::thread_pool pool(N - 1);
        pool.run(parts, task, of);
    }
};

/// `count` threads, 1 at least: for a program that asks whoever uses it. How many there are is fixed by the first operator that is cut.
struct chosen_threads {
    using kind = kinds::tasks;
    static constexpr std::string_view name = "chosen_threads";
    static inline std::atomic<std::size_t> count{1};
    static void run(std::size_t parts, detail::thread_pool::task task, void* of) noexcept {
        static detail::thread_pool pool(std::max<std::size_t>(count, 1) - 1);
        pool.run(parts, task, of);
    }
};

namespace detail {
/// How an operator is cut: its output and some of its inputs along one dim each, so many of its elements for each of `extent` units. Dims
/// before those are 1, so that a part lies together.
struct cut {
    struct along {
        std::size_t dim = none;  ///< none: whole
        std::size_t unit = 1;
    };
    static constexpr std::size_t none = ~std::size_t{0}, most_operands = 3;
    std::size_t extent = 0;  ///< 0: not cut
    std::size_t grain = 1;   ///< units that are not parted: rows of a tile
    std::array<along, most_operands> in{};
    along out{};
    bool is_of_groups = false;
};

enum class cut_by : std::uint8_t { nothing, filters, channels, images, rows, elements, broadcast, matrices };
constexpr cut_by cut_of(std::string_view type) noexcept {
    if (type == "conv2d" || type == "depthwise_conv2d" || type == "fused_conv2d") return cut_by::filters;
    if (type == "pool2d") return cut_by::channels;
    if (type == "softmax") return cut_by::rows;
    if (type.find("_interp") != type.npos && !type.ends_with("_grad")) return cut_by::images;
    if (type == "matmul_v2") return cut_by::matrices;
    for (const std::string_view other : {"elementwise_add", "elementwise_sub", "elementwise_mul", "elementwise_div"})
        if (type == other) return cut_by::broadcast;
    for (const std::string_view other : {"relu", "sigmoid", "tanh", "relu6", "leaky_relu", "hard_sigmoid", "hard_swish", "swish", "silu",
                                         "mish", "gelu", "elu", "softplus", "exp", "log", "abs", "sqrt", "square", "scale"})
        if (type == other) return cut_by::elements;
    return cut_by::nothing;
}

inline std::size_t first_long_dim(const Shape& dims) {
    std::size_t at = 0;
    while (at < dims.rank() && dims[at] == 1) ++at;
    return at < dims.rank() ? at : cut::none;
}
inline std::size_t extent_of(const Shape& dims, std::size_t dim) { return dim == cut::none ? 0 : static_cast<std::size_t>(dims[dim]); }

template <cut_by By, class Attributes>
cut make_cut(const Attributes& a, const run_context& c) {
    constexpr std::size_t least_elements = 32768, least_products = 200000, tile_rows = 8;
    const auto& x = c.in_dims(0);
    const auto& out = c.out_dims(0);
    const std::size_t count = out.count();
    cut made;
    if constexpr (By == cut_by::elements || By == cut_by::broadcast) {
        const auto dim = first_long_dim(out);
        if (count < least_elements || dim == cut::none || x != out || c.in_is_rows(0)) return made;
        made = {.extent = extent_of(out, dim), .in = {{{dim}}}, .out = {dim}};
        if constexpr (By == cut_by::broadcast) {
            const auto& y = c.in_dims(1);
            if (c.in_is_rows(1)) return {};
            if (y.count() == 1) return made;
            if (y.rank() != x.rank() || (y[dim] != x[dim] && y[dim] != 1)) return {};
            if (y[dim] != 1) made.in[1] = {dim};
        }
    } else if constexpr (By == cut_by::channels) {
        if (x.rank() != 4 || count < least_elements || a.data_format == "NHWC") return made;
        const std::size_t dim = x[0] > 1 ? 0 : 1;
        made = {.extent = extent_of(x, dim), .in = {{{dim}}}, .out = {dim}};
    } else if constexpr (By == cut_by::images) {
        if (x.rank() < 3 || count < least_elements || !a.data_layout.starts_with("NC")) return made;
        const std::size_t dim = x[0] > 1 ? 0 : 1;
        made = {.extent = extent_of(x, dim), .in = {{{dim}}}, .out = {dim}};
    } else if constexpr (By == cut_by::rows) {
        const auto dim = first_long_dim(x);
        const auto axis = static_cast<std::size_t>(a.axis < 0 ? a.axis + static_cast<std::int32_t>(x.rank()) : a.axis);
        if (count < least_elements || dim == cut::none || dim == axis) return made;
        made = {.extent = extent_of(x, dim), .in = {{{dim}}}, .out = {dim}};
    } else if constexpr (By == cut_by::filters) {
        const auto& filter = c.in_dims(1);
        if (x.rank() != 4 || filter.rank() != 4 || a.data_format == "NHWC" || count == 0 || filter[0] == 0) return made;
        if (count * (filter.count() / extent_of(filter, 0)) < least_products) return made;
        if (x[0] > 1) return {.extent = extent_of(x, 0), .in = {{{0}}}, .out = {0}};
        const auto groups = static_cast<std::size_t>(a.groups);
        const std::size_t filters = extent_of(filter, 0) / groups;
        made = {.extent = groups,
                .in = {{{1, extent_of(x, 1) / groups}, {0, filters}, {0, filters}}},
                .out = {1, filters},
                .is_of_groups = true};
        if (groups == 1) made = {.extent = filters, .grain = tile_rows, .in = {{{}, {0}, {0}}}, .out = {1}};
    } else if constexpr (By == cut_by::matrices) {
        const auto& y = c.in_dims(1);
        if (x.rank() < 2 || y.rank() < 2 || a.trans_x || count * static_cast<std::size_t>(x.back()) < least_products) return made;
        const auto dim = first_long_dim(x);
        if (dim == cut::none || dim + 1 >= x.rank() || out.rank() != x.rank()) return made;
        if (dim + 2 == x.rank()) {  // one matrix: its rows
            if (y.count() != extent_of(y, y.rank() - 2) * extent_of(y, y.rank() - 1)) return made;
            return {.extent = extent_of(x, dim), .grain = tile_rows, .in = {{{dim}}}, .out = {dim}};
        }
        if (y.rank() != 2 && (y.rank() != x.rank() || y[dim] != x[dim])) return made;
        made = {.extent = extent_of(x, dim), .in = {{{dim}}}, .out = {dim}};
        if (y.rank() != 2) made.in[1] = {dim};
    }
    return made;
}

/// A part of an operand, from a unit on.
inline operand part_of(const operand& whole, cut::along by, std::size_t first, std::size_t count) {
    if (by.dim == cut::none) return whole;
    operand part = whole;
    const auto each = whole.count / static_cast<std::size_t>(whole.dims[by.dim]) * by.unit;
    part.data += first * each * size_of(whole.dtype);
    part.dims[by.dim] = static_cast<std::int64_t>(count * by.unit);
    part.count = count * each;
    return part;
}

template <class Op, class Tasks>
struct op_in_parts {
    using attributes = typename Op::attributes;
    struct job {
        const run_context& c;
        const cut& how;
        std::size_t each;             ///< units of a part
        const attributes *as, *last;  ///< of a part, and of the last one
        std::atomic<bool> failed{false};
    };

    static result<void> run(const void* given, run_context& c) {
        const auto& a = *static_cast<const attributes*>(given);
        const auto& whole = c.all();
        if (!c.has_out(0) || whole.inputs.size() > cut::most_operands || whole.outputs.size() != 1) return Op::run(a, c);
        const cut how = make_cut<cut_of(Op::type)>(a, c);
        const std::size_t wanted = std::max<std::size_t>(Tasks::count, 1), tiles = (how.extent + how.grain - 1) / how.grain;
        const std::size_t each = (tiles + wanted - 1) / wanted * how.grain;
        if (tiles < 2) return Op::run(a, c);
        const std::size_t parts = (how.extent + each - 1) / each;
        job work{c, how, each, &a, &a};
        if constexpr (cut_of(Op::type) == cut_by::filters) {
            if (how.is_of_groups) {
                auto of_each = a, of_last = a;
                of_each.groups = static_cast<std::int32_t>(each);
                of_last.groups = static_cast<std::int32_t>(how.extent - (parts - 1) * each);
                work.as = &of_each, work.last = &of_last;
                Tasks::run(parts, part, &work);
                return work.failed ? Op::run(a, c) : result<void>();
            }
        }
        Tasks::run(parts, part, &work);
        return work.failed ? Op::run(a, c) : result<void>();  // for what it says
    }
    static void part(void* of, std::size_t i) noexcept {
        auto& work = *static_cast<job*>(of);
        const auto& whole = work.c.all();
        const std::size_t first = i * work.each, count = std::min(work.each, work.how.extent - first);
        std::array<operand, cut::most_operands> inputs{};
        std::array<operand*, cut::most_operands> in{};
        for (std::size_t k = 0; k < whole.inputs.size(); ++k) {
            inputs[k] = part_of(*whole.inputs[k], work.how.in[k], first, count);
            in[k] = &inputs[k];
        }
        operand output = part_of(*whole.outputs[0], work.how.out, first, count);
        operand* const out = &output;
        auto parts = whole;
        parts.inputs = std::span<operand* const>(in).first(whole.inputs.size());
        parts.outputs = {&out, 1};
        run_context c(parts);
        const auto& as = first + count == work.how.extent ? *work.last : *work.as;
        if constexpr (cut_of(Op::type) == cut_by::broadcast) {
            attributes own;  // a part has loops of its own, which `as` keeps for the whole
            own.axis = as.axis;
            if (!Op::run(own, c)) work.failed = true;
        } else if (!Op::run(as, c)) {
            work.failed = true;
        }
    }

    static constexpr op_info info() {
        auto made = info_of<Op, carries::kernels>();
        if constexpr (cut_of(Op::type) != cut_by::nothing) made.run = run;
        return made;
    }
};

/// The operators of a list, those that can be cut with a kernel that does so.
template <class... Ops, class Tasks>
struct list_in_parts<op_list<Ops...>, Tasks> {
    static constexpr auto run_table = [] {
        std::array<op_info, sizeof...(Ops)> all{op_in_parts<Ops, Tasks>::info()...};
        std::sort(all.begin(), all.end(), [](const op_info& a, const op_info& b) { return a.type < b.type; });
        return all;
    }();
};
}  // namespace detail

}  // namespace wherry::inline WHERRY_ABI

#endif
