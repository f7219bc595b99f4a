// Makes the calls of same_calls.txt in wherry: same_calls CASES OUT_DIR
//
// Prints one line of JSON a case, as same_calls.py does: what the last call returned or a call threw, what was warned of, what the scope
// holds then and which operators the program has. Files stay in OUT_DIR/CASE; bytes that were returned are the file `returned` there.
#include "same_calls.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <fstream>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace io = wherry::fluid::io;
using namespace same_calls;

namespace {

/// Programs and a scope of one case's own.
struct world {
    fluid::Program main, startup, others, made;
    fluid::Scope scope;
    fluid::program_guard programs{main, startup};
    fluid::scope_guard scopes{scope};
    fluid::unique_name::guard names;
    fluid::Executor exe;
    Variable first, hidden, y, loss;
    text bytes;
    wherry::state_dict loaded;

    // what a word of a step means

    Variable find(const text& word) {
        if (word == "y") return y;
        if (word == "hidden") return hidden;
        if (word == "loss") return loss;
        if (word == "first") return first;
        if (word.starts_with("other:")) return others.global_block().find_var(word.substr(6));
        return main.global_block().find_var(word);
    }
    variables vars(std::string_view word) {
        variables found;
        for (const auto& name : listed(word)) found.push_back(find(name));
        return found;
    }
    fluid::Program* program(const words& w) {
        const auto word = w.option("program");
        if (!word) return nullptr;
        if (*word == "other") return &others;
        made = *word == "clone" ? main.clone(wherry::clone_for::test) : *fluid::Program::parse_from_string(main.serialize_to_string());
        return &made;
    }
    io::options options(const words& w) { return {.main_program = program(w), .filename = w.option("filename")}; }
    io::vars_options vars_options(const words& w) {
        io::vars_options made_of{.main_program = program(w), .filename = w.option("filename")};
        if (const auto word = w.option("vars")) made_of.vars = vars(*word);
        if (const auto word = w.option("predicate"))
            made_of.predicate = *word == "persistable" ? io::is_persistable : [](const Variable&) noexcept { return false; };
        return made_of;
    }

    // worlds

    void net(bool bare) {
        y = fluid::layers::fc(fluid::data("x", {-1, 4}), {.size = 2});
        loss = fluid::layers::mean(y);
        fluid::optimizer::SGD(0.1F).minimize(loss);
        if (!bare) start();
    }
    void deep() {
        hidden = fluid::layers::fc(fluid::data("x", {-1, 4}), {.size = 3, .act = "relu"});
        y = fluid::layers::fc(hidden, {.size = 2, .act = "softmax"});
        loss = fluid::layers::mean(y);
        fluid::optimizer::Momentum(0.1F, 0.9F).minimize(loss);
        start();
    }
    void two_inputs() {
        const auto a = fluid::data("a", {-1, 3});
        const auto b = fluid::data("b", {-1, 2});
        first = fluid::layers::fc(a, {.size = 2});
        y = fluid::layers::elementwise_add(first, fluid::layers::fc(b, {.size = 2}));
        start();
    }
    void start() {
        exe.run(startup);
        std::int64_t number = 0;
        for (const auto& name : sorted(names_of(io::get_program_persistable_vars(main)))) {
            count(name, *wherry::Shape::from(find(name).shape()), number);
            number += 100;
        }
    }
    void fresh() {
        const auto held_now = scope.local_var_names();
        for (const auto& name : texts(held_now.begin(), held_now.end())) scope.erase(name);
    }
    void count(const text& name, const wherry::Shape& dims, std::int64_t number, wherry::DType dtype = fluid::float32) {
        fluid::Tensor array(dtype, dims);
        switch (dtype) {
            case wherry::DType::BOOL: count_up<bool>(array, number); break;
            case wherry::DType::INT8: count_up<std::int8_t>(array, number); break;
            case wherry::DType::UINT8: count_up<std::uint8_t>(array, number); break;
            case wherry::DType::INT16: count_up<std::int16_t>(array, number); break;
            case wherry::DType::INT32: count_up<std::int32_t>(array, number); break;
            case wherry::DType::INT64: count_up<std::int64_t>(array, number); break;
            case wherry::DType::FP64: count_up<double>(array, number); break;
            default: count_up<float>(array, number);
        }
        scope.var(name) = std::move(array);
    }
    void var(fluid::Program& in, const text& name, VarKind kind, wherry::DType dtype, const wherry::Shape& dims) {
        wherry::wire::VarDesc<> desc;
        desc.name = name;
        desc.type.type = kind;
        desc.persistable = true;
        if (kind == VarKind::LOD_TENSOR || kind == VarKind::SELECTED_ROWS) {
            auto& tensor = kind == VarKind::LOD_TENSOR ? desc.type.lod_tensor.emplace().tensor : desc.type.selected_rows.emplace();
            tensor.data_type = dtype;
            tensor.dims.assign(dims.begin(), dims.end());
        }
        in.global_block().create_var(std::move(desc));
    }
    void save_all() {
        net(false);
        io::save_persistables(exe, "d");
        io::save_persistables(exe, "", {.filename = "all"});
        bytes = io::save_persistables(exe, io::memory);
        fresh();
    }

    bool prepare(const text& step, const words& w) {
        if (step == "net") net(w.plain.size() > 1);
        else if (step == "deep") deep();
        else if (step == "two_inputs") two_inputs();
        else if (step == "relu") y = fluid::layers::relu(fluid::data("x", {-1, 4}));
        else if (step == "start") start();
        else if (step == "fresh") fresh();
        else if (step == "saved") save_all();
        else if (step == "count") {
            count(w[1], dims_of(w[2]), std::stoll(w[3]), dtype_of(w.at(4, "float32")));
            wherry::LoD lod;
            for (const auto& level : split(w.at(5, ""), '/')) lod.push_back(numbers<std::uint64_t>(level));
            scope.find_var(w[1])->set_lod(std::move(lod));
        } else if (step == "rows") scope.rows(w[1]) = {{7, 1, 7}, 10, fluid::Tensor::of<float>({3, 2}, {0, 1, 2, 3, 4, 5})};
        else if (step == "var") var(main, w[1], kind_of(w.at(2, "LOD_TENSOR")), dtype_of(w.at(3, "float32")), {2});
        else if (step == "other") {
            var(others, w[1], VarKind::LOD_TENSOR, fluid::float32, dims_of(w[2]));
            others.global_block().find_var(w[1]).set_parameter(wherry::parameter_traits{});
        } else return false;
        return true;
    }

    bool change(const text& step, const words& w) {
        if (step == "write") write(w[1], w[2]);
        else if (step == "append") write(w[1], read(w[1]) + w[2]);
        else if (step == "put") {
            const auto good = read(w[1]);
            const auto at = std::stoul(w[2]);
            const auto put = unhex(w[3]);
            write(w[1], good.substr(0, at) + put + (at + put.size() < good.size() ? good.substr(at + put.size()) : ""));
        } else if (step == "cut") {
            const auto good = read(w[1]);
            const auto size = std::stol(w[2]);
            write(w[1], good.substr(0, size < 0 ? good.size() - static_cast<std::size_t>(-size) : static_cast<std::size_t>(size)));
        } else if (step == "remove") fs::remove(w[1]);
        else if (step == "more") bytes += w[1];
        else if (step == "loaded.drop") {
            wherry::state_dict rest;
            for (const auto& held : loaded)
                if (held.name != w[1]) rest.add(held.name, held.tensor);
            loaded = std::move(rest);
        } else if (step == "loaded.zeros") {
            fluid::Tensor zeros(dtype_of(w[3]), dims_of(w[2]));
            std::fill(zeros.bytes().begin(), zeros.bytes().end(), std::byte{});
            loaded.set(w[1], std::move(zeros));
        } else return false;
        return true;
    }

    // calls

    json lists(const fluid::Program& of, bool in_order) {
        auto optimizer = of.list_vars();
        erase_if(optimizer, [](const Variable& v) { return !io::is_belong_to_optimizer(v); });
        std::vector<json> all;
        for (const auto& found : {io::get_program_parameter(of), io::get_program_persistable_vars(of), optimizer})
            all.push_back(list(in_order ? names_of(found) : sorted(names_of(found))));
        return list(all);
    }
    /// The reference answers None where there is nothing.
    json returned(text&& answer) {
        if (answer.empty()) return {};
        bytes = std::move(answer);
        write("returned", bytes);
        return quote("bytes");
    }
    json save_variables(const text& step, const words& w) {
        if (w[1] == "None") {
            if (step == "save_vars") return returned(io::save_vars(exe, io::memory, vars_options(w)));
            return returned(step == "save_params" ? io::save_params(exe, io::memory, options(w))
                                                  : io::save_persistables(exe, io::memory, options(w)));
        }
        if (step == "save_vars") io::save_vars(exe, w[1], vars_options(w));
        else if (step == "save_params") io::save_params(exe, w[1], options(w));
        else io::save_persistables(exe, w[1], options(w));
        return {};
    }
    template <class From>
    void load_variables(const text& step, const From& from, const words& w) {
        if (step == "load_vars") io::load_vars(exe, from, vars_options(w));
        else if (step == "load_params") io::load_params(exe, from, options(w));
        else io::load_persistables(exe, from, options(w));
    }
    json save_model(const words& w) {
        const auto feeds = w[2].starts_with('[') ? io::feed_list(listed(w[2])) : io::feed_list(w[2]);
        const auto targets = w[3].starts_with('[') ? io::variable_list(vars(w[3])) : io::variable_list(find(w[3]));
        return list(io::save_inference_model(w[1], feeds, targets, exe,
                                             {.main_program = program(w),
                                              .model_filename = w.option("model_filename"),
                                              .params_filename = w.option("params_filename"),
                                              .export_for_deployment = w.says("export_for_deployment", true),
                                              .program_only = w.says("program_only")}));
    }
    json load_model(const words& w) {
        const io::load_model_options given{.model_filename = w.option("model_filename"), .params_filename = w.option("params_filename")};
        const auto model = w[1] == "None" ? io::load_inference_model(io::memory, exe, given) : io::load_inference_model(w[1], exe, given);
        return list({list(model.feed_names), list(names_of(model.fetch_targets)), list(types_of(model.program)),
                     list(sorted(names_of(model.program.list_vars())))});
    }
    void load_state(const words& w) {
        const auto& into = w.option("program") ? *program(w) : main;
        std::optional<variables> var_list;
        if (const auto word = w.option("vars")) var_list = vars(*word);
        if (w.says("executor")) fluid::load(into, w[1], exe, var_list);
        else fluid::load(into, w[1]);
    }
    json load_program_state(const words& w) {
        std::optional<variables> var_list;
        if (const auto word = w.option("vars")) var_list = vars(*word);
        loaded = fluid::load_program_state(w[1], var_list);
        texts all;
        for (const auto& held : loaded) all.push_back(held.name);
        std::vector<json> arrays;
        for (const auto& name : sorted(all)) arrays.push_back(list(texts{name, shown(*loaded.find(name))}));
        return list(arrays);
    }
    json call(const text& step, const words& w) {
        if (step == "lists")
            return w[1] == "main" ? lists(main, true) : lists(*fluid::Program::parse_from_string(main.serialize_to_string()), false);
        if (step == "save_inference_model") return save_model(w);
        if (step == "load_inference_model") return load_model(w);
        if (step == "load_program_state") return load_program_state(w);
        if (step == "get_parameter_value") return quote(shown(io::get_parameter_value(find(w[1]), exe)));
        if (step == "get_parameter_value_by_name") return quote(shown(io::get_parameter_value_by_name(w[1], exe)));
        if (step.starts_with("save_")) return save_variables(step, w);
        if (step == "save") fluid::save(main, w[1]);
        else if (step == "load") load_state(w);
        else if (step == "set_program_state") fluid::set_program_state(main, loaded);
        else if (!step.starts_with("load_")) throw std::invalid_argument("no step " + step);
        else if (w[1] != "None") load_variables(step, w[1], w);
        else if (bytes.empty()) load_variables(step, io::memory, w);
        else load_variables(step, io::memory(bytes), w);
        return {};
    }
    /// One step; what it returns.
    json take(const text& line) {
        const words w(line);
        const auto& step = w[0];
        return prepare(step, w) || change(step, w) ? json() : call(step, w);
    }

    json held() {
        texts found;
        auto all = sorted(names_of(main.list_vars()));
        all.erase(std::unique(all.begin(), all.end()), all.end());
        for (const auto& name : all) {
            const auto* tensor = scope.find_var(name);
            const auto* rows = scope.find_rows(name);
            const auto say = [&](const text& value) { found.push_back(quote(name).written + ": " + quote(value).written); };
            if (rows != nullptr && rows->value.is_initialized()) say(shown(*rows));
            else if (tensor != nullptr && tensor->is_initialized()) say(shown(*tensor));
        }
        text joined;
        for (const auto& one : found) joined += (joined.empty() ? "" : ", ") + one;
        return {"{" + joined + "}"};
    }
};

struct outcome {
    const char* thrown = "ok";
    text message;
    json returned;
};
outcome make(world& w, const text& steps) {
    const auto threw = [](const char* name, const std::exception& e) { return outcome{name, e.what(), {}}; };
    // clang-format off
    try {
        outcome done;
        for (const auto& step : split(steps, ';')) done.returned = w.take(step);
        return done;
    } catch (const fluid::ValueError& e) { return threw("ValueError", e);
    } catch (const fluid::TypeError& e) { return threw("TypeError", e);
    } catch (const fluid::RuntimeError& e) { return threw("RuntimeError", e);
    } catch (const fluid::AssertionError& e) { return threw("AssertionError", e);
    } catch (const fluid::LookupError& e) { return threw("LookupError", e);
    } catch (const fluid::IOError& e) { return threw("IOError", e);
    } catch (const fluid::EnforceNotMet& e) { return threw("EnforceNotMet", e);
    } catch (const std::exception& e) { return threw("another exception", e); }
    // clang-format on
}

void run(const text& name, const text& steps, const fs::path& out) {
    fs::create_directories(out / name);
    fs::current_path(out / name);
    world w;
    std::vector<json> warnings;
    fluid::set_warning_handler([&](std::string_view category, std::string_view message) {
        warnings.push_back(list(texts{text(category), text(message)}));
    });
    const auto done = make(w, steps);
    fluid::set_warning_handler({});
    const auto line = [](const char* key, const json& value) { return ", \"" + text(key) + "\": " + value.written; };
    std::puts(("{\"case\": " + quote(name).written + line("message", quote(done.message)) + line("operators", list(types_of(w.main))) +
               line("outcome", quote(done.thrown)) + line("returned", done.returned) + line("scope", w.held()) +
               line("warnings", list(warnings)) + "}")
                  .c_str());
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 3) return std::fprintf(stderr, "same_calls CASES OUT_DIR\n"), 1;
    std::ifstream cases(argv[1]);
    const auto out = fs::absolute(argv[2]);
    for (text line; std::getline(cases, line);)
        if (const auto at = line.find(": "); !line.empty() && line[0] != '#') run(line.substr(0, at), line.substr(at + 2), out);
    return 0;
}
