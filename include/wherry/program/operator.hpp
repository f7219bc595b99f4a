#ifndef WHERRY_PROGRAM_OPERATOR_HPP
#define WHERRY_PROGRAM_OPERATOR_HPP

#include <wherry/base/sequence.hpp>
#include <wherry/program/attribute.hpp>
#include <wherry/version.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace wherry::inline WHERRY_ABI {

/// The purpose of an operator: bits of its `op_role` attribute. Source: op_proto_maker.h.
namespace op_role {
inline constexpr std::int32_t forward = 0;
inline constexpr std::int32_t backward = 1;
inline constexpr std::int32_t optimize = 2;
inline constexpr std::int32_t lr_schedule = 16;
inline constexpr std::int32_t loss = 256;
}  // namespace op_role

struct op_info;  // exec/op_list.hpp

/// One operator of a Block: type, variables by slot, attributes; and what it is implemented by, where the code that appended or loaded it
/// named that. Copies of a program keep it; bytes do not hold it.
class Operator {
  public:
    using slots = sequence<wire::Slot<>>;

    Operator() = default;
    explicit Operator(wire::OpDesc<> desc, const op_info* implementation = nullptr)
        : desc_(std::move(desc)), implementation_(implementation) {}

    [[nodiscard]] const wire::OpDesc<>& desc() const noexcept { return desc_; }
    [[nodiscard]] wire::OpDesc<>& desc() noexcept { return desc_; }
    [[nodiscard]] const std::string& type() const noexcept { return desc_.type; }

    /// The implementation that an executor without a list of its own runs; null when nothing was named. It lives as long as the process.
    [[nodiscard]] const op_info* implementation() const noexcept { return implementation_; }
    void set_implementation(const op_info* implementation) noexcept { implementation_ = implementation; }

    /// Names in a slot; none when the operator has no such slot.
    [[nodiscard]] std::span<const std::string> input(std::string_view slot) const noexcept { return names_in(desc_.inputs, slot); }
    [[nodiscard]] std::span<const std::string> output(std::string_view slot) const noexcept { return names_in(desc_.outputs, slot); }
    [[nodiscard]] bool has_input_slot(std::string_view slot) const noexcept { return find(desc_.inputs, slot) != nullptr; }

    [[nodiscard]] bool reads(std::string_view name) const noexcept { return mentions(desc_.inputs, name); }
    [[nodiscard]] bool writes(std::string_view name) const noexcept { return mentions(desc_.outputs, name); }

    /// The attribute of that name, the last of several, as in the reference; null when there is none.
    [[nodiscard]] const Attr* find_attr(std::string_view name) const noexcept {
        const auto at = place_of(name);
        return at < desc_.attrs.size() ? &desc_.attrs[at] : nullptr;
    }
    /// Its value, or `otherwise` when it is absent or of another type.
    template <class T>
    [[nodiscard]] T attr_or(std::string_view name, T otherwise) const {
        const auto* attr = find_attr(name);
        if (attr == nullptr) return otherwise;
        auto value = value_of<T>(*attr);
        return value ? *std::move(value) : otherwise;
    }
    /// Replaces the attribute of that name in place, or appends it. Where `like` has the same one, both operators hold that.
    void set_attr(Attr attr, const Operator* like = nullptr) {
        const auto at = place_of(attr.name);
        put_attr(at, std::move(attr), like);
    }
    /// The same; an attribute that `like` has is not made first.
    template <class T>
    void set_attr(std::string_view name, const T& value, const Operator* like) {
        put_attr(place_of(name), name, value, like);
    }
    /// The same for one of a name that the operator does not have.
    template <class T>
    void add_attr(std::string_view name, const T& value, const Operator* like) {
        put_attr(desc_.attrs.size(), name, value, like);
    }

    /// Slots and attributes are sorted by name where the reference writes them so; equal names keep their order.
    [[gnu::noinline]] static void sort(slots& all) {
        for (std::size_t i = 1; i < all.size(); ++i)
            for (auto at = i; at > 0 && all[at].parameter < all[at - 1].parameter; --at) std::swap(all[at], all[at - 1]);
    }
    [[gnu::noinline]] void sort_attrs() {
        desc_.attrs.sort_by([](const Attr& attr) -> const std::string& { return attr.name; });
    }

    /// `op_role`; forward when the writer left it out.
    [[nodiscard]] std::int32_t role() const noexcept { return attr_or<std::int32_t>("op_role", op_role::forward); }

  private:
    template <class T>
    [[gnu::noinline]] void put_attr(std::size_t at, std::string_view name, const T& value, const Operator* like) {
        if (like != nullptr)
            if (const auto held = like->place_of(name); held < like->desc_.attrs.size() && holds(like->desc_.attrs[held], value))
                return put_shared(at, *like, held);
        put_attr(at, make_attr(name, value), like);
    }
    [[gnu::noinline]] void put_shared(std::size_t at, const Operator& like, std::size_t held) {
        desc_.attrs.put(at, like.desc_.attrs.begin() + held);
    }
    [[gnu::noinline]] void put_attr(std::size_t at, Attr attr, const Operator* like) {
        if (like != nullptr)
            for (auto held = like->desc_.attrs.begin(); held != like->desc_.attrs.end(); ++held)
                if (have_same_bytes(*held, attr)) return desc_.attrs.put(at, held);
        desc_.attrs.put(at, std::move(attr));
    }
    /// The index of the last attribute of that name, or the end.
    [[nodiscard, gnu::noinline]] std::size_t place_of(std::string_view name) const noexcept {
        for (auto at = desc_.attrs.size(); at-- > 0;)
            if (desc_.attrs[at].name == name) return at;
        return desc_.attrs.size();
    }
    static const wire::Slot<>* find(const slots& all, std::string_view slot) noexcept {
        for (const auto& held : all)
            if (held.parameter == slot) return &held;
        return nullptr;
    }
    static std::span<const std::string> names_in(const slots& all, std::string_view slot) noexcept {
        const auto* found = find(all, slot);
        return found != nullptr ? std::span<const std::string>(found->arguments) : std::span<const std::string>();
    }
    static bool mentions(const slots& all, std::string_view name) noexcept {
        for (const auto& slot : all)
            for (const auto& argument : slot.arguments)
                if (argument == name) return true;
        return false;
    }

    wire::OpDesc<> desc_;
    const op_info* implementation_ = nullptr;
};

}  // namespace wherry::inline WHERRY_ABI

#endif
