// Saving and loading by policies: what is kept, how it is laid out, where it goes are types. Errors are values.
#include <wherry/archive/load_matching.hpp>
#include <wherry/archive/weights.hpp>
#include <wherry/tensor/renamed.hpp>
#include <wherry/wherry.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace {

/// A filter of your own: the biases.
struct biases {
    using kind = wherry::kinds::filter;
    static constexpr std::string_view name = "biases";
    bool operator()(const wherry::Variable& var) const noexcept {
        return var.is_parameter() && var.name().find(".b_") != std::string::npos;
    }
};
static_assert(wherry::VariableFilter<biases>);

/// A sink of your own: keeps nothing and tells how many bytes it was given.
class counting_sink {
  public:
    static constexpr std::string_view name = "counting";
    static constexpr bool many_records = true;

    wherry::result<void> start(std::span<const wherry::record_size>, wherry::durability_steps) { return {}; }
    wherry::result<void> write_at(std::size_t, std::uint64_t, std::span<const wherry::piece> pieces) {
        for (const auto& piece : pieces) bytes_ += piece.size();
        return {};
    }
    wherry::result<void> commit(std::size_t) { return {}; }
    wherry::result<std::uint64_t> finish() { return bytes_; }

  private:
    std::uint64_t bytes_ = 0;
};

/// A source of your own: a model that is kept encrypted. Here the cipher turns bits around; put yours in its place.
class decrypting {
  public:
    static constexpr std::string_view name = "decrypting";
    static constexpr bool many_records = false;
    explicit decrypting(std::string bytes) : clear_(std::move(bytes)) { turn(clear_); }
    static void turn(std::string& bytes) {
        for (char& c : bytes) c = static_cast<char>(c ^ 0x5A);
    }
    wherry::result<void> expect(std::span<const std::string_view>) const { return {}; }
    wherry::result<wherry::memory_reader> open(std::string_view) const { return wherry::memory_reader(clear_); }

  private:
    std::string clear_;
};
static_assert(wherry::Source<decrypting>);

int fail(const wherry::error& e) {
    std::fprintf(stderr, "%s\n", to_string(e).c_str());
    return 1;
}

/// Weights from files: without a copy, without a program, as far as they fit.
wherry::result<void> weights_of_files(const wherry::Program& program, const wherry::Scope& scope) {
    // aligned when it is saved, lent by the mapping when it is loaded; a checksum and the name of each tensor besides
    using aligned = wherry::archive<wherry::annotate<wherry::align<64>, wherry::checksum, wherry::names>>;
    if (auto saved = aligned::save(program, scope, wherry::disk{"policies_aligned"}); !saved) return saved;
    wherry::Scope lent;
    const auto loaded = aligned::load(program, lent, wherry::mapped{"policies_aligned"});
    if (!loaded) return loaded.error();
    std::printf("mapped:         %llu of %llu bytes not copied\n", static_cast<unsigned long long>(loaded->lent_bytes),
                static_cast<unsigned long long>(loaded->data_bytes));

    // names and values from a file alone; one without names takes them from a program: weights(path, program)
    const auto all = wherry::weights("policies_aligned");
    if (!all) return all.error();
    for (const auto& one : *all) std::printf("%-15s %s\n", one.name.c_str(), to_string(one.dims).c_str());

    // the same under other names, and back: what fits is loaded, what does not is told
    const wherry::renamed teacher(all->refs(), wherry::add_prefix{"teacher/"});
    if (auto saved = wherry::archive<>::save(teacher, wherry::disk{"policies_teacher"}); !saved) return saved;
    wherry::Scope tuned;
    const auto report = wherry::load_matching(program, tuned, wherry::renamed(teacher, wherry::drop_prefix{"teacher/"}));
    if (!report) return report.error();
    for (const auto& why : report->skipped) std::printf("skipped:        %s\n", to_string(why).c_str());
    std::printf("matching:       %zu variables loaded, %zu skipped\n", report->tensor_count, report->skipped.size());
    return {};
}

/// A model to infer with, as fluid's save_inference_model writes it: saved, loaded into a scope of its own, run.
wherry::result<void> inference(wherry::Program& program, wherry::UniqueNameGenerator& names, const wherry::Scope& scope,
                               const wherry::Variable& y) {
    const wherry::inference_files files{.dirname = "policies_model", .params_filename = "params"};
    const std::array<std::string, 1> feeds{"x"};
    const std::array targets{y};
    if (auto saved = wherry::save_inference_model(files, feeds, targets, program, scope, names); !saved) return saved.error();

    wherry::Scope weights;
    const auto model = wherry::load_inference_model(files, weights);
    if (!model) return model.error();
    wherry::Executor exe(wherry::op_list<wherry::op::mul, wherry::op::elementwise_add, wherry::op::relu, wherry::op::scale>{});
    const auto image = wherry::Tensor::of<float>({1, 4}, {1, 2, 3, 4});
    const std::array fed{image.ref(model->feed_names[0])};
    const std::array fetched{model->fetch_targets[0].name()};
    const auto answer = exe.run(model->program, weights, fed, fetched);
    if (!answer) return answer.error();
    std::printf("model:          %s of %s\n", to_string((*answer)[0].dims()).c_str(), fetched[0].c_str());
    return {};
}

}  // namespace

int main() {
    // a program, built by the layers of the core
    wherry::Program program;
    wherry::Program startup;
    wherry::UniqueNameGenerator names;
    wherry::NameScope scopes;
    wherry::Builder<wherry::carries::kernels> build(program, startup, names, scopes);
    const std::vector<std::int64_t> shape = {-1, 4};
    const auto x = wherry::layers::data(build, "x", shape);
    if (!x) return fail(x.error());
    const auto y = wherry::layers::fc(build, std::vector{*x}, {.size = 3, .act = "relu"});
    if (!y) return fail(y.error());

    wherry::Scope scope;
    wherry::Executor exe;
    if (const auto ran = exe.run(startup, scope); !ran) return fail(ran.error());

    // the persistables in one file, made durable: a crash leaves the old file or the new one
    using checkpoint = wherry::archive<wherry::filter::persistables, wherry::layout::combined, wherry::durable>;
    if (const auto saved = checkpoint::save(program, scope, wherry::disk{"policies_checkpoint"}); !saved) return fail(saved.error());
    wherry::Scope restored;
    if (const auto loaded = checkpoint::load(program, restored, wherry::disk{"policies_checkpoint"}); !loaded) return fail(loaded.error());
    const bool same = *restored.find_var("fc_0.w_0") == *scope.find_var("fc_0.w_0");
    std::printf("checkpoint:     %s\n", same ? "loaded what was saved" : "DIFFERENT");

    // your own filter, into memory
    const auto bytes = wherry::archive<biases>::save(program, scope, wherry::memory{});
    if (!bytes) return fail(bytes.error());
    std::printf("biases:         %zu bytes\n", bytes->size());

    // your own sink
    counting_sink counted;
    const auto size = wherry::archive<wherry::filter::parameters>::save(program, scope, counted);
    if (!size) return fail(size.error());
    std::printf("all parameters: %llu bytes\n", static_cast<unsigned long long>(*size));

    // arrays of your own, without a program and without a heap
    const float numbers[] = {1, 2, 3};
    const wherry::tensor_ref mine{.name = "mine", .dims = {3}, .bytes = std::as_bytes(std::span(numbers))};
    wherry::fixed<64> buffer;
    const auto used = wherry::archive<>::save(std::span(&mine, 1), buffer);
    if (!used) return fail(used.error());
    std::printf("one array:      %zu bytes in a fixed buffer\n", used->size());

    // your own source
    auto secret = checkpoint::save(program, scope, wherry::memory{});
    if (!secret) return fail(secret.error());
    decrypting::turn(*secret);
    wherry::Scope decrypted;
    if (const auto loaded = checkpoint::load(program, decrypted, decrypting(*secret)); !loaded) return fail(loaded.error());
    const bool clear_again = *decrypted.find_var("fc_0.w_0") == *scope.find_var("fc_0.w_0");
    std::printf("encrypted:      %s\n", clear_again ? "loaded what was saved" : "DIFFERENT");

    if (auto done = weights_of_files(program, scope); !done) return fail(done.error());
    if (auto done = inference(program, names, scope, *y); !done) return fail(done.error());

    // an error is a value that names what and where
    const auto missing = wherry::archive<>::load(program, restored, wherry::disk{"nowhere"});
    std::printf("a missing file: %s\n", missing ? "?" : to_string(missing.error()).c_str());
    return same && clear_again && !missing ? 0 : 1;
}
