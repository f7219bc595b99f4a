// Random programs of the operators, each planned and run twice: in bounds, within the caps, with the same answer. At the end it says how
// many there were.
#include "fuzz.hpp"

#include <wherry/exec/executor.hpp>
#include <wherry/exec/op/inference.hpp>
#include <wherry/program/attribute.hpp>
#include <wherry/program/program.hpp>
#include <wherry/tensor/scope.hpp>

#include <support/small_program.hpp>

#include <algorithm>
#include <cstring>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

using namespace wherry;

namespace {
/// What the bytes choose; zeros after their end.
class choices {
  public:
    explicit choices(std::span<const std::uint8_t> bytes) : bytes_(bytes) {}

    std::size_t below(std::size_t count) {
        if (bytes_.size() < 2) return 0;
        const std::size_t made = bytes_[0] + 256U * bytes_[1];
        bytes_ = bytes_.subspan(2);
        return made % count;
    }
    bool one_in(std::size_t count) { return below(count) == count - 1; }
    template <class T, std::size_t Count>
    T of(const T (&all)[Count]) {
        return all[below(Count)];
    }

  private:
    std::span<const std::uint8_t> bytes_;
};

using int32_limits = std::numeric_limits<std::int32_t>;
using int64_limits = std::numeric_limits<std::int64_t>;
constexpr std::int32_t numbers[] = {
    0, 1, 2, 3, 4, 5, 7, 9, -1, -2, -3, -5, -9, 16, 100, 65536, 1 << 30, int32_limits::max(), int32_limits::min()};
constexpr std::int64_t long_numbers[] = {
    0, 1, 2, 3, 4, 5, 7, -1, -2, -3, -9, 64, 65536, std::int64_t{1} << 31, std::int64_t{1} << 62, int64_limits::max(), int64_limits::min()};
constexpr float reals[] = {
    0, 1, -1, 0.5F, 1e-5F, 2, 3.7F, -100, 1e30F, -1e30F, std::numeric_limits<float>::infinity(), std::numeric_limits<float>::quiet_NaN()};
constexpr const char* texts[] = {"",
                                 "NCHW",
                                 "NHWC",
                                 "max",
                                 "avg",
                                 "SAME",
                                 "VALID",
                                 "EXPLICIT",
                                 "relu",
                                 "mean",
                                 "sum",
                                 "zeros",
                                 "border",
                                 "nearest",
                                 "bilinear",
                                 "upscale_in_train",
                                 "downgrade_in_infer",
                                 "LSTM",
                                 "GRU",
                                 "abc",
                                 "1e30",
                                 "nan"};

/// The attribute with another value of the same type; names of blocks and the like stay.
Attr changed(const Attr& attr, choices& next) {
    const auto list = [&]<class T>(const auto& from) {
        auto values = value_of<sequence<T>>(attr);
        if (!values) return attr;
        if (next.one_in(3)) values->resize(next.below(6));
        for (auto& one : *values)
            if (next.one_in(2)) one = next.of(from);
        return make_attr(attr.name, *std::move(values));
    };
    switch (attr.type) {
        case AttrType::INT: return make_attr(attr.name, next.of(numbers));
        case AttrType::LONG: return make_attr(attr.name, next.of(long_numbers));
        case AttrType::FLOAT: return make_attr(attr.name, next.of(reals));
        case AttrType::BOOLEAN: return make_attr(attr.name, next.below(2) == 1);
        case AttrType::STRING: return make_attr(attr.name, next.of(texts));
        case AttrType::INTS: return list.operator()<std::int32_t>(numbers);
        case AttrType::LONGS: return list.operator()<std::int64_t>(long_numbers);
        case AttrType::FLOATS: return list.operator()<float>(reals);
        default: return attr;
    }
}

struct input {
    std::string name;
    Tensor values;
};
input some_input(std::size_t i, choices& next) {
    constexpr DType dtypes[] = {DType::FP32, DType::FP32, DType::FP32, DType::FP64, DType::INT32, DType::INT64, DType::BOOL, DType::UINT8};
    constexpr std::int64_t sizes[] = {1, 2, 3, 4, 5, 8, 1, 2, 3, 4, 0, 17};
    const auto dtype = next.of(dtypes);
    Shape dims;
    for (auto rank = next.below(6); rank > 0; --rank) dims.push_back(next.of(sizes));
    if (dims.count() > 4096) dims = Shape{3, 4};
    Tensor values(dtype, dims);
    const auto fill = [&]<class T>(const auto& from) {
        for (auto& one : values.elements<T>()) one = static_cast<T>(next.of(from));
    };
    if (dtype == DType::FP32) fill.operator()<float>(reals);
    else if (dtype == DType::FP64) fill.operator()<double>(reals);
    else if (dtype == DType::INT32) fill.operator()<std::int32_t>(numbers);
    else if (dtype == DType::INT64) fill.operator()<std::int64_t>(long_numbers);
    else
        for (auto& one : values.bytes()) one = static_cast<std::byte>(next.below(2));
    if (dims.rank() > 0 && next.one_in(4)) {
        const auto rows = static_cast<std::uint64_t>(dims[0]);
        values.set_lod({{0, rows / 2, rows}});
    }
    return {"x" + std::to_string(i), std::move(values)};
}

struct counts {
    unsigned long long programs = 0, planned = 0, ran = 0;
    ~counts() { std::fprintf(stderr, "%llu programs, %llu run, %llu to their end\n", programs, planned, ran); }
};
counts seen;
}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    choices next({data, size});
    support::small_program made;
    std::vector<input> inputs;
    std::vector<std::string> names;
    for (auto count = 1 + next.below(4); count > 0; --count) {
        inputs.push_back(some_input(inputs.size(), next));
        const auto& dims = inputs.back().values.dims();
        made.var(inputs.back().name, {dims.begin(), dims.end()}, inputs.back().values.dtype());
        names.push_back(inputs.back().name);
    }
    const op_table all = op::inference::table;
    bool repeatable = true;
    for (auto count = 1 + next.below(8); count > 0; --count) {
        const auto& info = all[next.below(all.size())];
        if (info.is_conditional || info.type == "feed" || info.type == "fetch") continue;
        repeatable = repeatable && info.reads != op_reads::chances && info.type.find("random") == std::string_view::npos;
        wire::OpDesc<> desc;
        desc.type = info.type;
        const auto variables_of = [&](const slot& one) {
            if (one.arity == slot_arity::one) return next.one_in(40) ? next.below(3) : std::size_t{1};
            if (one.arity == slot_arity::many) return next.below(4);
            return next.below(2);
        };
        for (const auto& one : info.inputs) {
            auto& to = desc.inputs.emplace_back();
            to.parameter = one.name;
            for (auto i = variables_of(one); i > 0; --i) to.arguments.push_back(names[next.below(names.size())]);
        }
        std::vector<std::string> fresh;
        for (const auto& one : info.outputs) {
            auto& to = desc.outputs.emplace_back();
            to.parameter = one.name;
            for (auto i = variables_of(one); i > 0; --i) {
                if (next.one_in(20)) {
                    to.arguments.push_back(names[next.below(names.size())]);  // in place
                    continue;
                }
                fresh.push_back("t" + std::to_string(names.size() + fresh.size()));
                to.arguments.push_back(fresh.back());
                made.var(fresh.back(), {-1}, DType::FP32, next.one_in(30));
            }
        }
        auto&& op = made.program.global_block().append_op(std::move(desc));
        info.write_defaults(op);
        for (std::size_t i = 0; i < op.desc().attrs.size(); ++i)
            if (next.one_in(3)) op.desc().attrs[i] = changed(op.desc().attrs[i], next);
        names.insert(names.end(), fresh.begin(), fresh.end());
    }
    std::vector<tensor_ref> fed;
    for (const auto& one : inputs) fed.push_back(one.values.ref(one.name));
    std::vector<std::string> fetched;
    for (std::size_t i = inputs.size(); i < names.size(); ++i) fetched.push_back(names[i]);
    ++seen.programs;
    Executor exe(op::inference{}, fuzz::caps);
    Scope scope;
    const auto first = exe.run(made.program, scope, fed, fetched);
    if (!first && exe.own_bytes() == 0) return 0;
    ++seen.planned;
    const bool keeps = scope.local_var_names().size() > 0;  // the second run then starts from other values
    const auto second = exe.run(made.program, scope, fed, fetched);
    if (!repeatable || keeps) return 0;
    fuzz::require(bool(first) == bool(second), "a second run ends as the first");
    if (!first) return 0;
    ++seen.ran;
    for (std::size_t i = 0; i < first->size(); ++i) fuzz::require((*first)[i] == (*second)[i], "a second run gives the same");
    return 0;
}
