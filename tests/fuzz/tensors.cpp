// Bytes as tensors in one file, and as SelectedRows.
#include "fuzz.hpp"

#include <wherry/program/program.hpp>
#include <wherry/record/selected_rows.hpp>
#include <wherry/record/stream_index.hpp>
#include <wherry/tensor/scope.hpp>

#include <support/small_program.hpp>

#include <string>
#include <vector>

using namespace wherry;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto bytes = fuzz::text_of(data, size);
    (void)load_selected_rows(memory{bytes}, fuzz::caps);
    memory_reader reader(bytes);
    const auto found = index_streams(any_reader(reader), fuzz::caps);
    if (!found || found->empty() || found->size() > 999) return 0;
    support::small_program wanted;
    for (std::size_t i = 0; i < found->size(); ++i) {
        const auto& header = (*found)[i].header;
        std::vector<std::int64_t> dims(header.dims.begin(), header.dims.end());
        wanted.parameter(std::to_string(1000 + i), std::move(dims), header.dtype);
    }
    using files = archive<capped<fuzz::caps>>;
    Scope scope;
    if (!files::load(wanted.program, scope, memory{bytes})) return 0;
    const auto saved = files::save(wanted.program, scope, memory{});
    fuzz::require(bool(saved), "what was loaded is saved");
    Scope back;
    fuzz::require(bool(files::load(wanted.program, back, memory{*saved})), "what was saved is loaded");
    fuzz::require(*files::save(wanted.program, back, memory{}) == *saved, "and gives the same bytes");
    return 0;
}
