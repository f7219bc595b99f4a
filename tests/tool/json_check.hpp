#ifndef WHERRY_TESTS_TOOL_JSON_CHECK_HPP
#define WHERRY_TESTS_TOOL_JSON_CHECK_HPP

#include <wherry/base/utf8.hpp>

#include <tool/text.hpp>

#include <algorithm>
#include <cstddef>
#include <string_view>

/// Answers whether text is one JSON document (RFC 8259), and nothing else.
class json_check {
  public:
    static bool is_valid(std::string_view text) {
        json_check check(text);
        const bool valid = check.value();
        check.space();
        return valid && check.rest_.empty();
    }

  private:
    explicit json_check(std::string_view text) : rest_(text) {}

    void space() { rest_.remove_prefix(std::min(rest_.find_first_not_of(" \t\r\n"), rest_.size())); }
    bool take(std::string_view token) {
        space();
        if (!rest_.starts_with(token)) return false;
        rest_.remove_prefix(token.size());
        return true;
    }
    bool value() {
        space();
        if (rest_.empty()) return false;
        if (rest_.front() == '{') return items('{', '}', true);
        if (rest_.front() == '[') return items('[', ']', false);
        if (rest_.front() == '"') return string();
        return take("true") || take("false") || take("null") || number();
    }
    bool items(char open, char close, bool keyed) {
        (void)take(std::string_view(&open, 1));
        if (take(std::string_view(&close, 1))) return true;
        do {
            space();
            if (keyed && !(string() && take(":"))) return false;
            if (!value()) return false;
        } while (take(","));
        return take(std::string_view(&close, 1));
    }
    bool string() {
        if (!take("\"")) return false;
        while (!rest_.empty() && rest_.front() != '"') {
            const auto length = rest_.front() == '\\' ? escape() : wherry::utf8_bytes(rest_);
            if (length == 0 || static_cast<unsigned char>(rest_.front()) < 0x20) return false;
            rest_.remove_prefix(length);
        }
        return take("\"");
    }
    [[nodiscard]] std::size_t escape() const {
        if (rest_.size() < 2) return 0;
        if (rest_[1] != 'u') return std::string_view("\"\\/bfnrt").find(rest_[1]) != std::string_view::npos ? 2 : 0;
        const auto digits = rest_.substr(2, 4);
        return digits.size() == 4 && digits.find_first_not_of("0123456789abcdefABCDEF") == std::string_view::npos ? 6 : 0;
    }
    std::size_t digits() {
        const auto count = std::min(rest_.find_first_not_of("0123456789"), rest_.size());
        rest_.remove_prefix(count);
        return count;
    }
    bool number() {
        (void)take("-");
        const bool zero = rest_.starts_with('0');
        const auto whole = digits();
        if (whole == 0 || (zero && whole > 1)) return false;
        if (rest_.starts_with('.')) {
            rest_.remove_prefix(1);
            if (digits() == 0) return false;
        }
        if (!rest_.starts_with('e') && !rest_.starts_with('E')) return true;
        rest_.remove_prefix(1);
        if (rest_.starts_with('+') || rest_.starts_with('-')) rest_.remove_prefix(1);
        return digits() > 0;
    }

    std::string_view rest_;
};

#endif
