#ifndef WHERRY_RECORD_LOAD_PLAN_HPP
#define WHERRY_RECORD_LOAD_PLAN_HPP

#include <wherry/base/budget.hpp>
#include <wherry/base/dtype.hpp>
#include <wherry/base/limits.hpp>
#include <wherry/base/result.hpp>
#include <wherry/base/sequence.hpp>
#include <wherry/program/variable.hpp>
#include <wherry/record/annotated.hpp>
#include <wherry/record/byte_order.hpp>
#include <wherry/record/record_check.hpp>
#include <wherry/record/record_index.hpp>
#include <wherry/record/selected_rows.hpp>
#include <wherry/tensor/scope.hpp>
#include <wherry/tensor/selected_rows.hpp>
#include <wherry/tensor/shared_blocks.hpp>
#include <wherry/tensor/tensor.hpp>
#include <wherry/version.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace wherry::inline WHERRY_ABI {

/// The outcome of a load.
struct load_report {
    std::size_t tensor_count = 0;
    std::uint64_t data_bytes = 0;  ///< of elements
    std::uint64_t lent_bytes = 0;  ///< of those, what was not copied: it stays in the mapping
    sequence<error> warnings{};    ///< trailing_bytes: a separate file goes on after its tensor; unsupported: what is not an array
    kept_extra extra{};            ///< what the file holds beside its arrays, as its format has it
};

namespace detail {
// Said where the layout on the disk is another one; for the other way around see `index_record`.
inline constexpr std::string_view folder_instead =
    "a folder is not a combined file: its files, one per variable, are loaded without a filename";

/// Bytes between wanted tensors that are read and thrown away rather than stepped over with a call per tensor.
inline constexpr std::uint64_t widest_gaps = std::uint64_t{1} << 20U;

/// Fresh memory from which on large pages are worth asking for.
inline constexpr std::size_t large_bytes = std::size_t{1} << 22U;

/// Elements, what lies between (thrown away), elements, ...: one stretch of a record in one call. Errors: those of the reader.
inline result<void> read_stretch(std::span<placed_tensor* const> into, std::uint64_t gaps, any_reader& reader) {
    sequence<std::byte> between;
    if (!between.try_resize(static_cast<std::size_t>(gaps))) return out_of_memory(gaps);
    std::span<std::byte> unused(between);
    sequence<std::span<std::byte>> pieces{into.front()->fresh.bytes()};
    pieces.reserve(2 * into.size());
    for (std::size_t i = 1; i < into.size(); ++i) {
        const auto gap = static_cast<std::size_t>(into[i]->found.header.data_offset - into[i - 1]->found.header.data_end());
        pieces.push_back(unused.first(gap));
        unused = unused.subspan(gap);
        pieces.push_back(into[i]->fresh.bytes());
    }
    return reader.read_at(into.front()->found.header.data_offset, std::span<const std::span<std::byte>>(pieces));
}

[[gnu::noinline, gnu::cold]] inline failure no_room(const placed_tensor& one, std::string_view name) {
    return std::move(*out_of_memory(one.found.header.data_bytes).get()).of_variable(name);
}

/// Reads the elements of a record that have not come with the headers, in as few calls as the reader allows.
inline result<void> read_elements(std::span<placed_tensor> arrivals, std::span<const wanted_tensor> wanted, any_reader& reader,
                                  shared_blocks& blocks) {
    sequence<placed_tensor*> into;
    bool any_claimed = false;
    for (auto& one : arrivals) {
        if (!one.is_claimed) {
            if (one.fresh.is_initialized()) continue;
            one.fresh = blocks.make(one.found.header.dtype, one.found.header.dims);
            if (!one.fresh.is_initialized()) return no_room(one, wanted[one.wanted].name);
            if (one.fresh.bytes().size() >= large_bytes) reader.will_fill(one.fresh.bytes());
        }
        any_claimed |= one.is_claimed;
        if (!one.fresh.bytes().empty()) into.push_back(&one);
    }
    if (reader.scatters() && into.size() > 1 && !any_claimed) {  // an error says which tensor is half read
        std::uint64_t gaps = 0;
        for (std::size_t i = 1; i < into.size(); ++i) gaps += into[i]->found.header.data_offset - into[i - 1]->found.header.data_end();
        if (gaps <= widest_gaps) return read_stretch(into, gaps, reader);
    }
    for (auto* one : into) {
        one->is_read = true;
        if (auto read = reader.read_at(one->found.header.data_offset, one->fresh.bytes()); !read)
            return read.failure().of_variable(wanted[one->wanted].name);
    }
    return {};
}

/// The wanted SelectedRows that a record holds; null when it holds tensors.
inline const wanted_tensor* rows_of(const record& held, std::span<const wanted_tensor> wanted) noexcept {
    for (const auto at : held.tensors)
        if (wanted[at].is_rows) return &wanted[at];
    return nullptr;
}

/// A record of SelectedRows alone. Errors: mixed_kinds, those of `wire::read_selected_rows_header`, truncated, too_large.
inline result<std::unique_ptr<SelectedRows>> read_rows(const record& held, std::span<const wanted_tensor> wanted, any_reader& reader,
                                                       const record_rules& rules, std::string_view path, const limits& caps, budget& room,
                                                       sequence<error>& warnings) {
    const auto name = rows_of(held, wanted)->name;
    if (rules.single_record || held.tensors.size() > 1) return rows_among_others(name);
    std::string read;
    if (!reader.is_view()) {
        if (auto taken = room.take(reader.size_bytes()); !taken) return of_stream(taken.failure(), name);
        auto bytes = read_all(reader, caps.arena_bytes);
        if (!bytes) return of_stream(bytes.failure(), name);
        read = *std::move(bytes);
    }
    auto parsed = parse_selected_rows(reader.is_view() ? reader.bytes() : read, caps);
    if (!parsed) return of_stream(parsed.failure(), name);
    auto checked = check_end(held, wanted, parsed->end, reader.size_bytes(), rules.tolerates_trailing_bytes, path, warnings);
    if (!checked) return checked.failure();
    return std::make_unique<SelectedRows>(std::move(parsed->rows));
}

/// Elements that may stay where they are: numbers as the machine has them, where a Tensor may start.
inline bool may_stay(DType dtype, std::string_view bytes) noexcept {
    constexpr auto boundary = static_cast<std::size_t>(aligned_bytes::alignment);
    const bool aligned = reinterpret_cast<std::uintptr_t>(bytes.data()) % boundary == 0;  // NOLINT: an address
    return native_is_little_endian && dtype != DType::BOOL && !bytes.empty() && aligned;
}
/// Lets tensors borrow the memory of a record where they can. The memory is the reader's own copy of the file, so it may
/// be written to.
inline void borrow(std::span<placed_tensor> arrivals, const std::shared_ptr<void>& lender, load_report& report) {
    for (auto& one : arrivals) {
        const auto& header = one.found.header;
        if (one.is_decoded || !may_stay(header.dtype, one.bytes)) continue;
        auto* const data = const_cast<std::byte*>(as_bytes(one.bytes).data());  // NOLINT: a private mapping, see above
        one.fresh = Tensor::lent(header.dtype, header.dims, data, lender);
        report.lent_bytes += one.bytes.size();
        one.bytes = {};
    }
}

/// Tensors of a large scope lie all over memory: each takes longer to arrive in the cache than to be changed.
inline void prefetch(const Tensor* held) noexcept {
    for (std::size_t at = 0; at < sizeof(Tensor); at += 64)
        __builtin_prefetch(reinterpret_cast<const char*>(held) + at, 1);  // NOLINT: an address
}

/// Everything is checked: what can fail for want of memory first, names among it, then only moves and copies.
/// Errors: too_large, out_of_memory; the scope is as it was then.
inline result<void> hand_over(std::span<placed_tensor> arrivals, std::span<const wanted_tensor> wanted, Scope& scope, budget& room,
                              shared_blocks& blocks, new_names& names) {
    for (auto& one : arrivals) {
        const auto name = wanted[one.wanted].name;
        if (one.held == nullptr) one.held = &names.found_or_made(name);
        if (one.fresh.is_initialized() || one.rows != nullptr) continue;  // read from a file, or lent
        one.in_place = one.held->bytes().size() >= one.bytes.size();
        if (one.in_place) continue;
        if (auto taken = room.take(one.bytes.size()); !taken) return taken.failure().of_variable(name);
        one.fresh = blocks.make(one.found.header.dtype, one.found.header.dims);
        if (!one.fresh.is_initialized()) return no_room(one, name);
    }
    names.keep();
    for (std::size_t i = 0; i < arrivals.size(); ++i) {
        if (i + 8 < arrivals.size()) prefetch(arrivals[i + 8].held);
        auto& one = arrivals[i];
        if (one.rows != nullptr) {
            scope.set_rows(wanted[one.wanted].name, std::move(one.rows));
            continue;
        }
        auto& header = one.found.header;
        auto* const held = one.held;
        if (one.in_place) held->resize(header.dtype, header.dims);
        else held->swap(one.fresh);
        one.is_claimed = false;
        const auto bytes = held->bytes();
        if (one.bytes.data() != nullptr) std::copy_n(as_bytes(one.bytes).begin(), bytes.size(), bytes.begin());
        if (!one.is_decoded) elements_from_file(header.dtype, bytes);
        held->set_lod(std::move(header.lod));
    }
    return {};
}

/// A load under way: records are taken one after another, and what they held is handed over when all were good.
class loader {
  public:
    loader(std::span<const wanted_tensor> wanted, const record_rules& rules, Scope& scope, const limits& caps)
        : wanted_(wanted), rules_(rules), scope_(&scope), names_(scope), caps_(caps), room_(caps) {
        if (!rules.single_record) arrivals_.reserve(wanted.size());
    }
    loader(const loader&) = delete;
    loader& operator=(const loader&) = delete;
    ~loader() {
        for (auto& one : arrivals_) {
            if (!one.is_claimed) continue;
            if (one.is_read) elements_from_file(one.fresh.dtype(), one.fresh.bytes());
            one.held->swap(one.fresh);
        }
    }

    /// The error of a record that does not open.
    [[nodiscard, gnu::cold]] failure unopened(failure left, const record& held) const {
        if (rules_.single_record && left.get()->found == "a folder") left.get()->message = folder_instead;
        const auto name = held.tensors.size() == 1 ? wanted_[held.tensors.front()].name : std::string_view();
        return std::move(left).in_file(held.name).of_variable(name);
    }

    /// Takes the tensors of a record; one in memory must stay there until `finish`.
    result<void> take(const record& held, any_reader reader) {
        auto path = reader.path();
        if (path.empty()) path = held.name;
        if (auto unpacked = room_.take(reader.own_bytes()); !unpacked) return unpacked.failure().in_file(path);
        auto taken = rows_of(held, wanted_) != nullptr ? take_rows(held, reader, path) : take_tensors(held, reader, path);
        if (!taken) return taken.failure().in_file(path);
        return {};
    }

    /// Takes all arrays of a listing, which are the wanted ones, in their order.
    result<void> take_listed(const record& held, record_listing& listing, any_reader& reader) {
        const auto path = reader.path();
        if (auto unpacked = room_.take(reader.own_bytes()); !unpacked) return unpacked.failure().in_file(path);
        auto found = place(held, listing, reader, path);
        if (!found) return found.failure().in_file(path);
        if (auto taken = take_placed(*std::move(found), reader); !taken) return taken.failure().in_file(path);
        return {};
    }

    /// Errors: too_large, out_of_memory.
    result<load_report> finish() {
        if (auto handed = hand_over(arrivals_, wanted_, *scope_, room_, blocks_, names_); !handed) return handed.failure();
        report_.tensor_count = arrivals_.size();
        return std::move(report_);
    }

  private:
    result<void> take_rows(const record& held, any_reader& reader, std::string_view path) {
        auto rows = read_rows(held, wanted_, reader, rules_, path, caps_, room_, report_.warnings);
        if (!rows) return rows.failure();
        report_.data_bytes += (*rows)->value.bytes().size();
        arrivals_.push_back({.wanted = held.tensors.front(), .rows = *std::move(rows)});
        return {};
    }

    result<sequence<placed_tensor>> index(const record& held, any_reader& reader, std::string_view path) {
        if (rules_.place == nullptr) {
            stream_indexer indexer(reader, window_, caps_, &room_);
            return index_record(held, wanted_, indexer, blocks_, rules_, path, report_.warnings);
        }
        listing_request request{caps_, held.tensors.size()};
        if (held.tensors.size() == 1) request.variable = wanted_[held.tensors.front()].variable;
        auto listing = rules_.format.index(reader, request);
        if (!listing && held.tensors.size() == 1) return of_stream(listing.failure(), wanted_[held.tensors.front()].name);
        if (!listing) return listing.failure();
        return place(held, *listing, reader, path);
    }
    result<sequence<placed_tensor>> place(const record& held, record_listing& listing, any_reader& reader, std::string_view path) {
        for (const auto& name : listing.others)
            report_.warnings.push_back(
                {.code = errc::unsupported, .message = "this is not an array and is left out", .file = path, .variable = name});
        report_.extra = std::move(listing.extra);
        if (auto taken = room_.take(listing.held_bytes); !taken) return taken.failure();
        return rules_.place(held, wanted_, listing, rules_, reader.size_bytes(), path, report_.warnings);
    }

    result<void> take_tensors(const record& held, any_reader& reader, std::string_view path) {
        auto found = index(held, reader, path);
        if (!found) return found.failure();
        return take_placed(*std::move(found), reader);
    }
    result<void> take_placed(sequence<placed_tensor> found, any_reader& reader) {
        const auto first = arrivals_.size();
        if (first == 0 && rules_.single_record) arrivals_ = std::move(found);
        else
            for (auto& one : found) arrivals_.push_back(std::move(one));
        const auto arrivals = std::span(arrivals_).subspan(first);
        if (rules_.claim != nullptr && !reader.is_view()) rules_.claim(arrivals, wanted_, names_);
        for (auto& one : arrivals) {
            report_.data_bytes += one.found.header.data_bytes;
            one.is_decoded = one.decoder.run != nullptr;
            if (!one.fresh.is_initialized() && (one.is_decoded || !reader.is_view()))
                if (auto taken = room_.take(one.found.header.data_bytes); !taken)
                    return taken.failure().of_variable(wanted_[one.wanted].name);
            if (!one.is_decoded) continue;
            if (!one.fresh.try_resize(one.found.header.dtype, one.found.header.dims)) return no_room(one, wanted_[one.wanted].name);
            if (auto made = one.decoder.run(one.decoder.state.get(), one.decoder.at, reader, one.fresh); !made)
                return made.failure().of_variable(wanted_[one.wanted].name);
            one.decoder.state.reset();
        }
        if (reader.is_view()) {
            for (auto& one : arrivals)
                if (!one.is_decoded)
                    one.bytes = reader.bytes().substr(static_cast<std::size_t>(one.found.header.data_offset),
                                                      static_cast<std::size_t>(one.found.header.data_bytes));
            if (const auto lender = reader.lender(); lender != nullptr) borrow(arrivals, lender, report_);
        } else if (auto read = read_elements(arrivals, wanted_, reader, blocks_); !read) {
            return read;
        }
        for (const auto& one : arrivals) {
            if (one.check.run == nullptr || (reader.is_view() && one.fresh.is_lent() && !checks_lent())) continue;
            const auto bytes = one.fresh.is_initialized() ? as_chars(one.fresh.bytes()) : one.bytes;
            if (auto checked = one.check.run(bytes, one.check, one.found.header.data_offset); !checked)
                return checked.failure().of_variable(wanted_[one.wanted].name);
        }
        return {};
    }

    /// Whether elements that are not copied are read for their checksum: where the archive's type names it, and by formats that only list.
    [[nodiscard]] bool checks_lent() const noexcept { return rules_.annotations.checksums || rules_.place != nullptr; }

    std::span<const wanted_tensor> wanted_;
    record_rules rules_;
    Scope* scope_;
    new_names names_;
    limits caps_;
    budget room_;
    byte_buffer window_;
    shared_blocks blocks_;
    sequence<placed_tensor> arrivals_;
    load_report report_;
};

/// Loads again where another process has replaced the files in between: it does not do so all the time.
template <class Load>
auto until_still(Load load) -> decltype(load()) {
    for (int tries = 0;; ++tries) {
        auto loaded = load();
        if (loaded || loaded.error().code != errc::locked || tries == 100) return loaded;
    }
}

/// Reads the records of a plan. Not for each layout: it is a lot of code.
template <Source S>
[[gnu::noinline]] result<load_report> load_records(const record_rules& rules, std::span<const record> records,
                                                   std::span<const wanted_tensor> wanted, Scope& scope, S& source, const limits& caps) {
    using reader_type = typename decltype(source.open(std::string_view()))::value_type;
    sequence<std::string_view> names;
    names.reserve(records.size());
    for (const auto& held : records) names.push_back(held.name);
    if (auto expected = source.expect(names); !expected) return expected.failure();

    loader loader(wanted, rules, scope, caps);
    sequence<reader_type> open;  // records in memory stay open until the end
    if constexpr (ViewReader<reader_type>) open.reserve(records.size());
    for (const auto& held : records) {
        auto reader = source.open(held.name);
        if (!reader) return loader.unopened(reader.failure(), held);
        if (auto taken = loader.take(held, *reader); !taken) return taken.failure();
        if constexpr (ViewReader<reader_type>) open.push_back(*std::move(reader));
    }
    return loader.finish();
}

/// As `load_tensors`, by the rules of a format.
template <Layout L, Source S>
result<load_report> load_by(const record_rules& rules, std::span<const wanted_tensor> wanted, Scope& scope, S& source, const L& layout,
                            const limits& caps) {
    sequence<std::string_view> names;
    names.reserve(wanted.size());
    for (const auto& want : wanted) names.push_back(want.name);
    auto records = records_of<L>(names, layout, caps);
    if (!records) return records.failure();
    if (!rules.suffix.empty() && !rules.single_record)
        for (auto& held : *records) held.name += rules.suffix;
    if constexpr (!S::many_records) return load_records(rules, *records, wanted, scope, source, caps);
    else return until_still([&] { return load_records(rules, *records, wanted, scope, source, caps); });
}
}  // namespace detail

/// Loads tensors by name. Every header, byte count, coverage and shape is checked before anything in the scope changes.
/// A name that the scope and its parents lack is made in the scope. The tensor takes dtype, dims and LoD of the file.
/// From memory the bytes go into the memory that a tensor has, where it is large enough; from files into fresh memory,
/// since reading may fail late; from a lending source they stay where they are, if they start at a multiple of 64.
/// Names and checksums that a file holds are checked, but for the elements of tensors that are lent. Under rules of annotations every tensor
/// must carry them, lent elements are checked, too, and names decide which tensor is which.
/// Errors: those of the layout, the source and `stream_indexer::next`; missing_record, extra_record, shape_mismatch;
/// missing_required, bad_checksum, duplicate_name for annotations.
/// Guarantee: a load that fails leaves the scope exactly as it was.
template <Layout L, annotation_rules Rules = annotation_rules{}, Source S>
result<load_report> load_tensors(std::span<const wanted_tensor> wanted, Scope& scope, S& source, const L& layout = {},
                                 const limits& caps = {}) {
    return detail::load_by(detail::record_rules_of<L, Rules>(), wanted, scope, source, layout, caps);
}

}  // namespace wherry::inline WHERRY_ABI

#endif
