#ifndef WHERRY_TESTS_SUPPORT_POLICY_MATRIX_HPP
#define WHERRY_TESTS_SUPPORT_POLICY_MATRIX_HPP

#include <doctest/doctest.h>
#include <support/own_policies.hpp>
#include <support/scratch.hpp>
#include <wherry/archive/archive.hpp>
#include <wherry/policy/disk.hpp>
#include <wherry/policy/memory.hpp>

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

/// Archives by every choice of filter, layout, annotation, codec and place: the combinations are made by the compiler.
namespace support {

template <class... Ts>
struct types {};

/// Calls visit.template operator()<A, B, ...>() for each choice of one type from every list.
template <class... Chosen, class Visit>
void for_each_choice(Visit& visit) {
    visit.template operator()<Chosen...>();
}
template <class... Chosen, class Visit, class... Ts, class... Rest>
void for_each_choice(Visit& visit, types<Ts...>, Rest... rest) {
    (for_each_choice<Chosen..., Ts>(visit, rest...), ...);
}

// Places that an archive saves to and loads from. `cut` takes the last byte away from what was saved.
struct on_disk {
    static constexpr bool many_records = true;
    scratch folder{"matrix"};
    wherry::disk to{folder / "a/b"};
    wherry::disk source(auto&) { return wherry::disk{folder / "a/b"}; }
    void cut(auto&) {
        for (const auto& [name, bytes] : read_folder(folder.path()))
            write_file(folder / name, std::string_view(bytes).substr(0, bytes.size() - 1));
    }
};
struct in_map {
    static constexpr bool many_records = true;
    map_store to;
    map_store& source(auto&) { return to; }
    void cut(auto&) {
        for (auto& [name, bytes] : to.files)
            if (!bytes.empty()) bytes.pop_back();  // a record of no variable
    }
};
struct in_memory {
    static constexpr bool many_records = false;
    wherry::memory to;
    wherry::memory source(wherry::result<std::string>& saved) { return wherry::memory{*saved}; }
    void cut(wherry::result<std::string>& saved) { saved->pop_back(); }
};
struct in_buffer {
    static constexpr bool many_records = false;
    wherry::fixed<32768> to;
    wherry::memory source(wherry::result<std::span<const std::byte>>& saved) { return wherry::memory{*saved}; }
    void cut(wherry::result<std::span<const std::byte>>& saved) { *saved = saved->first(saved->size() - 1); }
};

struct policy_check {
    int combinations = 0;

    template <class Filter, class Layout, class Annotate, class Codec, class Place>
    void operator()() {
        if constexpr (Place::many_records || Layout::single_record) check<wherry::archive<Codec, Annotate, Layout, Filter>, Place>();
    }

  private:
    const Program program_ = small_program();
    const Scope scope_ = small_scope();

    static std::string combination_of(std::string_view filter, std::string_view layout, std::string_view codec,
                                      wherry::annotation_rules rules) {
        return std::string(filter) + " " + std::string(layout) + " " + std::string(codec) + " align " + std::to_string(rules.alignment) +
               (rules.checksums ? " checksum" : "") + (rules.names ? " names" : "");
    }
    template <class Archive, class Place>
    void check() {
        ++combinations;
        constexpr auto rules = Archive::annotate_policy::rules;
        const std::string combination =
            combination_of(Archive::filter_policy::name, Archive::layout_policy::name, Archive::codec_policy::name, rules);
        CAPTURE(combination);
        Place place;
        auto saved = Archive::save(program_, scope_, place.to);
        REQUIRE_MESSAGE(saved, (saved ? std::string() : to_string(saved.error())));
        check_loads<Archive>(place, saved);
        if constexpr (std::is_same_v<typename Archive::codec_policy, wherry::plain>)  // Paddle knows nothing of annotations
            check_loads<wherry::archive<typename Archive::filter_policy, typename Archive::layout_policy>>(place, saved);

        place.cut(saved);
        Scope scope = unlike_saved();
        const snapshot before(scope);
        check_refused(Archive::load(program_, scope, place.source(saved)), before, scope);
    }
    template <class Archive>
    void check_loads(auto& place, auto& saved) {
        Scope loaded = unlike_saved();
        check_loaded(Archive::load(program_, loaded, place.source(saved)), loaded,
                     wherry::select(program_, typename Archive::filter_policy{}));
    }
    static Scope unlike_saved() {
        Scope scope;
        scope.var("w") = counting({5, 5}, 0);
        scope.var("kept") = counting({1}, 9);
        return scope;
    }
    void check_loaded(const wherry::result<wherry::load_report>& report, const Scope& loaded, const std::vector<Variable>& chosen) const {
        REQUIRE_MESSAGE(report, (report ? std::string() : to_string(report.error())));
        CHECK(report->warnings.empty());
        std::size_t count = 0;
        for (const auto& var : chosen) {
            if (var.kind() != wherry::VarKind::LOD_TENSOR) continue;
            ++count;
            REQUIRE(loaded.find_var(var.name()) != nullptr);
            CHECK(*loaded.find_var(var.name()) == *scope_.find_var(var.name()));
        }
        CHECK(count > 0);
        CHECK(report->tensor_count == count);
        CHECK(*loaded.find_var("kept") == counting({1}, 9));
    }
    void check_refused(const wherry::result<wherry::load_report>& report, const snapshot& before, const Scope& after) const {
        CHECK_FALSE(report);
        CHECK(before.unchanged(after));
    }
};

/// Every filter, layout, annotation and place with these codecs. Returns the number of combinations.
template <class... Codecs>
int check_every_policy() {
    using namespace wherry;
    policy_check check;
    for_each_choice(check, types<filter::persistables, filter::named<"b", "acc/w">, mine::not_lr>{},
                    types<layout::combined, layout::per_file, mine::by_letter>{},
                    types<annotate<>, annotate<align<64>>, annotate<checksum>, annotate<names>, annotate<checksum, align<8>>,
                          annotate<names, align<4096>>, annotate<checksum, names>, annotate<names, mine::flash_pages>>{},
                    types<Codecs...>{}, types<on_disk, in_map, in_memory, in_buffer>{});
    return check.combinations;
}

}  // namespace support

#endif
