#ifndef WHERRY_FORMAT_PICKLE_READ_HPP
#define WHERRY_FORMAT_PICKLE_READ_HPP

#include <wherry/base/limits.hpp>
#include <wherry/base/result.hpp>
#include <wherry/base/sequence.hpp>
#include <wherry/format/numpy.hpp>
#include <wherry/format/pickle/array_state.hpp>
#include <wherry/format/pickle/extra.hpp>
#include <wherry/format/pickle/keep.hpp>
#include <wherry/format/pickle/machine.hpp>
#include <wherry/format/pickle/parsed.hpp>
#include <wherry/record/any_reader.hpp>
#include <wherry/record/kept_extra.hpp>
#include <wherry/record/record_index.hpp>
#include <wherry/tensor/tensor.hpp>
#include <wherry/version.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace wherry::inline WHERRY_ABI::pickle {

namespace detail {
/// Lists the arrays among the objects of a pickle.
class state_reader {
  public:
    state_reader(std::shared_ptr<parsed_pickle> parsed, any_reader& reader, const limits& caps)
        : parsed_(std::move(parsed)),
          reader_(&reader),
          objects_(&parsed_->objects),
          caps_(caps),
          allowed_bytes_(8 * reader.size_bytes() + (std::uint64_t{1} << 20U)) {}

    result<record_listing> read(value top) {
        keeper keep(*parsed_, *reader_, caps_, allowed_bytes_);
        if (auto kept = keep.run(top); !kept) return kept.failure();
        const state_of_arrays states(*parsed_);
        for (auto& found : keep.take_places()) {
            auto view = found.array.kind == kind::array ? states.array_of(found.array) : states.scalar_of(found.array);
            if (!view) return view.failure().of_variable(found.name);
            view->name = std::move(found.name);
            parsed_->views.push_back(*std::move(view));
        }
        big_ = keep.big();
        if (auto found = check_names(); !found) return found.failure();
        if (big_)
            if (auto found = find_slices(*big_); !found) return found.failure();
        if (auto made = list_arrays(); !made) return made.failure();
        if (auto rest = keep.take_rest(); rest.has_names_table || rest.top.kind != kind::none) listing_.extra = kept_extra(std::move(rest));
        for (const auto& block : objects_->memory) listing_.held_bytes += block.size();
        return std::move(listing_);
    }

  private:
    /// No name twice, with the names of big arrays and without those of their slices.
    result<void> check_names() {
        by_name_.resize(parsed_->views.size());
        for (std::size_t i = 0; i < by_name_.size(); ++i) by_name_[i] = i;
        std::sort(by_name_.begin(), by_name_.end(),
                  [this](std::size_t a, std::size_t b) { return parsed_->views[a].name < parsed_->views[b].name; });
        for (std::size_t i = 1; i < by_name_.size(); ++i)
            if (parsed_->views[by_name_[i - 1]].name == parsed_->views[by_name_[i]].name)
                return failure(errc::duplicate_name, "a pickle holds a name twice").of_variable(parsed_->views[by_name_[i]].name);
        return {};
    }
    [[nodiscard]] std::optional<std::size_t> find_view(std::string_view name) const {
        const auto at = std::lower_bound(by_name_.begin(), by_name_.end(), name,
                                         [this](std::size_t i, std::string_view n) { return parsed_->views[i].name < n; });
        return at != by_name_.end() && parsed_->views[*at].name == name ? std::optional(*at) : std::nullopt;
    }

    /// Source: paddle/framework/io_utils.py, _pack_loaded_dict: name -> {"OriginShape": shape, "slices": [names]}.
    result<void> find_slices(value info) {
        const auto items = objects_->items(info);
        for (std::size_t i = 0; i < items.size(); i += 2) {
            auto name = key_name(*objects_, items[i], caps_);
            if (!name) return name.failure();
            auto found = items[i + 1].kind == kind::dict ? join(items[i + 1]) : bad_state("the description of a cut array is not a dict");
            if (!found) return found.failure().of_variable(*name);
            found->name = *std::move(name);
            parsed_->joined.push_back(*std::move(found));
        }
        return {};
    }
    result<joined_view> join(value description) {
        const auto items = objects_->items(description);
        joined_view made;
        bool has_shape = false;
        for (std::size_t i = 0; i < items.size(); i += 2) {
            const auto key = key_name(*objects_, items[i], caps_);
            if (!key) return key.failure();
            if (*key == "OriginShape" && items[i + 1].kind == kind::tuple) {
                auto dims = state_of_arrays(*parsed_).shape_of(items[i + 1]);
                if (!dims) return dims.failure();
                made.layout.dims = *dims;
                has_shape = true;
            } else if (*key == "slices" && items[i + 1].kind == kind::list && made.slices.empty()) {
                for (const auto slice : objects_->items(items[i + 1])) {
                    const auto name = key_name(*objects_, slice, caps_);
                    if (!name) return name.failure();
                    const auto at = find_view(*name);
                    if (!at || parsed_->views[*at].used)
                        return bad_state(at ? "a slice of a cut array is used twice" : "a slice of a cut array is not there", *name);
                    parsed_->views[*at].used = true;
                    made.slices.push_back(*at);
                }
            }
        }
        if (!has_shape || made.slices.empty()) return bad_state("a cut array has no shape or no slices");
        if (auto checked = check_slices(made); !checked) return checked.failure();
        return made;
    }
    result<void> check_slices(joined_view& made) const {
        const auto& first = parsed_->views[made.slices[0]].layout;
        made.layout.dtype = first.dtype;
        made.layout.big_endian = first.big_endian;
        std::uint64_t total = 0;
        for (const auto at : made.slices) {
            const auto& held = parsed_->views[at].layout;
            if (held.dtype != first.dtype || held.big_endian != first.big_endian || held.dims.rank() != 1)
                return bad_state("the slices of a cut array do not fit each other", parsed_->views[at].name);
            total += parsed_->views[at].size_bytes;  // each is held by the file
        }
        const auto wanted = numpy::data_bytes(made.layout.dtype, made.layout.dims);
        if (!wanted) return wanted.failure();
        if (*wanted == total) return {};
        return failure(errc::shape_mismatch, "the slices of a cut array are not as many bytes as its dims say")
            .expected(*wanted)
            .found(total);
    }

    result<void> list_arrays() {
        const auto add = [&](const std::string& name, const numpy::array_layout& layout, std::uint64_t size_bytes, std::size_t at) {
            listing_.arrays.push_back({name,
                                       {layout.dtype, layout.dims, {}, size_bytes, 0},
                                       {},
                                       {[](const void* state, std::size_t which, any_reader& from, Tensor& into) {
                                            return static_cast<const parsed_pickle*>(state)->decode(which, from, into);
                                        },
                                        parsed_, at}});
        };
        const auto& views = parsed_->views;
        std::map<std::uint32_t, std::size_t> first_of;  // an array with several names is told to be one
        for (std::size_t at = 0; at < views.size(); ++at) {
            if (views[at].used) continue;
            const auto size_bytes = views[at].size_bytes;
            if (!within_allowance(size_bytes)) return shared_too_often().of_variable(views[at].name);
            const auto first = first_of.try_emplace(views[at].data.at, at).first->second;
            add(views[at].name, views[at].layout, size_bytes, views[first].layout == views[at].layout ? first : at);
        }
        for (std::size_t at = 0; at < parsed_->joined.size(); ++at) {
            const auto& whole = parsed_->joined[at];
            std::uint64_t total = 0;
            for (const auto slice : whole.slices) total += views[slice].size_bytes;
            if (!within_allowance(total)) return shared_too_often().of_variable(whole.name);
            const auto cut = find_view(whole.name);
            const bool twice = cut && !views[*cut].used;
            if (twice || std::any_of(parsed_->joined.begin(), parsed_->joined.begin() + static_cast<std::ptrdiff_t>(at),
                                     [&](const joined_view& before) { return before.name == whole.name; }))
                return failure(errc::duplicate_name, "a pickle holds a name whole and cut").of_variable(whole.name);
            add(whole.name, whole.layout, total, views.size() + at);
        }
        return {};
    }
    /// Arrays may share their bytes, but a small file must not fill the memory by sharing them a million times.
    bool within_allowance(std::uint64_t size_bytes) noexcept {
        if (size_bytes > allowed_bytes_) return false;
        allowed_bytes_ -= size_bytes;
        return true;
    }
    static failure shared_too_often() {
        return failure(errc::too_large, "the arrays of a pickle share their bytes so often that they are 8 times the file");
    }

    std::shared_ptr<parsed_pickle> parsed_;
    any_reader* reader_;
    const object_graph* objects_;
    limits caps_;
    std::uint64_t allowed_bytes_;
    record_listing listing_;
    sequence<std::size_t> by_name_;
    std::optional<value> big_;
};
}  // namespace detail

/// Lists the arrays of an object as `pickle.dump` of Python 2 and 3 writes it with protocols 2 to 4, NumPy 1 and 2: what `.pdparams` and
/// `.pdopt` files are. An array that lies in nested dicts, lists and tuples has the keys as its name, `model/fc1.weight`, `history/0/loss`;
/// one that is the whole file has the name of Paddle's tensor, or `0`. The listing's extra is an `extra`, with all that is not an array.
/// Nothing in the bytes is executed: callables are recognised by name, all others refused.
/// Errors: those of `machine` and of the reader; bad_pickle, bad_name, duplicate_name, bad_dtype, bad_dims, overflow, shape_mismatch with
/// the array's name. Memory is reserved only for elements that are there; those of a file stay there until they are asked for. Source: fluid.save, fluid.load, paddle.save.
inline result<record_listing> index(any_reader& reader, const limits& caps) {
    auto parsed = std::make_shared<detail::parsed_pickle>();
    machine run(reader, caps);
    const auto top = run.run();
    if (!top) return top.failure();
    parsed->objects = run.take_objects();
    return detail::state_reader(std::move(parsed), reader, caps).read(*top);
}

}  // namespace wherry::inline WHERRY_ABI::pickle

#endif
