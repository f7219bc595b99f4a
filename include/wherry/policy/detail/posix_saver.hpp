#ifndef WHERRY_POLICY_DETAIL_POSIX_SAVER_HPP
#define WHERRY_POLICY_DETAIL_POSIX_SAVER_HPP

#include <wherry/base/result.hpp>
#include <wherry/base/sequence.hpp>
#include <wherry/policy/detail/posix_writer.hpp>
#include <wherry/version.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace wherry::inline WHERRY_ABI::detail {

/// A path as folder and name: "a/b" is "a" and "b", "b" is "." and "b", "/b" is "/" and "b".
constexpr std::pair<std::string_view, std::string_view> split_path(std::string_view path) noexcept {
    const auto slash = path.rfind('/');
    if (slash == std::string_view::npos) return {".", path};
    return {slash == 0 ? path.substr(0, 1) : path.substr(0, slash), path.substr(slash + 1)};
}

/// Saves records as files: one at `path`, or several beneath the folder `path`. Folders are made on the way.
template <class Calls>
class posix_saver {
  public:
    /// Checks every name; makes and writes nothing. Errors: bad_name, not_regular_file.
    result<void> start(std::string_view path, std::span<const record_size> records, durability_steps how) {
        writer_.reset();
        parent_.close();
        root_.close();
        parent_name_.clear();
        how_ = how;
        path_ = path;
        records_.assign(records.begin(), records.end());
        whole_ = records.size() == 1 && records.front().name.empty();
        if (!whole_) {
            sequence<std::string_view> names;
            names.reserve(records.size());
            for (const auto& held : records) names.push_back(held.name);
            return check_file_names(names);
        }
        const auto name = split_path(path).second;
        if (!name.empty() && name != "." && name != "..") return {};
        return error{.code = errc::not_regular_file, .message = "a folder was given where a file is meant", .file = path};
    }

    /// Errors: cannot_open, not_regular_file, cannot_write.
    result<void> write_at(std::size_t record, std::uint64_t offset, std::span<const piece> pieces) {
        if (auto opened = open_once(record); !opened) return opened;
        auto written = writer_->write_at(offset, pieces);
        if (!written) writer_.reset();
        return written;
    }
    /// A record without bytes may come here without a write. Errors: as above.
    result<void> commit(std::size_t record) {
        if (auto opened = open_once(record); !opened) return opened;
        auto done = writer_->commit();
        writer_.reset();
        return done;
    }
    /// Errors: cannot_write when the device does not confirm the folder: the files are whole then, but may be lost with
    /// the power.
    result<void> finish() { return how_.synced && parent_ ? sync_folder(parent_) : result<void>(); }

  private:
    result<void> open_once(std::size_t record) { return writer_ ? result<void>() : open(records_[record]); }
    result<void> open(const record_size& to) {
        const auto shown = path_in(path_, to.name);
        std::string name;
        if (whole_) {
            const auto [folder, last] = split_path(path_);
            name = last;
            if (auto made = make_root(folder); !made) return std::move(made).error().in_file(shown);
            if (!parent_) parent_ = std::exchange(root_, {});
        } else {
            if (!root_)
                if (auto made = make_root(path_.empty() ? std::string_view(".") : path_); !made)
                    return std::move(made).error().in_file(shown);
            const auto slash = to.name.rfind('/');
            const auto inside = slash == std::string_view::npos ? std::string_view() : to.name.substr(0, slash);
            name = to.name.substr(inside.empty() ? 0 : slash + 1);
            if (!parent_ || parent_name_ != inside)
                if (auto entered = enter(inside); !entered) return std::move(entered).error().in_file(shown);
        }
        if (auto resolved = follow_link(name, shown); !resolved) return resolved;
        auto made = posix_writer<Calls>::create(parent_.get(), std::move(name), shown, to.size_bytes, how_);
        if (!made) return made.failure();
        writer_.emplace(*std::move(made));
        return {};
    }

    /// mkdir -p of the caller's own path, which may hold links and "..".
    result<void> make_root(std::string_view folder) {
        const auto open_folder = [](const std::string& name) {
            return descriptor<Calls>(
                uninterrupted([&] { return Calls::open(AT_FDCWD, name.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0); }));
        };
        const std::string whole(folder);
        root_ = open_folder(whole);
        if (root_) return {};
        if (errno != ENOENT) return open_error({}, errno);
        for (std::size_t end = whole.find('/', 1);; end = whole.find('/', end + 1)) {
            const auto upto = whole.substr(0, end);
            if (uninterrupted([&] { return Calls::make_folder(AT_FDCWD, upto.c_str()); }) == 0) {
                if (how_.synced)
                    if (auto synced = sync_folder(open_folder(std::string(split_path(upto).first))); !synced) return synced;
            } else if (errno != EEXIST) {
                return system_error(errc::cannot_open, "the system refused to make a folder", {}, errno);
            }
            if (end == std::string::npos) break;
        }
        root_ = open_folder(whole);
        return root_ ? result<void>() : result<void>(open_error({}, errno));
    }

    /// The folder `inside` beneath the root, made where it is missing.
    result<void> enter(std::string_view inside) {
        if (how_.synced && parent_)
            if (auto synced = sync_folder(parent_); !synced) return synced;
        constexpr int flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC;
        parent_ = open_beneath<Calls>(root_.get(), ".", flags);
        if (!parent_) return open_error({}, errno);
        for (std::size_t end = 0, from = 0; end < inside.size(); from = end + 1) {
            end = std::min(inside.find('/', from), inside.size());
            const std::string upto(inside.substr(0, end));
            auto next = open_beneath<Calls>(root_.get(), upto, flags);
            if (!next && errno == ENOENT) {
                const std::string part(inside.substr(from, end - from));
                if (uninterrupted([&] { return Calls::make_folder(parent_.get(), part.c_str()); }) != 0 && errno != EEXIST)
                    return system_error(errc::cannot_open, "the system refused to make a folder", {}, errno);
                if (how_.synced)
                    if (auto synced = sync_folder(parent_); !synced) return synced;
                next = open_beneath<Calls>(root_.get(), upto, flags);
            }
            if (!next) return open_error({}, errno);
            parent_ = std::move(next);
        }
        parent_name_ = inside;
        return {};
    }

    /// A target that is a link stays one: what it points to is replaced. Beneath a folder it must not lead out of it.
    result<void> follow_link(std::string& name, const std::string& shown) {
        for (int hops = 0; hops < 8; ++hops) {
            std::array<char, 4096> read;  // NOLINT: filled before it is read
            const auto size = Calls::read_link(parent_.get(), name.c_str(), read.data(), read.size());
            if (size < 0) return {};  // no link, or not there yet; opening says if it is something worse
            const std::string target(read.data(), static_cast<std::size_t>(size));
            const auto [folder, last] = split_path(target);
            if (target.find('/') != std::string::npos) {
                if (!whole_)
                    return error{
                        .code = errc::cannot_open, .message = "the target is a link into another folder", .file = shown, .found = target};
                const std::string there(folder);
                auto next = descriptor<Calls>(
                    uninterrupted([&] { return Calls::open(parent_.get(), there.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0); }));
                if (!next) return open_error(shown, errno);
                parent_ = std::move(next);
            }
            name = std::string(last);
        }
        return system_error(errc::cannot_open, "the system refused to open the file", shown, ELOOP);
    }

    result<void> sync_folder(const descriptor<Calls>& folder) {
        if (folder && (uninterrupted([&] { return Calls::sync(folder.get()); }) == 0 || errno == EINVAL)) return {};
        return system_error(errc::cannot_write, "the files are whole, but the device does not confirm their folder", path_, errno);
    }

    std::string path_;
    sequence<record_size> records_;
    durability_steps how_;
    bool whole_ = true;
    descriptor<Calls> root_;
    descriptor<Calls> parent_;  ///< folder of the file that is written
    std::string parent_name_;   ///< beneath the root
    std::optional<posix_writer<Calls>> writer_;
};

}  // namespace wherry::inline WHERRY_ABI::detail

#endif
