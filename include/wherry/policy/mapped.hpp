#ifndef WHERRY_POLICY_MAPPED_HPP
#define WHERRY_POLICY_MAPPED_HPP

#include <wherry/base/allocate.hpp>
#include <wherry/base/number.hpp>
#include <wherry/base/result.hpp>
#include <wherry/policy/disk.hpp>
#include <wherry/policy/memory.hpp>
#include <wherry/version.hpp>

#if defined(__unix__) || defined(__APPLE__)
#include <sys/mman.h>
#endif

#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace wherry::inline WHERRY_ABI {

/// A file as memory of your own: what is written there never reaches the file.
class mapped_reader {
  public:
    mapped_reader(std::shared_ptr<void> memory, std::size_t size_bytes, std::string path) noexcept
        : memory_(std::move(memory)), size_bytes_(size_bytes), path_(std::move(path)) {}

    [[nodiscard]] std::uint64_t size_bytes() const noexcept { return size_bytes_; }
    [[nodiscard]] std::string_view path() const noexcept { return path_; }
    [[nodiscard]] std::string_view bytes() const noexcept { return {static_cast<const char*>(memory_.get()), size_bytes_}; }
    [[nodiscard]] std::shared_ptr<void> lender() const noexcept { return memory_; }
    /// Errors: truncated.
    result<void> read_at(std::uint64_t offset, std::span<std::byte> into) const { return memory_reader(bytes()).read_at(offset, into); }

  private:
    std::shared_ptr<void> memory_;
    std::size_t size_bytes_;
    std::string path_;
};

namespace detail {
/// A mapping of the system's; null where it has no mapping or refuses one, as network disks and full address spaces do.
struct system_mapping {
    [[nodiscard]] static std::shared_ptr<void> map_whole([[maybe_unused]] disk::reader& file, [[maybe_unused]] std::size_t size_bytes) {
#if defined(__unix__) || defined(__APPLE__)
        // Pages are read when they are touched, and are private once they are written to.
        void* const start = ::mmap(nullptr, size_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE, file.native_handle(), 0);
        if (start == MAP_FAILED) return nullptr;  // NOLINT: the system's own cast
        return {start, [size_bytes](void* mapping) { ::munmap(mapping, size_bytes); }};
#else
        return nullptr;
#endif
    }
};

/// One copy that serves all tensors. Errors: out_of_memory, those of the reader.
inline result<std::shared_ptr<void>> copy_whole(disk::reader& file, std::size_t size_bytes) {
    constexpr std::align_val_t boundary{64};
    std::shared_ptr<void> memory(allocate(size_bytes, static_cast<std::size_t>(boundary)),
                                 [](void* held) { ::operator delete(held, boundary); });
    if (memory == nullptr)
        return failure(errc::out_of_memory, "the system refuses to map the file, and memory has no room for it")
            .in_file(file.path())
            .found(size_bytes);
    if (auto read = file.read_at(0, {static_cast<std::byte*>(memory.get()), size_bytes}); !read) return read.failure();
    return memory;
}
}  // namespace detail

/// Files to load from without copying: tensors borrow the mapping, which lives as long as one of them does. Elements must
/// start at a multiple of 64 bytes for that, as `annotate<align<64>>` saves them; others are copied. Tensors may be written
/// to; the file does not change. Nobody may shorten the file while it is mapped. Where the system refuses a mapping, the file is read
/// into memory once, for all tensors; who never wants a mapping takes `disk`.
///
///     archive<annotate<align<64>>>::load(program, scope, mapped{"model/persistables"});
///
/// Errors: those of `disk`; out_of_memory where neither a mapping nor memory is to be had.
template <class Mapping>
class basic_mapped {
  public:
    static constexpr std::string_view name = "mapped";
    static constexpr bool many_records = true;

    explicit basic_mapped(std::string path) : files_(std::move(path)) {}

    result<void> expect(std::span<const std::string_view> names) { return files_.expect(names); }
    [[nodiscard]] result<mapped_reader> open(std::string_view record) {
        auto file = files_.open(record);
        if (!file) return file.failure();
        const auto size = checked_size(file->size_bytes());
        if (!size) return failure(errc::overflow, "the file does not fit memory").in_file(file->path());
        std::string path(file->path());
        if (*size == 0) return mapped_reader(nullptr, 0, std::move(path));
        if (auto memory = Mapping::map_whole(*file, *size); memory != nullptr)
            return mapped_reader(std::move(memory), *size, std::move(path));
        auto copy = detail::copy_whole(*file, *size);
        if (!copy) return copy.failure().in_file(path);
        return mapped_reader(*std::move(copy), *size, std::move(path));
    }
    /// As `disk::join`, with a program's file.
    void join(disk* program) { files_.join(program); }

  private:
    disk files_;
};

/// Files that are mapped into memory: `archive<annotate<align<64>>>::load(program, scope, mapped{"params"})` copies nothing.
using mapped = basic_mapped<detail::system_mapping>;

static_assert(Source<mapped> && LendingReader<mapped_reader> && !LendingReader<memory_reader>);

}  // namespace wherry::inline WHERRY_ABI

#endif
