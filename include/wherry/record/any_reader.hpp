#ifndef WHERRY_RECORD_ANY_READER_HPP
#define WHERRY_RECORD_ANY_READER_HPP

#include <wherry/base/result.hpp>
#include <wherry/policy/source.hpp>
#include <wherry/version.hpp>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>

namespace wherry::inline WHERRY_ABI {

/// Any reader as one type, so that what walks over records is compiled once and not once per source. Borrows the reader: it must
/// outlive this, and stay where it is. A call costs one indirection, beside a system call or a header to parse.
class any_reader {
  public:
    template <class R>
        requires(!std::same_as<std::remove_const_t<R>, any_reader> && Reader<R>)
    any_reader(R& reader)
    noexcept : reader_(&reader), calls_(&calls_of<R>) {  // NOLINT(google-explicit-constructor)
        if constexpr (ViewReader<R>) bytes_ = reader.bytes();
    }

    [[nodiscard]] std::uint64_t size_bytes() const { return calls_->size_bytes(reader_); }
    [[nodiscard]] std::string path() const { return calls_->path(reader_); }
    result<void> read_at(std::uint64_t offset, std::span<std::byte> into) { return calls_->read_at(reader_, offset, into); }

    /// Whether `read_at` of many stretches is there.
    [[nodiscard]] bool scatters() const noexcept { return calls_->scatter != nullptr; }
    result<void> read_at(std::uint64_t offset, std::span<const std::span<std::byte>> into) {
        return calls_->scatter(reader_, offset, into);
    }
    /// Tells of fresh memory that is read into next, where the reader cares.
    void will_fill(std::span<std::byte> fresh) const noexcept {
        if (calls_->will_fill != nullptr) calls_->will_fill(fresh);
    }
    /// Whether `bytes` are all there is.
    [[nodiscard]] bool is_view() const noexcept { return calls_->is_view; }
    [[nodiscard]] std::string_view bytes() const noexcept { return bytes_; }
    /// Memory that the reader has made for the record: what a codec unpacked.
    [[nodiscard]] std::uint64_t own_bytes() const noexcept { return calls_->own_bytes != nullptr ? calls_->own_bytes(reader_) : 0; }
    /// As long as this is held the bytes may be used; null where they are not lent.
    [[nodiscard]] std::shared_ptr<void> lender() const noexcept { return calls_->lender != nullptr ? calls_->lender(reader_) : nullptr; }

  private:
    struct calls {
        std::uint64_t (*size_bytes)(const void*);
        std::string (*path)(const void*);
        result<void> (*read_at)(void*, std::uint64_t, std::span<std::byte>);
        result<void> (*scatter)(void*, std::uint64_t, std::span<const std::span<std::byte>>) = nullptr;
        std::shared_ptr<void> (*lender)(const void*) noexcept = nullptr;
        void (*will_fill)(std::span<std::byte>) noexcept = nullptr;
        std::uint64_t (*own_bytes)(const void*) noexcept = nullptr;
        bool is_view = false;
    };
    template <class R>
    static constexpr calls calls_of = [] {
        calls made{[](const void* r) -> std::uint64_t { return static_cast<const R*>(r)->size_bytes(); },
                   [](const void* r) { return std::string(std::string_view(static_cast<const R*>(r)->path())); },
                   [](void* r, std::uint64_t offset, std::span<std::byte> into) { return static_cast<R*>(r)->read_at(offset, into); }};
        if constexpr (ScatterReader<R>)
            made.scatter = [](void* r, std::uint64_t offset, std::span<const std::span<std::byte>> into) {
                return static_cast<R*>(r)->read_at(offset, into);
            };
        if constexpr (LendingReader<R>)
            made.lender = [](const void* r) noexcept -> std::shared_ptr<void> { return static_cast<const R*>(r)->lender(); };
        if constexpr (requires(std::span<std::byte> fresh) { R::will_fill(fresh); }) made.will_fill = R::will_fill;
        if constexpr (requires(const R& r) { r.own_bytes(); })
            made.own_bytes = [](const void* r) noexcept -> std::uint64_t { return static_cast<const R*>(r)->own_bytes(); };
        made.is_view = ViewReader<R>;
        return made;
    }();

    void* reader_;
    const calls* calls_;
    std::string_view bytes_;
};

}  // namespace wherry::inline WHERRY_ABI

#endif
