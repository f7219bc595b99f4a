#ifndef WHERRY_POLICY_DETAIL_POSIX_SAVER_HPP
#define WHERRY_POLICY_DETAIL_POSIX_SAVER_HPP

#include <wherry/base/budget.hpp>
#include <wherry/base/result.hpp>
#include <wherry/base/sequence.hpp>
#include <wherry/policy/detail/posix_set.hpp>
#include <wherry/policy/detail/posix_writer.hpp>
#include <wherry/policy/file_name.hpp>
#include <wherry/policy/sink.hpp>
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

/// Saves records as files: one at `path`, or several beneath the folder `path`. Folders are made on the way.
template <class Calls>
class posix_saver {
  public:
    /// Checks every name; makes and writes nothing. Errors: bad_name, not_regular_file.
    result<void> start(std::string_view path, std::span<const record_size> records, durability_steps how) {
        drop();
        if (leader_ == nullptr && !leads_) set_.abandon();
        how_ = how;
        path_ = path;
        records_.assign(records.begin(), records.end());
        whole_ = records.size() == 1 && records.front().name.empty();
        if (!whole_) {
            sequence<std::string_view> names;
            names.reserve(records.size());
            for (const auto& held : records) names.push_back(held.name);
            return cleaned(check_file_names(names));
        }
        const auto name = split_path(path).second;
        if (!name.empty() && name != "." && name != "..") return {};
        return cleaned(failure(errc::not_regular_file, "a folder was given where a file is meant").in_file(path));
    }

    /// Errors: cannot_open, not_regular_file, cannot_write.
    result<void> write_at(std::size_t record, std::uint64_t offset, std::span<const piece> pieces) {
        if (auto opened = open_once(record); !opened) return cleaned(std::move(opened));
        return cleaned(writer_->write_at(offset, pieces));
    }
    /// A `write_at` of a record that one has begun, while other threads write other bytes of it; cleans nothing up.
    result<void> write_part(std::uint64_t offset, std::span<const piece> pieces) { return writer_->write_at(offset, pieces); }
    /// A record without bytes may come here without a write. Errors: as above.
    result<void> commit(std::size_t record) {
        if (auto opened = open_once(record); !opened) return cleaned(std::move(opened));
        auto temporary = writer_->close();
        writer_.reset();
        if (!temporary) return cleaned(temporary.failure());
        return cleaned(keep(records_[record], *temporary));
    }
    /// Gives the files their names; one that joins another leaves that to it. Errors: locked; cannot_write, also when the device does not
    /// confirm the folder: the files are whole then, but may be lost with the power.
    result<void> finish() {
        if (joins_set()) return drop(), result<void>();
        auto done = set_.commit();
        if (done && elsewhere_ && how_.synced && !synced(parent_)) done = cannot_write(path_, errno);
        leads_ = false;
        drop();
        set_.abandon();
        return done;
    }

    /// The files of this saver take their names when those of `last` do, if they are in one folder. Null: no longer.
    void join(posix_saver* last, std::string_view last_path) {
        if (leader_ != nullptr) leader_->stop_leading();
        leader_ = last;
        if (last == nullptr) return;
        last->stop_leading();
        last->leads_ = true;
        last->path_ = last_path;
    }

  private:
    void stop_leading() {
        leads_ = false;
        drop();
        set_.abandon();
    }
    [[nodiscard]] bool joins_set() const noexcept {
        return leader_ != nullptr && folder_of(whole_ ? split_path(path_).first : path_) == folder_of(split_path(leader_->path_).first);
    }
    staged_set<Calls>& set() noexcept { return joins_set() ? leader_->set_ : set_; }
    void drop() noexcept {
        writer_.reset();
        parent_ = {};
        inside_.clear();
        elsewhere_ = false;
    }
    result<void> cleaned(result<void> done) {
        if (done) return done;
        drop();
        set().abandon();
        return done;
    }

    result<void> open_once(std::size_t record) { return writer_ ? result<void>() : open(records_[record]); }
    result<void> open(const record_size& to) {
        const auto shown = path_in(path_, to.name);
        auto& set = this->set();
        if (!set)
            if (auto opened = set.open(whole_ ? split_path(path_).first : path_, how_, how_.beside && (!whole_ || joins_set() || leads_),
                                       insides_of(records_));
                !opened)
                return opened.failure().in_file(shown);
        const auto [inside, last] = whole_ ? std::pair(std::string_view(), split_path(path_).second) : split_inside(to.name);
        name_ = last;
        if (!whole_ && inside != inside_)
            if (auto entered = enter(inside); !entered) return entered.failure().in_file(shown);
        auto how = how_;
        how.beside = how.beside && !set.is_new();
        struct ::stat old {};
        const auto found = set.is_new() ? result<bool>(false) : find(name_, shown, old);
        if (!found) return found.failure();
        auto made = posix_writer<Calls>::create(here(), name_, shown, to.size_bytes, how, *found ? &old : nullptr, set.largest_file());
        if (!made) return made.failure();
        writer_.emplace(*std::move(made));
        return {};
    }
    int here() { return parent_ ? parent_.get() : set().root(); }
    /// A file that is whole waits for the others; one that a link has led out of the folder does not.
    result<void> keep(const record_size& of, const std::string& temporary) {
        if (!elsewhere_) {
            auto added = caught([&]() -> result<void> { return set().add(inside_, temporary, name_, of.size_bytes), result<void>(); });
            if (!added && !temporary.empty()) Calls::remove(here(), temporary.c_str());
            return added;
        }
        if (temporary.empty() || Calls::rename(here(), temporary.c_str(), name_.c_str()) == 0) return {};
        auto failure = cannot_write(path_in(path_, of.name), errno);
        Calls::remove(here(), temporary.c_str());
        return failure;
    }

    /// The folder `inside` beneath the root, made where it is missing.
    result<void> enter(std::string_view inside) {
        parent_ = {};
        inside_.clear();
        const int root = set().root();
        for (auto end = inside.find('/'); end != std::string_view::npos; end = inside.find('/', end + 1)) {
            const std::string upto(inside.substr(0, end));
            auto next = open_beneath<Calls>(root, upto, folder_flags);
            if (!next && errno == ENOENT) {
                const auto part = upto.substr(upto.rfind('/') + 1);
                if (uninterrupted([&] { return Calls::make_folder(here(), part.c_str()); }) != 0 && errno != EEXIST)
                    return system_error(errc::cannot_open, "the system refused to make a folder", {}, errno);
                if (how_.synced && !synced(here())) return cannot_write({}, errno);
                next = open_beneath<Calls>(root, upto, folder_flags);
            }
            if (!next) return open_error({}, errno);
            parent_ = std::move(next);
        }
        inside_ = inside;
        return {};
    }

    /// Whether there is something under a name. A target that is a link stays one: what it points to is replaced. Beneath a folder it
    /// must not lead out of it.
    result<bool> find(std::string& name, const std::string& shown, struct ::stat& into) {
        for (int hops = 0; hops < 8; ++hops) {
            if (uninterrupted([&] { return Calls::status_of(here(), name.c_str(), into); }) != 0)
                return errno == ENOENT ? result<bool>(false) : result<bool>(open_error(shown, errno));
            if (!S_ISLNK(into.st_mode)) return true;
            std::array<char, 4096> read;  // NOLINT: filled before it is read
            const auto size = Calls::read_link(here(), name.c_str(), read.data(), read.size());
            if (size < 0) return open_error(shown, errno);
            const std::string target(read.data(), static_cast<std::size_t>(size));
            const auto [folder, last] = split_path(target);
            if (target.find('/') != std::string::npos) {
                if (!whole_) return failure(errc::cannot_open, "the target is a link into another folder").in_file(shown).found(target);
                const std::string there(folder);
                auto next = descriptor<Calls>(uninterrupted([&] { return Calls::open(here(), there.c_str(), folder_flags, 0); }));
                if (!next) return open_error(shown, errno);
                parent_ = std::move(next);
                elsewhere_ = true;
            }
            name = std::string(last);
        }
        return system_error(errc::cannot_open, "the system refused to open the file", shown, ELOOP);
    }

    static bool synced(int folder) {
        return uninterrupted([&] { return Calls::sync(folder); }) == 0 || errno == EINVAL;
    }
    static bool synced(const descriptor<Calls>& folder) { return synced(folder.get()); }
    static error cannot_write(std::string_view path, int number) {
        return system_error(errc::cannot_write, "the system failed while writing", path, number);
    }

    std::string path_;
    sequence<record_size> records_;
    durability_steps how_;
    bool whole_ = true;
    staged_set<Calls> set_;
    posix_saver* leader_ = nullptr;  ///< whose set these files are part of
    bool leads_ = false;             ///< others have put files into the set
    descriptor<Calls> parent_;       ///< folder of the file that is written, when it is not the root
    std::string inside_;             ///< its path beneath the root, empty or with '/' at its end
    bool elsewhere_ = false;         ///< a link has led out of the root
    std::string name_;               ///< of the file in it
    std::optional<posix_writer<Calls>> writer_;
};

}  // namespace wherry::inline WHERRY_ABI::detail

#endif
