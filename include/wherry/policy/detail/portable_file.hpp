#ifndef WHERRY_POLICY_DETAIL_PORTABLE_FILE_HPP
#define WHERRY_POLICY_DETAIL_PORTABLE_FILE_HPP

#include <wherry/base/result.hpp>
#include <wherry/base/sequence.hpp>
#include <wherry/policy/file_name.hpp>
#include <wherry/policy/paths.hpp>
#include <wherry/policy/sink.hpp>
#include <wherry/version.hpp>

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

/// Files by the standard library alone, for systems without POSIX calls.
namespace wherry::inline WHERRY_ABI {

namespace detail {
struct close_file {
    void operator()(std::FILE* file) const noexcept { static_cast<void>(std::fclose(file)); }
};
using file_handle = std::unique_ptr<std::FILE, close_file>;

inline bool seek(std::FILE* file, std::uint64_t offset) noexcept {
#ifdef _WIN32
    return _fseeki64(file, static_cast<long long>(offset), SEEK_SET) == 0;
#else
    return std::in_range<long>(offset) && std::fseek(file, static_cast<long>(offset), SEEK_SET) == 0;
#endif
}

inline file_handle open_file(const std::filesystem::path& path, [[maybe_unused]] bool to_write) {
#ifdef _WIN32
    return file_handle(_wfopen(path.c_str(), to_write ? L"wb" : L"rb"));
#else
    return file_handle(std::fopen(path.c_str(), to_write ? "wb" : "rb"));
#endif
}

}  // namespace detail

/// A regular file that is open for reading.
class portable_reader {
  public:
    portable_reader(detail::file_handle file, std::uint64_t size_bytes, std::string path)
        : file_(std::move(file)), size_bytes_(size_bytes), path_(std::move(path)) {}
    [[nodiscard]] std::uint64_t size_bytes() const noexcept { return size_bytes_; }
    [[nodiscard]] std::string_view path() const noexcept { return path_; }
    /// Errors: cannot_read.
    result<void> read_at(std::uint64_t offset, std::span<std::byte> into) {
        if (into.empty() || (detail::seek(file_.get(), offset) && std::fread(into.data(), 1, into.size(), file_.get()) == into.size()))
            return {};
        return failure(errc::cannot_read, "the system failed while reading").in_file(path_).at(offset);
    }

  private:
    detail::file_handle file_;
    std::uint64_t size_bytes_ = 0;
    std::string path_;
};

/// Opens files for reading.
class portable_opener {
  public:
    using reader = portable_reader;

    result<void> expect(std::span<const std::string_view> names) {
        return names.size() == 1 && names.front().empty() ? result<void>() : check_each_file_name(names);
    }
    /// Errors: not_found, not_regular_file, cannot_open.
    result<reader> open(std::string_view path, std::string_view record) {
        const auto file = paths::of_utf8(path, record);
        std::error_code failed;
        const auto status = std::filesystem::status(file, failed);
        if (!std::filesystem::exists(status))
            return failure(errc::not_found, "no such file").in_file(paths::to_utf8(file)).found(failed.message());
        if (!std::filesystem::is_regular_file(status))
            return failure(errc::not_regular_file, "this is not a regular file").in_file(paths::to_utf8(file));
        const auto size = std::filesystem::file_size(file, failed);
        auto opened = failed ? detail::file_handle() : detail::open_file(file, false);
        if (!opened)
            return failure(errc::cannot_open, "the system refused to open the file").in_file(paths::to_utf8(file)).found(failed.message());
        return reader(std::move(opened), size, paths::to_utf8(file));
    }
};

/// Saves records as files, each by temporary file and rename unless the policy is `fast`.
class portable_saver {
  public:
    portable_saver() = default;
    portable_saver(portable_saver&&) noexcept = default;
    portable_saver& operator=(portable_saver&&) noexcept = default;
    ~portable_saver() { abandon(); }

    /// Errors: bad_name, not_regular_file; unsupported for `durable`, which the standard library cannot promise.
    result<void> start(std::string_view path, std::span<const record_size> records, durability_steps how) {
        abandon();
        path_ = path;
        how_ = how;
        records_.assign(records.begin(), records.end());
        if (how.synced) return failure(errc::unsupported, "durable needs a system with fsync").in_file(path_);
        if (records.size() == 1 && records.front().name.empty()) {
            if (paths::of_utf8(path).has_filename()) return {};
            return failure(errc::not_regular_file, "a folder was given where a file is meant").in_file(path_);
        }
        sequence<std::string_view> names;
        for (const auto& held : records) names.push_back(held.name);
        return check_file_names(names);
    }
    /// Errors: cannot_open, not_regular_file, cannot_write.
    result<void> write_at(std::size_t record, std::uint64_t offset, std::span<const piece> pieces) {
        if (auto opened = open_once(record); !opened) return opened;
        if (at_ != offset && !detail::seek(file_.get(), offset)) return cannot_write();
        at_ = offset;
        for (const auto& bytes : pieces) {
            if (bytes.empty()) continue;
            if (std::fwrite(bytes.data(), 1, bytes.size(), file_.get()) != bytes.size()) return cannot_write();
            at_ += bytes.size();
        }
        return {};
    }
    /// A record without bytes may come here without a write. Errors: as above.
    result<void> commit(std::size_t record) {
        if (auto opened = open_once(record); !opened) return opened;
        if (std::fclose(file_.release()) != 0) return cannot_write();
        if (!how_.beside) return {};
        std::error_code failed;
        std::filesystem::rename(temporary_, target_, failed);
        if (failed) return cannot_write();
        temporary_.clear();
        return {};
    }
    result<void> finish() { return {}; }

  private:
    result<void> open_once(std::size_t record) { return file_ ? result<void>() : open(records_[record].name); }
    result<void> open(std::string_view record) {
        target_ = paths::of_utf8(path_, record);
        at_ = 0;
        std::error_code failed;
        if (const auto folder = target_.parent_path(); !folder.empty()) std::filesystem::create_directories(folder, failed);
        if (std::filesystem::exists(target_, failed) && !std::filesystem::is_regular_file(target_, failed) &&
            (how_.beside || std::filesystem::is_directory(target_, failed)))
            return failure(errc::not_regular_file, "the target is not a regular file").in_file(paths::to_utf8(target_));
        if (how_.beside) {
            if (const auto resolved = std::filesystem::canonical(target_, failed); !failed) target_ = resolved;
            temporary_ = target_.parent_path() / paths::of_utf8("." + paths::to_utf8(target_.filename()) + ".00000000.tmp");
        }
        file_ = detail::open_file(how_.beside ? temporary_ : target_, true);
        if (file_) return {};
        temporary_.clear();
        return failure(errc::cannot_open, "the system refused to open the file").in_file(paths::to_utf8(target_));
    }
    error cannot_write() {
        abandon();
        return {.code = errc::cannot_write, .message = "the system failed while writing", .file = paths::to_utf8(target_)};
    }
    void abandon() noexcept {
        file_.reset();
        std::error_code ignored;
        if (!temporary_.empty()) std::filesystem::remove(temporary_, ignored);
        temporary_.clear();
    }

    std::string path_;
    sequence<record_size> records_;
    durability_steps how_;
    std::filesystem::path target_;
    std::filesystem::path temporary_;  ///< empty: none to remove
    detail::file_handle file_;
    std::uint64_t at_ = 0;
};

}  // namespace wherry::inline WHERRY_ABI

#endif
