#ifndef WHERRY_EXEC_PREPARED_RUN_HPP
#define WHERRY_EXEC_PREPARED_RUN_HPP

#include <wherry/base/dtype.hpp>
#include <wherry/base/result.hpp>
#include <wherry/base/sequence.hpp>
#include <wherry/exec/plan.hpp>
#include <wherry/tensor/scope.hpp>
#include <wherry/tensor/tensor.hpp>
#include <wherry/version.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <utility>

namespace wherry::inline WHERRY_ABI {

/// Memory of the caller for one fetched variable: `fetch_into::of<float>("y", scores)`.
struct fetch_into {
    std::string_view name;
    DType dtype = DType::FP32;
    std::span<std::byte> bytes;

    template <Element T>
    static fetch_into of(std::string_view name, std::span<T> elements) {
        return {name, dtype_of<T>, std::as_writable_bytes(elements)};
    }
};

/// A program that is run again and again, on arrays that stay where they are: the caller writes the fed ones, calls `run`, and reads the
/// fetched ones. Made by `Executor::prepare`. It owns its plan, so later edits of the program are not seen; values of the weights are.
///
/// The fed and the fetched memory, LoD of the fed arrays and the scope must outlive it. Nothing is looked up by name while no name
/// comes to the scope or leaves it. `run` itself allocates nothing; an operator may, for values of another type than it computes with.
class prepared_run {
  public:
    /// Errors: those of `plan::bind_scope`; bad_argument for a fed array that does not lie at a multiple of its elements and for fetched
    /// memory of another size than the dims ask for, dtype_mismatch for one of another element type, unsupported where shapes depend on values.
    static result<prepared_run> bind(plan made, Scope& scope, std::span<const tensor_ref> feeds, std::span<const fetch_into> fetches) {
        if (made.has_rest()) return failure(errc::unsupported, "a program whose shapes depend on values cannot be prepared, only run");
        prepared_run bound(std::move(made), scope);
        bound.feeds_.assign(feeds.begin(), feeds.end());
        bound.fetches_.assign(fetches.begin(), fetches.end());
        for (const auto& fed : feeds)
            if (!detail::is_aligned(fed.bytes.data(), fed.dtype))
                return failure(errc::bad_argument, "a fed array does not lie at a multiple of its elements").of_variable(fed.name);
        for (std::size_t i = 0; i < fetches.size(); ++i)
            if (auto checked = bound.check_fetch(i); !checked) return checked.failure();
        for (auto& fed : bound.feeds_) fed.name = {};  // what names were taken from may go
        for (auto& fetched : bound.fetches_) fetched.name = {};
        if (auto ready = bound.plan_.bind_scope(scope); !ready) return ready.failure();
        if (auto fed = bound.plan_.bind_feeds(bound.feeds_); !fed) return fed.failure();
        return bound;
    }

    /// Computes the fetched arrays from the fed ones. Errors: those of `plan::run`; the fetched memory is then as it was.
    result<void> run() {
        if (auto bound = plan_.bind_scope(*scope_); !bound) return bound;
        for (std::size_t i = 0; i < feeds_.size(); ++i)
            if (plan_.copies_feed(i)) {
                if (auto fed = plan_.bind_feeds(feeds_); !fed) return fed;
                break;
            }
        if (auto ran = plan_.run_steps(); !ran) return ran;
        for (std::size_t i = 0; i < fetches_.size(); ++i) {
            const auto from = plan_.fetched(i, feeds_).bytes;
            std::copy(from.begin(), from.end(), fetches_[i].bytes.begin());
        }
        return {};
    }

    /// What the last run put into the memory of a fetch, in their order: dims (fewer rows than planned for where a run tells
    /// how many there are) and LoD besides the bytes.
    [[nodiscard]] tensor_ref fetched(std::size_t i) const {
        auto value = plan_.fetched(i, feeds_);
        value.bytes = fetches_[i].bytes.first(value.bytes.size());
        return value;
    }

    /// As that of an executor.
    [[nodiscard]] std::uint64_t own_bytes() const noexcept {
        return plan_.own_bytes() + detail::heap_bytes(feeds_) + detail::heap_bytes(fetches_);
    }

  private:
    prepared_run(plan made, Scope& scope) : plan_(std::move(made)), scope_(&scope) {}

    [[gnu::cold]] result<void> check_fetch(std::size_t i) const {
        const auto& into = fetches_[i];
        const auto& meta = plan_.fetched_meta(i);
        if (into.dtype != meta.dtype)
            return failure(errc::dtype_mismatch, "memory for a fetched variable has another element type")
                .of_variable(into.name)
                .expected(name_of(meta.dtype))
                .found(name_of(into.dtype));
        if (const auto wanted = meta.dims.count() * size_of(meta.dtype); into.bytes.size() != wanted)
            return failure(errc::bad_argument, "memory for a fetched variable does not fit its dims")
                .of_variable(into.name)
                .expected(wanted)
                .found(into.bytes.size());
        return {};
    }

    plan plan_;
    Scope* scope_;
    sequence<tensor_ref> feeds_;
    sequence<fetch_into> fetches_;
};

}  // namespace wherry::inline WHERRY_ABI

#endif
