#ifndef WHERRY_TOOL_TAR_HPP
#define WHERRY_TOOL_TAR_HPP

#include <wherry/base/result.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace tool {

/// The reader of the archive: fills the bytes from an offset on.
struct tar_source {
    std::uint64_t size_bytes = 0;
    wherry::result<void> (*read)(void* from, std::uint64_t offset, std::span<std::byte> into) = nullptr;
    void* from = nullptr;
};

/// Unpacks the files of a tar archive (POSIX, GNU and pax names) into a folder that is there and empty. Nothing is written outside
/// of it, links and devices are refused. Errors: truncated, bad_checksum, bad_name, duplicate_name, unsupported, overflow,
/// cannot_write, those of reading.
wherry::result<void> unpack_tar(const tar_source& archive, const std::string& folder);

}  // namespace tool

#endif
