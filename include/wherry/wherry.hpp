#ifndef WHERRY_WHERRY_HPP
#define WHERRY_WHERRY_HPP

/// All of wherry that needs the standard library alone; errors are values, nothing throws.
#include <wherry/exec/data_feeder.hpp>
#include <wherry/exec/executor.hpp>
#include <wherry/exec/op/all.hpp>
#include <wherry/io/archive.hpp>
#include <wherry/io/inference_files.hpp>
#include <wherry/io/inference_model.hpp>
#include <wherry/io/load_slice.hpp>
#include <wherry/io/selected_rows.hpp>
#include <wherry/layers/array.hpp>
#include <wherry/layers/data.hpp>
#include <wherry/layers/fc.hpp>
#include <wherry/layers/loss.hpp>
#include <wherry/layers/math.hpp>
#include <wherry/policy/disk.hpp>
#include <wherry/policy/mapped.hpp>
#include <wherry/policy/memory.hpp>
#include <wherry/program/program.hpp>
#include <wherry/program/prune.hpp>
#include <wherry/tensor/scope.hpp>
#include <wherry/train/optimizer.hpp>
#include <wherry/version.hpp>

#endif
