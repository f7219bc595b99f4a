#ifndef WHERRY_FORMAT_PICKLE_KEEP_HPP
#define WHERRY_FORMAT_PICKLE_KEEP_HPP

#include <wherry/base/limits.hpp>
#include <wherry/base/number.hpp>
#include <wherry/base/order.hpp>
#include <wherry/base/result.hpp>
#include <wherry/base/sequence.hpp>
#include <wherry/base/utf8.hpp>
#include <wherry/format/numpy.hpp>
#include <wherry/format/pickle/array_state.hpp>
#include <wherry/format/pickle/extra.hpp>
#include <wherry/format/pickle/parsed.hpp>
#include <wherry/format/pickle/value.hpp>
#include <wherry/record/any_reader.hpp>
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

namespace wherry::inline WHERRY_ABI::pickle {

/// Keys of a dict that are not variables: how large arrays were cut, and the names that layers have for arrays.
/// Source: fluid/io.py 1.8.5, framework/io.py 2.x.
inline constexpr std::string_view big_parameters_key = "UnpackBigParamInfor@@";
inline constexpr std::string_view structured_names_key = "StructuredToParameterName@@";

namespace detail {
/// A byte is a character of latin1.
inline void append_latin1(std::string& to, char c) { append_utf8(to, static_cast<unsigned char>(c)); }

/// A key on the way to an array: text, a string of Python 2, or a number. Errors: bad_pickle, bad_name.
inline result<std::string> key_name(const object_graph& objects, value key, const limits& caps) {
    std::string name;
    if (key.kind == kind::text) name = objects.slice(key);
    else if (key.kind == kind::bytes)
        for (const char c : objects.slice(key).substr(0, caps.name_bytes + 1)) append_latin1(name, c);
    else if (key.kind == kind::integer) name = decimal(objects.numbers[key.at]).view();
    else return bad_state("a key of a pickle is neither a string nor a number");
    if (name.empty() || name.size() > caps.name_bytes || !is_utf8(name) || name.find('\0') != std::string::npos)
        return failure(errc::bad_name, "a key of a pickle is empty, too long or not UTF-8").of_variable(name.substr(0, 64));
    return name;
}

/// Copies the objects of a pickle, all but its arrays, whose places get their names. Objects that hold no array and are there more than
/// once stay one object, so that the copy is never larger than the file; those that do become one for each place.
class keeper {
  public:
    /// An array, and the keys on the way to it.
    struct place {
        value array;
        std::string name;
    };

    /// `allowed_bytes` shrinks by what places take: a small file must not name an array a million times.
    keeper(const parsed_pickle& parsed, any_reader& reader, const limits& caps, std::uint64_t& allowed_bytes) noexcept
        : parsed_(&parsed), reader_(&reader), objects_(&parsed.objects), caps_(caps), allowed_bytes_(&allowed_bytes) {}

    /// Errors: bad_pickle for objects that hold themselves, lie too deep or are functions; bad_name, duplicate_name for a key that a dict
    /// has twice; too_large.
    result<void> run(value top) {
        if (top.kind == kind::none) return bad_state("a pickle of None has no arrays and no values");
        if (is_container(top))
            if (auto checked = check_depth(top); !checked) return checked;
        made_.resize(objects_->nodes.size(), none);
        slices_.resize(objects_->slices.size(), none);
        auto copied = top.kind == kind::dict ? outermost(top) : copy(top, is_array(top) ? "0" : "");
        if (!copied) return copied.failure();
        rest_.first_places.resize(ranges_.size(), none);
        rest_.chars = std::make_shared<const std::string>(std::move(chars_));
        for (const auto& held : ranges_) rest_.objects.slices.push_back(std::string_view(*rest_.chars).substr(held.first, held.second));
        const bool plain = plain_ && top.kind == kind::dict && objects_->size(top) != 0;  // of nothing, there is something to keep
        if (plain) rest_ = {.structured_names = std::move(rest_.structured_names), .has_names_table = rest_.has_names_table};
        else rest_.top = *copied;
        return {};
    }
    [[nodiscard]] sequence<place> take_places() noexcept { return std::move(places_); }
    [[nodiscard]] extra take_rest() noexcept { return std::move(rest_); }
    [[nodiscard]] std::optional<value> big() const noexcept { return big_; }

  private:
    static constexpr std::uint32_t none = ~std::uint32_t{0};
    static constexpr std::uint8_t depth_cap = 64;

    [[nodiscard]] static bool is_array(value v) noexcept { return v.kind == kind::array || v.kind == kind::scalar; }
    [[nodiscard]] static bool is_container(value v) noexcept { return v.kind >= kind::tuple; }
    [[nodiscard]] bool holds_arrays(value v) const noexcept { return is_array(v) || (is_container(v) && holds_[v.at]); }

    /// No object holds itself, and none is too deep: not even one that is reached on a shorter way first.
    [[nodiscard]] result<void> check_depth(value top) {
        constexpr std::uint8_t open = 255;
        struct open_node {
            std::uint32_t node;
            std::uint32_t next;
            std::uint32_t left;
        };
        const auto too_deep = [] { return bad_state("the objects of a pickle are nested too deep", "more than 64 levels"); };
        sequence<std::uint8_t> height(objects_->nodes.size(), std::uint8_t{0});
        holds_.resize(objects_->nodes.size(), false);
        sequence<std::uint8_t> below;  // the height of what is done, of each node of the path
        sequence<open_node> path;
        const auto enter = [&](value v) {
            const auto& held = objects_->nodes[v.at];
            height[v.at] = open;
            path.push_back({v.at, held.first, held.size});
            below.push_back(0);
        };
        enter(top);
        while (!path.empty()) {
            auto& now = path.back();
            if (now.left == 0) {
                const auto node = now.node;
                height[node] = static_cast<std::uint8_t>(below.back() + 1);
                if (height[node] > depth_cap) return too_deep();
                path.pop_back();
                below.pop_back();
                if (path.empty()) continue;
                below.back() = std::max(below.back(), height[node]);
                if (holds_[node]) holds_[path.back().node] = true;
                continue;
            }
            const auto& cell = objects_->cells[now.next];
            now.next = cell.next;
            --now.left;
            if (!is_container(cell.value)) continue;
            const auto seen = height[cell.value.at];
            if (is_array(cell.value)) holds_[now.node] = true;
            if (seen == open) return bad_state("an object of a pickle holds itself");
            if (seen != 0) {
                below.back() = std::max(below.back(), seen);
                if (holds_[cell.value.at]) holds_[now.node] = true;
                continue;
            }
            if (path.size() == depth_cap) return too_deep();
            enter(cell.value);
        }
        return {};
    }

    /// The dict of a state: two of its keys are about the others.
    result<value> outermost(value top) {
        if (auto checked = check_keys(top, {}); !checked) return checked.failure();
        const auto made = rest_.objects.make(kind::dict);
        bool holds = false;
        const auto items = objects_->items(top);
        for (std::size_t i = 0; i < items.size(); i += 2) {
            const auto key = items[i];
            const auto is = [&](std::string_view name) {
                return (key.kind == kind::text || key.kind == kind::bytes) && objects_->slice(key) == name;
            };
            if (is(structured_names_key)) {
                if (auto read = read_names(items[i + 1]); !read) return read.failure();
                continue;
            }
            if (is(big_parameters_key)) {
                if (items[i + 1].kind != kind::dict) return bad_state("the list of cut arrays is not a dict");
                big_ = items[i + 1];
                continue;
            }
            plain_ = plain_ && items[i + 1].kind == kind::array && key.kind != kind::integer;
            holds = holds || holds_arrays(items[i + 1]);
            if (auto copied = item(made, key, items[i + 1], {}); !copied) return copied.failure();
        }
        rest_.objects.nodes[made.at].called = objects_->nodes[top.at].called;
        rest_.objects.nodes[made.at].holds_arrays = holds;
        plain_ = plain_ && !objects_->nodes[top.at].called;
        return made;
    }
    result<void> read_names(value v) {
        if (v.kind != kind::dict) return bad_state("the structured names are not a dict");
        if (auto checked = check_keys(v, structured_names_key); !checked) return checked;
        rest_.has_names_table = true;
        const auto items = objects_->items(v);
        for (std::size_t i = 0; i < items.size(); i += 2) {
            auto structured = key_name(*objects_, items[i], caps_);
            if (!structured) return structured.failure();
            auto parameter = key_name(*objects_, items[i + 1], caps_);
            if (!parameter) return parameter.failure();
            if (auto added = rest_.structured_names.add(*std::move(structured), *std::move(parameter)); !added) return added;
        }
        return {};
    }

    result<value> copy(value v, const std::string& path) {
        switch (v.kind) {
            case kind::none:
            case kind::boolean: return v;
            case kind::integer:
            case kind::real: return rest_.objects.make_number(objects_->numbers[v.at], v.kind);
            case kind::big:
            case kind::text:
            case kind::bytes:
            case kind::latin1: return chars(v);
            case kind::array:
            case kind::scalar: return array(v, path, v.at);
            case kind::dtype: {
                numpy::array_layout layout;
                if (auto read = state_of_arrays(*parsed_).read_dtype(v, layout); !read) return read.failure();
                return value{kind::dtype, static_cast<std::uint32_t>(layout.dtype)};
            }
            case kind::tuple:
            case kind::list:
            case kind::dict: return container(v, path);
            case kind::callable: break;
        }
        return bad_state("a pickle holds a function").of_variable(path);
    }
    result<value> chars(value v) {
        auto& at = slices_[v.at];
        auto held = objects_->slice(v);
        const bool as_text = v.kind == kind::bytes && objects_->python2;
        const bool plain = v.kind != kind::latin1 && !as_text;
        if (plain && at != none) return value{v.kind, at};
        const auto first = chars_.size();
        std::string whole;
        if (!plain && !charge(parsed_->most_bytes_of(v))) return too_often();
        if (const auto* const far = objects_->find_far(v); far != nullptr) {
            whole.resize(static_cast<std::size_t>(far->size));
            if (auto read = reader_->read_at(far->offset, std::as_writable_bytes(std::span(whole))); !read) return read.failure();
            held = whole;
        }
        if (as_text)
            for (const char c : held) append_latin1(chars_, c);
        else if (plain) chars_ += held;
        else {
            chars_.resize(first + static_cast<std::size_t>(input::count_chars(held)));
            latin1_decoder text(std::as_writable_bytes(std::span(chars_).subspan(first)));
            if (auto added = text.add(held); !added) return added.failure();
            if (auto ended = text.end(); !ended) return ended.failure();
        }
        ranges_.push_back({first, chars_.size() - first});
        const auto made = static_cast<std::uint32_t>(ranges_.size() - 1);
        if (plain) at = made;
        return value{as_text ? kind::text : v.kind == kind::latin1 ? kind::bytes : v.kind, made};
    }
    /// `owner`: the object that is one array with all its other places, itself or the tuple with its name.
    result<value> array(value v, const std::string& name, std::uint32_t owner) {
        if (!charge(64 + name.size())) return too_often();
        if (name.size() > caps_.name_bytes)
            return failure(errc::bad_name, "the keys on the way to an array are too long").of_variable(name.substr(0, 64));
        places_.push_back({v, name});
        const auto first = chars_.size();
        chars_ += name;
        ranges_.push_back({first, name.size()});
        const auto made = static_cast<std::uint32_t>(ranges_.size() - 1);
        rest_.first_places.resize(ranges_.size(), made);
        if (made_[owner] == none) made_[owner] = made;
        else rest_.first_places[made] = made_[owner];
        return value{v.kind, made};
    }
    result<value> container(value v, const std::string& path) {
        const bool holds = holds_arrays(v);
        if (!holds && made_[v.at] != none) return value{v.kind, made_[v.at]};
        if (holds && !charge(16 * std::uint64_t{objects_->size(v)})) return too_often();
        if (v.kind == kind::dict)
            if (auto checked = check_keys(v, path); !checked) return checked.failure();
        const auto made = rest_.objects.make(v.kind);
        rest_.objects.nodes[made.at].called = objects_->nodes[v.at].called;
        rest_.objects.nodes[made.at].holds_arrays = holds;
        const auto items = objects_->items(v);
        const bool named = objects_->is_named_array(v);
        for (std::size_t i = 0; i < items.size(); i += v.kind == kind::dict ? 2 : 1) {
            result<void> copied;
            if (v.kind == kind::dict) copied = item(made, items[i], items[i + 1], path);
            else if (named && i == 1) copied = tensor(made, items, path, v.at);
            else copied = append(made, items[i], holds_arrays(items[i]) ? below(path, std::string(decimal(i).view())) : std::string());
            if (!copied) return copied.failure();
        }
        if (!holds) made_[v.at] = made.at;
        return made;
    }
    result<void> item(value dict, value key, value held, const std::string& path) {
        std::string inside;
        if (holds_arrays(held)) {
            auto name = key_name(*objects_, key, caps_);
            if (!name) return name.failure();
            inside = below(path, *name);
        }
        if (auto copied = append(dict, key, {}); !copied) return copied;
        return append(dict, held, inside);
    }
    result<void> append(value into, value held, const std::string& path) {
        const auto copied = copy(held, path);
        if (!copied) return copied.failure();
        rest_.objects.append(into, *copied);
        return {};
    }
    /// The array of (name, array); the name is its own where it is the whole file.
    result<void> tensor(value into, const sequence<value>& pair, const std::string& path, std::uint32_t owner) {
        const auto own = path.empty() ? key_name(*objects_, pair[0], caps_) : result<std::string>(path);
        if (!own) return own.failure();
        const auto copied = array(pair[1], *own, owner);
        if (!copied) return copied.failure();
        rest_.objects.append(into, *copied);
        return {};
    }
    static std::string below(const std::string& path, const std::string& key) { return path.empty() ? key : path + "/" + key; }

    /// No key twice, whatever it holds: Python would keep the last. Errors: duplicate_name.
    [[nodiscard]] result<void> check_keys(value dict, std::string_view path) const {
        const auto items = objects_->items(dict);
        sequence<std::uint32_t> slices;
        sequence<std::int64_t> numbers;
        for (std::size_t i = 0; i < items.size(); i += 2) {
            const auto key = items[i];
            if ((key.kind == kind::text || key.kind == kind::bytes) && objects_->find_far(key) == nullptr) slices.push_back(key.at);
            else if (key.kind == kind::integer) numbers.push_back(objects_->numbers[key.at]);
            else if (key.kind == kind::boolean) numbers.push_back(key.at);
        }
        const auto twice = [&](std::string_view key) {
            const auto name = path.empty() ? std::string(key.substr(0, 200)) : below(std::string(path), std::string(key.substr(0, 200)));
            return failure(errc::duplicate_name, "a pickle holds a name twice").of_variable(name);
        };
        std::sort(slices.begin(), slices.end());  // the very object first, so that no text is compared often
        if (const auto at = std::adjacent_find(slices.begin(), slices.end()); at != slices.end()) return twice(objects_->slices[*at]);
        sequence<std::string_view> names;
        for (const auto at : slices) names.push_back(objects_->slices[at]);
        if (const auto at = find_repeated(names); at != names.size()) return twice(names[at]);
        std::sort(numbers.begin(), numbers.end());
        if (const auto at = std::adjacent_find(numbers.begin(), numbers.end()); at != numbers.end()) return twice(decimal(*at));
        return {};
    }

    bool charge(std::uint64_t bytes) noexcept {
        if (bytes > *allowed_bytes_) return false;
        *allowed_bytes_ -= bytes;
        return true;
    }
    static failure too_often() {
        return failure(errc::too_large, "the objects of a pickle are shared so often that they are 8 times the file");
    }

    const parsed_pickle* parsed_;
    any_reader* reader_;
    const object_graph* objects_;
    limits caps_;
    std::uint64_t* allowed_bytes_;
    sequence<bool> holds_;
    sequence<std::uint32_t> made_;    ///< copies of nodes without arrays, the first places of arrays
    sequence<std::uint32_t> slices_;  ///< copies of slices
    std::string chars_;
    sequence<std::pair<std::size_t, std::size_t>> ranges_;
    sequence<place> places_;
    extra rest_;
    bool plain_ = true;  ///< the outermost dict holds arrays and nothing else
    std::optional<value> big_;
};
}  // namespace detail

}  // namespace wherry::inline WHERRY_ABI::pickle

#endif
