#ifndef WHERRY_FORMAT_PICKLE_READ_HPP
#define WHERRY_FORMAT_PICKLE_READ_HPP

#include <wherry/base/limits.hpp>
#include <wherry/base/number.hpp>
#include <wherry/base/result.hpp>
#include <wherry/base/sequence.hpp>
#include <wherry/base/shape.hpp>
#include <wherry/base/utf8.hpp>
#include <wherry/format/numpy.hpp>
#include <wherry/format/pickle/machine.hpp>
#include <wherry/format/pickle/parsed.hpp>
#include <wherry/record/any_reader.hpp>
#include <wherry/record/kept_extra.hpp>
#include <wherry/record/record_index.hpp>
#include <wherry/record/whole_record.hpp>
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

namespace wherry::inline WHERRY_ABI::pickle {

/// The name that `.pdparams` of Paddle 2 have for an array, and the name of its Parameter in a program.
struct structured_name {
    std::string structured;  ///< "linear.weight"
    std::string parameter;   ///< "linear_0.w_0"
};

/// The contents of a `.pdparams` file beside its arrays.
struct extra {
    sequence<structured_name> structured_names;  ///< of StructuredToParameterName@@
};

/// Keys of a dict that are not variables: how large arrays were cut, and the names that layers have for arrays.
/// Source: fluid/io.py 1.8.5, framework/io.py 2.x.
inline constexpr std::string_view big_parameters_key = "UnpackBigParamInfor@@";
inline constexpr std::string_view structured_names_key = "StructuredToParameterName@@";

namespace detail {
/// Lists the arrays among the objects of a pickle.
class state_reader {
  public:
    state_reader(std::shared_ptr<parsed_pickle> parsed, std::uint64_t file_bytes, const limits& caps) noexcept
        : parsed_(std::move(parsed)),
          objects_(&parsed_->objects),
          caps_(caps),
          allowed_bytes_(8 * file_bytes + (std::uint64_t{1} << 20U)) {}

    result<record_listing> read(value top) {
        if (top.kind != kind::dict) return bad("a pickle of state is a dict of arrays by name");
        if (auto checked = check_tree(top); !checked) return checked.failure();
        const auto items = objects_->items(top);
        for (std::size_t i = 0; i < items.size(); i += 2) {
            const auto key = name_of(items[i]);
            if (!key) return key.failure();
            if (auto read = entry(*key, items[i + 1]); !read) return std::move(read).error().of_variable(*key);
        }
        if (auto found = check_names(); !found) return found.failure();
        if (big_)
            if (auto found = find_slices(*big_); !found) return found.failure();
        if (auto made = list_arrays(); !made) return made.failure();
        if (!extra_.structured_names.empty()) listing_.extra = kept_extra(std::move(extra_));
        return std::move(listing_);
    }

  private:
    static error bad(std::string_view message, std::string_view found = {}) {
        return {.code = errc::bad_pickle, .message = message, .found = found};
    }
    [[nodiscard]] static bool is_container(value v) noexcept { return v.kind >= kind::tuple; }

    /// No object holds itself, and none lies too deep.
    [[nodiscard]] result<void> check_tree(value top) const {
        constexpr std::size_t depth_cap = 64;
        enum class mark : std::uint8_t { fresh, open, done };
        struct open_node {
            std::uint32_t node;
            std::uint32_t next;
            std::uint32_t left;
        };
        sequence<mark> marks(objects_->nodes.size(), mark::fresh);
        sequence<open_node> path;
        const auto enter = [&](value v) {
            const auto& held = objects_->nodes[v.at];
            marks[v.at] = mark::open;
            path.push_back({v.at, held.first, held.size});
        };
        enter(top);
        while (!path.empty()) {
            auto& now = path.back();
            if (now.left == 0) {
                marks[now.node] = mark::done;
                path.pop_back();
                continue;
            }
            const auto& cell = objects_->cells[now.next];
            now.next = cell.next;
            --now.left;
            if (!is_container(cell.value) || marks[cell.value.at] == mark::done) continue;
            if (marks[cell.value.at] == mark::open) return bad("an object of a pickle holds itself");
            if (path.size() == depth_cap) return bad("the objects of a pickle are nested too deep", "more than 64 levels");
            enter(cell.value);
        }
        return {};
    }

    /// A key: text, or a string of Python 2.
    [[nodiscard]] result<std::string> name_of(value key) const {
        std::string name;
        if (key.kind == kind::text) name = objects_->slice(key);
        else if (key.kind == kind::bytes)
            for (const char c : objects_->slice(key).substr(0, caps_.name_bytes + 1)) append_latin1(name, c);
        else return bad("a key of a pickle is not a string");
        if (name.empty() || name.size() > caps_.name_bytes || !is_utf8(name) || name.find('\0') != std::string::npos)
            return error{
                .code = errc::bad_name, .message = "a key of a pickle is empty, too long or not UTF-8", .variable = name.substr(0, 64)};
        return name;
    }
    static void append_latin1(std::string& to, char c) {
        const auto u = static_cast<unsigned char>(c);
        if (u < 0x80U) to += c;
        else to += {static_cast<char>(0xc0U | u >> 6U), static_cast<char>(0x80U | (u & 0x3fU))};
    }

    result<void> entry(const std::string& key, value v) {
        if (key == structured_names_key) return structured_names(v);
        if (key == big_parameters_key)
            return v.kind == kind::dict ? (big_ = v, result<void>()) : bad("the list of cut arrays is not a dict");
        if (v.kind == kind::tuple && objects_->size(v) == 2)  // (name, array), as paddle.save writes tensors of nested objects
            if (const auto pair = objects_->items(v); pair[0].kind == kind::text && pair[1].kind == kind::array) v = pair[1];
        if (v.kind != kind::array && v.kind != kind::scalar) return listing_.others.push_back(key), result<void>();
        auto view = v.kind == kind::array ? array_of(v) : scalar_of(v);
        if (!view) return view.failure();
        view->name = key;
        return parsed_->views.push_back(*std::move(view)), result<void>();
    }
    result<void> structured_names(value v) {
        if (v.kind != kind::dict) return bad("the structured names are not a dict");
        const auto items = objects_->items(v);
        for (std::size_t i = 0; i < items.size(); i += 2) {
            auto structured = name_of(items[i]);
            if (!structured) return structured.failure();
            auto parameter = name_of(items[i + 1]);
            if (!parameter) return parameter.failure();
            extra_.structured_names.push_back({*std::move(structured), *std::move(parameter)});
        }
        return {};
    }

    /// Source: numpy ndarray.__setstate__: (version, shape, dtype, is_fortran, data).
    [[nodiscard]] result<array_view> array_of(value v) const {
        const auto states = objects_->items(v);
        const auto state = states.empty() ? sequence<value>() : objects_->items(states[0]);
        if (state.size() != 5 || state[0].kind != kind::integer || state[1].kind != kind::tuple || state[2].kind != kind::dtype)
            return bad("an array without a state, or with one that is not NumPy's");
        if (state[3].kind != kind::boolean && state[3].kind != kind::integer) return bad("the order of an array is not a flag");
        auto dims = shape_of(state[1]);
        if (!dims) return dims.failure();
        array_view made;
        if (auto read = read_dtype(state[2], made.layout); !read) return read.failure();
        made.layout.dims = *dims;
        made.layout.fortran_order = state[3].kind == kind::boolean ? state[3].at != 0 : objects_->numbers[state[3].at] != 0;
        made.data = state[4];
        if (auto checked = check_data(made.layout, made.data); !checked) return checked.failure();
        return made;
    }
    /// Source: numpy.core.multiarray.scalar(dtype, bytes).
    [[nodiscard]] result<array_view> scalar_of(value v) const {
        const auto parts = objects_->items(v);
        array_view made;
        if (auto read = read_dtype(parts[0], made.layout); !read) return read.failure();
        made.data = parts[1];
        if (auto checked = check_data(made.layout, made.data); !checked) return checked.failure();
        return made;
    }
    [[nodiscard]] result<Shape> shape_of(value tuple) const {
        if (objects_->size(tuple) > max_rank)
            return error{.code = errc::bad_dims,
                         .message = "an array has too many dims",
                         .expected = "at most 9",
                         .found = decimal(objects_->size(tuple))};
        Shape dims;
        for (const auto item : objects_->items(tuple)) {
            if (item.kind != kind::integer) return bad("a dim is not a number");
            const auto dim = objects_->numbers[item.at];
            if (dim < 0) return error{.code = errc::bad_dims, .message = "a dim is negative", .found = decimal(dim)};
            dims.push_back(dim);
        }
        return dims;
    }
    /// Source: numpy dtype.__setstate__: (version, order, subarray, names, fields, ...).
    [[nodiscard]] result<void> read_dtype(value v, numpy::array_layout& into) const {
        const auto parts = objects_->items(v);
        const auto code = objects_->slice(parts[0]);
        const auto dtype = numpy::dtype_of_kind(code);
        if (!dtype)
            return error{.code = errc::bad_dtype, .message = "an array of elements that no tensor has", .found = code.substr(0, 40)};
        if (parts.size() != 2) return bad("an element type without its byte order");
        const auto state = objects_->items(parts[1]);
        if (state.size() < 5 || (state[1].kind != kind::text && state[1].kind != kind::bytes))
            return bad("an element type without its byte order");
        for (std::size_t i = 2; i < 5; ++i)
            if (state[i].kind != kind::none) return error{.code = errc::bad_dtype, .message = "an array of structures"};
        const auto order = objects_->slice(state[1]);
        if (order.size() != 1 || std::string_view("<>|=").find(order.front()) == std::string_view::npos)
            return bad("a byte order that is not known", order.substr(0, 40));
        into.dtype = *dtype;
        into.big_endian = native_is_little_endian ? order == ">" : order == ">" || order == "=";
        return {};
    }
    /// The bytes must be there, exactly, before memory for them is.
    [[nodiscard]] result<void> check_data(const numpy::array_layout& layout, value data) const {
        if (data.kind != kind::bytes && data.kind != kind::latin1)
            return error{.code = errc::bad_dtype, .message = "the elements of an array are not bytes"};
        const auto wanted = numpy::data_bytes(layout.dtype, layout.dims);
        if (!wanted) return wanted.failure();
        const auto found = parsed_->size_of_data(data);
        if (found == *wanted) return {};
        return error{.code = errc::shape_mismatch,
                     .message = "the bytes of an array are not as many as its dims say",
                     .expected = decimal(*wanted),
                     .found = decimal(found)};
    }

    /// No name twice, with the names of big arrays and without those of their slices.
    result<void> check_names() {
        by_name_.resize(parsed_->views.size());
        for (std::size_t i = 0; i < by_name_.size(); ++i) by_name_[i] = i;
        std::sort(by_name_.begin(), by_name_.end(),
                  [this](std::size_t a, std::size_t b) { return parsed_->views[a].name < parsed_->views[b].name; });
        for (std::size_t i = 1; i < by_name_.size(); ++i)
            if (parsed_->views[by_name_[i - 1]].name == parsed_->views[by_name_[i]].name)
                return error{
                    .code = errc::duplicate_name, .message = "a pickle holds a name twice", .variable = parsed_->views[by_name_[i]].name};
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
            auto name = name_of(items[i]);
            if (!name) return name.failure();
            auto found = items[i + 1].kind == kind::dict ? join(items[i + 1]) : bad("the description of a cut array is not a dict");
            if (!found) return std::move(found).error().of_variable(*name);
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
            const auto key = name_of(items[i]);
            if (!key) return key.failure();
            if (*key == "OriginShape" && items[i + 1].kind == kind::tuple) {
                auto dims = shape_of(items[i + 1]);
                if (!dims) return dims.failure();
                made.layout.dims = *dims;
                has_shape = true;
            } else if (*key == "slices" && items[i + 1].kind == kind::list && made.slices.empty()) {
                for (const auto slice : objects_->items(items[i + 1])) {
                    const auto name = name_of(slice);
                    if (!name) return name.failure();
                    const auto at = find_view(*name);
                    if (!at || parsed_->views[*at].used)
                        return bad(at ? "a slice of a cut array is used twice" : "a slice of a cut array is not there", *name);
                    parsed_->views[*at].used = true;
                    made.slices.push_back(*at);
                }
            }
        }
        if (!has_shape || made.slices.empty()) return bad("a cut array has no shape or no slices");
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
                return bad("the slices of a cut array do not fit each other", parsed_->views[at].name);
            total += parsed_->size_of_data(parsed_->views[at].data);  // each is held by the file
        }
        const auto wanted = numpy::data_bytes(made.layout.dtype, made.layout.dims);
        if (!wanted) return wanted.failure();
        if (*wanted == total) return {};
        return error{.code = errc::shape_mismatch,
                     .message = "the slices of a cut array are not as many bytes as its dims say",
                     .expected = decimal(*wanted),
                     .found = decimal(total)};
    }

    result<void> list_arrays() {
        const auto add = [&](const std::string& name, const numpy::array_layout& layout, std::uint64_t size_bytes, std::size_t at) {
            listing_.arrays.push_back({name,
                                       {layout.dtype, layout.dims, {}, size_bytes, 0},
                                       {},
                                       {[](const void* state, std::size_t which, any_reader&, Tensor& into) {
                                            return static_cast<const parsed_pickle*>(state)->decode(which, into);
                                        },
                                        parsed_, at}});
        };
        const auto& views = parsed_->views;
        for (std::size_t at = 0; at < views.size(); ++at) {
            if (views[at].used) continue;
            const auto size_bytes = parsed_->size_of_data(views[at].data);
            if (!within_allowance(size_bytes)) return shared_too_often().of_variable(views[at].name);
            add(views[at].name, views[at].layout, size_bytes, at);
        }
        for (std::size_t at = 0; at < parsed_->joined.size(); ++at) {
            const auto& whole = parsed_->joined[at];
            std::uint64_t total = 0;
            for (const auto slice : whole.slices) total += parsed_->size_of_data(views[slice].data);
            if (!within_allowance(total)) return shared_too_often().of_variable(whole.name);
            const auto cut = find_view(whole.name);
            const bool twice = cut && !views[*cut].used;
            if (twice || std::any_of(parsed_->joined.begin(), parsed_->joined.begin() + static_cast<std::ptrdiff_t>(at),
                                     [&](const joined_view& before) { return before.name == whole.name; }))
                return error{.code = errc::duplicate_name, .message = "a pickle holds a name whole and cut", .variable = whole.name};
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
    static error shared_too_often() {
        return {.code = errc::too_large, .message = "the arrays of a pickle share their bytes so often that they are 8 times the file"};
    }

    std::shared_ptr<parsed_pickle> parsed_;
    const object_graph* objects_;
    limits caps_;
    std::uint64_t allowed_bytes_;
    record_listing listing_;
    extra extra_;
    sequence<std::size_t> by_name_;
    std::optional<value> big_;
};
}  // namespace detail

/// Lists the arrays of a dict as `pickle.dump` of Python 2 and 3 writes it with protocols 2 to 4, NumPy 1 and 2: what `.pdparams` and
/// `.pdopt` files are. Nothing in the bytes is executed: callables are recognised by name, all others refused.
/// Errors: those of `machine` and of the reader; bad_pickle, bad_name, duplicate_name, bad_dtype, bad_dims, overflow, shape_mismatch with
/// the array's name. Memory is reserved only for elements that are there. Source: fluid.save, fluid.load, paddle.save.
inline result<record_listing> index(any_reader& reader, const limits& caps) {
    auto parsed = std::make_shared<detail::parsed_pickle>();
    if (!reader.is_view()) {
        auto bytes = read_all(reader);
        if (!bytes) return bytes.failure();
        parsed->bytes = *std::move(bytes);
    }
    machine run(reader.is_view() ? reader.bytes() : std::string_view(parsed->bytes), caps);
    const auto top = run.run();
    if (!top) return top.failure();
    parsed->objects = run.take_objects();
    return detail::state_reader(std::move(parsed), reader.size_bytes(), caps).read(*top);
}

}  // namespace wherry::inline WHERRY_ABI::pickle

#endif
