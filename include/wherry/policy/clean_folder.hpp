#ifndef WHERRY_POLICY_CLEAN_FOLDER_HPP
#define WHERRY_POLICY_CLEAN_FOLDER_HPP

#include <wherry/base/budget.hpp>
#include <wherry/base/result.hpp>
#include <wherry/base/sequence.hpp>
#include <wherry/version.hpp>

#if defined(__unix__) || defined(__APPLE__)
#include <wherry/policy/detail/posix_calls.hpp>
#include <wherry/policy/detail/posix_folder.hpp>
#include <wherry/policy/file_name.hpp>
#include <wherry/policy/set_journal.hpp>

#include <cerrno>
#include <optional>
#include <span>

#include <fcntl.h>
#include <sys/stat.h>
#endif

#include <string>
#include <string_view>
#include <utility>

namespace wherry::inline WHERRY_ABI {

/// What `clean_folder` has done, by paths beneath the folder.
struct cleaned_folder {
    sequence<std::string> removed;   ///< temporaries of processes of this host that are gone
    sequence<std::string> finished;  ///< journals of saves that were killed after their commit: their files have their names now
    sequence<std::string> left;      ///< temporaries and journals of others: processes that run, other hosts, what may not be removed
};

/// Removes what killed saves have left in a folder and in those beneath it, and finishes what they had committed. Links are not followed.
/// `dry`: says the same and changes nothing. Errors: not_found, cannot_open; mixed_generations for a journal of files that are not there;
/// unsupported without POSIX calls, where saves are not killed so that this could tell.
inline result<cleaned_folder> clean_folder(std::string_view folder, bool dry = false) {
#if defined(__unix__) || defined(__APPLE__)
    return caught([&]() -> result<cleaned_folder> {
        using calls = detail::posix_calls;
        const auto root = detail::open_folder<calls>(AT_FDCWD, std::string(folder));
        if (!root) return detail::open_error(folder, errno);
        cleaned_folder done;
        sequence<std::string> open{std::string()};
        while (!open.empty()) {
            const auto inside = std::move(open.back());
            open.pop_back();
            const auto at = inside.empty()
                                ? detail::open_folder<calls>(root.get(), ".")
                                : detail::open_beneath<calls>(root.get(), inside.substr(0, inside.size() - 1), detail::folder_flags);
            if (!at && inside.empty()) return detail::open_error(folder, errno);
            if (!at) continue;
            const auto shown = detail::path_in(folder, inside);
            auto journal = detail::read_journal<calls>(at.get(), shown);
            if (journal && *journal) {
                if (!dry) journal = detail::settle_folder<calls>(at.get(), shown);
                if (!journal) return journal.failure();
                (!dry && *journal ? done.left : done.finished).push_back(inside + std::string(detail::set_journal_name));
            }
            const bool waits = dry && journal && *journal;  // its files are to get their names
            struct {
                cleaned_folder* into;
                const std::string* inside;
                const set_journal* pending;
                bool only_looks;
                void operator()(const std::string& name, bool went) const {
                    if (pending != nullptr)
                        for (const auto& entry : pending->entries)
                            if (entry.temporary == name) return;
                    (went ? into->removed : into->left).push_back(*inside + name);
                }
            } const told{&done, &inside, waits ? &**journal : nullptr, dry};
            const std::string here;
            detail::sweep<calls>(at.get(), std::span(&here, 1), told);
            static_cast<void>(calls::list(at.get(), [&](std::string_view name) {
                struct ::stat seen {};
                if (calls::status_of(at.get(), std::string(name).c_str(), seen) == 0 && S_ISDIR(seen.st_mode) &&
                    !detail::looks_temporary(name))
                    open.push_back(inside + std::string(name) + "/");
            }));
        }
        return done;
    });
#else
    static_cast<void>(dry);
    return failure(errc::unsupported, "folders are cleaned where there are POSIX calls").in_file(folder);
#endif
}

}  // namespace wherry::inline WHERRY_ABI

#endif
