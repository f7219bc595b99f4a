#ifndef WHERRY_INTEROP_SAFETENSORS_SHARDS_HPP
#define WHERRY_INTEROP_SAFETENSORS_SHARDS_HPP

#include <wherry/base/limits.hpp>
#include <wherry/base/number.hpp>
#include <wherry/base/result.hpp>
#include <wherry/base/sequence.hpp>
#include <wherry/format/format.hpp>
#include <wherry/interop/detail/json_text.hpp>
#include <wherry/interop/safetensors.hpp>
#include <wherry/policy/file_name.hpp>
#include <wherry/policy/layout.hpp>
#include <wherry/record/save_plan.hpp>
#include <wherry/tensor/tensor.hpp>
#include <wherry/version.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <utility>

/// A model in several safetensors files and an index of them. Source: huggingface_hub, serialization/_base.py and _torch.py.
namespace wherry::inline WHERRY_ABI::safetensors {

/// The end of an index file's name.
inline constexpr std::string_view index_suffix = ".safetensors.index.json";

/// Which tensor lies in which file beside the index.
struct shard_index {
    std::map<std::string, std::string, std::less<>> file_of;  ///< by the name of the tensor

    /// Each file once, sorted.
    [[nodiscard]] sequence<std::string> files() const {
        sequence<std::string> made;
        for (const auto& [tensor, file] : file_of) made.push_back(file);
        std::sort(made.begin(), made.end());
        made.erase(std::unique(made.begin(), made.end()), made.end());
        return made;
    }
};

/// The index in the bytes of `*.safetensors.index.json`. Errors: bad_safetensors (no such document), too_large, bad_name for a file that
/// does not lie beside the index or beneath its folder.
inline result<shard_index> parse_index(std::string_view bytes, const limits& caps = {}) {
    if (bytes.size() > header_cap_bytes)
        return failure(errc::too_large, "an index of shards is larger than the limit").expected(header_cap_bytes).found(bytes.size());
    const auto bad = [](const char* message, std::string_view variable = {}) {
        return failure(errc::bad_safetensors, message).of_variable(variable.substr(0, 64));
    };
    constexpr int depth = 8;
    const auto root = wherry::detail::parse_json(bytes, depth).root;
    if (!root.is_object()) return bad("an index of shards is not a JSON object");
    const auto map = root.find("weight_map");
    if (map == root.end() || !map->is_object() || map->empty()) return bad("an index of shards has no weight_map");
    shard_index made;
    for (const auto& [tensor, file] : map->items()) {
        if (!file.is_string()) return bad("an index of shards names no file for a tensor", tensor);
        const auto& name = file.get_ref<const std::string&>();
        if (const auto why = wherry::detail::why_bad_file_name(name, caps); !why.empty())
            return failure(errc::bad_name, why).of_variable(tensor.substr(0, 64)).found(name.substr(0, 256));
        made.file_of.emplace(tensor, name);
    }
    return made;
}

namespace detail {
/// "model-00001-of-00002.safetensors".
inline std::string shard_name(std::string_view base, std::size_t at, std::size_t count) {
    const auto digits = [](std::size_t n) {
        const std::string shown(decimal(n).view());
        return std::string(5 - std::min<std::size_t>(shown.size(), 5), '0') + shown;
    };
    return std::string(base) + "-" + digits(at + 1) + "-of-" + digits(count) + ".safetensors";
}
}  // namespace detail

/// Whether a file of that name is one of the shards of BASE or their index, however many there are; with BASE.safetensors, all names that
/// `plan_shards` gives.
inline bool is_of_shards(std::string_view name, std::string_view base) noexcept {
    if (!name.starts_with(base)) return false;
    name.remove_prefix(base.size());
    if (name == index_suffix || name == ".safetensors") return true;
    const auto skip = [&](std::string_view text) {
        const bool there = name.starts_with(text);
        name.remove_prefix(there ? text.size() : 0);
        return there;
    };
    const auto skip_digits = [&] {
        const auto count = std::min(name.find_first_not_of("0123456789"), name.size());
        name.remove_prefix(count);
        return count >= 5;
    };
    return skip("-") && skip_digits() && skip("-of-") && skip_digits() && name == ".safetensors";
}

/// A save of tensors as shards of at most `shard_bytes` of elements each, a larger tensor alone, in the order given: records BASE-00001-of-00002.safetensors
/// and so on, and BASE.safetensors.index.json; where all fit one, BASE.safetensors alone.
/// Errors: those of `format::safetensors`, of `check_tensor` and `check_tensor_names`.
inline result<save_plan> plan_shards(std::span<const tensor_ref> tensors, std::string_view base, std::uint64_t shard_bytes,
                                     const format::safetensors& how, const limits& caps = {}) {
    if (auto checked = wherry::detail::checked_records(tensors, layout::combined{}, caps); !checked) return checked.failure();
    if (auto held = wherry::detail::check_held(wherry::detail::planner_of(how), tensors); !held) return held.failure();
    sequence<std::size_t> ends;
    std::uint64_t size_bytes = 0;
    std::uint64_t total_bytes = 0;
    for (std::size_t at = 0; at < tensors.size(); ++at) {
        const auto more = tensors[at].size_bytes();
        if (size_bytes > 0 && (more > shard_bytes || size_bytes > shard_bytes - more)) ends.push_back(at), size_bytes = 0;
        size_bytes += more;
        total_bytes += more;
    }
    ends.push_back(tensors.size());
    save_plan plan;
    auto map = nlohmann::json::object();
    for (std::size_t shard = 0, first = 0; shard < ends.size(); first = ends[shard++]) {
        const auto file = ends.size() == 1 ? std::string(base) + ".safetensors" : detail::shard_name(base, shard, ends.size());
        plan.begin_record(file);
        const auto held = tensors.subspan(first, ends[shard] - first);
        if (auto planned = how.plan(plan, held, caps); !planned) return planned.failure();
        for (const auto& one : held) map[std::string(one.name)] = file;
    }
    if (ends.size() > 1) {
        plan.begin_record(std::string(base) + std::string(index_suffix));
        plan.append(nlohmann::json{{"metadata", {{"total_size", total_bytes}}}, {"weight_map", std::move(map)}}.dump(2) + "\n");
    }
    if (auto checked = plan.checked(); !checked) return checked.failure();
    return plan;
}

}  // namespace wherry::inline WHERRY_ABI::safetensors

#endif
