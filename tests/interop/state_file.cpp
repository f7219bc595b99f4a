#include <doctest/doctest.h>

#include <support/check_error.hpp>
#include <support/scratch.hpp>

#include <wherry/archive/archive.hpp>
#include <wherry/interop/state_file.hpp>
#include <wherry/interop/state_file_save.hpp>
#include <wherry/program/program.hpp>

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

using namespace wherry;

namespace {
const std::string model = "paddle26/classifier_adam";

Program main_of(const std::string& name) {
    return *Program::parse_from_string(support::read_file(support::golden(name + "/main.pdmodel")));
}
void check_same(const state_dict& a, const state_dict& b) {
    REQUIRE(a.size() == b.size());
    for (const auto& held : a) {
        CAPTURE(held.name);
        REQUIRE(b.find(held.name) != nullptr);
        CHECK(*b.find(held.name) == held.tensor);
    }
}
}  // namespace

TEST_CASE("arrays are loaded from a folder, and from one file with the program's names") {
    const auto folder = state_file::load(support::golden(model + "/persistables"));
    REQUIRE(folder);
    CHECK(folder->report.warnings.empty());
    const auto program = main_of(model);
    const auto variables = select<filter::persistables>(program);
    const auto file = state_file::load(support::golden(model + "/persistables.bin"), {.in_order = variables});
    REQUIRE(file);
    check_same(folder->arrays, file->arrays);
    const auto nameless = state_file::load(support::golden(model + "/persistables.bin"));
    CHECK(nameless.error().code == errc::bad_argument);
    const auto fewer = program.all_parameters();
    CHECK(state_file::load(support::golden(model + "/persistables.bin"), {.in_order = fewer}).error().code == errc::extra_record);
    CHECK(state_file::load(support::golden(model + "/params.bin"), {.in_order = variables}).error().code == errc::missing_record);
}

TEST_CASE("all arrays of a load together keep within limits::total_bytes, and one that is fetched does") {
    const auto path = support::golden(model + "/persistables");
    const auto listed = state_file::list(path);
    REQUIRE(listed);
    const limits enough{.total_bytes = listed->report.data_bytes};
    CHECK(state_file::load(path, {.caps = enough}));
    const auto refused = state_file::load(path, {.caps = {.total_bytes = enough.total_bytes - 1}});
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == errc::too_large);
    CHECK(refused.error().message == "this needs more memory than limits::total_bytes");
    CHECK_FALSE(refused.error().variable.empty());
    const auto capped_list = state_file::list(path, {.caps = {.total_bytes = 40}});
    REQUIRE(capped_list);
    std::size_t refused_count = 0;
    for (const auto& one : capped_list->arrays) {
        const auto fetched = one.tensor();
        CHECK(bool(fetched) == (one.dims.count() * size_of(one.dtype) <= 40));
        if (fetched) continue;
        ++refused_count;
        CHECK(fetched.error().code == errc::too_large);
    }
    CHECK(refused_count > 0);
}

TEST_CASE("a combined file in a folder takes the program's names, too; a file of one tensor its own") {
    const support::scratch place("state_folder");
    support::write_file(place / "m/__params__", support::read_file(support::golden(model + "/persistables.bin")));
    const auto program = main_of(model);
    const auto variables = select<filter::persistables>(program);
    const auto read = state_file::load(place / "m", {.in_order = variables});
    REQUIRE(read);
    CHECK(read->arrays.size() == variables.size());
    CHECK(state_file::load(place / "m").error().code == errc::bad_argument);
    const auto alone = state_file::load(support::golden(model + "/persistables"), {.in_order = variables});
    REQUIRE(alone);
    check_same(alone->arrays, read->arrays);
}

TEST_CASE("of a folder only the wanted variables are read") {
    const support::scratch place("state_file");
    const auto folder = place / "folder";
    std::filesystem::copy(support::golden(model + "/persistables"), folder);
    support::write_file(folder + "/broken", std::string_view("\0\0\0\0broken", 10));
    CHECK(!state_file::load(folder));
    const auto program = main_of(model);
    const auto parameters = program.all_parameters();
    const auto some = state_file::load(folder, {.of_folder = parameters});
    REQUIRE(some);
    CHECK(some->arrays.size() == parameters.size());
    const auto bias = support::read_file(folder + "/fc_0.b_0");
    support::write_file(folder + "/fc_0.b_0", bias + "x");
    CHECK(state_file::load(folder, {.of_folder = parameters})->report.warnings.front().code == errc::trailing_bytes);
    std::filesystem::remove(folder + "/fc_0.b_0");
    CHECK(state_file::load(folder, {.of_folder = parameters}).error().code == errc::not_found);
}

TEST_CASE("every form gives back what was saved in it") {
    const support::scratch place("state_forms");
    const auto reference = state_file::load(support::golden(model + "/persistables"));
    REQUIRE(reference);
    using state_file::form;
    for (const auto as : {form::combined, form::per_file, form::pdparams, form::npz, form::safetensors})
        for (const bool gzip : {false, true}) {
            const bool paddle = as == form::combined || as == form::per_file;
            CAPTURE(static_cast<int>(as));
            CAPTURE(gzip);
            const auto path = place / ("form" + std::to_string(static_cast<int>(as)) + (gzip ? "z" : ""));
            const state_file::save_options options{.rules = {.alignment = paddle ? 64U : 1U, .checksums = paddle, .names = paddle},
                                                   .gzip = gzip};
            const auto saved = state_file::save(reference->arrays.refs(), path, as, options);
            CHECK(saved.has_value() == (paddle || !gzip));
            if (!saved) {
                CHECK(saved.error().code == errc::bad_argument);
                CHECK(!std::filesystem::exists(path));
                continue;
            }
            const auto loaded = state_file::load(path);
            REQUIRE(loaded);
            check_same(reference->arrays, loaded->arrays);
        }
}

TEST_CASE("pick takes variables by name, in their own element types, and checks them") {
    loaded_state state;
    state.arrays.add("bits", Tensor::of<std::uint16_t>({1}, {0x3f80}));
    state.arrays.add("layer.weight", Tensor::of<float>({2}, {1, 2}));
    pickle::extra extra;
    REQUIRE(extra.structured_names.add("layer.weight", "w"));
    state.report.extra = kept_extra(extra);
    Program program;
    const auto variable = [&](std::string_view name, DType dtype, std::vector<std::int64_t> dims) {
        wire::VarDesc<> desc;
        desc.name = name;
        desc.type.lod_tensor.emplace().tensor = {dtype, std::move(dims), {}};
        desc.persistable = true;
        return program.global_block().create_var(std::move(desc));
    };
    const std::vector<Variable> wanted{variable("bits", DType::BF16, {1}), variable("w", DType::FP32, {2})};
    const auto picked = state_file::pick(state, wanted);
    REQUIRE(picked);
    CHECK(*picked->find("bits") == Tensor::of<wherry::bfloat16>({1}, {wherry::bfloat16(1.0F)}));
    CHECK(*picked->find("w") == Tensor::of<float>({2}, {1, 2}));
    const auto refused = [&](const Variable& one) { return state_file::pick(state, std::vector<Variable>{one}).error().code; };
    CHECK(refused(variable("nobody", DType::FP32, {2})) == errc::missing_record);
    const auto other = variable("layer.weight", DType::FP64, {2});
    CHECK(refused(other) == errc::dtype_mismatch);
    wanted[1].set_parameter(parameter_traits{});
    wanted[1].edit().type.lod_tensor->tensor.dims = {3};
    CHECK(refused(wanted[1]) == errc::shape_mismatch);
}

TEST_CASE("files that hold no arrays by name are called what they are") {
    const auto refused = [](const std::string& name) { return state_file::load(support::golden(name)).error(); };
    CHECK(refused("fluid18/readme/main.pdmodel").found == "a program");
    CHECK(refused("paddle33/classifier/inference.json").found == "JSON text (a Paddle 3 program?)");
    CHECK(refused("nowhere").code == errc::not_found);
    CHECK(refused("fluid18/readme/feed").code == errc::nothing_to_save);
}

TEST_CASE("bytes of the neighbours are told by content, others refused; a cut anywhere is an error") {
    using neighbour = archive<format::any_of<format::pickle<>, format::npz<>, format::safetensors>>;
    for (const auto* file : {"pickle/py3-p4.pdparams", "numpy/deflated.npz", "numpy/official.safetensors"}) {
        CAPTURE(file);
        const auto bytes = support::read_file(support::golden(file));
        const auto loaded = neighbour::load_all(memory{bytes});
        REQUIRE(loaded);
        check_same(loaded->arrays, state_file::load(support::golden(file))->arrays);
        for (std::size_t size = 0; size < bytes.size(); size += 7)
            CHECK(!neighbour::load_all(memory{std::string_view(bytes).substr(0, size)}));
    }
    const auto streams = support::read_file(support::golden(model + "/persistables.bin"));
    CHECK(neighbour::load_all(memory{streams}).error().found == "tensors");
    CHECK(neighbour::load_all(memory{streams}).error().expected == "pickle, npz, safetensors");
}

TEST_CASE("a folder and a variable may have a name beyond ASCII") {
    const support::scratch place("state_\xE6\xA8\xA1");
    const auto a = Tensor::of<float>({1}, {1});
    const std::vector<tensor_ref> one{a.ref("\xE6\x9D\x83\xE9\x87\x8D")};
    REQUIRE(state_file::save(one, place / "each", state_file::form::per_file));
    const auto loaded = state_file::load(place / "each");
    REQUIRE(loaded);
    CHECK(loaded->arrays.find("\xE6\x9D\x83\xE9\x87\x8D") != nullptr);
}

TEST_CASE("gzip within gzip is not a file of arrays") {
    const support::scratch place("state_gzip_twice");
    const auto a = Tensor::of<float>({1}, {1});
    const std::vector<tensor_ref> one{a.ref("a")};
    const auto once = *archive<gzip<>>::save(std::span<const tensor_ref>(one), memory{});
    support::write_file(place / "once", once);
    CHECK(state_file::load(place / "once")->arrays.find("once") != nullptr);  // one tensor is named by its file
    memory bytes;
    auto twice = gzip<>::encode(bytes);
    support::write_file(place / "twice", *write_whole(twice, once, {}));
    const auto refused = state_file::load(place / "twice");
    REQUIRE(!refused);
    CHECK(refused.error().code == errc::not_a_paddle_file);
    CHECK(refused.error().found == "gzip data");
}

TEST_CASE("text is a form of state files: a folder of NAME.txt, a single file, compressed or not") {
    const support::scratch place("text_forms");
    const auto weights = support::counting({2, 3}, 1);
    const auto steps = Tensor::of<std::int64_t>({1}, {std::int64_t{1} << 62});
    const std::vector<tensor_ref> both{weights.ref("blk/w"), steps.ref("steps")};
    REQUIRE(state_file::save(both, place / "t", state_file::form::text));
    CHECK(support::names_in(place / "t") == std::vector<std::string>{"blk/w.txt", "steps.txt"});
    support::write_file(place / "t/README.md", "# Weights\n\nof somebody\n");
    const auto read = state_file::load(place / "t");
    REQUIRE(read);
    CHECK(read->arrays.size() == 2);
    CHECK(*read->arrays.find("blk/w") == weights);
    CHECK(*read->arrays.find("steps") == steps);
    REQUIRE(read->report.warnings.size() == 1);
    CHECK(read->report.warnings[0].file.view().ends_with("README.md"));
    const auto one = state_file::load(place / "t/steps.txt");
    REQUIRE(one);
    CHECK(*one->arrays.find("steps") == steps);
    disk packed{place / "w.csv.gz"};
    auto packing = gzip<>::encode(packed);
    REQUIRE(write_whole(packing, "1,2\n3,4\n", fast::steps));
    const auto table = state_file::load(place / "w.csv.gz");
    REQUIRE(table);
    CHECK(table->arrays.find("w")->dims() == Shape{2, 2});
}

TEST_CASE("a text beside tensors is not a variable") {
    const support::scratch place("text_beside");
    const auto weights = support::counting({2, 3}, 1);
    const std::vector<tensor_ref> one{weights.ref("w")};
    REQUIRE(state_file::save(one, place / "t", state_file::form::per_file));
    support::write_file(place / "t/labels.txt", "1\n2\n");
    const auto read = state_file::load(place / "t");
    REQUIRE(read);
    CHECK(read->arrays.size() == 1);
    REQUIRE(read->report.warnings.size() == 1);
    CHECK(read->report.warnings[0].found == "numbers in text");
}

TEST_CASE("a program gives plain numbers their element type and dims") {
    const support::scratch place("text_program");
    const auto program = support::small_program();
    const auto variables = select(program, filter::persistables{});
    support::write_file(place / "w.txt", "1\n2\n3\n4\n5\n6\n");
    support::write_file(place / "b.txt", "10 11 12");
    support::write_file(place / "acc/w.txt", "1 2 3\n4 5 6\n");
    support::write_file(place / "lr", "1.000000000000000056e-01\n");
    const auto read = state_file::load(place.path(), {.in_order = variables, .of_folder = variables, .caps = {}});
    if (!read) FAIL(to_string(read.error()));
    const auto picked = state_file::pick(*read, variables);
    REQUIRE(picked);
    CHECK(picked->find("w")->dims() == Shape{2, 3});
    CHECK(picked->find("lr")->elements<float>()[0] == 0.1F);
    support::write_file(place / "b.txt", "10 11");
    const auto wrong = state_file::load(place.path(), {.in_order = variables, .of_folder = variables, .caps = {}});
    support::check_error(wrong, errc::shape_mismatch);
    CHECK(wrong.error().variable == "b");
    CHECK(wrong.error().file.view().ends_with("b.txt"));
}
