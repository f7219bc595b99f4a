#include <wherry/fluid/progress.hpp>

#include <doctest/doctest.h>

#include <support/fresh_fluid.hpp>
#include <support/scratch.hpp>

#include <wherry/fluid.hpp>
#include <wherry/fluid/inference_model.hpp>
#include <wherry/fluid/paddle_static.hpp>
#include <wherry/fluid/state.hpp>
#include <wherry/policy/terminal_bar.hpp>

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace fluid = wherry::fluid;
using wherry::callback;
using wherry::errc;

namespace {
errc code_thrown_by(const auto& act) {
    try {
        act();
    } catch (const fluid::Exception& failure) { return failure.error().code; }
    return errc{};
}
const callback always_stopped([](std::uint64_t, std::uint64_t) { return false; });
}  // namespace

TEST_CASE("fluid tells how far a save, a load and a run are, and is stopped") {
    support::fresh_fluid p;
    const auto out = fluid::layers::fc(fluid::data("x", {-1, 2}), {.size = 2});
    fluid::Executor exe{fluid::CPUPlace{}};
    exe.run(p.startup);

    std::uint64_t all = 0;
    std::vector<std::uint64_t> told;
    const callback bar([&](std::uint64_t done, std::uint64_t of) {
        told.push_back(done);
        all = of;
    });
    const fluid::io::options one{.filename = "one"};
    fluid::io::save_persistables(exe, "fluid_progress", one, bar);
    CHECK(all > 24);
    CHECK(told.back() == all);
    fluid::io::save_params(exe, "fluid_progress", {}, bar);
    CHECK(told.back() == all);
    auto& weight = *p.scope.find_var("fc_0.w_0");
    const auto before = weight.elements<float>()[0];
    weight.elements<float>()[0] = 7;

    CHECK(code_thrown_by([&] { fluid::io::save_persistables(exe, "fluid_progress", one, always_stopped); }) == errc::cancelled);
    CHECK(code_thrown_by([&] { fluid::io::load_persistables(exe, "fluid_progress", one, always_stopped); }) == errc::cancelled);
    CHECK(p.scope.find_var("fc_0.w_0")->elements<float>()[0] == 7);
    told.clear();
    fluid::io::load_persistables(exe, "fluid_progress", one, bar);  // the old file
    CHECK(told.back() == all);
    CHECK(p.scope.find_var("fc_0.w_0")->elements<float>()[0] == before);
    p.scope.find_var("fc_0.w_0")->elements<float>()[0] = 7;
    fluid::io::load_params(exe, "fluid_progress", {}, bar);
    CHECK(p.scope.find_var("fc_0.w_0")->elements<float>()[0] == before);

    const auto x = fluid::Tensor::of<float>({1, 2}, {1, 2});
    told.clear();
    const auto [y] = exe.run(p.main, fluid::feed{{"x", x}}, fluid::fetch(out), bar);
    CHECK(y.count() == 2);
    CHECK(told.back() == all);
    CHECK(code_thrown_by([&] { exe.run(p.main, fluid::feed{{"x", x}}, fluid::fetch(out), always_stopped); }) == errc::cancelled);
    CHECK(code_thrown_by([&] { fluid::io::load_params(exe, "fluid_progress_nowhere", {}, wherry::terminal_bar{}); }) == errc::not_found);
}

namespace {
/// Calls `act` with a progress that stops at its first report, then at its second, and so on until it is not stopped any more; answers how
/// often it was stopped. `unchanged` looks after each.
template <class Act, class Unchanged>
int stopped_everywhere(const Act& act, const Unchanged& unchanged) {
    for (int reports = 0;; ++reports) {
        int left = reports;
        const callback stops([&left](std::uint64_t, std::uint64_t) { return left-- > 0; });
        const auto code = code_thrown_by([&] { act(stops); });
        if (code != errc::cancelled) {
            CHECK(code == errc{});
            return reports;
        }
        unchanged();
    }
}
/// Reports of one whole: they rise, all of one sum.
class one_whole {
  public:
    auto progress() {
        return callback([this](std::uint64_t done, std::uint64_t all) {
            rises_ = rises_ && done >= done_ && (count_++ == 0 || all == all_);
            done_ = done;
            all_ = all;
        });
    }
    [[nodiscard]] bool is_told(std::uint64_t least_bytes) const { return rises_ && count_ > 0 && done_ == all_ && all_ >= least_bytes; }

  private:
    bool rises_ = true;
    int count_ = 0;
    std::uint64_t done_ = 0;
    std::uint64_t all_ = 0;
};
}  // namespace

TEST_CASE("fluid::save and load, stopped anywhere, leave all three files or the scope; one progress tells of all") {
    const support::scratch place("fluid-progress-state");
    support::fresh_fluid p;
    fluid::optimizer::Adam(1e-3F).minimize(fluid::layers::mean(fluid::layers::fc(fluid::data("x", {-1, 2}), {.size = 2})));
    fluid::Executor exe{fluid::CPUPlace{}};
    exe.run(p.startup);

    const auto path = std::filesystem::path(place / "model");
    const auto folder = path.parent_path();
    one_whole saved;
    fluid::save(p.main, path, 2, saved.progress());
    const auto before = support::read_folder(folder);
    CHECK(before.size() == 3);
    std::uint64_t bytes = 0;
    for (const auto& [name, content] : before) bytes += content.size();
    CHECK(saved.is_told(bytes));

    auto& weight = *p.scope.find_var("fc_0.w_0");
    auto& moment = *p.scope.find_var("fc_0.w_0_moment1_0");
    const float was = weight.elements<float>()[0];
    weight.elements<float>()[0] = 7;
    moment.elements<float>()[0] = 7;
    const auto kept = [&] {
        CHECK(p.scope.find_var("fc_0.w_0")->elements<float>()[0] == 7);
        CHECK(p.scope.find_var("fc_0.w_0_moment1_0")->elements<float>()[0] == 7);
    };
    CHECK(stopped_everywhere([&](const auto& stops) { fluid::load(p.main, path, stops); }, kept) >= 2);
    CHECK(p.scope.find_var("fc_0.w_0")->elements<float>()[0] == was);
    weight.elements<float>()[0] = 7;
    moment.elements<float>()[0] = 7;
    one_whole loaded;
    fluid::load(p.main, path, exe, {}, loaded.progress());
    CHECK(loaded.is_told(before.at("model.pdparams").size() + before.at("model.pdopt").size()));
    CHECK(p.scope.find_var("fc_0.w_0")->elements<float>()[0] == was);
    CHECK(p.scope.find_var("fc_0.w_0_moment1_0")->elements<float>()[0] == 0);

    p.scope.find_var("fc_0.w_0")->elements<float>()[0] = 8;
    p.scope.find_var("fc_0.w_0_moment1_0")->elements<float>()[0] = 8;
    const auto same = [&] { CHECK(support::read_folder(folder) == before); };
    CHECK(stopped_everywhere([&](const auto& stops) { fluid::save(p.main, path, 2, stops); }, same) == 3);
    const auto after = support::read_folder(folder);
    CHECK(after.size() == 3);
    const auto after_arrays = fluid::load_program_state(path).size();
    CHECK(after.at("model.pdparams") != before.at("model.pdparams"));
    CHECK(after.at("model.pdopt") != before.at("model.pdopt"));

    one_whole read;
    CHECK(fluid::load_program_state(path, {}, read.progress()).size() == after_arrays);
    CHECK(read.is_told(after.at("model.pdparams").size() + after.at("model.pdopt").size()));
    CHECK(stopped_everywhere([&](const auto& stops) { (void)fluid::load_program_state(path, {}, stops); }, [] {}) >= 2);

    // what save_persistables wrote, which load takes, too
    fluid::io::save_persistables(exe, place / "each");
    p.scope.find_var("fc_0.w_0")->elements<float>()[0] = 7;
    p.scope.find_var("fc_0.w_0_moment1_0")->elements<float>()[0] = 7;
    CHECK(stopped_everywhere([&](const auto& stops) { fluid::load(p.main, place / "each", exe, {}, stops); }, kept) >= 1);
    CHECK(p.scope.find_var("fc_0.w_0")->elements<float>()[0] == 8);
}

TEST_CASE("save_inference_model and load_inference_model, stopped anywhere, leave program and parameters or the scope") {
    const support::scratch place("fluid-progress-model");
    support::fresh_fluid p;
    const auto out = fluid::layers::fc(fluid::data("x", {-1, 2}), {.size = 2});
    fluid::Executor exe{fluid::CPUPlace{}};
    exe.run(p.startup);
    using filename = std::optional<std::string>;
    for (const auto& params : {filename(), filename("params")}) {
        CAPTURE(params.has_value());
        const auto folder = std::filesystem::path(place / (params ? "one" : "each"));
        one_whole saved;
        fluid::io::save_inference_model(folder, "x", out, exe, {.params_filename = params}, saved.progress());
        const auto before = support::read_folder(folder);
        CHECK(before.size() == (params ? 2U : 3U));
        std::uint64_t bytes = 0;
        for (const auto& [name, content] : before) bytes += content.size();
        CHECK(saved.is_told(bytes));

        const float was = p.scope.find_var("fc_0.w_0")->elements<float>()[0];
        p.scope.find_var("fc_0.w_0")->elements<float>()[0] = 7;
        const auto same = [&] { CHECK(support::read_folder(folder) == before); };
        const auto op_count = p.main.global_block().ops().size();
        CHECK(code_thrown_by([&] {
                  fluid::io::save_inference_model(folder, "x", out, exe, {.params_filename = params}, always_stopped);
              }) == errc::cancelled);
        CHECK(p.main.global_block().ops().size() == op_count);
        CHECK(stopped_everywhere(
                  [&](const auto& stops) { fluid::io::save_inference_model(folder, "x", out, exe, {.params_filename = params}, stops); },
                  same) == (params ? 2 : 3));
        CHECK(support::read_folder(folder) != before);

        p.scope.find_var("fc_0.w_0")->elements<float>()[0] = was;
        const auto kept = [&] { CHECK(p.scope.find_var("fc_0.w_0")->elements<float>()[0] == was); };
        CHECK(stopped_everywhere(
                  [&](const auto& stops) { (void)fluid::io::load_inference_model(folder, exe, {.params_filename = params}, stops); },
                  kept) >= 1);
        CHECK(p.scope.find_var("fc_0.w_0")->elements<float>()[0] == 7);
        p.scope.find_var("fc_0.w_0")->elements<float>()[0] = was;
        one_whole loaded;
        const auto model = fluid::io::load_inference_model(folder, exe, {.params_filename = params}, loaded.progress());
        CHECK(model.feed_names.size() == 1);
        CHECK(loaded.is_told(bytes));
    }
}

TEST_CASE("models of paddle.static by prefix tell and stop, too") {
    const support::scratch place("fluid-progress-prefix");
    support::fresh_fluid p;
    const auto x = fluid::data("x", {-1, 2});
    const auto out = fluid::layers::fc(x, {.size = 2});
    fluid::Executor exe{fluid::CPUPlace{}};
    exe.run(p.startup);
    const auto folder = std::filesystem::path(place / "models");
    const auto prefix = (folder / "m").string();
    one_whole saved;
    wherry::paddle_static::save_inference_model(prefix, x, out, exe, {}, saved.progress());
    const auto before = support::read_folder(folder);
    const auto bytes = before.at("m.pdmodel").size() + before.at("m.pdiparams").size();
    CHECK(saved.is_told(bytes));
    p.scope.find_var("fc_0.w_0")->elements<float>()[0] = 7;
    const auto same = [&] { CHECK(support::read_folder(folder) == before); };
    CHECK(stopped_everywhere([&](const auto& stops) { wherry::paddle_static::save_inference_model(prefix, x, out, exe, {}, stops); },
                             same) == 2);
    p.scope.find_var("fc_0.w_0")->elements<float>()[0] = 8;
    const auto kept = [&] { CHECK(p.scope.find_var("fc_0.w_0")->elements<float>()[0] == 8); };
    CHECK(stopped_everywhere([&](const auto& stops) { (void)wherry::paddle_static::load_inference_model(prefix, exe, stops); }, kept) >= 1);
    CHECK(p.scope.find_var("fc_0.w_0")->elements<float>()[0] == 7);
    one_whole loaded;
    CHECK(wherry::paddle_static::load_inference_model(prefix, exe, loaded.progress()).fetch_targets.size() == 1);
    CHECK(loaded.is_told(bytes));
}
