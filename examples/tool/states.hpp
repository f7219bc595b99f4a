#ifndef WHERRY_TOOL_STATES_HPP
#define WHERRY_TOOL_STATES_HPP

#include "progress.hpp"

#include <wherry/archive/stored.hpp>
#include <wherry/base/result.hpp>
#include <wherry/policy/annotate.hpp>
#include <wherry/program/variable.hpp>
#include <wherry/record/kept_extra.hpp>
#include <wherry/tensor/state_dict.hpp>
#include <wherry/tensor/structured_names.hpp>

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// Arrays by name in files of every form, their elements in memory or where they lie. What reads and writes the forms is compiled once, in states.cpp.
namespace tool {

using wherry::errc;
using wherry::error;
using wherry::result;
using wherry::state_dict;
using wherry::Variable;

struct state {
    state_dict arrays;
    wherry::sequence<error> warnings{};
    wherry::kept_extra extra{};  ///< as its form has it
};

/// As above, with the elements where they are: headers alone were read.
struct listing {
    /// The name of an array in `.pdparams` of 2.x, and the variable's name in a program.
    struct structured_name {
        std::string structured;
        std::string parameter;
    };
    wherry::sequence<wherry::stored_tensor> arrays;
    wherry::sequence<error> warnings{};
    wherry::kept_extra extra{};
    std::vector<structured_name> structured_names{};

    /// Empty where there is none.
    [[nodiscard]] std::string_view parameter_of(std::string_view name) const noexcept {
        for (const auto& held : structured_names)
            if (held.structured == name) return held.parameter;
        return {};
    }
};

/// The variables wanted of a file or folder.
struct state_wish {
    std::vector<Variable> in_order{};  ///< they name the tensors of a combined file without names
    std::vector<Variable> wanted{};    ///< these, checked; empty: all there are
    bool tell_unused = false;          ///< a warning where the file holds more than is wanted
};
/// Errors: those of `state_file::load` and `state_file::pick`.
result<state> load_state(const std::string& path, const progress_bar& bar, const state_wish& wish = {});

result<listing> list_state(const std::string& path, const state_wish& wish = {});

/// The names of parameters that a file told; none where it told none or contradicts itself.
wherry::structured_names names_in(const wherry::kept_extra& kept);
/// The same values with these names of parameters in place of theirs, where those are in the metadata of safetensors or in a table.
wherry::kept_extra with_names(const wherry::kept_extra& kept, const wherry::structured_names& names);
/// The entries of the metadata of safetensors, but the names of parameters.
std::vector<std::pair<std::string, std::string>> metadata_in(const wherry::kept_extra& kept);

/// Bytes that gzip compressed. Errors: those of `gunzip`.
result<std::string> unpacked(std::string_view bytes);

/// Place and form of saved arrays.
struct state_target {
    std::string path;
    std::string form;  ///< paddle, pdparams, npz, safetensors or text
    bool combined = false;
    bool gzip = false;
    bool bits = false;
    std::uint64_t shard_bytes = 0;
    bool drop = false;  ///< what the form cannot hold
    int protocol = 2;
    wherry::annotation_rules rules{};
    wherry::kept_extra extra{};  ///< written again, where the form is the same
};
/// Whether all that was beside the arrays has a place there. Errors: those of `state_file::check_extra`.
result<void> check_extra(const wherry::kept_extra& kept, const state_target& target);
/// Errors: those of `state_file::save`.
result<void> save_state(std::span<const wherry::tensor_ref> arrays, const state_target& target, const progress_bar& bar);

/// Tells warnings on standard error.
void tell(const wherry::sequence<error>& warnings);

}  // namespace tool

#endif
