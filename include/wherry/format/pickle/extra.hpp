#ifndef WHERRY_FORMAT_PICKLE_EXTRA_HPP
#define WHERRY_FORMAT_PICKLE_EXTRA_HPP

#include <wherry/base/dtype.hpp>
#include <wherry/base/name_map.hpp>
#include <wherry/base/number.hpp>
#include <wherry/base/result.hpp>
#include <wherry/base/sequence.hpp>
#include <wherry/format/numpy.hpp>
#include <wherry/format/pickle/value.hpp>
#include <wherry/format/text_number.hpp>
#include <wherry/tensor/structured_names.hpp>
#include <wherry/version.hpp>

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace wherry::inline WHERRY_ABI::pickle {

/// How an array in nested dicts is called.
enum class name_by : std::uint8_t {
    path,  ///< by all keys on the way to it, as a load does: `model/fc1.weight`
    key,   ///< by the last of them, as the layer does: `fc1.weight`
};

/// The contents of a pickle beside its arrays: the dicts, lists and tuples around them, and all values in those. A load reports it, and what
/// is given it writes the same Python object again. Copies share the texts.
struct extra {
    wherry::structured_names structured_names{};  ///< of StructuredToParameterName@@
    bool has_names_table = false;                 ///< written even without a name, as the state of an optimizer without accumulators has it
    /// All objects but arrays; in the place of each there is one of its kind whose `at` is the slice with its name. Texts are whole, bytes raw,
    /// an element type is the number of its `DType`.
    object_graph objects{};
    value top{};                                 ///< kind::none: a dict of arrays and nothing else
    std::shared_ptr<const std::string> chars{};  ///< of which the slices are parts
    /// Of each slice that names a place: that of the first place with the same array, which is written once as long as both hold the same.
    sequence<std::uint32_t> first_places{};

    /// One value that is not an array, as Python shows it, and the keys on the way to it.
    struct named_value {
        std::string name;
        std::string text;  ///< 3, 0.9, True, 'abc', b'' of 12 bytes, []
    };
    /// The values, `most` of them; long texts are cut.
    [[nodiscard]] sequence<named_value> values(std::size_t most = 1000) const {
        sequence<named_value> made;
        if (top.kind != kind::none) list_values(top, is_container(top) ? "" : "0", most, made);
        return made;
    }
    /// All names of parameters that the file tells: of StructuredToParameterName@@, of tensors in nested dicts (`model/fc1.weight` is
    /// `linear_0.w_0`), and of `.pdiparams.info`. Errors: duplicate_name.
    [[nodiscard]] result<wherry::structured_names> names(name_by how = name_by::path) const {
        auto made = structured_names;
        if (auto added = add_tensors(top, {}, how, made); !added) return added.failure();
        if (auto added = add_info(made); !added) return added.failure();
        return made;
    }

    /// The same for arrays under other names, pairs of old and new ones. An array of a nested dict gets another key there.
    /// Errors: bad_argument for one that would leave its dict, or that lies in a list.
    [[nodiscard]] result<extra> renamed(std::span<const std::pair<std::string, std::string>> names) const {
        name_map<std::string> wanted;
        for (const auto& [old, name] : names) wanted[old] = name;
        auto made = *this;
        made.structured_names = {};
        for (const auto& one : structured_names) {
            const auto* const other = wanted.find(one.structured);
            auto added = made.structured_names.add(other != nullptr ? *other : one.structured, one.parameter);
            if (!added) return added.failure();
        }
        auto texts = std::string(chars != nullptr ? *chars : std::string());
        if (auto done = made.rename_in(top, wanted, texts); !done) return done.failure();
        const auto* const before = chars != nullptr ? chars->data() : nullptr;
        made.chars = std::make_shared<const std::string>(std::move(texts));
        auto end = chars != nullptr ? chars->size() : 0;
        for (std::size_t i = 0; i < made.objects.slices.size(); ++i) {
            auto& slice = made.objects.slices[i];
            const auto at =
                i < objects.slices.size() ? static_cast<std::size_t>(slice.data() - before) : std::exchange(end, end + slice.size());
            slice = std::string_view(*made.chars).substr(at, slice.size());
        }
        return made;
    }

  private:
    static bool is_container(value v) noexcept { return v.kind == kind::tuple || v.kind == kind::list || v.kind == kind::dict; }
    [[nodiscard]] std::string key_text(value v) const {
        if (v.kind == kind::text) return std::string(objects.slice(v).substr(0, 200));
        return v.kind == kind::integer ? std::string(decimal(objects.numbers[v.at]).view()) : value_text(v);
    }
    [[nodiscard]] std::string value_text(value v) const {
        constexpr std::size_t most_chars = 100;
        switch (v.kind) {
            case kind::none: return "None";
            case kind::boolean: return v.at != 0 ? "True" : "False";
            case kind::integer: return std::string(decimal(objects.numbers[v.at]).view());
            case kind::real: {
                std::string made;
                wherry::detail::append_chars(made, std::bit_cast<double>(objects.numbers[v.at]));
                return made.find_first_not_of("-0123456789") == std::string::npos ? made + ".0" : made;
            }
            case kind::big: return "an integer of " + std::string(decimal(8 * objects.slice(v).size()).view()) + " bits";
            case kind::bytes: return std::string(decimal(objects.slice(v).size()).view()) + " bytes";
            case kind::text: {
                auto made = "'" + std::string(objects.slice(v).substr(0, most_chars));
                return made + (objects.slice(v).size() > most_chars ? "...'" : "'");
            }
            case kind::dtype: return std::string(numpy::name_of(static_cast<DType>(v.at)));
            case kind::tuple: return objects.size(v) == 0 ? "()" : "a tuple";
            case kind::list: return "[]";
            case kind::dict: return "{}";
            default: return {};
        }
    }
    void list_values(value v, const std::string& name, std::size_t most, sequence<named_value>& into) const {  // NOLINT(misc-no-recursion)
        if (into.size() == most || v.kind == kind::array || v.kind == kind::scalar || objects.is_named_array(v)) return;
        if (name.empty() && is_container(v) && objects.size(v) == 0) return;  // an empty file
        if (!is_container(v) || objects.size(v) == 0) return into.push_back({name, value_text(v)});
        const auto items = objects.items(v);
        const std::size_t step = v.kind == kind::dict ? 2 : 1;
        for (std::size_t i = 0; i < items.size() && into.size() < most; i += step) {
            const auto key = step == 2 ? key_text(items[i]) : std::string(decimal(i).view());
            list_values(items[i + step - 1], name.empty() ? key : name + "/" + key, most, into);
        }
    }
    /// The texts of new slices are added to `texts`; until all are there, slices point into the names.
    result<void> rename_in(value v, const name_map<std::string>& wanted, std::string& texts) {  // NOLINT(misc-no-recursion)
        if (!is_container(v) || !objects.nodes[v.at].holds_arrays) return {};
        const bool dict = v.kind == kind::dict;
        auto at = objects.nodes[v.at].first;
        for (std::uint32_t i = 0; i < objects.nodes[v.at].size; ++i, at = objects.cells[at].next) {
            const auto key = at;
            if (dict) at = objects.cells[at].next, ++i;
            const auto held = objects.cells[at].value;
            const bool named = objects.is_named_array(held);
            if (!named && held.kind != kind::array && held.kind != kind::scalar) {
                if (auto done = rename_in(held, wanted, texts); !done) return done;
                continue;
            }
            auto& leaf = objects.cells[named ? objects.nodes[held.at].last : at].value;
            const auto old = objects.slice(leaf);
            const auto* const name = wanted.find(old);
            if (name == nullptr) continue;
            const auto own = objects.cells[key].value;
            const auto own_size = own.kind == kind::text ? objects.slice(own).size() : key_text(own).size();
            const auto above = old.substr(0, old.size() - std::min(old.size(), own_size));
            if (!dict || !name->starts_with(above) || name->size() == above.size())
                return failure(errc::bad_argument, "an array of nested objects gets another name in its own dict alone")
                    .of_variable(old)
                    .expected(above)
                    .found(*name);
            objects.cells[key].value = {kind::text, add_slice(std::string_view(*name).substr(above.size()), texts)};
            leaf.at = add_slice(*name, texts);
        }
        return {};
    }
    std::uint32_t add_slice(std::string_view held, std::string& texts) {
        texts += held;
        const auto made = static_cast<std::uint32_t>(objects.slices.size());
        objects.slices.push_back(held);
        first_places.resize(objects.slices.size(), made);
        return made;
    }
    /// `key`: of `v` in its dict; empty where it has none.
    result<void> add_tensors(value v, const std::string& key, name_by how,  // NOLINT(misc-no-recursion)
                             wherry::structured_names& into) const {
        if (!is_container(v) || !objects.nodes[v.at].holds_arrays) return {};
        const auto items = objects.items(v);
        if (objects.is_named_array(v)) {
            const std::string name(how == name_by::path ? objects.slice(items[1]) : key);
            if (name.empty() || objects.slice(items[0]) == name) return {};
            return into.add(name, std::string(objects.slice(items[0])));
        }
        const bool dict = v.kind == kind::dict;
        for (std::size_t i = dict ? 1 : 0; i < items.size(); i += dict ? 2 : 1)
            if (auto added = add_tensors(items[i], dict ? key_text(items[i - 1]) : "", how, into); !added) return added;
        return {};
    }
    /// Source: paddle/jit/api.py, save: {"linear_0.w_0": {"structured_name": "fc1.weight", "stop_gradient": False, "trainable": True}}.
    result<void> add_info(wherry::structured_names& into) const {
        if (top.kind != kind::dict) return {};
        const auto items = objects.items(top);
        for (std::size_t i = 0; i < items.size(); i += 2) {
            if (items[i].kind != kind::text || items[i + 1].kind != kind::dict || objects.size(items[i + 1]) > 8) continue;
            const auto about = objects.items(items[i + 1]);
            for (std::size_t k = 0; k < about.size(); k += 2) {
                const bool is =
                    about[k].kind == kind::text && objects.slice(about[k]) == "structured_name" && about[k + 1].kind == kind::text;
                if (!is) continue;
                if (auto added = into.add(std::string(objects.slice(about[k + 1])), std::string(objects.slice(items[i]))); !added)
                    return added;
            }
        }
        return {};
    }
};

}  // namespace wherry::inline WHERRY_ABI::pickle

#endif
