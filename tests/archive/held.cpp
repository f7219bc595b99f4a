#include <doctest/doctest.h>
#include <support/scratch.hpp>
#include <wherry/archive/archive.hpp>
#include <wherry/policy/disk.hpp>
#include <wherry/policy/memory.hpp>
#include <wherry/policy/transformed.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// Policies with state are handed to `save` and `load`: named, const or temporary, in any order.
using namespace wherry;

namespace {
/// Shards of the names in their order; how many is known when the program runs.
class sharded {
  public:
    using kind = kinds::layout;
    static constexpr std::string_view name = "sharded";
    static constexpr bool single_record = false;
    explicit sharded(std::size_t count) : count_(count) {}
    [[nodiscard]] std::vector<record> records(std::span<const std::string_view> names) const {
        std::vector<record> shards(count_);
        for (std::size_t i = 0; i < count_; ++i) shards[i].name = "shard_" + std::to_string(i);
        for (std::size_t i = 0; i < names.size(); ++i) shards[i % count_].tensors.push_back(i);
        return shards;
    }

  private:
    std::size_t count_;
};

/// A key that is known when the program runs. It is not copied: a codec may be large.
class keyed {
  public:
    using kind = kinds::codec;
    static constexpr std::string_view name = "keyed";
    explicit keyed(std::uint8_t key) : key_(key) {}
    keyed(const keyed&) = delete;
    auto encode(auto& sink) const { return transformed(sink, change{key_}); }
    auto decode(auto& source, const limits&) const { return transformed(source, change{key_}); }

  private:
    struct change {
        std::uint8_t key;
        void operator()(std::span<std::byte> bytes, std::uint64_t) const noexcept {
            for (auto& b : bytes) b ^= static_cast<std::byte>(key);
        }
    };
    std::uint8_t key_;
};
static_assert(Layout<sharded> && Codec<keyed>);

auto first_letter(char below) {
    return filter::where([below](const Variable& var) { return is_persistable(var) && var.name()[0] < below; });
}

const Program& program() {
    static const Program made = support::small_program();
    return made;
}
const Scope& scope() {
    static const Scope made = support::small_scope();
    return made;
}

void check_loaded(const Scope& loaded, std::size_t count = 4) {
    CHECK(loaded.local_var_names().size() == count);
    for (const auto name : loaded.local_var_names()) CHECK(*loaded.find_var(name) == *scope().find_var(name));
}

std::string with_key(std::string bytes, std::uint8_t key) {
    for (auto& c : bytes) c = static_cast<char>(static_cast<std::uint8_t>(c) ^ key);
    return bytes;
}
}  // namespace

TEST_CASE("a codec with state is handed to the call: named, const or temporary") {
    const auto plain_bytes = *archive<>::save(program(), scope(), memory{});
    keyed named(7);
    const keyed constant(7);
    for (const auto& saved :
         {archive<>::save(program(), scope(), memory{}, named), archive<>::save(program(), scope(), memory{}, constant),
          archive<>::save(program(), scope(), memory{}, keyed(7)), archive<keyed>::save(program(), scope(), memory{}, std::move(named))}) {
        REQUIRE(saved);
        CHECK(*saved == with_key(plain_bytes, 7));
    }
    const auto bytes = with_key(plain_bytes, 7);
    const auto check = [&]<class Load>(const Load& load) {
        Scope loaded;
        REQUIRE(load(loaded));
        check_loaded(loaded);
    };
    check([&](Scope& into) { return archive<>::load(program(), into, memory{bytes}, named); });
    check([&](Scope& into) { return archive<>::load(program(), into, memory{bytes}, constant); });
    check([&](Scope& into) { return archive<>::load(program(), into, memory{bytes}, keyed(7)); });
    check([&](Scope& into) { return archive<keyed>::load(program(), into, memory{bytes}, std::move(named)); });
    Scope none;
    CHECK_FALSE(archive<>::load(program(), none, memory{bytes}, keyed(8)));
    CHECK(none.local_var_names().empty());
}

TEST_CASE("a layout with state is handed to the call: named, const or temporary") {
    const support::scratch place("held_layout");
    sharded named(3);
    const sharded constant(3);
    REQUIRE(archive<>::save(program(), scope(), disk(place / "named"), named));
    REQUIRE(archive<>::save(program(), scope(), disk(place / "constant"), constant));
    REQUIRE(archive<>::save(program(), scope(), disk(place / "temporary"), sharded(3)));
    REQUIRE(archive<sharded>::save(program(), scope(), disk(place / "moved"), std::move(named)));
    for (const auto* folder : {"named", "constant", "temporary", "moved"}) {
        for (const auto* file : {"shard_0", "shard_1", "shard_2"})
            CHECK(support::read_file(place / (std::string(folder) + "/" + file)) ==
                  support::read_file(place / (std::string("named") + "/" + file)));
        Scope loaded;
        REQUIRE(archive<>::load(program(), loaded, disk(place / folder), constant));
        check_loaded(loaded);
    }
    Scope by_named, by_moved;
    REQUIRE(archive<>::load(program(), by_named, disk(place / "named"), named));
    check_loaded(by_named);
    REQUIRE(archive<sharded>::load(program(), by_moved, disk(place / "named"), sharded(3)));
    check_loaded(by_moved);
    Scope none;
    CHECK_FALSE(archive<>::load(program(), none, disk(place / "named"), sharded(4)));
    CHECK(none.local_var_names().empty());
}

TEST_CASE("a filter, a layout and a codec come in any order, and take the place of the defaults") {
    const support::scratch place("held_all");
    const auto some = first_letter('c');
    REQUIRE(archive<annotate<checksum>, fast>::save(program(), scope(), disk(place / "a"), some, sharded(2), keyed(1)));
    REQUIRE(archive<fast, annotate<checksum>>::save(program(), scope(), disk(place / "b"), keyed(1), some, sharded(2)));
    for (const auto* file : {"shard_0", "shard_1"})
        CHECK(support::read_file(place / (std::string("a") + "/" + file)) == support::read_file(place / (std::string("b") + "/" + file)));
    Scope loaded;
    REQUIRE(archive<annotate<checksum>>::load(program(), loaded, disk(place / "b"), sharded(2), keyed(1), some));
    check_loaded(loaded, 2);
}

TEST_CASE("variables, arrays and names are saved and loaded by held policies, too") {
    const support::scratch place("held_others");
    const auto w = program().global_block().find_var("w"), b = program().global_block().find_var("b");
    const std::array variables{w, b};
    REQUIRE(archive<>::save(std::span<const Variable>(variables), scope(), disk(place / "variables"), keyed(3), sharded(2)));
    Scope loaded;
    REQUIRE(archive<>::load(std::span<const Variable>(variables), loaded, disk(place / "variables"), sharded(2), keyed(3)));
    check_loaded(loaded, 2);

    const std::array refs{scope().find_var("w")->ref("w"), scope().find_var("b")->ref("b")};
    REQUIRE(archive<>::save(std::span<const tensor_ref>(refs), disk(place / "refs"), keyed(3), sharded(2)));
    const std::array<std::string_view, 2> names{"w", "b"};
    Scope by_name;
    REQUIRE(archive<>::load(std::span<const std::string_view>(names), by_name, disk(place / "refs"), keyed(3), sharded(2)));
    check_loaded(by_name, 2);
}
