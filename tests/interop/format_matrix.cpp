#include <doctest/doctest.h>

#include <support/scratch.hpp>
#include <wherry/archive/archive.hpp>
#include <wherry/format/any_of.hpp>
#include <wherry/format/npy.hpp>
#include <wherry/format/pickle.hpp>
#include <wherry/format/text_file.hpp>
#include <wherry/interop/gzip.hpp>
#include <wherry/interop/npz.hpp>
#include <wherry/interop/safetensors.hpp>
#include <wherry/interop/state_file.hpp>
#include <wherry/policy/disk.hpp>
#include <wherry/policy/mapped.hpp>
#include <wherry/policy/memory.hpp>

#include <filesystem>
#include <string>

using namespace wherry;

namespace {
int combinations = 0;

/// Every source of a target gives back what the filter chose, and a source that is cut short leaves the scope as it was.
template <class Archive, class Reading>
void check_target(const Program& program, const Scope& saved, const support::scratch& place) {
    const auto path = place / "target";
    std::filesystem::remove_all(path);
    disk sink{path};
    REQUIRE(Archive::save(program, saved, sink));
    const auto chosen = select<typename Archive::filter_policy>(program);
    const auto check = [&](auto source) {
        ++combinations;
        Scope scope;
        const auto loaded = Reading::load(program, scope, source);
        if (!loaded) FAIL(to_string(loaded.error()));
        std::size_t count = 0;
        for (const auto& var : chosen) {
            const auto* const held = saved.find_var(var.name());
            if (held == nullptr) continue;
            ++count;
            REQUIRE(scope.find_var(var.name()) != nullptr);
            CHECK(*scope.find_var(var.name()) == *held);
        }
        CHECK(loaded->tensor_count == count);
    };
    check(disk{path});
    if constexpr (Archive::format_policy::facts.lends) check(mapped{path});
    if constexpr (Archive::layout_policy::single_record) {
        const auto bytes = *Archive::save(program, saved, memory{});
        CHECK(support::read_file(path) == bytes);
        check(memory{bytes});
        for (const std::size_t size : {std::size_t{0}, bytes.size() / 2, bytes.size() - 1}) {
            auto scope = support::small_scope();
            const support::snapshot before(scope);
            CHECK(!Reading::load(program, scope, memory{std::string_view(bytes).substr(0, size)}));
            CHECK(before.unchanged(scope));
        }
    }
}

template <class F, class Filter, class L, class Durability>
void check_codecs(const Program& program, const Scope& scope, const support::scratch& place) {
    using plainly = archive<F, Filter, L, Durability>;
    check_target<plainly, plainly>(program, scope, place);
    check_target<plainly, archive<format::any, Filter, L, gzip_or_plain>>(program, scope, place);
    using packed = archive<F, Filter, L, Durability, gzip<1>>;
    check_target<packed, packed>(program, scope, place);
    check_target<packed, archive<format::any, Filter, L, gzip_or_plain>>(program, scope, place);
}

template <class F, class L>
void check_format() {
    CAPTURE(F::name);
    const support::scratch place("format_matrix");
    const auto program = support::small_program();
    const auto scope = support::small_scope();
    check_codecs<F, filter::persistables, L, atomic>(program, scope, place);
    check_codecs<F, filter::parameters, L, durable>(program, scope, place);
}
}  // namespace

TEST_CASE("every format fits every filter, codec, durability, sink and source, and is told by content") {
    check_format<format::streams, layout::combined>();
    check_format<format::streams, layout::per_file>();
    check_format<format::pickle<2>, layout::combined>();
    check_format<format::pickle<4>, layout::combined>();
    check_format<format::npz<>, layout::combined>();
    check_format<format::npz<6>, layout::combined>();
    check_format<format::safetensors, layout::combined>();
    CHECK(combinations == (3 * 4 + 2 * 1 + 2 * 2) * 4 * 2);  // sources, codecs on both sides, filters
}

TEST_CASE("formats of one array per file fill a folder, each under the suffix of its format") {
    const support::scratch place("format_folder");
    const auto program = support::small_program();
    const auto scope = support::small_scope();
    const auto check = [&]<class F>(std::string_view suffix) {
        using kept = archive<F, layout::per_file>;
        const auto folder = place / std::string(F::name);
        REQUIRE(kept::save(program, scope, disk{folder}));
        CHECK(std::filesystem::exists(folder + "/acc/w" + std::string(suffix)));
        Scope loaded;
        REQUIRE(kept::load(program, loaded, disk{folder}));
        CHECK(*loaded.find_var("acc/w") == *scope.find_var("acc/w"));
        CHECK(archive<F>::save(program, scope, memory{}).error().code == errc::bad_argument);  // four arrays are not one
    };
    check.operator()<format::npy>(".npy");
    check.operator()<format::text>(".txt");
}
