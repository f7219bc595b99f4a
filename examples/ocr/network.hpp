#ifndef WHERRY_EXAMPLE_OCR_NETWORK_HPP
#define WHERRY_EXAMPLE_OCR_NETWORK_HPP

#include <wherry/base/result.hpp>
#include <wherry/tensor/tensor.hpp>

#include <cstddef>
#include <memory>
#include <string>

namespace ocr {

/// How many threads compute an operator together, 1 at least; said before the first run.
void use_threads(std::size_t count);

/// A network with one input and one output, from Paddle's files `inference.pdmodel` and `inference.pdiparams`. Compiled once, in network.cpp.
class network {
  public:
    network();
    network(network&&) noexcept;
    network& operator=(network&&) noexcept;
    ~network();

    /// Errors: those of load_inference_model; unknown_op.
    wherry::result<void> load(const std::string& folder);
    /// Errors: those of Executor::run.
    wherry::result<wherry::Tensor> run(const wherry::Tensor& input);

  private:
    struct state;
    std::unique_ptr<state> state_;
};

}  // namespace ocr

#endif
