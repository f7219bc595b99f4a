#ifndef WHERRY_ARCHIVE_STORED_HPP
#define WHERRY_ARCHIVE_STORED_HPP

#include <wherry/archive/load_all.hpp>
#include <wherry/base/budget.hpp>
#include <wherry/base/bytes.hpp>
#include <wherry/base/dtype.hpp>
#include <wherry/base/limits.hpp>
#include <wherry/base/lod.hpp>
#include <wherry/base/result.hpp>
#include <wherry/base/sequence.hpp>
#include <wherry/base/shape.hpp>
#include <wherry/policy/codec.hpp>
#include <wherry/policy/source.hpp>
#include <wherry/record/any_reader.hpp>
#include <wherry/record/byte_order.hpp>
#include <wherry/record/load_plan.hpp>
#include <wherry/record/record_check.hpp>
#include <wherry/record/record_index.hpp>
#include <wherry/record/save_plan.hpp>
#include <wherry/record/whole_record.hpp>
#include <wherry/tensor/tensor.hpp>
#include <wherry/version.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <numeric>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace wherry::inline WHERRY_ABI {

/// An array whose elements stay where they are, in a file, until they are asked for.
struct stored_tensor {
    std::string name;
    DType dtype = DType::FP32;
    Shape dims;
    LoD lod{};
    element_source elements;

    /// To be saved: the elements are fetched when they are written.
    [[nodiscard]] tensor_ref ref() const noexcept { return {name, dtype, dims, &lod, {}, nullptr, &elements}; }
    /// The elements, in memory of their own. Errors: those of reading, bad_checksum; too_large beyond `limits::total_bytes` of the listing, out_of_memory.
    [[nodiscard]] result<Tensor> tensor() const {
        auto made = elements.fetch(elements.state.get(), elements.at);
        if (!made) return made.failure().of_variable(name);
        made->set_lod(lod);
        return made;
    }
};

/// An array that becomes another one whenever its elements are fetched: `change(Tensor&&)` answers a `result<Tensor>` of this element type
/// and these dims. `changed(std::move(one), DType::FP32, one.dims, [](Tensor&& t) { return converted(t.ref({}), DType::FP32); })`
template <class Change>
stored_tensor changed(stored_tensor from, DType dtype, const Shape& dims, Change change) {
    struct state {
        element_source elements;
        Change change;
    };
    stored_tensor made{std::move(from.name), dtype, dims, std::move(from.lod), {}};
    made.elements = elements_from(
        [](const void* held, std::size_t) -> result<Tensor> {
            const auto& self = *static_cast<const state*>(held);
            auto before = self.elements.fetch(self.elements.state.get(), self.elements.at);
            if (!before) return before;
            return self.change(*std::move(before));
        },
        std::make_shared<const state>(state{std::move(from.elements), std::move(change)}));
    return made;
}

/// The arrays of a file by name, and what else was found; the file must stay as it is. What is read to learn this are its headers.
struct stored_state {
    sequence<stored_tensor> arrays;
    load_report report;

    /// Null when there is none.
    [[nodiscard]] const stored_tensor* find(std::string_view name) const noexcept {
        const auto at = std::find_if(arrays.begin(), arrays.end(), [&](const stored_tensor& one) { return one.name == name; });
        return at != arrays.end() ? &*at : nullptr;
    }
    /// They point into this object.
    [[nodiscard]] sequence<tensor_ref> refs() const {
        sequence<tensor_ref> made;
        made.reserve(arrays.size());
        for (const auto& one : arrays) made.push_back(one.ref());
        return made;
    }
};

namespace detail {
/// Records of a source that are opened whenever their elements are fetched; the last one stays open.
struct kept_records {
    result<any_reader> (*open_one)(void* keeper, std::string_view record) = nullptr;
    std::shared_ptr<void> keeper{};

    [[nodiscard]] result<any_reader> open(std::string_view record) const { return open_one(keeper.get(), record); }
};
template <Source S, Codec C>
class record_keeper {
  public:
    record_keeper(S source, const limits& caps) : source_(std::move(source)), decoded_(C{}.decode(source_, caps)) {}
    record_keeper(const record_keeper&) = delete;  // one member points to the other
    record_keeper& operator=(const record_keeper&) = delete;
    ~record_keeper() = default;

    result<any_reader> open(std::string_view record) {
        if (open_ && record == name_) return any_reader(*open_);
        open_.reset();
        auto reader = open_record(decoded_, record);
        if (!reader) return reader.failure();
        open_.emplace(*std::move(reader));
        name_ = record;
        return any_reader(*open_);
    }
    static kept_records make(S source, const limits& caps) {
        return {[](void* keeper, std::string_view record) { return static_cast<record_keeper*>(keeper)->open(record); },
                std::make_shared<record_keeper>(std::move(source), caps)};
    }

  private:
    using decoded = decltype(std::declval<C&>().decode(std::declval<S&>(), std::declval<const limits&>()));
    using opened = typename decltype(std::declval<decoded&>().open(std::string_view()))::value_type;
    S source_;
    decoded decoded_;
    std::optional<opened> open_;
    std::string name_;
};

/// The arrays of a record, where they lie.
struct listed_record {
    kept_records from;
    std::string record;
    sequence<placed_tensor> arrays;
    limits caps;

    static result<Tensor> fetch(const void* state, std::size_t at) {
        const auto& self = *static_cast<const listed_record*>(state);
        auto reader = self.from.open(self.record);
        if (!reader) return reader.failure();
        auto made = self.read(self.arrays[at], *reader);
        if (!made) return made.failure().in_file(reader->path());
        return made;
    }

  private:
    [[nodiscard]] result<Tensor> read(const placed_tensor& one, any_reader& reader) const {
        const auto& header = one.found.header;
        Tensor made;
        if (auto taken = budget(caps).take(header.data_bytes); !taken) return taken.failure();
        if (!made.try_resize(header.dtype, header.dims)) return out_of_memory(header.data_bytes);
        if (one.decoder.run != nullptr) {
            if (auto decoded = one.decoder.run(one.decoder.state.get(), one.decoder.at, reader, made); !decoded) return decoded.failure();
            return made;
        }
        if (auto read = reader.read_at(header.data_offset, made.bytes()); !read) return read.failure();
        if (one.check.run != nullptr)
            if (auto checked = one.check.run(as_chars(made.bytes()), one.check, header.data_offset); !checked) return checked.failure();
        elements_from_file(header.dtype, made.bytes());
        return made;
    }
};

/// The arrays of a listing with names, checked as `load_listed` does; nothing is read. Errors: bad_name, duplicate_name, those of `place`.
inline result<stored_state> keep_listed(record_listing listing, kept_records from, std::string record_name, any_reader& reader,
                                        const record_rules& rules, const limits& caps) {
    const auto path = reader.path();
    stored_state made;
    sequence<std::string_view> names;
    sequence<wanted_tensor> wanted;
    made.arrays.resize(listing.arrays.size());
    for (std::size_t i = 0; i < listing.arrays.size(); ++i) {
        made.arrays[i].name = listing.arrays[i].name;
        names.push_back(made.arrays[i].name);
        wanted.push_back({made.arrays[i].name});
    }
    if (auto checked = check_tensor_names(names, caps); !checked) return checked.failure().in_file(path);
    for (const auto& name : listing.others)
        made.report.warnings.push_back(
            {.code = errc::unsupported, .message = "this is not an array and is left out", .file = path, .variable = name});
    made.report.extra = std::move(listing.extra);
    record whole{{}, sequence<std::size_t>(names.size())};
    std::iota(whole.tensors.begin(), whole.tensors.end(), std::size_t{0});
    auto placed = rules.place(whole, wanted, listing, rules, reader.size_bytes(), path, made.report.warnings);
    if (!placed) return placed.failure().in_file(path);
    auto kept = std::make_shared<listed_record>(listed_record{std::move(from), std::move(record_name), *std::move(placed), caps});
    std::map<std::pair<const void*, std::size_t>, std::size_t> first_of;  // arrays that are one and the same have one source
    for (std::size_t at = 0; at < kept->arrays.size(); ++at) {
        const auto& decoder = kept->arrays[at].decoder;
        const auto first = decoder.run == nullptr ? at : first_of.try_emplace({decoder.state.get(), decoder.at}, at).first->second;
        auto& header = kept->arrays[at].found.header;
        auto& one = made.arrays[kept->arrays[at].wanted];
        one.dtype = header.dtype;
        one.dims = header.dims;
        one.lod = std::move(header.lod);
        one.elements = elements_from(listed_record::fetch, kept, first);
        made.report.data_bytes += header.data_bytes;
    }
    made.report.tensor_count = made.arrays.size();
    return made;
}
}  // namespace detail

}  // namespace wherry::inline WHERRY_ABI

#endif
