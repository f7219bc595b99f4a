#ifndef WHERRY_FORMAT_PICKLE_MACHINE_HPP
#define WHERRY_FORMAT_PICKLE_MACHINE_HPP

#include <wherry/base/limits.hpp>
#include <wherry/base/number.hpp>
#include <wherry/base/real.hpp>
#include <wherry/base/result.hpp>
#include <wherry/base/sequence.hpp>
#include <wherry/format/pickle/call.hpp>
#include <wherry/format/pickle/input.hpp>
#include <wherry/format/pickle/value.hpp>
#include <wherry/record/any_reader.hpp>
#include <wherry/version.hpp>

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

namespace wherry::inline WHERRY_ABI::pickle {

/// Runs a pickle of protocol 2 to 4 without executing anything: it knows the opcodes that arrays need and the names of a
/// few callables. Strings stay in the given bytes, long ones of a file in the file; memory follows the count of opcodes, which is capped.
/// Errors: bad_version, bad_pickle, forbidden_global (a callable or opcode that is not on the list, even when its result
/// is not used), truncated, trailing_bytes, too_large; all with the offset.
class machine {
  public:
    explicit machine(std::string_view bytes, const limits& caps = {}) noexcept : in_(bytes), caps_(caps) {}
    /// Long strings of a file stay there; the reader must outlive this.
    explicit machine(any_reader& reader, const limits& caps = {}) : in_(reader), caps_(caps) {}

    /// The object that the pickle is.
    result<value> run() {
        if (auto read = protocol(); !read) return read.failure();
        while (!stopped_) {
            at_ = in_.offset();
            if (++opcodes_ > caps_.pickle_opcodes)
                return failure(errc::too_large, "a pickle has more opcodes than the limit").at(at_).expected(caps_.pickle_opcodes);
            const auto code = in_.read<std::uint8_t>("a pickle ends before its STOP");
            if (!code) return code.failure();
            if (auto done = step(static_cast<char>(*code)); !done) return done.failure();
        }
        if (!in_.at_end()) return failure(errc::trailing_bytes, "something follows the pickle").at(in_.offset()).found(in_.remaining());
        if (eval_at_) {
            at_ = *eval_at_;
            return refuse("builtins", "eval").failure();
        }
        if (stack_.size() != 1 || !marks_.empty()) return bad("a pickle stops with more or less than one object");
        return stack_.front();
    }
    /// The objects; their strings and bytes point into what was read.
    [[nodiscard]] object_graph take_objects() noexcept {
        objects_.memory = in_.take_memory();
        return std::move(objects_);
    }

  private:
    using outcome = result<void>;

    [[nodiscard]] failure bad(const char* message, std::string_view found = {}) const {
        return failure(errc::bad_pickle, message).at(at_).found(found);
    }

    outcome protocol() {
        const auto first = in_.peek(1);
        if (!first) return first.failure();
        if (*first != std::string_view("\x80")) return bad("a pickle does not begin with its protocol", first->empty() ? "no bytes" : "");
        in_.skip(1);
        const auto version = in_.read<std::uint8_t>("the protocol of a pickle is cut short");
        if (!version) return version.failure();
        if (*version >= 2 && *version <= 4) return {};
        return failure(errc::bad_version, "a pickle of a protocol that is not known").at(1).expected("2 to 4").found(*version);
    }

    outcome step(char code) {
        if (const auto found = constant(code)) return std::move(*found);
        if (const auto found = container(code)) return std::move(*found);
        if (const auto found = object(code)) return std::move(*found);
        if (is_forbidden(code)) {
            error refused = bad("a pickle wants to make an object in a way that files of arrays do not need");
            refused.code = errc::forbidden_global;
            if (code == 'i') name_class(refused);
            refused.expected = "arrays and nothing else";
            refused.found = {"the opcode ", decimal(static_cast<unsigned char>(code)),
                             (refused.found.empty() ? "" : " of " + std::string(refused.found.view()))};
            return refused;
        }
        return bad("a pickle has an opcode that is not known", decimal(static_cast<unsigned char>(code)));
    }

    // Constants: numbers, strings, the memo. Nothing when the opcode is none of them.
    std::optional<outcome> constant(char code) {
        switch (static_cast<opcode>(code)) {
            case opcode::frame: return skip_frame();
            case opcode::none: return push({});
            case opcode::new_true: return push({kind::boolean, 1});
            case opcode::new_false: return push({kind::boolean, 0});
            case opcode::bin_int1: return push_int<std::uint8_t>();
            case opcode::bin_int2: return push_int<std::uint16_t>();
            case opcode::bin_int: return push_int<std::uint32_t>();
            case opcode::long1: return push_long(in_.read<std::uint8_t>("the length of a number is cut short"));
            case opcode::long4: return push_long(in_.read<std::uint32_t>("the length of a number is cut short"));
            case opcode::int_line:
            case opcode::long_line: return push_line();
            case opcode::float_line: return push_real_line();
            case opcode::bin_float: return push_real();
            case opcode::short_bin_string: return objects_.python2 = true, push_slice<std::uint8_t>(kind::bytes);
            case opcode::bin_string: return objects_.python2 = true, push_slice<std::uint32_t>(kind::bytes);
            case opcode::short_bin_bytes: return push_slice<std::uint8_t>(kind::bytes);
            case opcode::bin_bytes: return push_slice<std::uint32_t>(kind::bytes);
            case opcode::bin_bytes8: return push_slice<std::uint64_t>(kind::bytes);
            case opcode::short_bin_unicode: return push_slice<std::uint8_t>(kind::text);
            case opcode::bin_unicode: return push_slice<std::uint32_t>(kind::text);
            case opcode::bin_unicode8: return push_slice<std::uint64_t>(kind::text);
            case opcode::bin_put: return put(in_.read<std::uint8_t>(memo_cut));
            case opcode::long_bin_put: return put(in_.read<std::uint32_t>(memo_cut));
            case opcode::memoize: return put(result<std::uint32_t>(static_cast<std::uint32_t>(memo_.size())));
            case opcode::bin_get: return get(in_.read<std::uint8_t>(memo_cut));
            case opcode::long_bin_get: return get(in_.read<std::uint32_t>(memo_cut));
            default: return std::nullopt;
        }
    }

    // Containers and the stack.
    std::optional<outcome> container(char code) {
        switch (static_cast<opcode>(code)) {
            case opcode::stop: return stopped_ = true, outcome();
            case opcode::mark: return marks_.push_back(stack_.size()), outcome();
            case opcode::pop: return pop();
            case opcode::dup: return stack_.size() > floor() ? push(stack_.back()) : outcome(bad("nothing to double"));
            case opcode::empty_tuple: return push(objects_.make(kind::tuple));
            case opcode::tuple1: return collect(1);
            case opcode::tuple2: return collect(2);
            case opcode::tuple3: return collect(3);
            case opcode::tuple: return marks_.empty() ? outcome(bad("a tuple without its mark")) : collect(above_mark());
            case opcode::empty_list: return push(objects_.make(kind::list));
            case opcode::empty_dict: return push(objects_.make(kind::dict));
            case opcode::append: return extend(kind::list, 1);
            case opcode::set_item: return extend(kind::dict, 2);
            case opcode::appends: return marks_.empty() ? outcome(bad("items without their mark")) : extend(kind::list, above_mark());
            case opcode::set_items: return marks_.empty() ? outcome(bad("items without their mark")) : extend(kind::dict, above_mark());
            default: return std::nullopt;
        }
    }

    // Callables, and what is made of them.
    std::optional<outcome> object(char code) {
        switch (static_cast<opcode>(code)) {
            case opcode::global: return global_lines();
            case opcode::stack_global: return stack_global();
            case opcode::reduce: return reduce();
            case opcode::new_object: return reduce();
            case opcode::build: return build();
            default: return std::nullopt;
        }
    }

    static constexpr std::string_view memo_cut = "a memo index is cut short";
    static constexpr std::size_t line_cap = 1024;

    [[nodiscard]] std::size_t floor() const noexcept { return marks_.empty() ? 0 : marks_.back(); }
    /// Objects above the last mark, which is taken away.
    std::size_t above_mark() noexcept {
        const auto mark = marks_.back();
        marks_.pop_back();
        return stack_.size() - mark;
    }

    outcome push(value v) { return stack_.push_back(v), outcome(); }
    outcome pop() {
        if (stack_.size() > floor()) return stack_.pop_back(), outcome();
        if (marks_.empty()) return bad("nothing to drop");
        return marks_.pop_back(), outcome();
    }
    outcome skip_frame() {
        const auto size = in_.read<std::uint64_t>("the length of a frame is cut short");
        if (!size) return size.failure();
        return *size <= in_.remaining() ? outcome() : outcome(in_.truncated(*size, "a frame is longer than the file"));
    }

    template <class U>
    outcome push_int() {
        const auto read = in_.read<U>("a number is cut short");
        if (!read) return read.failure();
        if constexpr (sizeof(U) == 4) return push(objects_.make_number(static_cast<std::int32_t>(*read)));
        return push(objects_.make_number(static_cast<std::int64_t>(*read)));
    }
    /// Two's complement of as few bytes as it takes.
    template <class U>
    outcome push_long(const result<U>& size) {
        if (!size) return size.failure();
        const auto bytes = in_.take(*size, "a number is cut short");
        if (!bytes) return bytes.failure();
        if (*size > sizeof(std::int64_t)) return push(objects_.make_slice(kind::big, *bytes));
        std::uint64_t bits = !bytes->empty() && (static_cast<unsigned char>(bytes->back()) & 0x80U) != 0 ? ~std::uint64_t{0} : 0;
        for (auto at = bytes->rbegin(); at != bytes->rend(); ++at) bits = bits << 8U | static_cast<unsigned char>(*at);
        return push(objects_.make_number(static_cast<std::int64_t>(bits)));
    }
    result<std::string_view> line() {
        const auto next = in_.peek(line_cap);
        if (!next) return next;
        const auto end = next->find('\n');
        if (end != std::string_view::npos) {
            const auto found = in_.take(end, {});
            if (!found) return found;
            if (auto after = in_.peek(1); !after) return after;
            in_.skip(1);
            return found;
        }
        if (in_.remaining() < line_cap) return in_.truncated(in_.remaining() + 1, "a line of a pickle does not end");
        return bad("a line of a pickle is too long");
    }
    outcome push_line() {
        auto digits = line();
        if (!digits) return digits.failure();
        if (digits->ends_with('L')) digits->remove_suffix(1);
        if (*digits == "00" || *digits == "01") return push({kind::boolean, *digits == "01" ? 1U : 0U});  // protocol 0's bools
        const bool negative = digits->starts_with('-');
        if (negative) digits->remove_prefix(1);
        if (digits->empty() || digits->size() > 18) return bad("a number of a pickle is not one, or too long", digits->substr(0, 40));
        std::int64_t n = 0;
        for (const char c : *digits) {
            if (c < '0' || c > '9') return bad("a number of a pickle is not one", *digits);
            n = n * 10 + (c - '0');
        }
        return push(objects_.make_number(negative ? -n : n));
    }
    outcome push_real_line() {
        const auto digits = line();
        if (!digits) return digits.failure();
        double held = 0;
        const auto* const end = digits->data() + digits->size();
        if (const auto read = number_from_chars(digits->data(), end, held); read.ptr != end || read.ec != std::errc())
            return bad("a number of a pickle is not one", digits->substr(0, 40));
        return push(objects_.make_number(std::bit_cast<std::int64_t>(held), kind::real));
    }
    /// Big-endian.
    outcome push_real() {
        const auto bytes = in_.take(sizeof(double), "a number is cut short");
        if (!bytes) return bytes.failure();
        std::uint64_t bits = 0;
        for (const char c : *bytes) bits = bits << 8U | static_cast<unsigned char>(c);
        return push(objects_.make_number(static_cast<std::int64_t>(bits), kind::real));
    }
    template <class U>
    outcome push_slice(kind k) {
        const auto size = in_.read<U>("the length of a string is cut short");
        if (!size) return size.failure();
        constexpr std::string_view cut = "a string is cut short";
        if (in_.is_far(*size)) {
            const auto far = in_.pass(*size, cut);
            return far ? push(objects_.make_far(k, *far)) : outcome(far.error());
        }
        const auto bytes = in_.take(*size, cut);
        return bytes ? push(objects_.make_slice(k, *bytes)) : outcome(bytes.error());
    }

    template <class U>
    outcome put(const result<U>& index) {
        if (!index) return index.failure();
        if (stack_.size() <= floor()) return bad("nothing to remember");
        if (*index > opcodes_) return bad("a memo index is larger than what was made before", decimal(*index));
        while (*index >= memo_.size()) memo_.emplace_back();  // grows by doubling, as `resize` does not
        memo_[*index] = stack_.back();
        return {};
    }
    template <class U>
    outcome get(const result<U>& index) {
        if (!index) return index.failure();
        if (*index >= memo_.size() || !memo_[*index]) return bad("a memo index that nothing was put under", decimal(*index));
        return push(*memo_[*index]);
    }

    /// The last n objects become a tuple.
    outcome collect(std::size_t n) {
        if (stack_.size() < floor() + n) return bad("a tuple of more objects than there are");
        const auto made = objects_.make(kind::tuple);
        const auto first = stack_.size() - n;
        for (std::size_t i = first; i < stack_.size(); ++i) objects_.append(made, stack_[i]);
        stack_.resize(first);
        return push(made);
    }
    /// The last n objects go into the container below them.
    outcome extend(kind wanted, std::size_t n) {
        if (stack_.size() < floor() + n + 1) return bad("items without a container");
        const auto first = stack_.size() - n;
        const auto target = stack_[first - 1];
        if (target.kind != wanted) return bad("items go into something that is not such a container");
        if (wanted == kind::dict && n % 2 != 0) return bad("a key without a value");
        for (std::size_t i = first; i < stack_.size(); ++i) objects_.append(target, stack_[i]);
        stack_.resize(first);
        return {};
    }

    outcome refuse(std::string_view module, std::string_view name) const {
        error refused =
            bad(module.starts_with("paddle.distributed.")
                    ? "this tells how paddle.distributed cut a checkpoint, which is not read: load it there and paddle.save it, or "
                      "take the only .distcp of one process"
                    : "a pickle names a callable that is not allowed; nothing was called");
        refused.code = errc::forbidden_global;
        refused.expected = "arrays and nothing else";
        refused.found = {module.substr(0, 200), ".", name.substr(0, 200)};
        return refused;
    }
    void name_class(error& refused) {
        const auto module = line();
        const auto name = module ? line() : module;
        if (name) refused.found = {module->substr(0, 200), ".", name->substr(0, 200)};
    }
    outcome push_callable(std::string_view module, std::string_view name) {
        const auto found = find_callable(module, name);
        if (found == callable::eval) eval_at_ = at_;
        return found ? push({kind::callable, static_cast<std::uint32_t>(*found)}) : refuse(module, name);
    }
    outcome global_lines() {
        const auto module = line();
        if (!module) return module.failure();
        const auto name = line();
        return name ? push_callable(*module, *name) : outcome(name.error());
    }
    outcome stack_global() {
        if (stack_.size() < floor() + 2) return bad("a callable without its names");
        const auto name = stack_.back();
        const auto module = stack_[stack_.size() - 2];
        stack_.resize(stack_.size() - 2);
        if (name.kind != kind::text || module.kind != kind::text) return bad("the names of a callable are not strings");
        return push_callable(objects_.slice(module), objects_.slice(name));
    }

    outcome reduce() {
        if (stack_.size() < floor() + 2) return bad("a call without arguments");
        const auto given = stack_.back();
        const auto called = stack_[stack_.size() - 2];
        stack_.resize(stack_.size() - 2);
        auto made = detail::called(objects_, called, given, caps_);
        if (!made) {
            auto refused = std::move(made).error();
            refused.offset = at_;
            return refused;
        }
        if (called.at == static_cast<std::uint32_t>(callable::eval)) eval_at_.reset();
        return push(*made);
    }
    /// Arrays and dtypes take their state once; nothing else has one.
    outcome build() {
        if (stack_.size() < floor() + 2) return bad("a state without an object");
        const auto state = stack_.back();
        stack_.pop_back();
        const auto target = stack_.back();
        if (state.kind != kind::tuple) return bad("a state that is not a tuple");
        const auto before = target.kind == kind::array ? 0U : 1U;
        if ((target.kind != kind::array && target.kind != kind::dtype) || objects_.size(target) != before)
            return bad("a state for something that has none, or has it already");
        objects_.append(target, state);
        return {};
    }

    detail::input in_;
    limits caps_;
    std::uint64_t at_ = 0;
    std::uint64_t opcodes_ = 0;
    bool stopped_ = false;
    std::optional<std::uint64_t> eval_at_;  ///< where it was named and not called since
    object_graph objects_;
    sequence<value> stack_;
    sequence<std::size_t> marks_;
    sequence<std::optional<value>> memo_;
};

}  // namespace wherry::inline WHERRY_ABI::pickle

#endif
