#include "commands.hpp"
#include "files.hpp"
#include "json.hpp"
#include "names.hpp"
#include "said.hpp"
#include "states.hpp"
#include "text.hpp"

#include <wherry/archive/select.hpp>
#include <wherry/tensor/element.hpp>

#include <algorithm>
#include <optional>
#include <utility>

namespace tool {

namespace {
using wherry::Tensor;

std::string words_of(const Tensor& array) { return std::string(wherry::name_of(array.dtype())) + " " + to_string(array.dims()); }

/// One variable that is not the same in both; a null is where it is missing.
struct changed {
    std::string name;
    const Tensor* a = nullptr;
    const Tensor* b = nullptr;
    bool lod = false;
    wherry::difference values{};

    [[nodiscard]] std::string_view what() const noexcept {
        if (b == nullptr) return "only in A";
        if (a == nullptr) return "only in B";
        if (a->dims() != b->dims()) return "dims";
        if (a->dtype() != b->dtype()) return "dtype";
        return values.count > 0 ? "values" : "lod";
    }
    [[nodiscard]] bool has_values() const noexcept { return a != nullptr && b != nullptr && a->dims() == b->dims(); }
};

/// Whether one array is the bits of the other, which is all that a pickle or npz holds of bfloat16 and float8.
bool are_bits(const Tensor& a, const Tensor& b) {
    const auto is_bits = [](wherry::DType bits, wherry::DType of) {
        if (bits == wherry::DType::UINT16) return of == wherry::DType::BF16;
        return bits == wherry::DType::UINT8 && (of == wherry::DType::FP8_E4M3FN || of == wherry::DType::FP8_E5M2);
    };
    return is_bits(a.dtype(), b.dtype()) || is_bits(b.dtype(), a.dtype());
}

std::optional<changed> compared(const std::string& name, const Tensor& a, const Tensor& b) {
    changed made{name, &a, &b, a.lod() != b.lod(), {}};
    if (made.has_values()) made.values = wherry::difference_of(a.ref(name), b.ref(name));
    const bool alike = are_bits(a, b) ? std::ranges::equal(a.bytes(), b.bytes()) : a.dtype() == b.dtype() && made.values.count == 0;
    const bool same = made.has_values() && !made.lod && alike;
    return same ? std::nullopt : std::optional(std::move(made));
}

/// The array of that name or of another name of its parameter; null when there is none.
const Tensor* find_named(const state_dict& in, const std::string& name, const wherry::structured_names& names) {
    if (const auto* const held = in.find(name); held != nullptr) return held;
    const auto known = names.parameter_of(name);
    const auto parameter = known.empty() ? std::string_view(name) : known;
    if (const auto* const held = in.find(parameter); held != nullptr) return held;
    for (const auto& structured : names.structured_of(parameter))
        if (const auto* const held = in.find(structured); held != nullptr) return held;
    return nullptr;
}

std::vector<changed> changes(const state_dict& a, const state_dict& b, const wherry::structured_names& names) {
    std::vector<changed> found;
    for (const auto& held : a) {
        const auto* other = find_named(b, held.name, names);
        if (other == nullptr) found.push_back({held.name, &held.tensor, nullptr, false, {}});
        else if (auto one = compared(held.name, held.tensor, *other)) found.push_back(*std::move(one));
    }
    for (const auto& held : b)
        if (find_named(a, held.name, names) == nullptr) found.push_back({held.name, nullptr, &held.tensor, false, {}});
    std::sort(found.begin(), found.end(), [](const changed& x, const changed& y) { return x.name < y.name; });
    return found;
}

template <class Arrays>
std::string same_text(const Arrays& arrays, double seconds) {
    std::uint64_t bytes = 0;
    for (const auto& held : arrays) bytes += held.tensor.bytes().size();
    return counted(arrays.size(), "array") + ", " + size_text(bytes) + ", the same in both; compared in " + time_text(seconds) + "\n";
}

std::string text_of(const std::vector<changed>& found) {
    table lines(
        {{"variable"}, {"differs"}, {"A"}, {"B"}, {"elements", align::right}, {"max abs", align::right}, {"max rel", align::right}});
    for (const auto& one : found) {
        const auto side = [](const Tensor* array) { return array != nullptr ? words_of(*array) : "-"; };
        std::vector<std::string> row{wherry::printable(one.name), std::string(one.what()), side(one.a), side(one.b), "-", "-", "-"};
        if (one.has_values()) {
            row[4] = std::to_string(one.values.count) + " of " + std::to_string(one.a->count());
            row[5] = short_number(one.values.max_abs);
            row[6] = short_number(one.values.max_rel);
        }
        lines.add(std::move(row));
    }
    return lines.to_string();
}

void write_side(json_writer& json, std::string_view key, const Tensor* array) {
    json.key(key);
    if (array == nullptr) return void(json.null());
    json.object([&] { json.field("dtype", wherry::name_of(array->dtype())).key("dims").list(array->dims().dims()); });
}
std::string json_of(const std::vector<changed>& found) {
    json_writer json;
    json.object([&] {
        json.field("same", found.empty()).key("differences").array([&] {
            for (const auto& one : found)
                json.object([&] {
                    json.field("name", one.name).field("differs", one.what());
                    write_side(json, "a", one.a);
                    write_side(json, "b", one.b);
                    if (!one.has_values()) return;
                    json.field("lod", one.lod).field("count", one.values.count);
                    json.field("max_abs", one.values.max_abs).field("max_rel", one.values.max_rel);
                });
        });
    });
    return json.take() + "\n";
}
}  // namespace

result<answer> diff(const diff_arguments& given) {
    const stopwatch running;
    state_wish wish;
    if (!given.program.empty()) {
        const auto program = load_program(given.program);
        if (!program) return program.error();
        wish.in_order = wherry::select(*program, wherry::filter::persistables{});
    }
    wherry::structured_names names;
    const auto loaded = [&](const std::string& path) -> result<state> {
        auto beside = names_for(given.names_from, path);
        if (!beside) return std::move(beside).error();
        auto own = wish;
        Program named;
        if (own.in_order.empty() && !beside->names.empty() && is_tensor_file(path)) {
            named = program_of(beside->names);
            own.in_order = wherry::select(named, wherry::filter::persistables{});
        }
        const progress_bar bar;
        auto read = load_state(path, bar, own);
        if (!read) return read;
        const auto told = names_in(read->extra);
        for (const auto* const some : {&std::as_const(beside->names), &told})
            for (const auto& one : *some) (void)names.add(one.structured, one.parameter);  // the first that was said counts
        return read;
    };
    const auto a = loaded(given.a);
    if (!a) return a.error();
    const auto b = loaded(given.b);
    if (!b) return b.error();
    tell(a->warnings);
    tell(b->warnings);
    const auto found = changes(a->arrays, b->arrays, names);
    const int status = found.empty() ? 0 : 1;
    if (given.quiet) return answer{std::string(), status};
    if (given.json) return answer{json_of(found), status};
    return answer{found.empty() ? same_text(a->arrays, running.seconds()) : text_of(found), status};
}

}  // namespace tool
