#ifndef WHERRY_POLICY_DISK_HPP
#define WHERRY_POLICY_DISK_HPP

#include <wherry/base/result.hpp>
#include <wherry/policy/sink.hpp>
#include <wherry/policy/source.hpp>
#include <wherry/version.hpp>

#if defined(__unix__) || defined(__APPLE__)
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
    result<void> commit(std::size_t record) { return saver_.commit(record); }
    result<void> finish() { return saver_.finish(); }

    // a Source
    result<void> expect(std::span<const std::string_view> names) { return opener_.expect(names); }
    [[nodiscard]] result<reader> open(std::string_view record) { return opener_.open(path_, record); }

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
/// are made, names with '/' make sub-folders. Each file is as safe as the durability policy says; a set of files is not
/// replaced at once. The mode bits of a file that is replaced are kept, a link stays a link. Names never leave the
/// folder, and a pipe or device in place of a file is an error, not a wait.
/// Errors: bad_name (before anything is opened), not_found, not_regular_file, cannot_open, cannot_read, cannot_write.
/// Guarantee: the bytes go from the tensors to the system in gathered writes; a save that fails leaves no temporary file
/// and, unless `fast`, the old file as it was.
#if defined(__unix__) || defined(__APPLE__)
using disk = posix_disk<posix_calls>;
#else
using disk = basic_disk<portable_saver, portable_opener>;
#endif

static_assert(Sink<disk> && Source<disk>);

}  // namespace wherry::inline WHERRY_ABI

#endif
