#ifndef WHERRY_TESTS_IO_SCRATCH_HPP
#define WHERRY_TESTS_IO_SCRATCH_HPP

#include <support/files.hpp>
#include <wherry/base/shape.hpp>
#include <wherry/policy/sink.hpp>
#include <wherry/policy/source.hpp>
#include <wherry/program/program.hpp>
#include <wherry/tensor/scope.hpp>

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <fstream>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// Files, programs and scopes for the tests of policies and archives.
namespace support {

namespace fs = std::filesystem;
using wherry::Program;
using wherry::Scope;
using wherry::Shape;
using wherry::Tensor;
using wherry::Variable;

/// An empty folder of its own beneath the working directory, removed with the object.
class scratch {
  public:
    explicit scratch(std::string_view label) {
        static std::atomic<int> count{0};
        path_ = fs::current_path() / ("scratch_" + std::string(label) + "_" + std::to_string(++count));
        fs::remove_all(path_);
        fs::create_directories(path_);
    }
    scratch(const scratch&) = delete;
    scratch& operator=(const scratch&) = delete;
    ~scratch() {
        std::error_code ignored;
        fs::remove_all(path_, ignored);
    }
    [[nodiscard]] std::string operator/(std::string_view name) const { return (path_ / name).string(); }
    [[nodiscard]] std::string path() const { return path_.string(); }

  private:
    fs::path path_;
};

inline void write_file(const fs::path& path, std::string_view bytes) {
    fs::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary).write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
}
/// Every regular file beneath a folder, by its relative name.
inline std::map<std::string, std::string> read_folder(const fs::path& folder) {
    std::map<std::string, std::string> files;
    if (!fs::exists(folder)) return files;
    for (const auto& entry : fs::recursive_directory_iterator(folder))
        if (entry.is_regular_file()) files[entry.path().lexically_relative(folder).generic_string()] = read_file(entry.path());
    return files;
}
inline std::vector<std::string> names_in(const fs::path& folder) {
    std::vector<std::string> names;
    for (const auto& [name, bytes] : read_folder(folder)) names.push_back(name);
    return names;
}

struct var_options {
    bool persistable = true;
    bool parameter = false;
    wherry::VarKind kind = wherry::VarKind::LOD_TENSOR;
};
inline Variable add_var(Program& program, std::string_view name, std::initializer_list<std::int64_t> dims, var_options options = {}) {
    wherry::wire::VarDesc<> desc;
    desc.name = name;
    desc.type.type = options.kind;
    if (options.kind == wherry::VarKind::LOD_TENSOR)
        desc.type.lod_tensor.emplace().tensor = {wherry::DType::FP32, std::vector<std::int64_t>(dims), {}};
    desc.persistable = options.persistable;
    auto var = program.global_block().create_var(std::move(desc));
    if (options.parameter) var.set_parameter(wherry::parameter_traits{});
    return var;
}

/// A tensor whose elements count up from `first`.
inline Tensor counting(const Shape& dims, float first) {
    Tensor made(wherry::DType::FP32, dims);
    for (auto& element : made.elements<float>()) element = first++;
    return made;
}

/// Two parameters, an accumulator, a learning rate, a temporary, a RAW variable, a feed list.
inline Program small_program() {
    Program program;
    add_var(program, "w", {2, 3}, {.parameter = true});
    add_var(program, "b", {3}, {.parameter = true});
    add_var(program, "acc/w", {2, 3});
    add_var(program, "lr", {1});
    add_var(program, "tmp", {-1, 3}, {.persistable = false});
    add_var(program, "raw", {}, {.kind = wherry::VarKind::RAW});
    add_var(program, "feed", {}, {.kind = wherry::VarKind::FEED_MINIBATCH});
    return program;
}
inline Scope small_scope() {
    Scope scope;
    scope.var("w") = counting({2, 3}, 1);
    scope.var("b") = counting({3}, 10);
    scope.var("acc/w") = counting({2, 3}, 20);
    scope.var("lr") = counting({1}, 30);
    return scope;
}

/// The contents of a scope, to be compared with later ones: names, values and where the values lie.
struct snapshot {
    struct seen {
        Tensor value;
        const Tensor* tensor;
        const std::byte* bytes;
    };
    std::map<std::string, seen> held;
    explicit snapshot(const Scope& scope) {
        for (const auto name : scope.local_var_names()) {
            const auto* tensor = scope.find_var(name);
            held.emplace(std::string(name), seen{*tensor, tensor, tensor->bytes().data()});
        }
    }
    [[nodiscard]] bool unchanged(const Scope& scope) const {
        const snapshot now(scope);
        return std::equal(held.begin(), held.end(), now.held.begin(), now.held.end(), [](const auto& a, const auto& b) {
            return a.first == b.first && a.second.value == b.second.value && a.second.tensor == b.second.tensor &&
                   a.second.bytes == b.second.bytes;
        });
    }
};

/// A sink and source of your own: records in a map.
class map_store {
  public:
    static constexpr std::string_view name = "map_store";
    static constexpr bool many_records = true;

    std::map<std::string, std::string> files;
    int calls = 0;

    wherry::result<void> start(std::span<const wherry::record_size> records, wherry::durability_steps) {
        ++calls;
        records_.clear();
        for (const auto& record : records) records_.push_back({std::string(record.name), record.size_bytes});
        return {};
    }
    wherry::result<void> write_at(std::size_t record, std::uint64_t offset, std::span<const wherry::piece> pieces) {
        ++calls;
        auto& bytes = pending_;
        bytes.resize(static_cast<std::size_t>(records_[record].second));
        for (const auto& piece : pieces) {
            bytes.replace(static_cast<std::size_t>(offset), piece.size(), wherry::as_chars(piece));
            offset += piece.size();
        }
        return {};
    }
    wherry::result<void> commit(std::size_t record) {
        files[records_[record].first] = std::exchange(pending_, {});
        return {};
    }
    wherry::result<std::size_t> finish() { return files.size(); }

    class reader {  // no view: bytes are handed out piece by piece
      public:
        explicit reader(std::string bytes) : bytes_(std::move(bytes)) {}
        [[nodiscard]] std::uint64_t size_bytes() const { return bytes_.size(); }
        [[nodiscard]] std::string_view path() const { return "(map)"; }
        wherry::result<void> read_at(std::uint64_t offset, std::span<std::byte> into) {
            if (offset + into.size() > bytes_.size()) return wherry::error{.code = wherry::errc::truncated};
            std::copy_n(wherry::as_bytes(bytes_).begin() + static_cast<std::ptrdiff_t>(offset), into.size(), into.begin());
            return {};
        }

      private:
        std::string bytes_;
    };
    wherry::result<void> expect(std::span<const std::string_view>) { return {}; }
    wherry::result<reader> open(std::string_view record) {
        const auto at = files.find(std::string(record));
        if (at == files.end()) return wherry::error{.code = wherry::errc::not_found, .message = "no such record", .file = record};
        return reader(at->second);
    }

  private:
    std::vector<std::pair<std::string, std::uint64_t>> records_;
    std::string pending_;
};
static_assert(wherry::Sink<map_store> && wherry::Source<map_store> && !wherry::ViewReader<map_store::reader>);

}  // namespace support

#endif
