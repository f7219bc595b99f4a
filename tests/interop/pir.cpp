#include <wherry/interop/pir.hpp>

#include <doctest/doctest.h>

#include <support/training_case.hpp>

#include <wherry/archive/archive.hpp>
#include <wherry/exec/executor.hpp>
#include <wherry/exec/op/inference.hpp>
#include <wherry/policy/disk.hpp>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

using namespace wherry;

namespace {
using weights = archive<filter::persistables, layout::combined>;

const std::string classifier = "paddle33/classifier/inference.json";

/// The variables that a program's fetch operators fetch, in the order of their columns.
std::vector<std::string> fetched_names(const Program& program) {
    std::vector<std::string> names;
    for (const auto& op : program.global_block().ops()) {
        if (op.type() != "fetch") continue;
        const auto col = static_cast<std::size_t>(op.attr_or<std::int32_t>("col", 0));
        names.resize(std::max(names.size(), col + 1));
        names[col] = op.input("X")[0];
    }
    return names;
}

/// Runs the model of a folder on the arrays that lie beside it.
std::vector<Tensor> answers(const Program& program, const std::string& folder) {
    Scope scope;
    if (std::filesystem::exists(folder + "/inference.pdiparams")) {
        const auto loaded = weights::load(program, scope, disk{folder + "/inference.pdiparams"});
        REQUIRE_MESSAGE(loaded, (loaded ? "" : to_string(loaded.error())));
    }
    std::vector<Tensor> fed;
    std::vector<tensor_ref> feeds;
    for (const auto* name : {"x", "l"})
        if (program.global_block().find_var(name)) fed.push_back(support::load_npy(folder + "/" + name + ".npy"));
    for (std::size_t i = 0; i < fed.size(); ++i) feeds.push_back(fed[i].ref(i == 0 ? "x" : "l"));
    Executor exe(op::inference{});
    auto fetched = exe.run(program, scope, feeds, fetched_names(program));
    REQUIRE_MESSAGE(fetched, (fetched ? "" : to_string(fetched.error())));
    return *std::move(fetched);
}

/// The classifier with one piece of its text replaced.
result<Program> changed(std::string_view from, std::string_view to) {
    auto text = support::read_file(support::golden(classifier));
    const auto at = text.find(from);
    REQUIRE_MESSAGE(at != std::string::npos, std::string(from));
    return read_pir(text.replace(at, from.size(), to));
}
errc code_of(const result<Program>& read) {
    REQUIRE_FALSE(read);
    return read.error().code;
}

/// The type of a tensor of two elements, and a document of operators; value 1 is a fed variable "x" of that type.
std::string tensor_type(const std::string& elements) {
    return R"({"#":"0.t_dtensor","D":[{"#":"0.t_)" + elements + R"("},[2],"NCHW",[],0]})";
}
std::string document(const std::string& ops, const std::string& elements = "f32") {
    return R"({"base_code":{"magic":"pir","version":1},"program":{"regions":[{"blocks":[{"ops":[)"
           R"({"#":"1.data","A":[{"N":"name","AT":{"#":"0.a_str","D":"x"}}],"I":[],"O":[{"%":1,"TT":)" +
           tensor_type(elements) + "}]}," + ops + "]}]}]}}";
}
}  // namespace

TEST_CASE("pir: models of Paddle 3 give here what they give there") {
    for (const auto* name : {"classifier", "activations", "elementwise", "reductions", "shapes",    "values",    "dropout",
                             "constants",  "matmul",      "top_k",       "loss",       "embedding", "fc",        "moved",
                             "strided",    "functions",   "encoded",     "lists",      "layers",    "recurrent", "boxes"}) {
        CAPTURE(std::string(name));
        const auto folder = support::golden(std::string("paddle33/") + name);
        const auto program = read_pir(support::read_file(folder + "/inference.json"));
        REQUIRE_MESSAGE(program, (program ? "" : to_string(program.error())));
        const auto ours = answers(*program, folder);
        CHECK_FALSE(ours.empty());
        for (std::size_t i = 0; i < ours.size(); ++i) {
            const auto file = std::string_view(name) == "classifier" ? std::string("y") : std::to_string(i);
            const auto theirs = support::load_npy(folder + "/" + file + ".npy");
            CHECK(ours[i].dims() == theirs.dims());
            CAPTURE(i);
            CHECK(support::relative_error(ours[i], theirs, 1e-3) <= 1e-5);
        }
    }
}

TEST_CASE("pir: the program comes back from its .pdmodel bytes and answers alike") {
    const auto folder = support::golden("paddle33/classifier");
    const auto program = read_pir(support::read_file(folder + "/inference.json"));
    REQUIRE(program);
    const auto again = Program::parse_from_string(program->serialize_to_string());
    REQUIRE(again);
    CHECK(again->version() >= 2'000'000);
    CHECK(support::relative_error(answers(*again, folder)[0], support::load_npy(folder + "/y.npy"), 1e-3) <= 1e-5);
}

TEST_CASE("pir: a constant that is infinite is read as such, one that is not a number is refused") {
    const auto folder = support::golden("paddle33/layers");
    auto text = support::read_file(folder + "/inference.json");
    const auto at = text.find(R"("VD":"-INF")");
    REQUIRE(at != std::string::npos);
    CHECK(support::relative_error(answers(*read_pir(text), folder).back(), support::load_npy(folder + "/17.npy"), 1e-3) <= 1e-5);
    CHECK(code_of(read_pir(text.replace(at + 6, 4, "NaN"))) == errc::bad_attribute);
}

TEST_CASE("pir: what takes a list of an operator that is not known does not hide that operator") {
    auto text = support::read_file(support::golden("paddle33/lists/inference.json"));
    for (auto at = text.find("1.unbind"); at != std::string::npos; at = text.find("1.unbind")) text.replace(at, 8, "1.unbond");
    const auto read = read_pir(text);
    REQUIRE(code_of(read) == errc::unknown_op);
    CHECK(read.error().found == "1.unbond (1)");
}

TEST_CASE("pir: operators without a counterpart are named as the file names them") {
    const auto read = read_pir(support::read_file(support::golden("paddle33/unknown/inference.json")));
    REQUIRE(code_of(read) == errc::unknown_op);
    CHECK(read.error().found == "1.digamma (1), 1.lgamma (1)");
}

namespace {
/// Three operators of two types that have no counterpart, one of them with a list of tensors, constants and an optional output.
constexpr std::string_view unknown_operators = R"({"base_code":{"magic":"pir","version":4,"trainable":true},
 "program":{"regions":[{"#":"region_0","blocks":[{"#":"block_0","args":[],"ops":[
 {"#":"p","A":[0,1,1,"w"],"O":{"%":1,"TT":{"#":"0.t_dtensor","D":[{"#":"0.t_f32"},[4,3,3,3],"NCHW",[],0]}},"OA":[0,0,1]},
 {"#":"1.data","A":[{"N":"name","AT":{"#":"0.a_str","D":"x"}}],"I":[],
  "O":[{"%":2,"TT":{"#":"0.t_dtensor","D":[{"#":"0.t_f32"},[-1,3,-1917,24],"NCHW",[],0]}}]},
 {"#":"1.convolve","A":[{"N":"strides","AT":{"#":"0.a_array","D":[{"#":"0.a_i32","D":2},{"#":"0.a_i32","D":2}]}},
  {"N":"padding_algorithm","AT":{"#":"0.a_str","D":"EXPLICIT"}},{"N":"groups","AT":{"#":"0.a_i32","D":1}},
  {"N":"place","AT":{"#":"1.a_place","D":[0,0,""]}}],"I":[{"%":2},{"%":1}],
  "O":[{"%":3,"TT":{"#":"0.t_dtensor","D":[{"#":"0.t_f32"},[-1,4,-1,12],"NCHW",[],0]}}]},
 {"#":"1.convolve","A":[],"I":[{"%":3},{"%":1}],"O":[{"%":4,"TT":{"#":"0.t_dtensor","D":[{"#":"0.t_f32"},[-1,4,-1,6],"NCHW",[],0]}}]},
 {"#":"1.full_int_array","A":[{"N":"value","AT":{"#":"1.a_intarray","D":[2,2]}}],"I":[],
  "O":[{"%":5,"TT":{"#":"0.t_dtensor","D":[{"#":"0.t_i64"},[2],"NCHW",[],0]}}]},
 {"#":"0.combine","A":[],"I":[{"%":3},{"%":4}],"O":[{"%":6,"TT":{"#":"0.t_vec","D":[]}}]},
 {"#":"1.unheard_of","A":[],"I":[{"%":6},{"%":5},{"%":0}],"O":[{"%":7,"TT":{"#":"0.t_vec","D":[]}},{"%":0}]},
 {"#":"1.fetch","A":[{"N":"col","AT":{"#":"0.a_i32","D":0}}],"I":[{"%":4}],"O":[]}]}]}]}})";
}  // namespace

TEST_CASE("pir: all operators without a counterpart are named, each with how often it occurs") {
    const auto read = read_pir(unknown_operators);
    REQUIRE(code_of(read) == errc::unknown_op);
    CHECK(read.error().op == "1.convolve");
    CHECK(read.error().found == "1.convolve (2), 1.unheard_of (1)");
}

namespace {
/// A loop with a condition in it, as Paddle 3.3.1 writes `while` and `if`: inner blocks with arguments, which end with a yield.
std::string control_flow(std::string_view in_loop = "lgamma") {
    const auto made = [](int id) {
        return R"("O":[{"%":)" + std::to_string(id) + R"(,"TT":{"#":"0.t_dtensor","D":[{"#":"0.t_f32"},[-1,4],"NCHW",[],0]}}]})";
    };
    const auto unary = [&](std::string_view type, int from, int to) {
        return R"({"#":"1.)" + std::string(type) + R"(","A":[],"I":[{"%":)" + std::to_string(from) + "}]," + made(to);
    };
    const auto yield = [](int from) { return R"({"#":"2.yield","A":[],"I":[{"%":)" + std::to_string(from) + R"(}],"O":[]})"; };
    const auto block = [](const std::string& args, const std::string& ops) {
        return R"({"#":"region","blocks":[{"#":"block","args":[)" + args + R"(],"ops":[)" + ops + "]}]}";
    };
    const std::string argument = R"({"#":-1,"TT":{"#":"0.t_dtensor","D":[{"#":"0.t_f32"},[-1,4],"NCHW",[],0]}})";
    const auto sum = R"({"#":"1.add","A":[],"I":[{"%":3},{"%":2}],)" + made(10) + ",";
    const auto condition = R"({"#":"1.if","A":[],"I":[{"%":3}],"regions":[)" + block("", sum + unary("atan", 10, 4) + "," + yield(4)) +
                           "," + block("", unary("digamma", 3, 5) + "," + unary("lgamma", 5, 6) + "," + yield(6)) + "]," + made(7);
    const auto loop = R"({"#":"1.while","A":[],"I":[{"%":2},{"%":1}],"regions":[)" +
                      block(argument, unary(in_loop, -1, 3) + "," + condition + "," + yield(7)) + "]," + made(8);
    return R"({"base_code":{"magic":"pir","version":4,"trainable":true},"program":{"regions":[{"#":"region_0","blocks":[)"
           R"({"#":"block_0","args":[],"ops":[{"#":"1.data","A":[{"N":"name","AT":{"#":"0.a_str","D":"x"}}],"I":[],)" +
           made(1) + "," + R"({"#":"1.full","A":[{"N":"value","AT":{"#":"0.a_f64","D":1.0}}],"I":[],)" + made(2) + "," + loop + "," +
           unary("lgamma", 8, 9) + R"(,{"#":"1.fetch","A":[{"N":"col","AT":{"#":"0.a_i32","D":0}}],"I":[{"%":9}],"O":[]}]}]}]}})";
}
}  // namespace

TEST_CASE("pir: unknown operators are counted in the blocks of if and while, too") {
    CHECK(read_pir(control_flow()).error().found == "1.while (1), 1.lgamma (3), 1.if (1), 1.atan (1), 1.digamma (1)");
    CHECK(read_pir(control_flow("relu")).error().found == "1.while (1), 1.if (1), 1.atan (1), 1.digamma (1), 1.lgamma (2)");
    // an inner operator that lacks what an unknown one makes does not end the list
    auto cut = control_flow();
    cut.replace(cut.find(R"("I":[{"%":5}])"), 13, R"("I":[{"%":99}])");
    CHECK(read_pir(cut).error().found == "1.while (1), 1.lgamma (3), 1.if (1), 1.atan (1), 1.digamma (1)");
}

TEST_CASE("pir: inner blocks are blocks of the program, which attributes name") {
    const auto read = read_pir(control_flow("relu"), {}, pir_operators::any);
    REQUIRE_MESSAGE(read, (read ? "" : to_string(read.error())));
    REQUIRE(read->blocks().size() == 4);
    const auto types = [&](std::size_t block) {
        std::string made;
        for (const auto& op : read->blocks()[block].ops()) made.append(op.type()).append(" ");
        return made;
    };
    CHECK(types(0) == "feed fill_constant pd_op.while pd_op.lgamma fetch ");
    CHECK(types(1) == "relu pd_op.if cf.yield ");
    CHECK(types(2) == "elementwise_add pd_op.atan cf.yield ");
    CHECK(types(3) == "pd_op.digamma pd_op.lgamma cf.yield ");
    CHECK(read->blocks()[1].ops()[0].input("X")[0] == "argument_0");
    CHECK(to_string(read->blocks()[1].find_var("argument_0").shape()) == "[-1, 4]");
    const auto desc = read->to_desc();
    CHECK(desc.blocks[3].parent_idx == 1);
    const auto& branches = desc.blocks[1].ops[1].attrs;
    REQUIRE(branches.size() == 2);
    CHECK(branches[1].name == "sub_block_1");
    CHECK(branches[1].more->block_idx == 3);
    const auto again = Program::parse_from_string(read->serialize_to_string());
    REQUIRE(again);
    CHECK(again->to_desc() == read->to_desc());
    // what no operator makes a tensor of, and what is numbered twice or not at all
    auto array = control_flow();
    const std::string tensor = R"({"#":-1,"TT":{"#":"0.t_dtensor")";
    const auto at = array.find(tensor);
    REQUIRE(at != std::string::npos);
    CHECK(read_pir(std::string(array).replace(at, tensor.size(), R"({"#":-1,"TT":{"#":"1.t_dtensorarray")"), {}, pir_operators::any));
    CHECK(code_of(read_pir(std::string(array).replace(at, 6, R"({"#":1)"), {}, pir_operators::any)) == errc::bad_attribute);
    const std::string second = tensor + R"(,"D":[{"#":"0.t_f32"},[1],"NCHW",[],0]}},)";
    CHECK(code_of(read_pir(std::string(array).insert(at, second), {}, pir_operators::any)) == errc::duplicate_name);
}

TEST_CASE("pir: any operator can be looked at: variables, slots, attributes; only to run it one needs a counterpart") {
    const auto read = read_pir(unknown_operators, {}, pir_operators::any);
    REQUIRE_MESSAGE(read, (read ? "" : to_string(read.error())));
    const auto& block = read->global_block();
    const auto parameters = read->all_parameters();
    REQUIRE(parameters.size() == 1);
    CHECK(parameters[0].name() == "w");
    CHECK(to_string(block.find_var("x").shape()) == "[-1, 3, -1917, 24]");  // unknown, as Paddle reads it
    CHECK(to_string(block.find_var("value_3").shape()) == "[-1, 4, -1, 12]");
    std::vector<std::string> types;
    for (const auto& op : block.ops()) types.emplace_back(op.type());
    CHECK(types == std::vector<std::string>{"feed", "pd_op.convolve", "pd_op.convolve", "pd_op.unheard_of", "fetch"});
    const auto& convolution = block.ops()[1];
    CHECK(convolution.input("X")[0] == "x");
    CHECK(convolution.input("X")[1] == "w");
    CHECK(convolution.output("Out")[0] == "value_3");
    CHECK(convolution.attr_or<std::string>("padding_algorithm", "") == "EXPLICIT");
    CHECK(convolution.attr_or<std::int64_t>("groups", 0) == 1);
    CHECK(convolution.attr_or<std::vector<std::int64_t>>("strides", {}) == std::vector<std::int64_t>{2, 2});
    const auto& last = block.ops()[3];
    CHECK(last.input("X").size() == 2);
    CHECK(last.attr_or<std::vector<std::int64_t>>("input_1", {}) == std::vector<std::int64_t>{2, 2});
    const auto again = Program::parse_from_string(read->serialize_to_string());
    REQUIRE(again);
    CHECK(again->to_desc() == read->to_desc());
}

TEST_CASE("pir: a list that an unknown operator makes is taken apart, as LSTM's states are") {
    std::string text(unknown_operators);
    const std::string_view none = R"({"%":7,"TT":{"#":"0.t_vec","D":[]}},{"%":0}]},)";
    const auto at = text.find(none);
    REQUIRE(at != std::string::npos);
    const std::string state = R"({"#":"0.t_dtensor","D":[{"#":"0.t_f32"},[1,2,5],"NCHW",[],0]})";
    const std::string split = R"({"#":"0.split","A":[],"I":[{"%":7}],"O":[{"%":8,"TT":)" + state + R"(},{"%":9,"TT":)" + state + "}]},";
    text.replace(at, none.size(), R"({"%":7,"TT":{"#":"0.t_vec","D":[)" + state + "," + state + "]}}]}," + split);
    const auto read = read_pir(text, {}, pir_operators::any);
    REQUIRE_MESSAGE(read, (read ? "" : to_string(read.error())));
    CHECK(to_string(read->global_block().find_var("value_7_1").shape()) == "[1, 2, 5]");
    CHECK(read->global_block().ops()[3].output("Out").size() == 2);
    CHECK(read_pir(text).error().found == "1.convolve (2), 1.unheard_of (1)");
    // of a list that nobody knows the length of
    auto open = std::string(unknown_operators);
    open.insert(open.find(R"({"#":"1.fetch")"), split);
    CHECK(read_pir(open, {}, pir_operators::any));
    CHECK_FALSE(read_pir(open));
}

TEST_CASE("pir: an attribute that the counterpart does not take refuses to run, not to be looked at") {
    auto text = support::read_file(support::golden(classifier));
    const std::string_view axis = "\"N\":\"axis\"";
    auto at = text.find(axis);
    REQUIRE(at != std::string::npos);
    text.replace(at, axis.size(), "\"N\":\"axes\"");
    CHECK_FALSE(read_pir(text));
    const auto read = read_pir(text, {}, pir_operators::any);
    REQUIRE_MESSAGE(read, (read ? "" : to_string(read.error())));
    CHECK(std::any_of(read->global_block().ops().begin(), read->global_block().ops().end(),
                      [](const Operator& op) { return op.type() == "pd_op.softmax"; }));
}

TEST_CASE("pir: other documents are refused, each with its own error") {
    CHECK(code_of(read_pir("")) == errc::not_a_paddle_file);
    CHECK(code_of(read_pir("{\"base_code\":")) == errc::not_a_paddle_file);
    CHECK(code_of(read_pir("{}")) == errc::not_a_paddle_file);
    CHECK(code_of(read_pir("[1, 2]")) == errc::not_a_paddle_file);
    CHECK(code_of(changed("\"pir\"", "\"rip\"")) == errc::not_a_paddle_file);
    CHECK(code_of(changed("\"version\":4", "\"version\":5")) == errc::bad_version);
    CHECK(code_of(changed("\"version\":4", "\"version\":\"4\"")) == errc::bad_version);
    CHECK(code_of(read_pir(std::string(100'000, '['))) == errc::too_large);
    CHECK(code_of(read_pir(std::string(1000, ' '), {.program_bytes = 4096})) == errc::too_large);
    CHECK(code_of(read_pir(std::string(1000, ' '), {.total_bytes = 29'999})) == errc::too_large);
    CHECK(code_of(read_pir(std::string(1000, ' '), {.total_bytes = 30'000})) == errc::not_a_paddle_file);
}

TEST_CASE("pir: a program that contradicts itself is refused, and the operator is named") {
    CHECK(code_of(changed("\"I\":[{\"%\":5},{\"%\":4}]", "\"I\":[{\"%\":5},{\"%\":99}]")) == errc::no_such_variable);
    CHECK(code_of(changed("\"I\":[{\"%\":5},{\"%\":4}]", "\"I\":[{\"%\":5},{\"%\":4},{\"%\":4}]")) == errc::bad_attribute);
    CHECK(code_of(changed("{\"%\":2,", "{\"%\":1,")) == errc::duplicate_name);
    CHECK(code_of(changed("{\"%\":2,", "{\"%\":-2,")) == errc::bad_attribute);
    CHECK(code_of(changed("0.t_f32", "0.t_f33")) == errc::unsupported);
    CHECK(code_of(changed("[12,4]", "[12,-4]")) == errc::bad_attribute);
    CHECK(code_of(changed("\"fc_1.w_0\"", "\"fc_1.b_0\"")) == errc::duplicate_name);
    CHECK(code_of(changed("transpose_x", "transpose_z")) == errc::bad_attribute);
    const auto missing = changed("transpose_x", "transpose_z");
    CHECK(missing.error().op == "matmul");
    CHECK(missing.error().expected == "transpose_x");
}

TEST_CASE("pir: inputs and outputs that are not there are errors where a counterpart needs them") {
    const auto made = [](const std::string& type) { return R"("O":[{"%":2,"TT":)" + type + "}]}"; };
    const std::string dtype = R"("A":[{"N":"dtype","AT":{"#":"1.a_dtype","D":"float32"}}],)";
    CHECK(code_of(read_pir(document(R"({"#":"1.arange","I":[{"%":0},{"%":1},{"%":1}],)" + dtype + made(tensor_type("f32"))))) ==
          errc::no_such_variable);
    CHECK(code_of(read_pir(document(R"({"#":"1.relu_","I":[{"%":1}],"A":[],)" + made(R"({"#":"0.t_vec","D":[]})")))) ==
          errc::bad_attribute);
    CHECK(read_pir(document(R"({"#":"1.relu_","I":[{"%":1}],"A":[],)" + made(tensor_type("f32")))));
    CHECK(read_pir(document(R"({"#":"1.shape64","I":[{"%":1}],"A":[],"O":[{"%":0}]})")));
    // to be looked at, an operator whose attribute is missing defines its outputs once
    const auto no_dtype = document(R"({"#":"1.arange","I":[{"%":1},{"%":1},{"%":1}],"A":[],)" + made(tensor_type("f32")));
    CHECK(code_of(read_pir(no_dtype)) == errc::bad_attribute);
    CHECK(read_pir(no_dtype, {}, pir_operators::any));
}

TEST_CASE("pir: values of a half precision tensor keep their fractions") {
    const std::string none = R"({"#":"1.full_int_array","I":[],"A":[{"N":"value","AT":{"#":"0.a_array","D":[{"#":"0.a_i64","D":0}]}}],)"
                             R"("O":[{"%":5,"TT":)" +
                             tensor_type("i64") + "}]},";
    const auto read =
        read_pir(document(none +
                              R"({"#":"1.set_value","I":[{"%":1},{"%":5},{"%":5},{"%":5}],"A":[{"N":"axes","AT":{"D":[]}},)"
                              R"({"N":"decrease_axes","AT":{"D":[]}},{"N":"none_axes","AT":{"D":[]}},{"N":"shape","AT":{"D":[]}},)"
                              R"({"N":"values","AT":{"D":[{"#":"0.a_f64","D":0.5}]}}],"O":[{"%":2,"TT":)" +
                              tensor_type("f16") + "}]}",
                          "f16"));
    REQUIRE_MESSAGE(read, (read ? "" : to_string(read.error())));
    const auto& attrs = read->global_block().ops().back().desc().attrs;
    const auto values = std::find_if(attrs.begin(), attrs.end(), [](const auto& attr) { return attr.name == "values"; });
    REQUIRE(values != attrs.end());
    REQUIRE(values->more->scalars.size() == 1);
    CHECK(values->more->scalars[0].r == 0.5);
}

TEST_CASE("pir: a document that is cut anywhere, or damaged anywhere, is an error or another program, never a crash") {
    const auto whole = support::read_file(support::golden(classifier));
    for (std::size_t bytes = 0; bytes < whole.size(); ++bytes) CHECK_FALSE(read_pir(std::string_view(whole).substr(0, bytes)));
    std::size_t refused = 0;
    for (std::size_t i = 0; i < whole.size(); ++i) {
        auto damaged = whole;
        damaged[i] = damaged[i] == '0' ? '"' : '0';
        if (!read_pir(damaged)) ++refused;
    }
    CHECK(refused > whole.size() / 2);
}
