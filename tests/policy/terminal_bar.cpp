#include <doctest/doctest.h>
#include <wherry/policy/terminal_bar.hpp>

#include <cstdio>
#include <string>

using namespace wherry;

namespace {
std::string drawn(bool always) {
    std::FILE* const file = std::tmpfile();
    REQUIRE(file != nullptr);
    const terminal_bar bar(file, always);
    for (const unsigned done : {0U, 1U, 500U, 500U, 1000U}) CHECK(bar(done, 1000));
    std::rewind(file);
    std::string text(1000, '\0');
    text.resize(std::fread(text.data(), 1, text.size(), file));
    std::fclose(file);
    return text;
}
}  // namespace

TEST_CASE("a bar is drawn once for each percentage, and ends its line") {
    const std::string half(20, '#');
    const std::string rest(20, '.');
    CHECK(drawn(true) == "\r[" + rest + rest + "]   0 %\r[" + half + rest + "]  50 %\r[" + half + half + "] 100 %\n");
}

TEST_CASE("a file that is not a terminal gets no bar") { CHECK(drawn(false).empty()); }
