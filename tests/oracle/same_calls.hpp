#ifndef WHERRY_TESTS_ORACLE_SAME_CALLS_HPP
#define WHERRY_TESTS_ORACLE_SAME_CALLS_HPP

#include <wherry/fluid.hpp>
#include <wherry/format/numpy.hpp>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// The input and output of same_calls.cpp: words of steps, files, JSON.
namespace same_calls {

namespace fluid = wherry::fluid;
namespace fs = std::filesystem;
using fluid::Variable;
using wherry::VarKind;
using text = std::string;
using texts = std::vector<text>;
using variables = std::vector<Variable>;

struct json {
    text written = "null";
};
inline json quote(std::string_view from) {
    text made = "\"";
    for (const char c : from) {
        if (c == '"' || c == '\\') made += '\\';
        if (c == '\n') made += "\\n";
        else made += c;
    }
    return {made + '"'};
}
inline json list(const std::vector<json>& items) {
    text made = "[";
    for (const auto& item : items) made += (made.size() > 1 ? ", " : "") + item.written;
    return {made + "]"};
}
inline json list(const texts& items) {
    std::vector<json> made;
    for (const auto& item : items) made.push_back(quote(item));
    return list(made);
}

inline texts split(std::string_view from, char at) {
    texts parts(1);
    for (const char c : from) {
        if (c == at) parts.emplace_back();
        else parts.back() += c;
    }
    std::erase(parts, "");
    return parts;
}
inline texts listed(std::string_view word) {  // [a,b]
    if (word.starts_with('[')) word = word.substr(1, word.size() - 2);
    return split(word, ',');
}
template <class T = std::int64_t>
std::vector<T> numbers(std::string_view word) {
    std::vector<T> made;
    for (const auto& part : split(word, ',')) made.push_back(static_cast<T>(std::stoll(part)));
    return made;
}
inline wherry::Shape dims_of(std::string_view word) { return *wherry::Shape::from(numbers(word)); }
inline texts names_of(const variables& vars) {
    texts names;
    for (const auto& var : vars) names.push_back(var.name());
    return names;
}
inline texts sorted(texts names) {
    std::sort(names.begin(), names.end());
    return names;
}
inline texts types_of(const fluid::Program& program) {
    texts types;
    for (const auto& op : program.global_block().ops()) types.push_back(op.type());
    return types;
}
inline wherry::DType dtype_of(std::string_view name) {
    for (int i = 0; i < 64; ++i)
        if (const auto dtype = static_cast<wherry::DType>(i); wherry::is_dtype(dtype) && wherry::numpy::name_of(dtype) == name)
            return dtype;
    throw std::invalid_argument("no element type " + text(name));
}
inline VarKind kind_of(std::string_view name) {
    for (const auto kind : {VarKind::LOD_TENSOR, VarKind::SELECTED_ROWS, VarKind::LOD_TENSOR_ARRAY, VarKind::FEED_MINIBATCH, VarKind::RAW})
        if (wherry::wire::name_of(kind) == name) return kind;
    throw std::invalid_argument("no kind " + text(name));
}

inline text shown(const fluid::Tensor& array) {
    auto made = text(wherry::numpy::name_of(array.dtype())) + " " + wherry::to_tuple(array.dims().dims()) + " lod [";
    for (const auto& level : array.lod()) {
        made += made.ends_with("lod [") ? "[" : ", [";
        for (const auto offset : level) made += (made.ends_with('[') ? "" : ", ") + std::to_string(offset);
        made += "]";
    }
    made += "] ";
    for (const auto byte : array.bytes())
        for (const auto digit : {std::to_integer<unsigned>(byte) / 16, std::to_integer<unsigned>(byte) % 16})
            made += "0123456789abcdef"[digit];
    return made;
}
inline text shown(const wherry::SelectedRows& held) {
    text rows;
    for (const auto row : held.rows) rows += (rows.empty() ? "" : ", ") + std::to_string(row);
    return "rows [" + rows + "] of " + std::to_string(held.height) + ": " + shown(held.value);
}

inline text read(const fs::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}
inline void write(const fs::path& path, std::string_view bytes) {
    if (path.has_parent_path()) fs::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary).write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
}
inline text unhex(const text& digits) {
    text made;
    for (std::size_t i = 0; i < digits.size(); i += 2) made += static_cast<char>(std::stoi(digits.substr(i, 2), nullptr, 16));
    return made;
}

template <class T>
inline void count_up(fluid::Tensor& array, std::int64_t number) {
    for (auto& element : array.elements<T>()) element = static_cast<T>(number++);
}

/// The words of a step: those in order, and KEY=VALUE.
struct words {
    texts plain;
    std::vector<std::pair<text, text>> named;

    explicit words(std::string_view step) {
        for (auto& word : split(step, ' ')) {
            const auto at = word.find('=');
            if (at == text::npos) plain.push_back(word == "\"\"" ? "" : std::move(word));
            else named.emplace_back(word.substr(0, at), word.substr(at + 1));
        }
    }
    [[nodiscard]] const text& operator[](std::size_t i) const { return plain.at(i); }
    [[nodiscard]] text at(std::size_t i, const text& otherwise) const { return i < plain.size() ? plain[i] : otherwise; }
    [[nodiscard]] std::optional<text> option(std::string_view key) const {
        for (const auto& [name, value] : named)
            if (name == key) return value.starts_with('@') ? read(value.substr(1)) : value;
        return {};
    }
    [[nodiscard]] bool says(std::string_view key, bool otherwise = false) const { return option(key) ? *option(key) == "yes" : otherwise; }
};

}  // namespace same_calls

#endif
