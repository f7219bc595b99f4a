// Policies and operators of your own: a layout, an annotation, a codec, a format, an operator. (A filter, a sink and a source: policies.cpp)
#include <wherry/wherry.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <span>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace {

/// A layout: one file per layer, "fc_0", "fc_1". Files hold no names, so that the same variables must give the same answer.
struct by_layer {
    using kind = wherry::kinds::layout;
    static constexpr std::string_view name = "by_layer";
    static constexpr bool single_record = false;
    [[nodiscard]] std::vector<wherry::record> records(std::span<const std::string_view> variables) const {
        std::vector<wherry::record> files;
        for (std::size_t i = 0; i < variables.size(); ++i) {
            const auto layer = variables[i].substr(0, variables[i].find('.'));
            auto file = files.begin();
            while (file != files.end() && file->name != layer) ++file;
            if (file == files.end()) file = files.insert(file, {std::string(layer), {}});
            file->tensors.push_back(i);
        }
        return files;
    }
};
static_assert(wherry::Layout<by_layer>);

/// An annotation: what the flash of a device wants, under one name.
struct flash_pages {
    using kind = wherry::kinds::annotation<"flash_pages">;
    static constexpr std::string_view name = "flash_pages";
    static constexpr wherry::annotation_rules add_to(wherry::annotation_rules rules) noexcept {
        rules.alignment = 512;
        rules.checksums = true;
        return rules;
    }
};
static_assert(wherry::Annotation<flash_pages>);

/// A codec: every byte is mixed with a key, and with its place. Real ciphers go in `mix`; a key that is known when the program runs goes in
/// a member, and the codec is handed to `save` and `load`.
struct scrambled {
    using kind = wherry::kinds::codec;
    static constexpr std::string_view name = "scrambled";
    static void mix(std::span<std::byte> bytes, std::uint64_t offset) noexcept {
        for (auto& byte : bytes) byte ^= static_cast<std::byte>(0x5A + offset++ * 7);
    }
    static auto encode(auto& sink) { return wherry::transformed(sink, mix); }
    static auto decode(auto& source, const wherry::limits&) { return wherry::transformed(source, mix); }
};
static_assert(wherry::Codec<scrambled>);

/// A format: a line "NAME DIM DIM ..." for each array, an empty line, then the elements of all, float32.
struct listed {
    using kind = wherry::kinds::format;
    static constexpr std::string_view name = "listed";
    static constexpr wherry::format_facts facts{};
    static constexpr bool holds(wherry::DType dtype) noexcept { return dtype == wherry::DType::FP32; }

    static wherry::result<void> plan(wherry::save_plan& into, std::span<const wherry::tensor_ref> tensors, const wherry::limits&) {
        for (const auto& one : tensors) {
            auto line = std::string(one.name);
            for (const auto dim : one.dims) line += ' ' + std::to_string(dim);
            into.append(line + '\n');
        }
        into.append("\n");
        for (const auto& one : tensors) into.add_elements(one);
        return {};
    }
    /// The places of elements are checked by the caller: no line can make a load read past the file.
    static wherry::result<wherry::record_listing> index(wherry::any_reader& reader, const wherry::listing_request&) {
        const auto head = wherry::read_head(reader, 4096);
        if (!head) return head.error();
        wherry::record_listing made;
        std::uint64_t offset = head->find("\n\n") + 2;
        std::istringstream lines(head->substr(0, head->find("\n\n")));
        for (std::string line; std::getline(lines, line);) {
            std::istringstream words(line);
            wherry::indexed_array one;
            one.header.dtype = wherry::DType::FP32;
            words >> one.name;
            for (std::int64_t dim = 0; words >> dim && one.header.dims.rank() < wherry::max_rank;) one.header.dims.push_back(dim);
            one.header.data_offset = offset;
            one.header.data_bytes = 4 * one.header.dims.element_count().value_or(0);
            offset += one.header.data_bytes;
            made.arrays.push_back(std::move(one));
        }
        return made;
    }
};
static_assert(wherry::WritableFormat<listed>);

/// An operator that Paddle has and wherry has not: x where it is positive, else alpha x.
struct leaky_relu {
    static constexpr std::string_view type = "leaky_relu";
    static constexpr std::array inputs = {wherry::slot{"X"}};
    static constexpr std::array outputs = {wherry::slot{"Out"}};
    struct attributes {
        float alpha = 0.02F;
        template <class Self, class Visitor>
        static void visit(Self& self, Visitor& attr) {
            attr("alpha", self.alpha);
        }
    };
    static wherry::result<void> infer(const attributes&, wherry::infer_context& c) {
        c.set_out(0, c.in(0));
        return {};
    }
    static wherry::result<void> run(const attributes& a, wherry::run_context& c) {
        const auto x = c.in<float>(0);
        const auto out = c.out<float>(0);
        for (std::size_t i = 0; i < out.size(); ++i) out[i] = x[i] > 0 ? x[i] : a.alpha * x[i];
        return {};
    }
};

int fail(const wherry::error& e) {
    std::fprintf(stderr, "%s\n", to_string(e).c_str());
    return 1;
}

/// Saves by an archive and loads into a fresh scope: are the weights the same?
template <class Archive>
wherry::result<bool> comes_back(const wherry::Program& program, const wherry::Scope& scope, const char* folder) {
    if (auto saved = Archive::save(program, scope, wherry::disk{folder}); !saved) return saved.error();
    wherry::Scope loaded;
    if (auto read = Archive::load(program, loaded, wherry::disk{folder}); !read) return read.error();
    return *loaded.find_var("fc_1.w_0") == *scope.find_var("fc_1.w_0");
}

}  // namespace

int main() {
    wherry::Program program;
    wherry::Program startup;
    wherry::UniqueNameGenerator names;
    wherry::NameScope scopes;
    wherry::Builder<wherry::carries::kernels> build(program, startup, names, scopes);
    const std::vector<std::int64_t> shape = {-1, 4};
    const auto x = wherry::layers::data(build, "x", shape);
    if (!x) return fail(x.error());
    const auto hidden = wherry::layers::fc(build, std::vector{*x}, {.size = 3});
    if (!hidden) return fail(hidden.error());
    const auto bent = wherry::layers::unary<leaky_relu>(build, *hidden, {wherry::make_attr("alpha", 0.1F)});
    if (!bent) return fail(bent.error());
    const auto y = wherry::layers::fc(build, std::vector{*bent}, {.size = 2});
    if (!y) return fail(y.error());

    wherry::Scope scope;
    wherry::Executor exe;
    if (const auto ran = exe.run(startup, scope); !ran) return fail(ran.error());
    const auto ones = wherry::Tensor::of<float>({1, 4}, {1, -1, 1, -1});
    const std::array feeds{ones.ref("x")};
    const std::array fetches{hidden->name(), bent->name()};
    const auto answer = exe.run(program, scope, feeds, fetches);
    if (!answer) return fail(answer.error());
    bool good = true;
    for (std::size_t i = 0; i < 3; ++i) {
        const auto before = (*answer)[0].elements<float>()[i];
        good = good && (*answer)[1].elements<float>()[i] == (before > 0 ? before : 0.1F * before);
    }
    std::printf("leaky_relu:  %s\n", good ? "runs among the others" : "WRONG");

    const auto show = [&](const char* what, const wherry::result<bool>& same) {
        if (!same) fail(same.error());
        good = good && same && *same;
        std::printf("%-12s %s\n", what, same && *same ? "loaded what was saved" : "WRONG");
    };
    show("by_layer:", comes_back<wherry::archive<by_layer>>(program, scope, "own_layers"));
    show("flash_pages:", comes_back<wherry::archive<wherry::annotate<flash_pages>>>(program, scope, "own_flash"));
    show("scrambled:", comes_back<wherry::archive<scrambled, by_layer, wherry::annotate<wherry::names>>>(program, scope, "own_scrambled"));
    show("listed:", comes_back<wherry::archive<listed, wherry::durable>>(program, scope, "own_listed"));
    return good ? 0 : 1;
}
