#ifndef WHERRY_ARCHIVE_WEIGHTS_HPP
#define WHERRY_ARCHIVE_WEIGHTS_HPP

#include <wherry/archive/select.hpp>
#include <wherry/base/dtype.hpp>
#include <wherry/base/limits.hpp>
#include <wherry/base/lod.hpp>
#include <wherry/base/result.hpp>
#include <wherry/base/sequence.hpp>
#include <wherry/base/shape.hpp>
#include <wherry/format/streams.hpp>
#include <wherry/policy/mapped.hpp>
#include <wherry/policy/paths.hpp>
#include <wherry/program/program.hpp>
#include <wherry/record/any_reader.hpp>
#include <wherry/record/byte_order.hpp>
#include <wherry/record/whole_record.hpp>
#include <wherry/tensor/structured_names.hpp>
#include <wherry/tensor/tensor.hpp>
#include <wherry/version.hpp>

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace wherry::inline WHERRY_ABI {

/// One tensor of a model file, where it lies. Elements need not start at any boundary.
struct weight {
    std::string name;  ///< of its annotation, of its file in a folder, or of the program; empty where nothing tells
    std::string file;
    DType dtype = DType::FP32;
    Shape dims;
    LoD lod;
    std::span<const std::byte> bytes;

    [[nodiscard]] tensor_ref ref() const noexcept { return {name, dtype, dims, &lod, bytes}; }
    /// A copy to compute with.
    [[nodiscard]] Tensor tensor() const {
        Tensor made(dtype, dims);
        std::copy(bytes.begin(), bytes.end(), made.bytes().begin());
        if (dtype == DType::BOOL) elements_from_file(dtype, made.bytes());
        made.set_lod(lod);
        return made;
    }
};

/// The tensors of a file or folder. Holds the mappings that their bytes lie in.
class weight_list {
  public:
    [[nodiscard]] auto begin() const noexcept { return weights_.begin(); }
    [[nodiscard]] auto end() const noexcept { return weights_.end(); }
    [[nodiscard]] std::size_t size() const noexcept { return weights_.size(); }
    [[nodiscard]] const weight& operator[](std::size_t at) const noexcept { return weights_[at]; }
    /// The weight of that name; null when there is none.
    [[nodiscard]] const weight* find(std::string_view name) const noexcept {
        const auto at = std::find_if(weights_.begin(), weights_.end(), [&](const weight& one) { return one.name == name; });
        return at != weights_.end() ? &*at : nullptr;
    }
    /// The tensors as something to save or to load from; they point into this object.
    [[nodiscard]] sequence<tensor_ref> refs() const {
        sequence<tensor_ref> made;
        made.reserve(weights_.size());
        for (const auto& one : weights_) made.push_back(one.ref());
        return made;
    }
    /// Files of the folder that hold no tensors, and why not: programs, mostly.
    [[nodiscard]] const sequence<error>& skipped() const noexcept { return skipped_; }

    /// Adds the tensors of a mapped file; `name` is that of the only one where its header has none.
    /// Errors: those of `format::streams::index`; not_a_paddle_file for a program.
    result<void> add(const mapped_reader& file, std::string_view name, const limits& caps = {}) {
        auto reader = file;
        any_reader record(reader);
        auto found = format::streams::index(record, {caps});
        if (!found) return found.failure().in_file(file.path());
        sequence<weight> made;
        for (auto& one : found->arrays) {
            const auto elements =
                file.bytes().substr(static_cast<std::size_t>(one.header.data_offset), static_cast<std::size_t>(one.header.data_bytes));
            if constexpr (!native_is_little_endian)  // the mapping is private: what is written stays here
                reverse_numbers(one.header.dtype, {const_cast<std::byte*>(as_bytes(elements).data()), elements.size()});  // NOLINT
            if (one.name.empty() && found->arrays.size() == 1) one.name = name;
            made.push_back({std::move(one.name), std::string(file.path()), one.header.dtype, one.header.dims, std::move(one.header.lod),
                            as_bytes(elements)});
        }
        std::move(made.begin(), made.end(), std::back_inserter(weights_));
        mappings_.push_back(file.lender());
        return {};
    }
    void skip(error why) { skipped_.push_back(std::move(why)); }

    /// Names tensors that have none after a program's persistables, in the order that files have them.
    /// Errors: missing_record, extra_record when there are not as many of them.
    result<void> name_after(const Program& program) {
        sequence<std::string> names;
        for (const auto& var : select<filter::persistables>(program))
            if (var.kind() != VarKind::RAW) names.push_back(var.name());
        std::sort(names.begin(), names.end());
        names.erase(std::unique(names.begin(), names.end()), names.end());
        return name_after(std::move(names), "the program has not as many persistables as the file has tensors");
    }
    /// Names tensors that have none after the parameters of these names. Errors: as above.
    result<void> name_after(const structured_names& names) {
        return name_after(names.parameters(), "the names are not of as many parameters as the file has tensors");
    }

  private:
    result<void> name_after(sequence<std::string> names, std::string_view otherwise) {
        const auto unnamed = [](const weight& one) { return one.name.empty(); };
        const auto count = static_cast<std::size_t>(std::count_if(weights_.begin(), weights_.end(), unnamed));
        if (count == 0) return {};
        if (names.size() != count)
            return failure(names.size() < count ? errc::extra_record : errc::missing_record, otherwise).expected(names.size()).found(count);
        auto next = names.begin();
        for (auto& one : weights_)
            if (one.name.empty()) one.name = std::move(*next++);
        return {};
    }

    sequence<weight> weights_;
    sequence<std::shared_ptr<void>> mappings_;
    sequence<error> skipped_;
};

/// All tensors of a model file (`__params__`, `.pdiparams`, one file per variable), or of a folder of files, without a
/// program and without a copy: `const auto all = weights("model"); for (const auto& one : *all) ...`
/// In a folder, files that hold no tensors are skipped and listed. Tensors of a combined file have names only where it
/// was saved with `annotate<names>`; see the other form.
/// Errors: not_found, cannot_open, those of `weight_list::add` for a single file.
inline result<weight_list> weights(const std::string& path, const limits& caps = {}) {
    return caught([&]() -> result<weight_list> {
        weight_list all;
        if (!paths::is_folder(path)) {
            mapped whole(path);
            auto file = open_record(whole);
            if (!file) return file.failure().in_file(path);
            const auto name = paths::to_utf8(paths::of_utf8(path).filename());
            if (auto added = all.add(*file, name, caps); !added) return added.failure();
            return all;
        }
        const auto names = paths::files_beneath(path);
        if (!names) return names.failure();
        mapped folder(path);
        for (const auto& name : *names) {
            auto file = open_record(folder, name);
            if (!file) {
                all.skip(std::move(file).error().in_file(name));
                continue;
            }
            if (auto added = all.add(*file, name, caps); !added) all.skip(std::move(added).error());
        }
        return all;
    });
}
/// As above; tensors of a combined file without names take those of the program's persistables, or of the parameters that
/// `structured_names` is of: `by_structured(all->refs(), names)` then gives them the names that layers have.
/// Errors: as above; missing_record, extra_record when there are not as many.
template <class Names>
    requires(std::same_as<Names, Program> || std::same_as<Names, structured_names>)
result<weight_list> weights(const std::string& path, const Names& names, const limits& caps = {}) {
    auto all = weights(path, caps);
    if (!all) return all;
    if (auto named = all->name_after(names); !named) return named.failure().in_file(path);
    return all;
}

}  // namespace wherry::inline WHERRY_ABI

#endif
