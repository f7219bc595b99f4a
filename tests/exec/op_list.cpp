#include <wherry/exec/op_list.hpp>

#include <support/check_error.hpp>

#include <array>
#include <string>
#include <vector>

using namespace wherry;
using support::check_error;

namespace {

struct named_attributes {
    std::int32_t times = 2;
    float by = 0.5F;
    bool flag = false;
    std::string word = "none";
    std::vector<std::int64_t> dims{3};
    std::int32_t newer = 7;

    template <class Self, class Visitor>
    static void visit(Self& self, Visitor& attr) {
        attr("times", self.times);
        attr("by", self.by);
        attr("flag", self.flag);
        attr("word", self.word);
        attr("dims", self.dims);
        attr("newer", self.newer, since_2x);
    }
};

/// A user's operator, written as the header shows it.
struct repeat {
    static constexpr std::string_view type = "repeat";
    static constexpr std::array inputs = {slot{"X"}};
    static constexpr std::array outputs = {slot{"Out"}};
    using attributes = named_attributes;
    static result<void> infer(const attributes& a, infer_context& c) {
        if (a.times < 1) return c.fail(errc::bad_attribute, "times");
        c.set_out(0, c.in(0).with(Shape{c.in(0).dims[0] * a.times}));
        return {};
    }
    static result<void> run(const attributes& a, run_context& c) {
        for (std::size_t i = 0; i < c.out<float>(0).size(); ++i) c.out<float>(0)[i] = c.in<float>(0)[i % c.in<float>(0).size()] * a.by;
        return {};
    }
    static void gradient(gradient_maker& g) { g.append("repeat_grad"); }
    static VarKind out_kind(const attributes& a, std::span<const VarKind> kinds) { return a.flag ? VarKind::SELECTED_ROWS : kinds[0]; }
};
template <char Letter>
struct bare {
    static constexpr char name[] = {Letter, '\0'};
    static constexpr std::string_view type = name;
    static constexpr std::array<slot, 0> inputs{};
    static constexpr std::array<slot, 0> outputs{};
    using attributes = no_attributes;
    static result<void> infer(const attributes&, infer_context&) { return {}; }
    static result<void> run(const attributes&, run_context&) { return {}; }
};
struct nothing {};
struct wrong_result : bare<'w'> {
    static bool run(const attributes&, run_context&) { return true; }
};

static_assert(OperatorPolicy<repeat> && OperatorPolicy<bare<'a'>>);
static_assert(!OperatorPolicy<nothing> && !OperatorPolicy<wrong_result>);

using ops = op_list<bare<'z'>, repeat, bare<'b'>>;
constexpr bool is_sorted_and_found() {
    for (std::size_t i = 1; i < ops::table.size(); ++i)
        if (!(ops::table[i - 1].type < ops::table[i].type)) return false;
    for (const auto& info : ops::table)
        if (find_op(ops::table, info.type) != &info) return false;
    return true;
}
static_assert(is_sorted_and_found());
static_assert(op_list<>::table.empty());

Operator with_attrs(std::vector<Attr> attrs) {
    Operator op;
    op.desc().type = "repeat";
    op.desc().attrs = sequence<Attr>(attrs);
    return op;
}
const op_info& info = *find_op(ops::table, "repeat");

}  // namespace

TEST_CASE("operators are found by type, and those of another list are not") {
    CHECK(is_sorted_and_found());
    CHECK(find_op(ops::table, "repeat")->inputs[0].name == "X");
    for (const auto* absent : {"", "a", "c", "repea", "repeat_", "zz"}) CHECK(find_op(ops::table, absent) == nullptr);
    CHECK(find_op({}, "repeat") == nullptr);
}

TEST_CASE("lists are joined and extended") {
    using more = ops::with<bare<'c'>>;
    CHECK(more::table.size() == 4);
    CHECK(find_op(more::table, "c") != nullptr);
    using joined = join_ops<ops, op_list<>, op_list<bare<'c'>, bare<'d'>>>;
    CHECK(joined::table.size() == 5);
    CHECK((find_op(joined::table, "repeat")->run == info.run));
}

TEST_CASE("a gradient and a kind of outputs are there when the operator has them") {
    const auto& plain_op = *find_op(ops::table, "z");
    CHECK((info.gradient != nullptr && plain_op.gradient == nullptr));
    REQUIRE((info.out_kind != nullptr && plain_op.out_kind == nullptr));
    const std::array kinds = {VarKind::LOD_TENSOR_ARRAY};
    auto attributes = info.read_attributes(with_attrs({make_attr("flag", true)}));
    REQUIRE(attributes);
    CHECK(info.out_kind(attributes->get(), kinds) == VarKind::SELECTED_ROWS);
    const named_attributes plain;
    CHECK(info.out_kind(&plain, kinds) == VarKind::LOD_TENSOR_ARRAY);
}

TEST_CASE("attributes are read by name; those that are absent have their defaults, unknown ones are passed over") {
    const auto read = [](std::vector<Attr> attrs) {
        auto owner = info.read_attributes(with_attrs(std::move(attrs)));
        REQUIRE(owner);
        return *static_cast<const named_attributes*>(owner->get());
    };
    const auto defaults = read({make_attr("unheard_of", 1.0F)});
    CHECK(defaults.times == 2);
    CHECK(defaults.word == "none");
    CHECK(defaults.newer == 7);
    const auto given = read({make_attr("times", std::int64_t{5}), make_attr("by", 2.0F), make_attr("flag", true), make_attr("word", "w"),
                             make_attr("dims", std::vector<std::int32_t>{1, 2}), make_attr("newer", std::int32_t{8})});
    CHECK(given.times == 5);  // a LONG that fits
    CHECK(given.by == 2);
    CHECK(given.flag);
    CHECK(given.word == "w");
    CHECK(given.dims == std::vector<std::int64_t>{1, 2});
    CHECK(given.newer == 8);
}

TEST_CASE("the first attribute of another type or out of range is an error that names it and the operator") {
    const auto wrong = info.read_attributes(with_attrs({make_attr("flag", std::int32_t{1}), make_attr("by", "half")}));
    check_error(wrong, errc::bad_attribute);
    CHECK(wrong.error().variable == "by");
    CHECK(wrong.error().op == "repeat");
    CHECK(wrong.error().expected == "FLOAT");
    CHECK(wrong.error().found == "STRING");
    check_error(info.read_attributes(with_attrs({make_attr("times", std::int64_t{1} << 40)})), errc::bad_attribute);
}

TEST_CASE("defaults are written where nothing is, and what only 2.x holds is never written") {
    auto op = with_attrs({make_attr("times", std::int32_t{9})});
    info.write_defaults(op);
    CHECK(op.desc().attrs.size() == 5);
    CHECK(op.attr_or("times", std::int32_t{0}) == 9);
    CHECK(op.attr_or("by", 0.0F) == 0.5F);
    CHECK(op.attr_or("dims", std::vector<std::int64_t>{}) == std::vector<std::int64_t>{3});
    CHECK(op.find_attr("newer") == nullptr);
    info.write_defaults(op);
    CHECK(op.desc().attrs.size() == 5);
}

TEST_CASE("infer and run reach the operator through the row") {
    auto attributes = info.read_attributes(with_attrs({make_attr("times", std::int32_t{2}), make_attr("by", 3.0F)}));
    REQUIRE(attributes);
    const slot_range one[] = {{0, 1}};
    const tensor_meta in[] = {{DType::FP32, {2}}};
    tensor_meta out[1];
    infer_context inferring({info.type, info.inputs, one, one, in, out, 0, false});
    REQUIRE(info.infer(attributes->get(), inferring));
    CHECK(out[0].dims == Shape{4});
    float x[] = {1, 2};
    float y[4] = {};
    operand from{reinterpret_cast<std::byte*>(x), DType::FP32, {2}, 2};
    operand to{reinterpret_cast<std::byte*>(y), DType::FP32, {4}, 4};
    operand* const ins[] = {&from};
    operand* const outs[] = {&to};
    run_context running({info.type, info.outputs, one, one, ins, outs, 0});
    REQUIRE(info.run(attributes->get(), running));
    CHECK(y[0] == 3);
    CHECK(y[3] == 6);
    attributes = info.read_attributes(with_attrs({make_attr("times", std::int32_t{0})}));
    REQUIRE(attributes);
    check_error(info.infer(attributes->get(), inferring), errc::bad_attribute, "times");
}
