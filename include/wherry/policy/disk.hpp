#ifndef WHERRY_POLICY_DISK_HPP
#define WHERRY_POLICY_DISK_HPP

#include <wherry/base/result.hpp>
#include <wherry/policy/sink.hpp>
#include <wherry/policy/source.hpp>
#include <wherry/version.hpp>

#if defined(__unix__) || defined(__APPLE__)
#include <wherry/policy/detail/posix_opener.hpp>
#include <wherry/policy/detail/posix_saver.hpp>
#else
#include <wherry/policy/detail/portable_file.hpp>
#endif

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace wherry::inline WHERRY_ABI {

/// Files, by the given way of saving and opening them. Users write `disk`.
template <class Saver, class Opener>
class basic_disk {
  public:
    static constexpr std::string_view name = "disk";
    static constexpr bool many_records = true;
    using reader = typename Opener::reader;

    explicit basic_disk(std::string path) : path_(std::move(path)) {}
    [[nodiscard]] const std::string& path() const noexcept { return path_; }

    // a Sink
    result<void> start(std::span<const record_size> records, durability_steps how) { return saver_.start(path_, records, how); }
    result<void> write_at(std::size_t record, std::uint64_t offset, std::span<const piece> pieces) {
        return saver_.write_at(record, offset, pieces);
    }
    result<void> write_part(std::size_t, std::uint64_t offset, std::span<const piece> pieces) requires requires(Saver& saver) {
        saver.write_part(offset, pieces);
    }
    { return saver_.write_part(offset, pieces); }
    result<void> commit(std::size_t record) { return saver_.commit(record); }
    result<void> finish() { return saver_.finish(); }

    // a Source
    result<void> expect(std::span<const std::string_view> names) { return opener_.expect(names); }
    [[nodiscard]] result<reader> open(std::string_view record) { return opener_.open(path_, record); }

    /// Finishes what killed saves left in the folder that the file lies in, or that the path is when it ends in '/'. What cannot be
    /// finished is said by loads.
    void settle() {
        if constexpr (requires { opener_.settle(path_); }) opener_.settle(path_);
    }
    /// Until it is called with null: what is saved here takes its names when `other`, one file, is saved, if both lie in one folder; and
    /// what is loaded here is of the same save as what was loaded from `other` before, or an error: `locked`.
    void join(basic_disk* other) {
        if constexpr (requires { saver_.join(&saver_, path_); }) {
            saver_.join(other != nullptr ? &other->saver_ : nullptr,
                        other != nullptr ? std::string_view(other->path_) : std::string_view());
            opener_.join(other != nullptr ? &other->opener_ : nullptr);
        }
    }

  private:
    std::string path_;
    Saver saver_;
    Opener opener_;
};

#if defined(__unix__) || defined(__APPLE__)
/// The calls to the system that a disk makes.
using posix_calls = detail::posix_calls;
/// A disk that makes these calls, which may be wrapped or refused: a struct that inherits posix_calls.
template <class Calls>
using posix_disk = basic_disk<detail::posix_saver<Calls>, detail::posix_opener<Calls>>;
#endif

/// Files on a disk, to save to and to load from: `disk{"model/persistables"}`.
///
/// With `layout::combined` the path is the file, with `layout::per_file` the folder, in which other files stay. Folders
/// are made, names with '/' make sub-folders. The mode bits of a file that is replaced are kept, a link stays a link. Names never leave
/// the folder, and a pipe or device in place of a file is an error, not a wait.
///
/// Files that are saved together (one per variable, a model's program and parameters, the three of `save_state`) are a set: staged as
/// temporaries, committed by a journal, `.wherry-set`, then renamed; a load or a save that finds a journal goes on with it, or reads
/// through it. A new folder is staged beside its place and renamed whole. What there is to see:
/// | files, durability              | after a kill                      | after power loss         | who reads meanwhile           |
/// |--------------------------------|-----------------------------------|--------------------------|-------------------------------|
/// | one, `fast`                    | old and new mixed, or cut         | anything                 | old and new mixed             |
/// | one, `atomic`                  | old or new                        | old, new, or without data| old or new                    |
/// | one, `durable`                 | old or new                        | old or new               | old or new                    |
/// | a set, `fast`                  | as one, each file                 | anything                 | as one, each file             |
/// | a set, `atomic`, for wherry    | old or new                        | as one, each file        | old or new, or the error `locked` |
/// | a set, `durable`, for wherry   | old or new                        | old or new               | old or new, or the error `locked` |
/// | a set, for Paddle              | as wherry; killed between renames: each file old or new, until wherry loads or saves there | the same | each file old or new, all new as soon as the names are |
/// | a set in a new folder          | no folder, or all of it           | the same, if `durable`   | no folder, or all of it       |
/// Without POSIX calls (Windows) each file of a set is as one file is, and `durable` is `unsupported`. Where a file system has no locks
/// (some network disks) savers do not wait for each other. A file that a link has led out of the folder is not part of a set.
///
/// Old and new files are there side by side until the commit: room for both is needed. A set of 200 files of 4 KiB takes 1.5 times as long
/// as with `fast`, since each is renamed; in a new folder, which is renamed once, as long.
///
/// Two savers of one folder: the second waits for the renames of the first, for half a minute. Temporaries carry host, process and its
/// start; a load or save of the folder removes those of processes of this host that are gone.
/// Errors: bad_name (before anything is opened), not_found, not_regular_file, cannot_open, cannot_read, cannot_write; locked;
/// mixed_generations where a journal names files that are not there any more.
/// Guarantee: the bytes go from the tensors to the system in gathered writes; a save that fails leaves no temporary file
/// and, unless `fast`, the old files as they were. Two failures are said and come after the commit: the device does not confirm the
/// folder, or a file does not get its name, which the next load or save gives it.
#if defined(__unix__) || defined(__APPLE__)
using disk = posix_disk<posix_calls>;
#else
using disk = basic_disk<portable_saver, portable_opener>;
#endif

static_assert(Sink<disk> && Source<disk>);

}  // namespace wherry::inline WHERRY_ABI

#endif
