#ifndef WHERRY_WHERRY_HPP
#define WHERRY_WHERRY_HPP

/// The headers that most programs need, with the standard library alone: programs, layers, training, executor, archives. Errors are values, nothing
/// throws. Apart from it: model/state.hpp, archive/weights.hpp, archive/load_matching.hpp, format/npy.hpp, format/text_file.hpp, embed.hpp, fluid.hpp.
#include <wherry/archive/archive.hpp>
#include <wherry/archive/load_slice.hpp>
#include <wherry/exec/bind_ops.hpp>
#include <wherry/exec/data_feeder.hpp>
#include <wherry/exec/executor.hpp>
#include <wherry/exec/op/all.hpp>
#include <wherry/layers/array.hpp>
#include <wherry/layers/data.hpp>
#include <wherry/layers/fc.hpp>
#include <wherry/layers/loss.hpp>
#include <wherry/layers/math.hpp>
#include <wherry/model/inference_files.hpp>
#include <wherry/model/inference_model.hpp>
#include <wherry/policy/disk.hpp>
#include <wherry/policy/mapped.hpp>
#include <wherry/policy/memory.hpp>
#include <wherry/policy/transformed.hpp>
#include <wherry/program/program.hpp>
#include <wherry/program/prune.hpp>
#include <wherry/record/selected_rows.hpp>
#include <wherry/tensor/scope.hpp>
#include <wherry/train/optimizer.hpp>
#include <wherry/version.hpp>

#endif
