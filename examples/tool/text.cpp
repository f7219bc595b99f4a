#include "text.hpp"

#include <wherry/base/utf8.hpp>

#include <charconv>
#include <cstdlib>
#include <iterator>

#if __has_include(<sys/ioctl.h>) && __has_include(<unistd.h>)
#include <sys/ioctl.h>
#include <unistd.h>
#endif

namespace tool {

std::size_t output_width() {
    if (const char* given = std::getenv("COLUMNS"); given != nullptr) {
        const std::string_view digits(given);
        std::size_t width = 0;
        if (std::from_chars(digits.data(), digits.data() + digits.size(), width).ec == std::errc{} && width >= 20) return width;
    }
#ifdef TIOCGWINSZ
    winsize size{};
    if (isatty(STDOUT_FILENO) == 1 && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col >= 20) return size.ws_col;
#endif
    return 0;
}

std::string fitted(std::string_view text, std::size_t width) {
    if (width == 0) return std::string(text);
    constexpr std::string_view more = "...";
    std::string made;
    while (!text.empty()) {
        const auto end = std::min(text.find('\n'), text.size());
        auto line = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        if (width_of(line) <= width) {
            made.append(line) += '\n';
            continue;
        }
        for (std::size_t columns = 0; columns + more.size() < width; ++columns) {
            const auto bytes = std::max<std::size_t>(wherry::utf8_bytes(line), 1);
            made += line.substr(0, bytes);
            line.remove_prefix(bytes);
        }
        made.append(more) += '\n';
    }
    return made;
}

std::string short_number(double value) {
    char digits[32];
    const auto end = std::to_chars(std::begin(digits), std::end(digits), value, std::chars_format::general, 4).ptr;
    return {std::begin(digits), end};
}

}  // namespace tool
