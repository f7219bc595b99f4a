#ifndef WHERRY_TENSOR_TENSOR_HPP
#define WHERRY_TENSOR_TENSOR_HPP

#include <wherry/base/allocate.hpp>
#include <wherry/base/dtype.hpp>
#include <wherry/base/lod.hpp>
#include <wherry/base/require.hpp>
#include <wherry/base/result.hpp>
#include <wherry/base/shape.hpp>
#include <wherry/version.hpp>

#include <algorithm>
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <initializer_list>
#include <memory>
#include <new>
#include <span>
#include <string_view>
#include <utility>

namespace wherry::inline WHERRY_ABI {

struct SelectedRows;
class Tensor;

namespace detail {
struct later_calls;
}

/// Elements that are not in memory but in a file, say: read, decoded or computed each time that they are asked for. `elements_from` makes one.
struct element_source {
    using function = result<Tensor> (*)(const void* state, std::size_t at);
    function fetch = nullptr;
    std::shared_ptr<const void> state{};
    std::size_t at = 0;
    const detail::later_calls* how = nullptr;  ///< how a save waits for them: a program without sources does not link it

    /// The same elements.
    friend bool operator==(const element_source&, const element_source&) = default;
};

/// Borrows one tensor for saving: nothing is owned, nothing copied.
struct tensor_ref {
    std::string_view name{};
    DType dtype = DType::FP32;
    Shape dims;
    const LoD* lod = nullptr;  ///< null for none
    std::span<const std::byte> bytes{};
    const SelectedRows* rows = nullptr;      ///< not null: dtype, dims and bytes are those of its values
    const element_source* source = nullptr;  ///< not null: `bytes` are empty, and a save fetches the elements, one tensor at a time

    /// Of the elements, wherever they are; the dims must be good.
    [[nodiscard]] std::uint64_t size_bytes() const noexcept { return byte_count(dtype, dims).value_or(0); }
};

namespace detail {
/// Bytes at a 64-byte boundary, so that every vector load of a kernel is aligned.
class aligned_bytes {
  public:
    static constexpr std::align_val_t alignment{64};

    aligned_bytes() noexcept = default;
    explicit aligned_bytes(std::size_t size) : size_(size) {
        if (size_ > 0) data_ = static_cast<std::byte*>(::operator new(size_, alignment));
    }
    /// Empty where the system has no memory for them.
    static aligned_bytes of(std::size_t size) noexcept {
        aligned_bytes made;
        if (size > 0) made.data_ = static_cast<std::byte*>(allocate(size, static_cast<std::size_t>(alignment)));
        if (made.data_ != nullptr) made.size_ = size;
        return made;
    }
    /// Memory of somebody else, at such a boundary, which lives as long as `lender` does.
    aligned_bytes(std::byte* data, std::size_t size, std::shared_ptr<void> lender) noexcept
        : data_(data), size_(size), lender_(std::move(lender)) {}
    aligned_bytes(aligned_bytes&& other) noexcept
        : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)), lender_(std::move(other.lender_)) {}
    aligned_bytes& operator=(aligned_bytes&& other) noexcept {
        swap(other);
        return *this;
    }
    void swap(aligned_bytes& other) noexcept {
        std::swap(data_, other.data_);
        std::swap(size_, other.size_);
        lender_.swap(other.lender_);
    }
    ~aligned_bytes() {
        if (lender_ == nullptr) ::operator delete(data_, alignment);
    }
    [[nodiscard]] bool is_lent() const noexcept { return lender_ != nullptr; }
    [[nodiscard]] std::byte* data() const noexcept { return data_; }
    [[nodiscard]] std::size_t size() const noexcept { return size_; }

  private:
    std::byte* data_ = nullptr;
    std::size_t size_ = 0;
    std::shared_ptr<void> lender_;
};
}  // namespace detail

/// An owned array: element type, dims, LoD and 64-byte aligned elements. A new one is not initialized, which is how a
/// variable looks before the startup program ran. Copies are deep.
class Tensor {
  public:
    Tensor() noexcept = default;
    /// A tensor of these dims whose elements are not set. See `resize`.
    Tensor(DType dtype, const Shape& dims) { resize(dtype, dims); }
    /// `Tensor::of<float>({2, 3}, {0, 1, 2, 3, 4, 5})`. As many elements as the dims say: another number ends the program in every build.
    template <Element T>
    static Tensor of(const Shape& dims, std::span<const T> elements) {
        Tensor made(dtype_of<T>, dims);
        require(elements.size() == made.count(), "wherry: Tensor::of needs as many elements as its dims say");
        std::copy(elements.begin(), elements.end(), made.elements<T>().begin());
        return made;
    }
    template <Element T>
    static Tensor of(const Shape& dims, std::initializer_list<T> elements) {
        return of<T>(dims, std::span<const T>(elements.begin(), elements.size()));
    }

    /// A tensor whose elements lie in memory of somebody else, at a 64-byte boundary: a mapped file, a block that small
    /// tensors share. It may be written to, and goes into memory of its own when it outgrows what was lent.
    static Tensor lent(DType dtype, const Shape& dims, std::byte* data, std::shared_ptr<void> lender) {
        Tensor made;
        const auto size_bytes = byte_count(dtype, dims);
        require(size_bytes.has_value(), "wherry: a Tensor needs concrete dims of a known element type that fit the memory");
        assert(reinterpret_cast<std::uintptr_t>(data) % static_cast<std::size_t>(detail::aligned_bytes::alignment) == 0);  // NOLINT
        made.memory_ = detail::aligned_bytes(data, *size_bytes, std::move(lender));
        made.dtype_ = dtype;
        made.dims_ = dims;
        made.initialized_ = true;
        return made;
    }
    /// Whether the elements lie in lent memory.
    [[nodiscard]] bool is_lent() const noexcept { return memory_.is_lent(); }

    Tensor(const Tensor& other) : Tensor() { *this = other; }
    Tensor(Tensor&& other) noexcept { swap(other); }
    Tensor& operator=(Tensor&& other) noexcept {
        swap(other);
        return *this;
    }
    ~Tensor() = default;
    Tensor& operator=(const Tensor& other) {
        if (this == &other) return *this;
        if (other.is_initialized()) {
            resize(other.dtype_, other.dims_);
            std::copy(other.bytes().begin(), other.bytes().end(), bytes().begin());
        } else {
            initialized_ = false;
        }
        lod_ = other.lod_;
        return *this;
    }

    /// Gives the tensor these dims; memory is kept where it is large enough, elements are then whatever it held.
    /// Unknown dims or element types, and dims that multiply past what can be addressed, end the program in every build: ask `byte_count`
    /// about dims that come from elsewhere.
    void resize(DType dtype, const Shape& dims) {
        const auto size_bytes = byte_count(dtype, dims);
        require(size_bytes.has_value(), "wherry: a Tensor needs concrete dims of a known element type that fit the memory");
        if (*size_bytes > memory_.size()) memory_ = detail::aligned_bytes(*size_bytes);
        dtype_ = dtype;
        dims_ = dims;
        lod_.clear();
        initialized_ = true;
    }

    /// The same for dims that input chooses: false where the system has no memory for them, and nothing has changed.
    [[nodiscard]] bool try_resize(DType dtype, const Shape& dims) {
        const auto size_bytes = byte_count(dtype, dims).value_or(0);  // `resize` refuses what has no size
        if (size_bytes > memory_.size()) {
            auto fresh = detail::aligned_bytes::of(size_bytes);
            if (fresh.size() < size_bytes) return false;
            memory_ = std::move(fresh);
        }
        resize(dtype, dims);
        return true;
    }
    /// Bytes that dims may take before `resize` needs other memory.
    [[nodiscard]] std::size_t capacity_bytes() const noexcept { return memory_.size(); }

    [[nodiscard]] bool is_initialized() const noexcept { return initialized_; }
    [[nodiscard]] DType dtype() const noexcept { return dtype_; }
    [[nodiscard]] const Shape& dims() const noexcept { return dims_; }
    [[nodiscard]] const LoD& lod() const noexcept { return lod_; }
    void set_lod(LoD lod) { lod_ = std::move(lod); }
    [[nodiscard]] std::size_t count() const noexcept { return initialized_ ? dims_.count() : 0; }

    [[nodiscard]] std::span<std::byte> bytes() noexcept { return {memory_.data(), count() * size_of(dtype_)}; }
    [[nodiscard]] std::span<const std::byte> bytes() const noexcept { return {memory_.data(), count() * size_of(dtype_)}; }

    /// The elements. T must be the element type: another one ends the program in every build.
    template <Element T>
    [[nodiscard]] std::span<T> elements() noexcept {
        require(dtype_of<T> == dtype_, another_type);
        return {reinterpret_cast<T*>(memory_.data()), count()};  // NOLINT: aligned to 64, created for this type
    }
    template <Element T>
    [[nodiscard]] std::span<const T> elements() const noexcept {
        require(dtype_of<T> == dtype_, another_type);
        return {reinterpret_cast<const T*>(memory_.data()), count()};  // NOLINT: as above
    }

    [[nodiscard]] tensor_ref ref(std::string_view name) const noexcept { return {name, dtype_, dims_, &lod_, bytes()}; }

    /// Same element type, dims, LoD and bytes: NaN equals the same NaN, 0 and -0 differ.
    friend bool operator==(const Tensor& a, const Tensor& b) noexcept {
        if (a.initialized_ != b.initialized_) return false;
        if (!a.initialized_) return true;
        return a.dtype_ == b.dtype_ && a.dims_ == b.dims_ && a.lod_ == b.lod_ &&
               (a.bytes().empty() || std::memcmp(a.bytes().data(), b.bytes().data(), a.bytes().size()) == 0);
    }

    void swap(Tensor& other) noexcept {
        memory_.swap(other.memory_);
        std::swap(dtype_, other.dtype_);
        std::swap(dims_, other.dims_);
        lod_.swap(other.lod_);
        std::swap(initialized_, other.initialized_);
    }

  private:
    static constexpr const char* another_type = "wherry: elements<T> of a Tensor that holds another element type";

    detail::aligned_bytes memory_;
    DType dtype_ = DType::FP32;
    Shape dims_;
    LoD lod_;
    bool initialized_ = false;
};

}  // namespace wherry::inline WHERRY_ABI

#endif
