#ifndef WHERRY_FORMAT_PICKLE_WRITE_KEPT_HPP
#define WHERRY_FORMAT_PICKLE_WRITE_KEPT_HPP

#include <wherry/base/bytes.hpp>
#include <wherry/base/dtype.hpp>
#include <wherry/base/name_index.hpp>
#include <wherry/base/result.hpp>
#include <wherry/base/sequence.hpp>
#include <wherry/format/pickle/emitter.hpp>
#include <wherry/format/pickle/extra.hpp>
#include <wherry/format/pickle/value.hpp>
#include <wherry/record/save_plan.hpp>
#include <wherry/tensor/tensor.hpp>
#include <wherry/version.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string_view>

namespace wherry::inline WHERRY_ABI::pickle::detail {

/// Lengths have 32 bits, and protocol 2 may write a byte as two.
constexpr std::uint64_t most_bytes(int protocol) noexcept {
    return protocol == 2 ? std::numeric_limits<std::int32_t>::max() : std::numeric_limits<std::uint32_t>::max();
}

/// Emits the objects that a pickle had around its arrays, with the arrays of today in their places.
class kept_writer {
  public:
    kept_writer(emitter& out, save_plan& into, const extra& beside, std::span<const tensor_ref> tensors)
        : out_(&out), into_(&into), beside_(&beside), objects_(&beside.objects), tensors_(tensors), uses_(tensors.size(), use::none) {
        for (const auto& one : tensors) {
            const auto at = names_.closest(one.name);
            names_.make_room();
            names_.insert(one.name, tensors[at].name);
        }
    }

    /// Finds each array its place. Errors: bad_argument, missing_record, too_large; see `plan`.
    result<void> check() {
        for (const auto text : objects_->slices)
            if (text.size() > most_bytes(out_->options().protocol) / 2)
                return failure(errc::too_large, "a text or bytes are too large for this protocol");
        text_slots_.resize(objects_->slices.size(), emitter::none);
        node_slots_.resize(objects_->nodes.size(), emitter::none);
        array_slots_.resize(objects_->slices.size(), emitter::none);
        named_slots_.resize(objects_->slices.size(), emitter::none);
        key_slots_.resize(tensors_.size(), emitter::none);
        const auto top = beside_->top;
        if (is_leaf(top)) {
            if (tensors_.size() != 1)
                return failure(errc::bad_argument, "the file was one array without a dict: it takes one array")
                    .expected("1")
                    .found(tensors_.size());
            only_ = true;
            return {};
        }
        if (auto found = find_places(top, true); !found) return found;
        if (!is_whole()) return {};
        for (std::size_t i = 0; i < tensors_.size(); ++i)
            if (uses_[i] == use::none)
                return failure(errc::bad_argument, "the file was a list, which takes no array by name").of_variable(tensors_[i].name);
        if (!beside_->structured_names.empty()) return failure(errc::bad_argument, "the file was a list, which takes no structured names");
        return {};
    }
    /// An array that is not an item of the outermost dict.
    [[nodiscard]] bool is_nested(std::size_t at) const noexcept { return only_ || uses_[at] == use::nested; }
    /// It is written elsewhere.
    void leave_out(std::size_t at) noexcept { uses_[at] = use::left_out; }
    /// The outermost object is not a dict, which all arrays could go to.
    [[nodiscard]] bool is_whole() const noexcept { return beside_->top.kind != kind::none && beside_->top.kind != kind::dict; }
    [[nodiscard]] bool is_ordered() const noexcept { return beside_->top.kind == kind::dict && objects_->nodes[beside_->top.at].called; }

    void write() { write(beside_->top); }
    /// Of the outermost dict.
    [[nodiscard]] std::size_t item_count() const {
        auto count = beside_->top.kind == kind::dict ? kept_count(objects_->items(beside_->top)) : 0;
        for (const auto held : uses_) count += held == use::none ? 1U : 0U;
        return count;
    }
    void write_items() {
        if (beside_->top.kind == kind::dict) {
            const auto items = objects_->items(beside_->top);
            write_items(items);
            for (std::size_t i = 0; i < items.size(); i += 2)
                if (is_leaf(items[i + 1]) && is_kept(items[i + 1]) && items[i].kind == kind::text)
                    key_slots_[find(leaf_of(items[i + 1]))] = text_slots_[items[i].at];
        }
        for (std::size_t i = 0; i < tensors_.size(); ++i) {
            if (uses_[i] != use::none) continue;
            key_slots_[i] = out_->text(tensors_[i].name);
            array(kind::array, tensors_[i]);
            out_->end_item();
        }
    }
    /// The memo slot of an array's key in the outermost dict.
    [[nodiscard]] std::uint32_t slot_of(std::string_view name) const noexcept {
        const auto at = find(name);
        return at < tensors_.size() ? key_slots_[at] : emitter::none;
    }

  private:
    enum class use : std::uint8_t { none, item, nested, left_out };

    /// The place of an array, bare or with its name.
    [[nodiscard]] bool is_leaf(value v) const noexcept {
        return v.kind == kind::array || v.kind == kind::scalar || objects_->is_named_array(v);
    }
    [[nodiscard]] value leaf_of(value v) const { return v.kind == kind::tuple ? objects_->items(v)[1] : v; }
    /// The array of a place; the count of arrays where it is not given.
    [[nodiscard]] std::size_t find(value leaf) const noexcept { return only_ ? 0 : find(objects_->slice(leaf)); }
    [[nodiscard]] std::size_t find(std::string_view name) const noexcept {
        const auto at = names_.closest(name);
        return at < tensors_.size() && tensors_[at].name == name ? at : tensors_.size();
    }
    [[nodiscard]] bool is_kept(value v) const {
        if (!is_leaf(v)) return true;
        const auto at = find(leaf_of(v));
        return at < tensors_.size() && uses_[at] != use::left_out;
    }
    [[nodiscard]] std::size_t kept_count(const sequence<value>& items) const {
        std::size_t count = 0;
        for (std::size_t i = 0; i < items.size(); i += 2) count += is_kept(items[i + 1]) ? 1U : 0U;
        return count;
    }

    result<void> find_places(value v, bool outermost) {
        if (v.kind != kind::dict && v.kind != kind::list && v.kind != kind::tuple) return {};
        if (!objects_->nodes[v.at].holds_arrays) return {};
        const auto items = objects_->items(v);
        for (std::size_t i = v.kind == kind::dict ? 1 : 0; i < items.size(); i += v.kind == kind::dict ? 2 : 1) {
            if (!is_leaf(items[i])) {
                if (auto found = find_places(items[i], false); !found) return found;
                continue;
            }
            const auto leaf = leaf_of(items[i]);
            const auto at = find(leaf);
            if (at < tensors_.size()) uses_[at] = outermost && v.kind == kind::dict ? use::item : use::nested;
            else if (v.kind != kind::dict)
                return failure(errc::missing_record, "a list or tuple of the file had an array that is not given")
                    .of_variable(objects_->slice(leaf));
        }
        return {};
    }

    void write_items(const sequence<value>& items) {
        for (std::size_t i = 0; i < items.size(); i += 2) {
            if (!is_kept(items[i + 1])) continue;
            write(items[i]);
            write(items[i + 1]);
            out_->end_item();
        }
    }
    /// Recurses: objects were kept no deeper than 64 levels.
    void write(value v) {  // NOLINT(misc-no-recursion)
        switch (v.kind) {
            case kind::none: return out_->nothing();
            case kind::boolean: return out_->boolean(v.at != 0);
            case kind::integer: return out_->integer(objects_->numbers[v.at]);
            case kind::real: return out_->real(static_cast<std::uint64_t>(objects_->numbers[v.at]));
            case kind::big: return out_->big_integer(objects_->slice(v));
            case kind::text:
            case kind::bytes: return chars(v);
            case kind::dtype: return out_->element_type(static_cast<DType>(v.at));
            case kind::array:
            case kind::scalar: return place(v);
            case kind::tuple:
            case kind::list:
            case kind::dict: return container(v);
            case kind::latin1:
            case kind::callable: return;  // never kept
        }
    }
    void chars(value v) {
        auto& slot = text_slots_[v.at];
        if (slot != emitter::none) return out_->got(slot);
        const auto held = objects_->slice(v);
        if (v.kind == kind::text) slot = out_->text(held);
        else slot = out_->bytes(as_bytes(into_->keep(byte_buffer(held.begin(), held.end()))));
    }
    std::uint32_t array(kind k, const tensor_ref& tensor) {
        const array_data all{&tensor, 0, tensor.size_bytes()};
        return k == kind::scalar && tensor.dims.rank() == 0 ? out_->scalar(tensor.dtype, all) : out_->array(tensor.dtype, tensor.dims, all);
    }
    void place(value leaf) {
        const auto first = first_place(leaf);
        if (array_slots_[first] != emitter::none) return again(leaf, array_slots_[first]);
        array_slots_[leaf.at] = array(leaf.kind, tensors_[find(leaf)]);
    }
    /// An array that is written already.
    void again(value leaf, std::uint32_t slot) {
        into_->share(tensors_[find(leaf)]);
        out_->got(slot);
    }
    /// The first place of the array that a file had here, if what is written there is the same today; else the place itself.
    [[nodiscard]] std::uint32_t first_place(value leaf) const noexcept {
        const auto first = beside_->first_places[leaf.at];
        const auto there = find({leaf.kind, first});
        if (first == leaf.at || there == tensors_.size()) return leaf.at;
        const auto& a = tensors_[there];
        const auto& b = tensors_[find(leaf)];
        if (a.dtype != b.dtype || a.dims != b.dims) return leaf.at;
        const bool in_memory = a.source == nullptr && b.source == nullptr;
        const bool same = in_memory ? std::equal(a.bytes.begin(), a.bytes.end(), b.bytes.begin())
                                    : a.source != nullptr && b.source != nullptr && *a.source == *b.source;
        return same ? first : leaf.at;
    }
    void container(value v) {  // NOLINT(misc-no-recursion)
        auto& slot = node_slots_[v.at];
        if (slot != emitter::none) return out_->got(slot);
        const auto& node = objects_->nodes[v.at];
        const auto items = objects_->items(v);
        const auto one = [&](std::size_t i) { write(items[i]); };
        if (v.kind == kind::list) return void(slot = out_->list(items.size(), one));
        if (objects_->is_named_array(v)) {
            auto& named = named_slots_[first_place(items[1])];
            if (named != emitter::none && node.called) return again(items[1], named);
            return void(named = out_->tuple(items.size(), node.called, one));
        }
        if (v.kind == kind::tuple) return void(slot = out_->tuple(items.size(), node.called, one));
        const auto outer = out_->begin_dict(kept_count(items), node.called);
        slot = out_->last_slot();
        write_items(items);
        out_->end_dict(outer);
    }

    emitter* out_;
    save_plan* into_;
    const extra* beside_;
    const object_graph* objects_;
    std::span<const tensor_ref> tensors_;
    sequence<use> uses_;
    name_index names_;
    bool only_ = false;  ///< the outermost object is the place of the only array
    sequence<std::uint32_t> text_slots_;
    sequence<std::uint32_t> node_slots_;
    sequence<std::uint32_t> array_slots_;  ///< by the slice that names the place, as the next
    sequence<std::uint32_t> named_slots_;  ///< of (name, array)
    sequence<std::uint32_t> key_slots_;    ///< by tensor
};

}  // namespace wherry::inline WHERRY_ABI::pickle::detail

#endif
