#ifndef WHERRY_POLICY_DETAIL_POSIX_OWNER_HPP
#define WHERRY_POLICY_DETAIL_POSIX_OWNER_HPP

#include <wherry/policy/file_name.hpp>
#include <wherry/policy/set_journal.hpp>
#include <wherry/version.hpp>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

/// Whose a temporary file is: its name says the host, the process, and when that started, since numbers of processes come again.
namespace wherry::inline WHERRY_ABI::detail {

struct owner {
    std::uint32_t host = 0;
    std::uint32_t process = 0;
    std::uint32_t start = 0;  ///< in the system's ticks; 0 where it does not say
};

/// What a file of /proc holds; empty where it cannot be read.
inline std::string text_of_system(const char* path) {
    const int file = ::open(path, O_RDONLY | O_CLOEXEC);  // NOLINT: no third argument without O_CREAT
    std::string text;
    if (file < 0) return text;
    std::array<char, 1024> piece;  // NOLINT: filled before it is read
    for (::ssize_t size = 0; (size = ::read(file, piece.data(), piece.size())) > 0;)
        text.append(piece.data(), static_cast<std::size_t>(size));
    ::close(file);
    return text;
}

/// What the system says of a process: its state, as one letter, and its start. Zeros where there is nothing to be read.
inline std::pair<char, std::uint32_t> process_seen(std::uint32_t process) {
    const auto text = text_of_system(("/proc/" + std::to_string(process) + "/stat").c_str());
    std::string_view rest(text);
    const auto after_name = rest.rfind(") ");  // the name, in brackets, may hold any character
    if (after_name == std::string_view::npos) return {};
    rest.remove_prefix(after_name + 2);
    const char state = rest.empty() ? '\0' : rest.front();
    for (int field = 3; field < 22; ++field) rest.remove_prefix(rest.find(' ') < rest.size() ? rest.find(' ') + 1 : rest.size());
    std::uint32_t start = 0;
    for (const char c : rest.substr(0, rest.find(' '))) start = 10 * start + static_cast<std::uint32_t>(c - '0');
    return {state, start};
}

inline std::string host_name() {
    std::array<char, 256> name{};
    static_cast<void>(::gethostname(name.data(), name.size() - 1));
    return name.data();
}
/// Who holds the lock of an open file, by the system's table of locks: "process 71 of host lab-3"; empty where that does not tell.
[[gnu::cold]] inline std::string told_holder(int locked) {
    struct ::stat status {};
    if (::fstat(locked, &status) != 0) return {};
    const auto text = text_of_system("/proc/locks");
    const auto file = ":" + std::to_string(status.st_ino) + " ";  // 7: FLOCK  ADVISORY  WRITE 71 fd:00:131073 0 EOF
    for (std::string_view rest = text; !rest.empty(); rest.remove_prefix(std::min(rest.find('\n'), rest.size() - 1) + 1)) {
        const auto line = rest.substr(0, rest.find('\n'));
        const auto at = line.find(file);
        constexpr std::string_view writes = " WRITE ";
        const auto word = line.find(writes);
        if (at == line.npos || word == line.npos || line.find("FLOCK") == line.npos || line.find("->") != line.npos) continue;
        std::uint32_t process = 0;
        for (auto c = word + writes.size(); line[c] >= '0' && line[c] <= '9'; ++c)
            process = 10 * process + static_cast<std::uint32_t>(line[c] - '0');
        return "process " + std::to_string(process) + " of host " + host_name();
    }
    return {};
}

/// The host's name, and where processes are numbered apart (containers), which numbers.
inline std::uint32_t this_host() {
    auto all = host_name();
    struct ::stat numbers {};
    if (::stat("/proc/self/ns/pid", &numbers) == 0) all += "/" + std::to_string(numbers.st_ino);
    return short_sum(all);
}

/// Asked of the system once per process; again after a fork.
inline owner this_owner() {
    static std::atomic<std::uint32_t> known{0};
    static std::atomic<std::uint32_t> host{0};
    static std::atomic<std::uint32_t> start{0};
    const auto process = static_cast<std::uint32_t>(::getpid());
    if (known.load(std::memory_order_acquire) != process) {
        host.store(this_host(), std::memory_order_relaxed);
        start.store(process_seen(process).second, std::memory_order_relaxed);
        known.store(process, std::memory_order_release);
    }
    return {host.load(std::memory_order_relaxed), process, start.load(std::memory_order_relaxed)};
}

/// A name beside `name` that nobody else uses; O_EXCL and mkdir see to it if somebody does.
inline std::string temporary_name(std::string_view name) {
    static std::atomic<std::uint32_t> count{0};
    const auto mine = this_owner();
    std::string made;
    made.reserve(256);
    (made += '.').append(name.substr(0, 255 - 6 - temporary_digits)) += '.';
    for (const auto part : {mine.host, mine.process, mine.start, ++count}) append_hex(made, part);
    return made += ".tmp";
}

/// Errors: none; host 0 for names without an owner.
constexpr owner owner_of(std::string_view temporary) noexcept {
    const auto digits = digits_of_temporary(temporary);
    if (digits.size() != temporary_digits) return {};
    return {hex_value(digits), hex_value(digits.substr(8)), hex_value(digits.substr(16))};
}

/// Whether a process of this host that made a temporary has ended. False for what cannot be known.
inline bool is_gone(const owner& whose) {
    const auto mine = this_owner();
    if (whose.host != mine.host || whose.process == 0 || whose.process > 0x7fffffffU) return false;
    if (whose.process == mine.process) return whose.start != mine.start;
    if (::kill(static_cast<::pid_t>(whose.process), 0) != 0 && errno == ESRCH) return true;
    const auto [state, start] = process_seen(whose.process);
    if (state == 'Z' || state == 'X') return true;
    return start != 0 && whose.start != 0 && start != whose.start;
}

}  // namespace wherry::inline WHERRY_ABI::detail

#endif
